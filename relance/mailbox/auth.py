"""Signing in to a mail server: what is said to it for each mechanism, and what its words must never repeat."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from relance.mailbox import secrets


class Sasl(NamedTuple):
    """One way to sign in (RFC 4422): what is said, in order, not yet in base64."""

    mechanism: str
    responses: tuple[bytes, ...]
    at_once: bool  # the first goes with the command; else the server asks for each


class Credentials(Protocol):
    """What a mailbox signs in with, by SMTP and by IMAP."""

    @property
    def username(self) -> str:
        """Who signs in."""

    @property
    def secret(self) -> str:
        """What proves it."""

    def sasl(self, offered: Collection[str]) -> Sasl | None:
        """The best way among the `offered` mechanisms (in capitals); None where none of them takes these credentials."""

    def redact(self, text: str) -> str:
        """A server's words without the secret: they are stored, logged and shown."""


@dataclass(frozen=True)
class Password:
    """A user name and a password, or an app password. It never shows in a repr."""

    username: str
    secret: str = field(repr=False)

    def sasl(self, offered: Collection[str]) -> Sasl | None:
        """PLAIN (RFC 4616), which can carry every password, rather than LOGIN."""
        username, secret = self.username.encode(), self.secret.encode()
        if "PLAIN" in offered:
            return Sasl("PLAIN", (b"\0" + username + b"\0" + secret,), at_once=True)
        return Sasl("LOGIN", (username, secret), at_once=False) if "LOGIN" in offered else None

    def redact(self, text: str) -> str:
        """The same text with every dress of the password masked."""
        return self._mask.over(text)

    @functools.cached_property
    def _mask(self) -> secrets.Mask:
        return secrets.Mask((self.secret,))
