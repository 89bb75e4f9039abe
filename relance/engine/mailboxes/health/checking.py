"""The records of a mailbox's domain and the host of its links, checked daily and away from every mail.

What is certain bars first mails, until it is mended or a person lets them go; what nobody knows bars nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.mailboxes.health import first_mails
from relance.engine.reasons import Why
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.mailboxes.health import StoredHealth
from relance.engine.store.mailboxes.mailboxes import NOTHING, Mailbox
from relance.engine.store.users import audit
from relance.mailbox import providers, tls
from relance.mailbox.account import Server
from relance.mailbox.health import authentication_results, examination
from relance.mailbox.health.dmarc import Passes
from relance.mailbox.health.findings import Finding, Grade, barring
from relance.mailbox.health.link_host import LinkHost, Reached
from relance.mailbox.health.records import OwnKey
from relance.mailbox.parsing.inbound import InboundMail
from relance.mailbox.providers.facts import Authentication

DAILY = dt.timedelta(days=1)
SOON = dt.timedelta(hours=1)  # where DNS was silent, or something bars first mails
LEASE = dt.timedelta(minutes=5)  # machine time in which one process looks, and no other


@dataclass(frozen=True)
class HealthFinding:
    """One result of a check."""

    check: str  # spf, dkim, dmarc, mx, links
    grade: str  # fine, unknown, warning, failed
    words: str  # what was found, and what to do
    why: Why | None = None  # the same, for programs


@dataclass(frozen=True)
class MailboxHealth:
    """How it stands with a mailbox's domain and its links."""

    address: str
    checked_at: dt.datetime | None  # machine time; None: not yet
    findings: tuple[HealthFinding, ...]
    barred: bool  # no first mail leaves
    anyway: bool  # a person lets first mails go, whatever is found
    practice: bool  # its server is on this computer: nothing is checked


def show(context: Context, address: str) -> MailboxHealth:
    """What the last check found."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        return _view(mailbox, health.of(conn, mailbox.id))


def every(context: Context) -> list[MailboxHealth]:
    """What the last checks found, of all mailboxes."""
    with context.database.read() as conn:
        every = mailboxes.list_all(conn)
        stored = health.of_some(conn, [each.id for each in every])
        return [_view(each, stored.get(each.id, StoredHealth())) for each in every]


def _view(mailbox: Mailbox, stored: StoredHealth) -> MailboxHealth:
    found = (Finding.read(dict(each)) for each in stored.findings)
    return MailboxHealth(
        mailbox.address,
        stored.checked_at,
        tuple(
            HealthFinding(each.check.value, each.grade.value, str(each.text), reasons.why_of(each.text))
            for each in found
        ),
        bool(mailbox.barred) and health.awaited_until(mailbox.barred) is None,
        stored.anyway,
        _practice(mailbox),
    )


def _practice(mailbox: Mailbox) -> bool:
    return tls.is_loopback(mailbox.smtp.host)


def check(context: Context, address: str) -> MailboxHealth:
    """Check a mailbox now: DNS and the host of its links are asked, half a minute at most. A mailbox whose server is on this
    computer is for practice, and is not checked."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
    if not _practice(mailbox):
        _check(context, mailbox)
    return show(context, address)


def _check(context: Context, mailbox: Mailbox) -> None:
    """Ask, and keep what was found; where the mailbox was changed meanwhile, it is about what is no more, and the change's own
    check stays due."""
    with context.database.read() as conn:
        seen = health.of(conn, mailbox.id).seen
    asked = _subject(context, mailbox)
    found = examination.examine(
        mailbox.address,
        asked.authentication,
        LinkHost(asked.base, _reached(context, mailbox)),
        context.open_dns(),
        _passes(seen),
        asked.key,
    )
    with context.database.write() as conn:
        mailboxes.lock(conn, [mailbox.id])
        if _subject(context, mailboxes.by_id(conn, mailbox.id)) == asked:
            _keep(conn, mailbox.id, found, context.clock.now())
        else:
            health.put(conn, mailbox.id, clock.machine_now())


