"""What is known of a provider of mailboxes: each fact with its source, and the day on which somebody last looked there. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from relance.mailbox.account import Server


@dataclass(frozen=True)
class FactSource:
    """Where a fact can be looked up again."""

    url: str
    read: dt.date
    first_hand: bool = (
        True  # False: `url` is where to ask; what is written here was read elsewhere, or seen in use
    )


class Way(StrEnum):
    """A way to sign in to both servers."""

    PASSWORD = "password"  # noqa: S105 - the one a person signs in with in a browser
    APP_PASSWORD = "app password"  # noqa: S105 - made in the account's settings for one program
    OAUTH = "oauth"  # OAuth 2.0: XOAUTH2 or OAUTHBEARER


PASSWORDS = frozenset({Way.PASSWORD, Way.APP_PASSWORD})


@dataclass(frozen=True)
class Servers:
    """Where mail is submitted and read."""

    smtp: Server
    imap: Server
    source: FactSource


@dataclass(frozen=True)
class WayIn:
    """A way to sign in, with the first day on which a server takes it no longer; None: no end is announced."""

    way: Way
    source: FactSource
    smtp_ends: dt.date | None = None
    imap_ends: dt.date | None = None

    def smtp_ended(self, on: dt.date) -> bool:
        """Whether mail can no longer be submitted so."""
        return self.smtp_ends is not None and on >= self.smtp_ends

    def imap_ended(self, on: dt.date) -> bool:
        """Whether mail can no longer be read so."""
        return self.imap_ends is not None and on >= self.imap_ends

    def works(self, on: dt.date) -> bool:
        """Whether both servers let somebody in so."""
        return not self.smtp_ended(on) and not self.imap_ended(on)


@dataclass(frozen=True)
class SendingLimits:
    """What a provider takes of one mailbox; None: not known. Days are rolling: any 24 hours."""

    source: FactSource
    mails_a_day: int | None = None
    recipients_a_day: int | None = None
    mails_an_hour: int | None = None
    mails_a_minute: int | None = None
    connections: int | None = None  # SMTP connections at the same time


@dataclass(frozen=True)
class SentFiling:
    """Whether a mail that was submitted is in the Sent folder without anybody putting it there, and what that folder is called."""

    files: bool
    source: FactSource
    folder: str = ""  # as IMAP lists it in English; empty: known by its attribute \\Sent only


@dataclass(frozen=True)
class OAuth:
    """Where tokens are asked for (RFC 6749), and for what. `{tenant}` in an endpoint is the organisation's own."""

    authorization_endpoint: str
    token_endpoint: str
    scopes: tuple[str, ...]  # what a person agrees to
    source: FactSource
    device_endpoint: str = ""  # RFC 8628; empty: the provider does not give these scopes to devices
    more: tuple[
        tuple[str, str], ...
    ] = ()  # what a person is asked with besides, so that a refresh token is given
    idle_days: int = (
        0  # how long a refresh token that nobody uses stays good; 0: no end, or none that is known
    )
    application_scopes: tuple[str, ...] = ()  # what an administrator allows for many mailboxes at once
    application_source: FactSource | None = None
    application_keys: bool = False  # allowed by the key of a service account only, not by a client's secret
    clients_of: str = ""  # by whose name an installation's own client is set: "google", "microsoft"

    @property
    def device_flow(self) -> bool:
        """Whether a code can be typed in on another device."""
        return bool(self.device_endpoint)


@dataclass(frozen=True)
class Authentication:
    """How receivers recognise mail of a provider's customers with a domain of their own; empty: not known."""

    spf_include: str = ""  # what it tells them to include in their SPF record
    dkim_selectors: tuple[str, ...] = ()  # the names it usually gives their keys
    authserv_id: str = ""  # as whom its servers note what they found (RFC 8601)
    source: FactSource | None = None


@dataclass(frozen=True)
class Provider:
    """A provider as its customers have to do with it."""

    name: str  # as options name it
    title: str  # as people name it
    servers: Servers
    sign_in: tuple[WayIn, ...]
    domains: tuple[str, ...] = ()  # of its addresses
    hosts: tuple[str, ...] = ()  # MX names end so where it hosts somebody's own domain
    hosts_source: FactSource | None = None
    imap_off: FactSource | None = None  # IMAP is off until the mailbox's owner switches it on
    limits: SendingLimits | None = None
    sent: SentFiling | None = None
    oauth: OAuth | None = None
    authentication: Authentication | None = None
    organisation: str = ""  # who runs it, where they run others of these, too: Google, Microsoft

    @property
    def receiver(self) -> str:
        """Who decides about mail that comes in there, as people name them."""
        return self.organisation or self.title

    def ways(self, on: dt.date) -> tuple[Way, ...]:
        """How somebody can sign in to both servers on a day."""
        return tuple(each.way for each in self.sign_in if each.works(on))

    def takes_password(self, on: dt.date) -> bool:
        """Whether any password serves for both servers."""
        return any(way in PASSWORDS for way in self.ways(on))
