"""What is needed to speak for one salesperson's mailbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How a connection is protected. `PLAIN` is refused unless the host is a loopback address."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True)
class Server:
    """Where a mail server listens."""

    host: str
    port: int
    security: Security = Security.STARTTLS


@dataclass(frozen=True)
class Account:
    """One mailbox with its servers and login. The password never shows in a repr."""

    address: str
    name: str
    username: str
    password: str = field(repr=False)
    smtp: Server
    imap: Server
    ca_file: str | None = None  # a PEM file to trust besides the system's authorities
