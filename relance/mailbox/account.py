"""What is needed to speak for one salesperson's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from relance.mailbox.auth import Credentials
from relance.wording import Text


class Security(StrEnum):
    """How a connection is protected. `PLAIN`, and what a later release calls otherwise, is refused unless the host is a loopback address."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


PROTECTED = frozenset({Security.TLS, Security.STARTTLS})


@dataclass(frozen=True)
class Server:
    """Where a mail server listens."""

    host: str
    port: int
    security: Security = Security.STARTTLS

    def signed_in(self) -> Text:
        """That it let us in, and whether anybody on the way can read what is said, for people who know no protocol."""
        way = (
            Text("The connection is not encrypted: it does not leave this machine.")
            if self.security is Security.PLAIN
            else Text("The connection is encrypted.")
        )
        return Text.together(Text("Signed in to {host}.", host=self.host), way)


@dataclass(frozen=True)
class Account:
    """One mailbox with its servers and what it signs in with."""

    address: str
    name: str
    credentials: Credentials
    smtp: Server
    imap: Server
    ca_file: str | None = (
        None  # what to trust besides the system's authorities: the path of a PEM file, or the PEM itself
    )
    ehlo_name: str = ""  # by which its SMTP server is greeted; empty: this computer's, or its address

    @property
    def username(self) -> str:
        """Who signs in, as the servers know them."""
        return self.credentials.username
