"""Keeping mailboxes: taken in, tested for real, paused, resumed, removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxAdded, MailboxPaused, MailboxResumed
from relance.engine.mailboxes import aliases as mailboxes_aliases
from relance.engine.mailboxes.settings import flaws, ramping, signing_in, signing_mail
from relance.engine.mailboxes.settings.signing_in import Done as Done
from relance.engine.mailboxes.settings.signing_in import TestStep as TestStep
from relance.engine.mailboxes.sign_ins import lifetimes, standing
from relance.engine.mailboxes.sign_ins.standing import SignInStanding
from relance.engine.reasons import Code, Why
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.pace.ramp_up import PlannedDay
from relance.engine.sequences.resuming import backlog
from relance.engine.store import done_by, events, scopes
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import aliases, folders, health, mailboxes, provider_traits
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.mailboxes.provider_traits import ProviderHabits
from relance.engine.store.sending import ramp_ups, refusals
from relance.mailbox import address
from relance.mailbox.account import Account, Server
from relance.mailbox.auth import SignInKind
from relance.wording import Text, date_of, ended


@dataclass(frozen=True)
class MailboxSpec:
    """A mailbox to take in. The password is sealed before it is stored, and never shown again."""

    address: str
    name: str
    username: str
    password: str = field(repr=False)
    smtp: Server
    imap: Server
    ca_file: str | None = None  # a PEM file's path, or the PEM itself
    daily_cap: int | None = 50  # mails in any 24 hours; None: no cap
    gap_seconds: int = 60  # at least so long between two mails
    unknown_policy: str = "hold"  # of mail nobody knows the fate of: hold, assume sent, send again
    plus_addressing: bool = False  # whether ada+anything@ reaches ada@: then answers carry a token of ours
    hourly_cap: int | None = None  # mails in any hour; None: no cap
    jitter_seconds: int = 0  # up to so much longer between two mails, otherwise each time
    ramp_up: str = ""  # it begins slowly: "10+5" or "10, 15, 25", see `MailboxChange`; empty: it does not

    @classmethod
    def of(cls, account: Account, **more: Any) -> MailboxSpec:
        """A mailbox whose servers and login are known already; `more` are the other fields."""
        names = ("address", "name", "username", "smtp", "imap", "ca_file")
        known = {name: getattr(account, name) for name in names}
        return cls(password=account.credentials.secret, **known, **more)


@dataclass(frozen=True)
class MailboxView:
    """A mailbox as it stands."""

    address: str
    name: str
    username: str
    state: str
    reason: str
    smtp: str
    imap: str
    daily_cap: int | None
    gap_seconds: int
    unknown_policy: str
    files_sent: bool | None
    next_turn_at: dt.datetime | None
    synced_at: dt.datetime | None
    sync_error: str
    send_error: str
    plus_addressing: bool = False
    provider: str = ""  # what the last probe showed of it, in words
    aliases: tuple[str, ...] = ()  # further addresses its owner writes from
    offered: tuple[str, ...] = ()  # others that its Sent folder shows: aliases, if you say so
    codes: tuple[str, ...] = ()  # of `reason`, for programs
    beside: str = field(default="", repr=False)
    # `reason` beside the state's name, with nothing said twice ("by smith" beside "paused"); alone it would say too little.
    sync_why: Why | None = None  # what `sync_error`, `send_error` and `provider` say, for programs
    send_why: Why | None = None
    provider_why: Why | None = None
    refused_by: tuple[str, ...] = ()  # receiving organisations that refuse its mail: nothing goes there
    smtp_server: Server | None = None  # `smtp` and `imap`, for programs
    imap_server: Server | None = None
    own_certificate: bool = False  # whether a certificate is trusted that no public authority has signed
    on_leave: tuple[Leave, ...] = ()  # when nothing leaves from it, past leaves included
    sign_in: str = "password"  # by which it signs in; oauth: OAuth 2.0
    sign_in_until: dt.datetime | None = None  # when its owner has to sign in again, where that is known
    sign_in_warning: str = ""  # what will stop it if nobody acts
    sign_in_why: Why | None = None  # what that says, for programs
    hourly_cap: int | None = None
    jitter_seconds: int = 0
    zone: str = ""  # in which the Date of its mails is told; empty: the workspace's
    ehlo_name: str = ""  # by which it greets its SMTP server; empty: this computer's, or its address
    tracking_host: str = ""  # what the links in its mails begin with; empty: the installation's
    signature: str = ""  # below its mails: as text, and in HTML; empty: made of the other
    signature_html: str = ""
    ramp_up: str = ""  # while it begins slowly, by which plan: "10+5" or "10, 15, 25"
    ramp_days: int = 0  # days on which mail left since it began so, and before today
    ramp_plan: tuple[
        PlannedDay, ...
    ] = ()  # the days to come, today first, if mail leaves on every business day
    dkim_domain: str = ""  # for which a key of its own signs its mails (DKIM); empty: none does
    dkim_selector: str = ""
    dkim_published: bool | None = (
        None  # whether DNS publishes that key, as the last check found; None: not known
    )

    @property
    def kept(self) -> bool:
        """Whether it is one of ours still: a removed one stays for what it sent."""
        return self.state != "removed"

    @property
    def trouble(self) -> str:
        """Why it cannot be read, or cannot send."""
        return " ".join(ended(each) for each in (self.sync_error, self.send_error) if each)

    @property
    def attention(self) -> str:
        """The same, and what will stop it if nobody acts."""
        return " ".join(filter(None, (self.trouble, self.sign_in_warning)))


@dataclass(frozen=True)
class MailboxTest:
    """The result of trying both servers, and of a probe where one was sent."""

    address: str
    steps: tuple[TestStep, ...]
    learned: ProviderHabits | None = None  # what the probe showed of the provider

    @property
    def ok(self) -> bool:
        """Whether the mailbox can do its work."""
        return all(step.ok for step in self.steps)


def _exists(address: str) -> errors.Invalid:
    typed = Text("`relance mailbox set {address}` changes it.", address=address)
    there = Text("Its page under Mailboxes changes it.")
    return errors.Invalid(Text("{address} already exists.", address=address), command=typed, page=there)


def checked(context: Context, spec: MailboxSpec, *, by_token: bool = False) -> str:
    """The address of a mailbox to take in, as it is stored; `by_token`: it needs no password. Raises `errors.Invalid` with every mistake; no server is asked."""
    allowed = context.options.allow_test_domains
    found = address.normalise(spec.address, allow_test_domains=allowed, only_ascii=True)
    today = None if by_token else context.clock.now().date()
    if problems := list(flaws.spec_problems(spec, found.normalised, today)):
        raise errors.Invalid(problems)
    with context.database.read() as conn:
        _require_free(conn, found.normalised)
    return found.normalised


def _require_free(conn: Connection, address: str) -> Mailbox | None:
    """Nobody's mailbox, and nobody's alias; returns the one of that address that was removed, if there is one. Raises `errors.Invalid`."""
    before = mailboxes.by_address(conn, address)
    if before is not None and before.state != "removed":
        raise _exists(address)
    mailboxes_aliases.require_no_alias(conn, address)
    return before


def add(context: Context, spec: MailboxSpec, granted: lifetimes.Granted | None = None) -> MailboxView:
    """Take a mailbox in as it is told, without asking its servers; with what its provider granted, it signs in by that. Raises `errors.Invalid` with every mistake, and stores nothing then."""
    where = checked(context, spec, by_token=granted is not None)
    now = context.clock.now()
    values = {
        "name": contact_fields.tidy("name", spec.name),
        "username": spec.username,
        "secret": context.vault.seal(spec.password, f"mailbox/{where}"),
        **columns("smtp", spec.smtp),
        **columns("imap", spec.imap),
        "ca_file": spec.ca_file,
        "daily_cap": spec.daily_cap,
        "hourly_cap": spec.hourly_cap,
        "gap_seconds": spec.gap_seconds,
        "jitter_seconds": spec.jitter_seconds,
        "ramp_up": ramping.row(context, spec.ramp_up),
        "unknown_policy": spec.unknown_policy,
        "plus_addressing": spec.plus_addressing,
        "state": "active",
        "reason": "",
        "next_turn_at": now,  # the first turn looks where every folder ends, before anything is sent
    }
    with context.database.write() as conn:
        before = _require_free(conn, where)
        if before is None:
            number = mailboxes.add(conn, address=where, created_at=now, **values)
        else:
            # Its mails and their history stay its own, and whoever answered them meanwhile is to be heard: it is read on
            # from where it was left, or from the start where the numbers of its folders mean nothing any more.
            mailboxes_aliases.free_again(conn, before)
            mailboxes.change(conn, before.id, **AFRESH, **values)
            if (before.imap.host, before.username) != (spec.imap.host, spec.username):
                forget_provider(conn, before.id)
            number = before.id
        lifetimes.keep(context, conn, (number, where), granted)
        events.record_event(conn, MailboxAdded(), now, mailbox_id=number)
        health.await_check(conn, mailboxes.by_id(conn, number), now)
    return show(context, where)


AFRESH: dict[str, Any] = {
    "sync_error": "",
    "send_error": "",
    "paused_by_itself": False,
    "locked_out": False,
    "troubles": 0,
    "logins_refused": 0,
}
"""As a mailbox stands whose servers have not been asked."""


def forget_provider(conn: Connection, mailbox_id: int) -> None:
    """Its folders are another server's, or another user's: they are read from their first mail, and what was learned of the
    provider is to be learned again."""
    folders.forget_watermarks(conn, mailbox_id)
    mailboxes.change(conn, mailbox_id, files_sent=None)
    provider_traits.drop(conn, mailbox_id)


def columns(what: str, server: Server) -> dict[str, object]:
    """A server as the mailbox's row has it; `what`: smtp or imap."""
    return {
        f"{what}_host": server.host,
        f"{what}_port": server.port,
        f"{what}_security": server.security.value,
    }


