"""The mails of one look: read, judged and matched, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.engine import Connection

from relance.engine.inbound import match
from relance.engine.inbound.apply import NewReply, concerns_us
from relance.engine.inbound.match import Match
from relance.engine.inbound.reading import rescan, sent_copies
from relance.engine.inbound.reading.sent_copies import Copy
from relance.engine.journal import evidence
from relance.engine.journal.evidence import Evidence
from relance.engine.mailboxes.look import Look
from relance.engine.store.inbound import replies
from relance.engine.store.sending import messages
from relance.mailbox.classification import safe
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.imap.folders import Folder
from relance.mailbox.imap.responses import Fetched
from relance.mailbox.parsing import authorship, message
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind

Read = tuple[Fetched, InboundMail]
RAW_LIMIT = 512 * 1024
# Bytes of a mail that are kept for judging it again.


def may_concern(look: Look, fetched: Fetched) -> bool:
    """Whether a mail of which only some headers were read must be read whole."""
    mail = read(fetched)
    if (
        authorship.is_ours(mail.from_address, look.own)
        or rescan.of_a_machine(mail)
        or shown(look, fetched, mail)
    ):
        return True
    came = fetched.internal_date or look.now
    seen = match.FoundWhere(
        look.mailbox.id, came, look.recipients, look.own, fetched.thread_id, linked=_linked(look, mail)
    )
    with look.context.database.read() as conn:
        if replies.stored_keys(conn, look.mailbox.id, [_dedupe(fetched, mail)]):
            return False
        return match.find(conn, mail, seen) != match.NOBODY


def shown(look: Look, fetched: Fetched, mail: InboundMail) -> list[Evidence]:
    """What a mail shows of mails of ours, whether a row tells of them or not."""
    context, came = look.context, min(fetched.internal_date or look.now, look.now)
    if is_our_own(look, mail):
        if mail.filed_by_us:
            return []
        return evidence.of_copy(context.own_ids, context.links, mail, came)
    return evidence.of_incoming(context.own_ids, mail, came)


def is_our_own(look: Look, mail: InboundMail, *, answers_us: bool = False) -> bool:
    """Whether we wrote it: by our mark in its Message-ID, or by From, where nothing speaks against that."""
    if mail.from_address not in look.own:
        return False
    ids = look.context.own_ids
    if ids.find_ours(each for each in (mail.message_id, *mail.aliases) if each):
        return True
    answers_us = answers_us or bool(ids.find_ours((*mail.in_reply_to, *mail.references)))
    if answers_us and authorship.came_to_us_alone(mail, look.own):
        return False
    return authorship.wrote_it_ourselves(mail, look.own)


def copies(look: Look, folder: Folder, read: Sequence[Read]) -> list[Copy]:
    """Mails of our own that lie among the others: in an inbox we wrote to ourselves, in Gmail's All Mail."""
    return [
        Copy(mail, folder.name, folder.uidvalidity, fetched.uid, in_sent=False, thread_id=fetched.thread_id)
        for fetched, mail in read
        if is_our_own(look, mail)
    ]


def threads(conn: Connection, look: Look, copies: Sequence[Copy]) -> dict[str, messages.Message]:
    """Which conversations these copies belong to, for answers that were read together with them."""
    ours = sent_copies.matched(conn, look.mailbox.id, copies)
    found = ((copies[place].thread_id, mail) for place, mail in ours.items())
    return {thread: mail for thread, mail in found if thread is not None}


def items(
    conn: Connection,
    look: Look,
    folder: Folder,
    read: Sequence[Read],
    threads: Mapping[str, messages.Message],
) -> Iterator[NewReply]:
    """Those mails of a window that concern us and were not kept before, judged and matched."""
    known = replies.stored_keys(conn, look.mailbox.id, [_key(folder, each, mail) for each, mail in read])
    for fetched, mail in read:
        key = _key(folder, fetched, mail)
        if key in known:
            continue
        known.add(key)
        received = fetched.internal_date or look.now
        ours = mail.filed_by_us or bool(shown(look, fetched, mail))
        seen = match.FoundWhere(
            look.mailbox.id,
            received,
            look.recipients,
            look.own,
            fetched.thread_id,
            threads,
            _linked(look, mail),
            ours,
        )
        found = match.find(conn, mail, seen)
        item = _item(conn, look, folder, fetched, mail, found)
        if concerns_us(found, item.judgement):
            yield item


def _linked(look: Look, mail: InboundMail) -> tuple[str, ...]:
    """Whom mails of ours went to that are quoted in it, as their unsubscribe links say."""
    claims = (look.context.links.sealed(each) for each in mail.opt_out_links)
    return tuple(dict.fromkeys(each.carried.lower() for each in claims if each is not None and each.carried))


def read(fetched: Fetched) -> InboundMail:
    """A fetched mail, parsed."""
    return message.read(fetched.raw, size=fetched.size, truncated=fetched.truncated)


def _key(folder: Folder, fetched: Fetched, mail: InboundMail) -> str:
    """What could not be read is not a mail that was read: should the server give it one day, it is new."""
    if fetched.trouble:
        return f"not given {folder.name} {folder.uidvalidity}:{fetched.uid}"
    return _dedupe(fetched, mail)


def _dedupe(fetched: Fetched, mail: InboundMail) -> str:
    """A mail moved by a filter, or seen again in All Mail, is one mail; an id alone may be used twice by mistake."""
    if mail.message_id is None:
        return hashlib.sha256(fetched.raw or str(fetched.uid).encode()).hexdigest()
    said = f"{mail.from_address}\n{mail.date}\n{mail.subject}"
    return f"{mail.message_id} {hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _item(
    conn: Connection, look: Look, folder: Folder, fetched: Fetched, mail: InboundMail, found: Match
) -> NewReply:
    sent = messages.of_contact(conn, found.contact.id) if found.contact else []
    texts, recipients = [each.body for each in sent], [each.recipient for each in sent]
    received = fetched.internal_date or look.now
    if fetched.trouble:
        judgement = Classification(Kind.UNREADABLE, "the server could not give it", fetched.trouble)
    else:
        # One of our addresses that somebody else answers through says nothing of who wrote.
        ours = is_our_own(look, mail, answers_us=found.proven)
        own = look.own if ours else look.own - {mail.from_address}
        words = [OurMail(each.body, each.subject) for each in sent]
        known = safe.Known(received, own, words, recipients, look.mailbox.hosts)
        judgement = safe.judge(mail, known)
    return NewReply(
        mailbox_id=look.mailbox.id,
        folder=folder.name,
        uidvalidity=folder.uidvalidity,
        uid=fetched.uid,
        dedupe=_key(folder, fetched, mail),
        mail=mail,
        raw=fetched.raw[:RAW_LIMIT],
        received_at=received,
        found=found,
        judgement=judgement,
        words=safe.own_words(mail, texts),
    )
