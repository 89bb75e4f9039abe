"""What a person may change about a mailbox without touching anybody it writes to: all but its address.

What concerns signing in is tried with both servers before it is stored, outside any transaction.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxChanged, MailboxResumed
from relance.engine.mailboxes import aliases, service
from relance.engine.mailboxes.health import first_mails
from relance.engine.mailboxes.service import MailboxView
from relance.engine.mailboxes.settings import flaws, ramping, signing_in
from relance.engine.mailboxes.settings.signing_in import Done
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.reasons import Code, because
from relance.engine.sequences.resuming import backlog
from relance.engine.store import events
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.mailboxes.mailboxes import FORGOTTEN, LIMITS, NOTHING, SENDER, SIGN_IN, Mailbox
from relance.engine.store.users import audit
from relance.mailbox import providers, tls
from relance.mailbox.account import Security, Server
from relance.mailbox.auth import AccessToken, Credentials, Password, SignInKind
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class ServerChange:
    """What is to be otherwise about a server; what is None stays."""

    host: str | None = None
    port: int | None = None
    security: Security | None = None

    def over(self, known: Server) -> Server:
        """The server as it is to be."""
        port = known.port if self.port is None else self.port
        return Server(known.host if self.host is None else self.host, port, self.security or known.security)


@dataclass(frozen=True)
class MailboxChange:
    """What is to be otherwise than it is; what is None stays. `daily_cap`, `hourly_cap` 0: no cap; `ca_file` "": none; `aliases`: all that
    it is to have. `ramp_up` "10+5": ten mails in 24 hours on the first day on which mail leaves, five more on each further one, up to
    `daily_cap`; "10, 15, 25" names the days one by one. The password is sealed before it is stored."""

    name: str | None = None
    daily_cap: int | None = None
    gap_seconds: int | None = None
    password: str | None = field(default=None, repr=False)
    username: str | None = None
    smtp: ServerChange | None = None
    imap: ServerChange | None = None
    ca_file: str | None = None  # a PEM file's path, or the PEM itself
    unknown_policy: str | None = None  # hold, assume sent, send again
    plus_addressing: bool | None = None
    aliases: Sequence[str] | None = None
    hourly_cap: int | None = None
    jitter_seconds: int | None = None
    zone: str | None = None  # in which the Date of its mails is told; "": the workspace's
    ehlo_name: str | None = None  # by which it greets its SMTP server; "": this computer's, or its address
    tracking_host: str | None = None  # what the links in its mails begin with; "": the installation's
    signature: str | None = None  # below its mails: as text, and in HTML; "": made of the other
    signature_html: str | None = None
    ramp_up: str | None = None  # "10+5", "10, 15, 25"; "": none
    preset: str | None = (
        None  # a provider's name: all of its servers at once, but for what `smtp` and `imap` say
    )


def change(
    context: Context,
    address: str,
    wish: MailboxChange,
    *,
    anyway: bool = False,
    done: Done = lambda _: None,
) -> MailboxView:
    """Change a mailbox; everybody it writes to stays where they are, and what is written already leaves as it is.

    If what it signs in with changes, both servers are signed in to first (not with `anyway`); `done` hears how that goes.
    A password takes the place of what its provider granted, which is forgotten here.
    Raises `errors.Invalid` with every mistake and where a server refuses the sign-in, `errors.Unreachable` where one cannot be asked; nothing is changed then. `errors.NotFound`. What is as it was is not noted.
    A mailbox that paused itself for its sign-in sends again once the new one has been tested.
    """
    before = service.get(context, address)
    wanted = _wanted(context, before, wish)
    new = _signs_in_otherwise(before, wanted, wish)
    by_password = bool(wish.password) or before.sign_in == SignInKind.PASSWORD
    _check(wanted, wish, context.clock.now().date() if new and by_password else None)
    tested = new and not anyway
    if tested:
        signing_in.require(context, wanted.account(_credentials(context, before, wanted, wish)), done)
    wakes = tested and paused_for_sign_in(before)
    if wakes:
        backlog.spread_piled_up(context, before.id)
    with context.database.write() as conn:
        mailboxes.lock(conn, [before.id])
        found = mailboxes.named(conn, address)
        if new and any(getattr(found, name) != getattr(before, name) for name in SIGN_IN):
            raise errors.Invalid(_CHANGED_MEANWHILE)
        _store(conn, context, found, wish, new=new, tested=tested)
    return service.show(context, before.address)


def _credentials(context: Context, before: Mailbox, wanted: Mailbox, wish: MailboxChange) -> Credentials:
    if wish.password:
        return Password(wanted.username, wish.password)
    known = context.account(before).credentials
    return (AccessToken if known.by_token else Password)(wanted.username, known.secret)


_CHANGED_MEANWHILE = Text(
    "What this mailbox signs in with was changed by somebody else at the same time. Look at it, and change it again if that is still needed."
)


def _store(
    conn: Connection, context: Context, found: Mailbox, wish: MailboxChange, *, new: bool, tested: bool
) -> None:
    now, wanted = context.clock.now(), _wanted(context, found, wish)
    if wish.aliases is not None:
        aliases.put_all(conn, context, found, wish.aliases)
    values = dict(_columns(found, wanted))
    if wish.password:
        values["secret"] = context.vault.seal(wish.password, f"mailbox/{found.address}")
    if not values:
        return
    mailboxes.change(conn, found.id, **values)
    if wish.password:
        lifetimes.keep(context, conn, (found.id, found.address), None)
    before, after = _told(found, wanted)
    if wish.password:
        after |= {"password": True}
        after |= {"sign_in": SignInKind.PASSWORD.value} if found.sign_in != SignInKind.PASSWORD else {}
    events.record_event(conn, _said(after), now, mailbox_id=found.id)
    audit.write(conn, "mailboxes.change", found.address, machine_now(), before=before, after=after)
    if new:
        signs_in_anew(conn, found, wanted, now, tested=tested)
    if found.smtp != wanted.smtp or found.tracking_host != wanted.tracking_host:
        _check_anew(conn, found, wanted, now)
    mailboxes.schedule_turn(conn, [found.id], now)


def _check_anew(conn: Connection, found: Mailbox, wanted: Mailbox, now: dt.datetime) -> None:
    """What a check found may be true no more; first mails wait for the first check of a mailbox that was for practice."""
    was, will = (tls.is_loopback(each.smtp.host) for each in (found, wanted))
    if will:
        first_mails.bar(conn, found.id, NOTHING, now)
    elif was:
        health.await_check(conn, wanted, now)
    else:
        health.put(conn, found.id, machine_now())


def signs_in_anew(
    conn: Connection, found: Mailbox, wanted: Mailbox, now: dt.datetime, *, tested: bool
) -> None:
    """What its servers said to the sign-in that was before counts no more."""
    mailboxes.change(conn, found.id, troubles=0, logins_refused=0)
    if tested:
        mailboxes.change(conn, found.id, sync_error="", send_error="", locked_out=False)
    if tested and paused_for_sign_in(found):
        awake = {"state": "active", **mailboxes.because(None), "refusal": None}
        mailboxes.change(conn, found.id, **service.AFRESH, **awake)
        events.record_event(conn, MailboxResumed(), now, mailbox_id=found.id)
    if found.reads_from != wanted.reads_from:
        look_anew(conn, found)


def look_anew(conn: Connection, found: Mailbox) -> None:
    """It is read from another server, or as another user: every folder from its first mail, before any follow-up leaves."""
    service.forget_provider(conn, found.id)
    if found.synced_at is not None:
        mailboxes.change(conn, found.id, synced_at=FORGOTTEN)


def paused_for_sign_in(found: Mailbox) -> bool:
    """Whether the engine paused it for what its servers said to its sign-in. Whom a person paused stays paused."""
    if found.state != "paused" or not found.paused_by_itself:
        return False
    said = found.why.params.get("said")
    return found.locked_out or (isinstance(said, Text) and said.code in signing_in.PAUSING_CODES)


def _signs_in_otherwise(before: Mailbox, wanted: Mailbox, wish: MailboxChange) -> bool:
    return bool(wish.password) or any(getattr(before, name) != getattr(wanted, name) for name in SIGN_IN)


def _check(wanted: Mailbox, wish: MailboxChange, today: dt.date | None) -> None:
    """`today`: where it is to sign in otherwise; some providers take no password any more."""
    problems = list(_name_problems(wish.name)) if wish.name is not None else []
    problems += _ended(wanted, today) if today else ()
    given = {"password": wish.password, "username": wish.username}
    problems += flaws.sign_in_problems(**{name: each for name, each in given.items() if each is not None})
    if wish.preset and wish.preset not in providers.KNOWN:
        problems.append(errors.Problem(_NO_PROVIDER, where="preset"))
    for what in (each for each in _SERVERS if getattr(wish, each) is not None):
        problems += flaws.server_problems(what, getattr(wanted, what))
    if wish.ca_file and (unreadable := tls.fault_of_pem(wish.ca_file)):
        problems.append(errors.Problem(unreadable, where="ca_file"))
    if wish.unknown_policy is not None:
        problems += flaws.policy_problems(wish.unknown_policy)
    problems += flaws.limit_problems(wish)
    ramp = ramping.written(wanted) if wish.ramp_up is None else wish.ramp_up
    problems += flaws.ramp_problems(ramp, wanted.daily_cap)
    problems += flaws.sender_problems(wish)
    if problems:
        raise errors.Invalid(problems)


_NO_PROVIDER = Text("is not one of the providers that are known here.").coded(SentenceCode.VALUE_UNFIT)


def _ended(wanted: Mailbox, today: dt.date) -> Iterator[errors.Problem]:
    if ended := providers.password_ended(wanted.address, wanted.smtp, wanted.imap, today):
        yield ended


def _name_problems(name: str) -> Iterator[errors.Problem]:
    yield from flaws.name_problems(name)
    if not name.strip():
        yield errors.Problem(flaws.EMPTY, where="name")


def _tidy(name: str) -> str:
    try:
        return contact_fields.tidy("name", name)
    except contact_fields.UnfitField:
        return name  # refused right behind this


def _wanted(context: Context, found: Mailbox, wish: MailboxChange) -> Mailbox:
    """The mailbox as it is to be, but for its password."""
    values: dict[str, Any] = {name: getattr(wish, name) for name in _PLAIN if getattr(wish, name) is not None}
    for name in SENDER:
        if name in values:
            values[name] = values[name].replace("\r\n", "\n").strip()
    if wish.name is not None:
        values["name"] = _tidy(wish.name)
    values |= {name: getattr(wish, name) or None for name in _CAPS if getattr(wish, name) is not None}
    if wish.ca_file is not None:
        values["ca_file"] = wish.ca_file or None
    values |= _servers(found, wish)
    if wish.ramp_up is not None and wish.ramp_up.strip() != ramping.written(found):
        values["ramp_up"] = ramping.row(context, wish.ramp_up)
    return dataclasses.replace(found, **values)


def _servers(found: Mailbox, wish: MailboxChange) -> dict[str, Server]:
    """Those that are to be others."""
    known = providers.KNOWN.get(wish.preset) if wish.preset else None
    usual = {what: getattr(known.servers if known else found, what) for what in _SERVERS}
    asked = {what: getattr(wish, what) or ServerChange() for what in _SERVERS}
    return {what: asked[what].over(server) for what, server in usual.items()}


_SERVERS = ("smtp", "imap")
_CAPS = ("daily_cap", "hourly_cap")  # 0, as it is asked for: none
_FIELDS = (
    *("name", *LIMITS, "ramp_up", "username", *_SERVERS),
    *("ca_file", "unknown_policy", "plus_addressing", *SENDER),
)
_PLAIN = ("gap_seconds", "jitter_seconds", "username", "unknown_policy", "plus_addressing", *SENDER)


def _columns(found: Mailbox, wanted: Mailbox) -> Iterator[tuple[str, Any]]:
    for name in _changed(found, wanted):
        if name in _SERVERS:
            yield from service.columns(name, getattr(wanted, name)).items()
        else:
            yield name, getattr(wanted, name)


def _changed(found: Mailbox, wanted: Mailbox) -> list[str]:
    return [name for name in _FIELDS if getattr(found, name) != getattr(wanted, name)]


def _told(found: Mailbox, wanted: Mailbox) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was changed, before and after, as it is written down."""
    changed = _changed(found, wanted)
    before, after = (
        {name: _plain(name, getattr(each, name)) for name in changed} for each in (found, wanted)
    )
    return before, after


def _plain(name: str, value: Any) -> Any:
    """A server as it is written; of a certificate and a signature, that there is one."""
    if name in ("ca_file", "signature", "signature_html"):
        return bool(value)
    if name == "ramp_up":
        return value["plan"] if value else ""
    return signing_in.place_of(value) if isinstance(value, Server) else value


def _said(after: Mapping[str, Any]) -> MailboxChanged:
    """What was changed, and how it is now. No cap is 0, as it is asked for."""
    plain: dict[str, Any] = {name: value or 0 if name in _CAPS else value for name, value in after.items()}
    return MailboxChanged(because(Code.MAILBOX_SETTINGS, **plain), **plain)
