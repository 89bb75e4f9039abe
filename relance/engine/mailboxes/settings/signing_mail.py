"""What signs a mailbox's mails (DKIM), for those who send through a server of their own: taken in or made, shown as the record that
DNS has to publish, taken away. The private key is sealed like a password and never shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxChanged
from relance.engine.mailboxes.health import first_mails
from relance.engine.reasons import Code, Why, because
from relance.engine.store import events
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.users import audit
from relance.mailbox import free_mail, providers
from relance.mailbox.composing import dkim
from relance.mailbox.composing.dkim import SigningKey
from relance.mailbox.health import dmarc, findings
from relance.mailbox.health.findings import Check, Finding
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

SELECTOR = "relance"
KINDS = ("rsa", "ed25519")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_LONGEST_NAME = 253  # RFC 1035, 2.3.4, as text


@dataclass(frozen=True)
class SigningRequest:
    """What is to sign a mailbox's mails. `key`: the private key in PEM; empty: one is made, of `kind` (rsa or ed25519).
    `domain` empty: the address's. `replace`: also where another key signs under that very name, whose record is void then."""

    key: str = field(default="", repr=False)
    selector: str = SELECTOR
    domain: str = ""
    kind: str = "rsa"
    replace: bool = False


@dataclass(frozen=True)
class MailSigning:
    """What signs a mailbox's mails, and what DNS has to say of it. Empty: they leave as they are."""

    address: str
    domain: str = ""
    selector: str = ""
    kind: str = ""  # rsa, ed25519
    name: str = ""  # where it is published, as TXT
    record: str = ""  # what is published there
    published: bool | None = None  # whether DNS publishes it, as the last check found; None: not known
    testing: bool = False  # it is published as a test, and receivers count the mail as unsigned
    notes: tuple[str, ...] = ()  # what is worth knowing before it is
    notes_why: tuple[Why, ...] = ()  # the same, for programs


def show(context: Context, address: str) -> MailSigning:
    """What signs a mailbox's mails."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        found = health.of(conn, mailbox.id)
    key = context.signing_key(mailbox)
    notes = list(_notes(mailbox, key))
    told = tuple(str(each) for each in notes), reasons.whys_of(notes)
    if key is None:
        return MailSigning(mailbox.address, notes=told[0], notes_why=told[1])
    code = _said(found.findings)
    there = key.name, key.record, _IN_DNS.get(code), code == SentenceCode.DKIM_TESTING
    return MailSigning(mailbox.address, key.domain, key.selector, key.kind, *there, *told)


_IN_DNS: Mapping[str, bool] = {
    SentenceCode.DKIM_OWN_KEY: True,
    SentenceCode.DKIM_PASSES: True,  # what became of a mail is only told where the key is there
    SentenceCode.DKIM_FAILS: True,
    SentenceCode.DKIM_TESTING: True,
    SentenceCode.DKIM_NOT_PUBLISHED: False,
    SentenceCode.DKIM_OTHER_KEY: False,
}


def published(found: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether DNS publishes the key that signs, by the stored findings of the last check; None where they do not say."""
    return _IN_DNS.get(_said(found))


def _said(found: Sequence[Mapping[str, Any]]) -> str:
    """What the last check found of DKIM, as a code."""
    return next(
        (each.text.code for each in map(Finding.read, map(dict, found)) if each.check is Check.DKIM), ""
    )


def in_dns(conn: Connection, some: Iterable[Mailbox]) -> dict[int, bool | None]:
    """The same of those of some mailboxes that have such a key."""
    found = health.of_some(conn, [each.id for each in some if each.dkim_domain])
    return {number: published(each.findings) for number, each in found.items()}