def list_all(context: Context) -> list[MailboxView]:
    """Every mailbox, by address."""
    with context.database.read() as conn:
        own = scopes.mailboxes(conn)
        now = context.clock.now()
        every = [each for each in mailboxes.list_all(conn) if own is None or each.id in own]
        found = [ramp_ups.up_to_date(conn, each, now) for each in every]
        learned = provider_traits.of(conn, [each.id for each in found])
        refused = refusals.by_mailbox(conn)
        known_addresses = aliases.own_addresses(conn) | _people(conn, found)
        signed_in = standing.standings(conn, found)
        signing = signing_mail.in_dns(conn, found)
    return [
        _view(
            each,
            known_addresses,
            learned.get(each.id),
            refused.get(each.id, ()),
            signed_in.get(each.id),
            signing.get(each.id),
        )
        for each in found
    ]


def list_removed(context: Context) -> list[MailboxView]:
    """Those that were removed, by address: what they sent is kept."""
    with context.database.read() as conn:
        own = scopes.mailboxes(conn)
        found = [each for each in mailboxes.list_all(conn, removed=True) if own is None or each.id in own]
    return [_view(each, frozenset(), None) for each in found]


def show(context: Context, address: str) -> MailboxView:
    """One mailbox."""
    found = get(context, address)
    with context.database.read() as conn:
        found = ramp_ups.up_to_date(conn, found, context.clock.now())
        learned = provider_traits.of(conn, [found.id])
        refused = refusals.by_mailbox(conn)
        own = aliases.own_addresses(conn) | _people(conn, [found])
        signed_in = standing.standings(conn, [found]).get(found.id)
        signing = signing_mail.in_dns(conn, [found]).get(found.id)
    return _view(found, own, learned.get(found.id), refused.get(found.id, ()), signed_in, signing)


