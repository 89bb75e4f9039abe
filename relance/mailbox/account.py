"""What is needed to speak for one salesperson's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from relance.mailbox.auth import Credentials


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

    @property
    def username(self) -> str:
        """Who signs in, as the servers know them."""
        return self.credentials.username
