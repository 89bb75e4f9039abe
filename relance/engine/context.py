"""What every flow of the engine needs, built once by `app`: the database, the clock, the keys, the compiled scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relance import errors, late
from relance.clock import Clock, Watch
from relance.engine.db.database import Database
from relance.engine.db.machine_time import beside
from relance.engine.db.vault import Vault
from relance.engine.journal.journal import Journal
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.engine.ports import (
    CopyBox,
    IdleConnection,
    OpenDns,
    OpenIdle,
    OpenInbox,
    OpenOutbox,
    OpenSent,
    ReachLinks,
    Telemetry,
)
from relance.engine.runtime.active_turns import ActiveTurns
from relance.engine.runtime.mail_servers import MailServers
from relance.engine.runtime.sequence_cache import SequenceCache
from relance.engine.runtime.unmeasured import Unmeasured
from relance.engine.schedule.timezones import Workspace
from relance.engine.store.mailboxes import grants, leases
from relance.engine.store.mailboxes.grants import StoredGrant
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.account import Account
from relance.mailbox.auth import AccessToken, Password, SignInKind
from relance.mailbox.composing import dkim
from relance.tracking import judge
from relance.tracking.links import Links
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

if TYPE_CHECKING:
    from relance.engine.schedule.pace.receivers import Offered, ReceiverCaps
    from relance.mailbox.health.dns_answers import DnsAnswers
    from relance.mailbox.health.link_host import Reached
    from relance.mailbox.oauth import grants as oauth_grants
    from relance.mailbox.oauth.own_clients import OwnClient
else:  # for mailboxes that sign in so
    (oauth_grants,) = late.modules("relance.mailbox.oauth.grants")


@dataclass(frozen=True)
class Options:
    """The engine's own numbers; times are business time unless said otherwise."""

    batch: int = 50  # the most mails of one turn
    together: int = 25  # mails whose mark shares one commit, where a mailbox's pace allows several at once
    sync_every: dt.timedelta = dt.timedelta(minutes=5)  # how often a mailbox is read when nothing is due
    fresh_seconds: float = 120.0  # machine time a sync stays good for the mails of its turn
    late: dt.timedelta = dt.timedelta(
        days=2
    )  # a mailbox left alone for longer has its due steps planned anew
    attempts: int = 5  # claims of one step that never ended before it is quarantined
    deferrals: int = 8  # offers of one mail a server deferred before a person is asked
    defer: dt.timedelta = dt.timedelta(minutes=30)  # doubled at each deferral (RFC 5321, 4.5.4.1)
    trouble: dt.timedelta = dt.timedelta(
        minutes=2
    )  # doubled at each turn that reached no server, up to an hour
    lease: dt.timedelta = leases.LEASE  # machine time after which a silent worker's mailbox is another's
    keep_raw: dt.timedelta = dt.timedelta(
        days=90
    )  # how long the bytes of answers are kept, to judge them again
    hits: judge.HitLimits = field(
        default_factory=judge.HitLimits
    )  # the spans by which opens and clicks are judged
    skip_folders: tuple[
        str, ...
    ] = ()  # names of folders that are never looked at; `Shared/*` for all that begin so
    watch_folders: tuple[
        str, ...
    ] = ()  # other people's folders that are looked at all the same, named likewise
    allow_test_domains: bool = False
    bounce_limit: float = 8.0  # percent of a mailbox's mails that may come back in a week; 0: any number
    deferral_limit: float = 50.0  # that receiving servers may put off
    complaint_limit: float = 0.3  # that may be reported as spam
    receivers: ReceiverCaps | None = (
        None  # what domains and companies get from all mailboxes; None: any number
    )
    own_clients: Mapping[str, OwnClient] = field(
        default_factory=dict
    )  # as which people sign in to their mailboxes, by the provider's name


def _listening(account: Account) -> AbstractContextManager[IdleConnection]:
    from relance.mailbox.imap.client import Inbox  # for those who listen

    return Inbox(account)