def get(context: Context, wanted: str) -> Mailbox:
    """The mailbox of that address. Raises `errors.NotFound` where there is none (any more)."""
    with context.database.read() as conn:
        return mailboxes.named(conn, wanted)


def _people(conn: Connection, seen_by: Sequence[Mailbox]) -> frozenset[str]:
    """Contacts that a Sent folder shows as writers, as one does that files the whole conversation: nobody's aliases."""
    return frozenset(contacts.by_emails(conn, sorted({each for box in seen_by for each in box.seen_from})))


def _view(
    each: Mailbox,
    ours: frozenset[str],
    learned: ProviderHabits | None,
    refused: tuple[str, ...] = (),
    signed_in: SignInStanding | None = None,
    in_dns: bool | None = None,
) -> MailboxView:
    own: dict[str, Any] = {
        name: getattr(each, name) for name in MailboxView.__dataclass_fields__ if hasattr(each, name)
    }
    own["synced_at"] = each.read_at
    provider = (
        str(Text("{traits} (tried on {day})", traits=learned.text, day=date_of(learned.tested_at)))
        if learned
        else ""
    )
    own |= {"smtp": signing_in.place_of(each.smtp), "imap": signing_in.place_of(each.imap)}
    own |= {"smtp_server": each.smtp, "imap_server": each.imap, "own_certificate": bool(each.ca_file)}
    own |= {"provider": provider, "refused_by": refused, "dkim_published": in_dns}
    why = [each.why] if each.reason else []
    own |= {"codes": reasons.codes(why), "beside": reasons.beside(each.state, why)}
    own |= {"aliases": tuple(each.aliases), "offered": mailboxes_aliases.offered(each.seen_from, ours)}
    own |= {"sync_why": reasons.why_of(each.sync_error), "send_why": reasons.why_of(each.send_error)}
    own["provider_why"] = reasons.why_of(learned.text) if learned else None
    own |= {name: str(own[name]) for name in ("sync_error", "send_error")}
    own |= {} if signed_in is None else signed_in.shown()
    own |= ramping.shown(each)
    return MailboxView(**own)