def sign(context: Context, address: str, wish: SigningRequest) -> MailSigning:
    """Sign every mail that is written from now on; what is written already leaves as it is. First mails wait until DNS was asked
    for the public key. Raises `errors.Invalid` with every mistake and where it would take the place of another key under the same name,
    and stores nothing then."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
    selector, domain = wish.selector.strip().lower(), wish.domain.strip().rstrip(".").lower()
    key = _checked(wish, selector, domain or mailbox.address.rpartition("@")[2], mailbox)
    sealed = context.vault.seal(dkim.to_keep(key.der), f"dkim/{mailbox.address}")
    values: dict[str, object] = {
        "dkim_key": sealed,
        "dkim_selector": key.selector,
        "dkim_domain": key.domain,
    }
    with context.database.write() as conn:
        mailboxes.lock(conn, [mailbox.id])
        if not wish.replace:
            _require_free(context, mailboxes.by_id(conn, mailbox.id), key)
        _store(conn, context, mailbox, values, key.name)
    return show(context, address)


def _require_free(context: Context, mailbox: Mailbox, key: SigningKey) -> None:
    """DNS may publish the key that signs now: under its own name another one voids every signature from that second on."""
    if not mailbox.dkim_key or (mailbox.dkim_selector, mailbox.dkim_domain) != (key.selector, key.domain):
        return
    if context.signing_key(mailbox) == key:
        return
    said = _unfit(Text("another key signs under this name, and its record in DNS would be void at once."))
    other = next_selector(key.selector)
    hint = Text(
        "Take another selector, such as {selector}: both records can be there for a while.", selector=other
    )
    command = Text("`--replace` puts the new key in its place all the same.")
    raise errors.Invalid([errors.Problem(said, "dkim_selector", hint, command=command)])


def stop(context: Context, address: str) -> MailSigning:
    """Sign no mail any more; the key is deleted here."""
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        if mailbox.dkim_key:
            _store(conn, context, mailbox, {"dkim_key": None, "dkim_selector": "", "dkim_domain": ""}, "")
    return show(context, address)


def _store(
    conn: Connection, context: Context, mailbox: Mailbox, values: dict[str, object], name: str
) -> None:
    mailboxes.lock(conn, [mailbox.id])
    before = mailboxes.by_id(conn, mailbox.id)
    was = dkim.record_name(before.dkim_selector, before.dkim_domain) if before.dkim_key else ""
    mailboxes.change(conn, mailbox.id, **values)
    # What was seen of its mails, and found in DNS, was about another key.
    _forget_findings(conn, before, context.clock.now())
    if name:
        health.await_check(conn, mailboxes.by_id(conn, before.id), context.clock.now())
    said = MailboxChanged(because(Code.MAILBOX_SETTINGS, dkim=name), dkim=name)
    events.record_event(conn, said, context.clock.now(), mailbox_id=mailbox.id)
    told = {"before": {"dkim": was}, "after": {"dkim": name}}
    audit.write(conn, "mailboxes.sign_mails", mailbox.address, clock.machine_now(), **told)


def _forget_findings(conn: Connection, mailbox: Mailbox, now: dt.datetime) -> None:
    """None of them bars a first mail any more, and it is looked again at once. `now`: business time."""
    stored = health.of(conn, mailbox.id)
    left = [each for each in stored.findings if each["check"] != Check.DKIM.value]
    health.put(conn, mailbox.id, clock.machine_now(), seen=None, findings=left)
    if health.awaited_until(mailbox.barred) is None and mailbox.barred:
        bars = findings.barring([Finding.read(dict(each)) for each in left])
        first_mails.bar(conn, mailbox.id, bars, now)


def _checked(wish: SigningRequest, selector: str, domain: str, mailbox: Mailbox) -> SigningKey:
    problems = []
    if not _NAME.fullmatch(selector) or len(dkim.record_name(selector, domain)) > _LONGEST_NAME:
        problems.append(errors.Problem(_unfit(_NO_SELECTOR), where="dkim_selector"))
    own = mailbox.address.rpartition("@")[2]
    if own in free_mail.DOMAINS:
        refused = Text("{domain} belongs to its provider, who signs its mail.", domain=own)
        problems.append(errors.Problem(_unfit(refused), where="dkim_domain"))
    elif not _NAME.fullmatch(domain) or not dmarc.aligned(domain, own, strict=False):
        refused = Text("has to be {domain}, or of the same organisation.", domain=own)
        problems.append(errors.Problem(_unfit(refused), where="dkim_domain"))
    if wish.kind not in KINDS:
        problems.append(errors.Problem(_unfit(_NO_KIND), where="dkim_kind"))
    der = b""
    try:
        if not problems:
            der = dkim.read(wish.key) if wish.key else dkim.make(wish.kind)
    except dkim.UnfitSigningKey as unfit:
        problems.append(errors.Problem(_unfit(unfit.text), where="dkim_key"))
    if problems:
        raise errors.Invalid(problems)
    return SigningKey(domain, selector, der)


_NO_SELECTOR = Text("must be a name as DNS has it, such as relance2026.")
_NO_KIND = Text("must be rsa or ed25519.")


def _unfit(text: Text) -> Text:
    return text.coded(SentenceCode.VALUE_UNFIT)


def _notes(mailbox: Mailbox, key: SigningKey | None) -> Iterator[Text]:
    provider = providers.at(mailbox.address, mailbox.smtp, mailbox.imap)
    if provider and provider.authentication and provider.authentication.dkim_selectors:
        yield Text(
            "{provider} can sign the mail of its customers itself. A second signature does no harm, but it is not needed.",
            provider=provider.title,
        ).coded(SentenceCode.DKIM_BY_PROVIDER)
    if key is not None and key.kind == "ed25519":
        said = Text("Many receivers do not know Ed25519 yet: to them the mail is unsigned.")
        yield said.coded(SentenceCode.DKIM_KIND_NEW)


def next_selector(now: str) -> str:
    """A name for another key, so that both can be published for a while: relance, relance2, relance3."""
    name, number = re.fullmatch(r"(.*?)(\d{0,9})", now).groups()  # type: ignore[union-attr]
    return f"{name}{int(number or 1) + 1}" if now else SELECTOR
