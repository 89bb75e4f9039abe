"""What a provider granted for one mailbox, and to which client; sealed as one text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class OAuthClient:
    """The program as the provider knows it: the user's own registration there, where it asks for tokens, and where people agree."""

    id: str
    token_url: str
    scopes: tuple[str, ...]
    secret: str = field(default="", repr=False)  # empty: a public client (RFC 6749, 2.1)
    idle_days: int = 0  # how long the provider keeps a refresh token that is not used; 0: not known
    authorization_url: str = ""
    device_url: str = ""  # RFC 8628; empty: the provider does not give these scopes so
    more: tuple[tuple[str, str], ...] = ()  # what people are asked with besides
    key: str = field(default="", repr=False)  # a service account's private key, in PEM
    key_id: str = ""


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave."""

    access_token: str = field(repr=False)
    seconds: int  # that the access token is good for
    refresh_token: str = field(default="", repr=False)  # empty: the one that was shown stays good
    grant_seconds: int = 0  # that the refresh token is good for, where the provider says so
    account: str = ""  # the address of who agreed, where the provider says so


@dataclass(frozen=True)
class Grant:
    """A client, and its tokens for one mailbox. Without a refresh token the client itself is allowed to use the mailbox."""

    client: OAuthClient
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    subject: str = ""  # for whom a service account acts: the mailbox's sign-in name

    def renewed(self, tokens: Tokens) -> Grant:
        """The same with new tokens."""
        new = tokens.refresh_token or self.refresh_token
        return replace(self, refresh_token=new, access_token=tokens.access_token)

    def text(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Grant:
        """One that `text` wrote; what a later release adds is passed over."""
        kept: dict[str, Any] = json.loads(text)
        known = {
            name: kept["client"][name] for name in OAuthClient.__dataclass_fields__ if name in kept["client"]
        }
        known |= {"scopes": tuple(known["scopes"]), "more": tuple((a, b) for a, b in known.get("more", ()))}
        return cls(OAuthClient(**known), kept["refresh_token"], kept["access_token"], kept.get("subject", ""))