def test(context: Context, address: str, done: Done = lambda _: None) -> MailboxTest:  # noqa: PT028 - none of pytest
    """Log in to both servers for real; `done` hears each step as it ends. Trouble is told in the steps, not raised."""
    mailbox = get(context, address)
    steps = []
    for step in _tried(context, mailbox):
        steps.append(step)
        done(step)
    return MailboxTest(mailbox.address, tuple(steps))


def _tried(context: Context, mailbox: Mailbox) -> Iterator[TestStep]:
    try:
        account = context.account(mailbox)
    except (errors.Broken, errors.Unreachable) as broken:
        name = "password" if mailbox.sign_in == SignInKind.PASSWORD else "sign-in"
        yield TestStep(name, ok=False, words=str(broken), why=reasons.why_of(broken.text))
        return
    for tried in signing_in.tries(context, account):
        yield tried.step
    found = show(context, mailbox.address).offered
    if found:
        words, plain = mailboxes_aliases.hint(mailbox.address, found)
        yield TestStep("aliases", ok=True, words=words, plain=plain)


def pause(context: Context, address: str, reason: str = "") -> None:
    """Send nothing from it. It is still read, so that answers are noticed."""
    _set(context, address, "paused", reason)


def resume(context: Context, address: str) -> None:
    """Send from it again, at once; what piled up over a long pause is spread, and does not go as fast as the pace allows."""
    mailbox = get(context, address)
    if mailbox.state == "paused":
        backlog.spread_piled_up(context, mailbox.id)
    _set(context, address, "active")


def _set(context: Context, wanted: str, state: str, reason: str = "") -> None:
    mailbox, now = get(context, wanted), context.clock.now()
    with context.database.write() as conn:
        why = done_by.done(conn, Code.PAUSED, text=reason) if state == "paused" else None
        afresh = {"locked_out": False, "troubles": 0, "logins_refused": 0, "paused_by_itself": False}
        mailboxes.change(conn, mailbox.id, state=state, **mailboxes.because(why), **afresh)
        if state == "active":
            mailboxes.change(
                conn, mailbox.id, sync_error="", send_error="", refusal=None
            )  # a person has looked at it
        mailboxes.schedule_turn(conn, [mailbox.id], now)
        said = MailboxResumed() if why is None else MailboxPaused(why)
        events.record_event(conn, said, now, mailbox_id=mailbox.id)