def _filing(account: Account) -> AbstractContextManager[CopyBox]:
    from relance.mailbox.imap import filing  # for those who file

    return filing.SentFolder(account)


def _asking() -> DnsAnswers:
    from relance.mailbox.health import asking  # for those who check

    return asking.AskedDns()


def _reaching(base: str) -> Reached:
    from relance.mailbox.health import asking

    return asking.reach(base)


@dataclass(frozen=True)
class Context:
    """Handed to every flow as its first argument."""

    database: Database
    clock: Clock
    vault: Vault
    links: Links
    own_ids: OwnMessageIds
    journal: Journal
    noes: OptOuts  # who said no where the database has not heard it yet
    owner: str  # this process, as leases name it
    open_outbox: OpenOutbox
    open_inbox: OpenInbox
    options: Options = field(default_factory=Options)
    workspace: Workspace = field(default_factory=Workspace)
    open_ear: OpenIdle = _listening
    open_sent: OpenSent = _filing
    open_dns: OpenDns = _asking
    reach_links: ReachLinks = _reaching
    library: SequenceCache = field(default_factory=SequenceCache)
    at_work: ActiveTurns = field(default_factory=ActiveTurns)
    servers: MailServers = field(default_factory=MailServers)
    places_offered: dict[str, Offered] = field(default_factory=dict)  # when who waits for a receiver is tried
    watch: Watch = field(default_factory=Watch)
    telemetry: Telemetry = field(default_factory=Unmeasured)

    def account(self, mailbox: Mailbox) -> Account:
        """The mailbox with what it signs in with, opened; `errors.Broken` when it does not open, `errors.Unreachable` while its
        access token has run out. Asks the database where it has one: not to be called in a transaction."""
        if mailbox.sign_in == SignInKind.PASSWORD:
            secret = self.vault.open(mailbox.secret, f"mailbox/{mailbox.address}")
            return mailbox.account(Password(mailbox.username, secret))
        if mailbox.sign_in != SignInKind.OAUTH:
            raise errors.Unreachable(_of_a_later_release(mailbox.address))
        with self.database.read() as conn:
            found, now = grants.of(conn, mailbox.id), beside(conn)
        if found is None or found.token_until <= now:
            raise errors.Unreachable(_run_out(mailbox.address, found))
        token = self.grant(mailbox, found).access_token
        return mailbox.account(AccessToken(mailbox.username, token))

    def signing_key(self, mailbox: Mailbox) -> dkim.SigningKey | None:
        """What signs the mailbox's mails (DKIM), opened; None: they leave unsigned. `errors.Broken` when it does not open."""
        if not mailbox.dkim_key:
            return None
        kept = self.vault.open(mailbox.dkim_key, f"dkim/{mailbox.address}")
        return dkim.SigningKey(mailbox.dkim_domain, mailbox.dkim_selector, dkim.kept(kept))

    def links_of(self, mailbox: Mailbox) -> Links:
        """What the links in a mailbox's mails begin with: its own tracking address, else the installation's."""
        return self.links.below(mailbox.tracking_host)

    def grant(self, mailbox: Mailbox, stored: StoredGrant) -> oauth_grants.Grant:
        """A mailbox's grant, opened; `errors.Broken` when it does not open."""
        return oauth_grants.Grant.read(self.vault.open(stored.sealed, f"grant/{mailbox.address}"))


def _run_out(address: str, grant: StoredGrant | None) -> Text:
    if grant is None or grant.renew_at is None:
        return Text("{address} has to be signed in to again.", address=address).coded(
            SentenceCode.SIGN_IN_NEEDED
        )
    if not grant.problem:
        return Text(
            "The access token of {address} has run out and is being renewed. It will be tried again.",
            address=address,
        ).coded(SentenceCode.ACCESS_RAN_OUT)
    return Text(
        "The access token of {address} has run out and could not be renewed yet: {words} It will be tried again.",
        address=address,
        words=ended(grant.problem),
    ).coded(SentenceCode.ACCESS_RAN_OUT)


def _of_a_later_release(address: str) -> Text:
    return Text("{address} signs in in a way that only a later release knows.", address=address)
