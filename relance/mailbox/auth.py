"""Signing in to a mail server: what is said to it for each mechanism, and what its words must never repeat."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol

from relance.mailbox import secrets


class SignInKind(StrEnum):
    """How a mailbox signs in."""

    PASSWORD = "password"  # noqa: S105 - a code
    OAUTH = "oauth"  # by OAuth 2.0, as its owner agreed


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

    @property
    def by_token(self) -> bool:
        """Whether that is an access token (RFC 6749, 1.4): nobody typed it in, and it runs out."""

    def sasl(self, offered: Collection[str]) -> Sasl | None:
        """The best way among the `offered` mechanisms (in capitals); None where none of them takes these credentials."""

    def redact(self, text: str) -> str:
        """A server's words without the secret: they are stored, logged and shown."""


@dataclass(frozen=True)
class Password:
    """A user name and a password, or an app password. It never shows in a repr."""

    username: str
    secret: str = field(repr=False)
    by_token: ClassVar[bool] = False

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


@dataclass(frozen=True)
class AccessToken:
    """A user name and an OAuth 2.0 access token. It never shows in a repr."""

    username: str
    secret: str = field(repr=False)
    by_token: ClassVar[bool] = True

    def sasl(self, offered: Collection[str]) -> Sasl | None:
        """XOAUTH2, which Google and Microsoft describe and both offer, rather than OAUTHBEARER (RFC 7628), the standard.

        A server that refuses the token says why in a challenge, and refuses once it is answered (RFC 7628, 3.2.3).
        """
        bearer = f"auth=Bearer {self.secret}\x01\x01".encode()
        if "XOAUTH2" in offered:
            return Sasl("XOAUTH2", (f"user={self.username}\x01".encode() + bearer, b""), at_once=True)
        if "OAUTHBEARER" in offered:
            named = self.username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801, 4
            return Sasl("OAUTHBEARER", (f"n,a={named},\x01".encode() + bearer, b"\x01"), at_once=True)
        return None

    def redact(self, text: str) -> str:
        """The same text with every dress of the token masked, also where the server repeats its beginning only."""
        return self._mask.over(text)

    @functools.cached_property
    def _mask(self) -> secrets.Mask:
        return secrets.Mask((self.secret[:_HEAD],), then=_OF_A_TOKEN)


_HEAD = 16  # characters by which a token is known, in whole or cut off
# What may follow in it (RFC 6750, 2.1), also in base64 or in a web address.
_OF_A_TOKEN = "[A-Za-z0-9._~+/=%-]*"  # noqa: S105 - a pattern