@dataclass(frozen=True)
class _Subject:
    """What of a mailbox is examined."""

    smtp: Server
    authentication: Authentication | None  # of its provider
    base: str  # of its links
    key: OwnKey | None


def _subject(context: Context, mailbox: Mailbox) -> _Subject:
    provider = providers.at(mailbox.address, mailbox.smtp, mailbox.imap)
    known = provider.authentication if provider else None
    return _Subject(mailbox.smtp, known, context.links_of(mailbox).base, _own_key(context, mailbox))


def _reached(context: Context, mailbox: Mailbox) -> Reached:
    links = context.links_of(mailbox)
    return Reached.NOT_ASKED if links.only_here else context.reach_links(links.base)


def _own_key(context: Context, mailbox: Mailbox) -> OwnKey | None:
    key = context.signing_key(mailbox)
    return None if key is None else OwnKey(key.domain, key.name, key.record, key.public)


def _passes(seen: object) -> Passes | None:
    return None if not isinstance(seen, dict) else Passes(seen.get("spf"), seen.get("dkim"))


def _keep(conn: Connection, mailbox_id: int, found: Sequence[Finding], business: dt.datetime) -> None:
    now = clock.machine_now()
    bars = barring(found)
    calm = not bars and not any(each.grade is Grade.UNKNOWN for each in found)
    health.put(
        conn,
        mailbox_id,
        now + (DAILY if calm else SOON),
        checked_at=now,
        findings=[each.row() for each in found],
    )
    anyway = health.of(conn, mailbox_id).anyway
    first_mails.bar(conn, mailbox_id, NOTHING if anyway else bars, business)


def saw(context: Context, mailbox: Mailbox, mail: InboundMail) -> None:
    """A probe came back: keep what the receiving server noted of it, and check soon."""
    provider = providers.at(mailbox.address, mailbox.smtp, mailbox.imap)
    name = provider.authentication.authserv_id if provider and provider.authentication else ""
    noted = [value for key, value in mail.headers if key == "authentication-results"]
    found = authentication_results.trusted(noted, name, mailbox.imap.host)
    if found:
        seen = authentication_results.passes(found, mailbox.address)
        with context.database.write() as conn:
            health.put(conn, mailbox.id, clock.machine_now(), seen={"spf": seen.spf, "dkim": seen.dkim})


def let_go(context: Context, address: str, *, anyway: bool) -> MailboxHealth:
    """Let first mails leave whatever the checks find (`anyway`), or no longer."""
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        mailboxes.lock(conn, [mailbox.id])
        stored = health.of(conn, mailbox.id)
        if stored.anyway != anyway:
            health.put(conn, mailbox.id, clock.machine_now(), anyway=anyway)
            bars = barring([Finding.read(dict(each)) for each in stored.findings])
            first_mails.bar(conn, mailbox.id, NOTHING if anyway else bars, context.clock.now())
            told = {"before": {"health_anyway": stored.anyway}, "after": {"health_anyway": anyway}}
            audit.write(conn, "mailboxes.let_first_mails_go", mailbox.address, clock.machine_now(), **told)
    return show(context, address)


def look(context: Context, stop: Callable[[], bool] = lambda: False) -> int:
    """Check what is due; returns how many mailboxes that were. Waits for DNS."""
    with context.database.read() as conn:
        due = health.due(conn, clock.machine_now())
    count = 0
    for number in due:
        if stop():
            break
        mailbox = _taken(context, number)
        if mailbox is not None:
            _check(context, mailbox)
            count += 1
    return count


def _taken(context: Context, number: int) -> Mailbox | None:
    """A mailbox that nobody else looks at now, and that is worth a look."""
    now = clock.machine_now()
    with context.database.write() as conn:
        mailboxes.lock(conn, [number])
        mailbox = mailboxes.by_id(conn, number)
        if number not in health.due(conn, now):
            return None
        health.put(conn, number, now + (DAILY if _practice(mailbox) else LEASE))
    return None if _practice(mailbox) else mailbox
