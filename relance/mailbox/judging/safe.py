"""Judging one raw mail outside of a mailbox, and judging that never fails: what defeats the rules, a person must read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from relance.mailbox import judging
from relance.mailbox.parsing import files, header_fields, message
from relance.mailbox.parsing.inbound import Inbound, Judgement, Kind


@dataclass(frozen=True)
class Known:
    """What is known besides the mail itself."""

    received: dt.datetime  # aware
    own: Collection[str] = ()  # the addresses of our mailboxes
    sent_texts: Sequence[str] = ()  # what we sent to this person
    mailed: Collection[str] = ()  # the addresses we mailed
    own_hosts: Collection[str] = ()  # the mailbox's servers and domain


def judge(mail: Inbound, known: Known) -> Judgement:
    """What a mail is. A mistake in a rule makes it one that could not be read; it never stops a mailbox."""
    try:
        return judging.judge(
            mail,
            received=known.received,
            own_addresses=known.own,
            sent_texts=known.sent_texts,
            mailed=known.mailed,
            own_hosts=known.own_hosts,
        )
    except Exception as mistake:  # the last fence: no mail is ever left out
        words = f"{type(mistake).__name__}: {mistake}"[:160]
        return Judgement(Kind.UNREADABLE, "the rules could not read it", words, version=judging.VERSION)


def own_words(mail: Inbound, sent_texts: Sequence[str]) -> str:
    """The person's own words; the whole text where they cannot be told apart."""
    try:
        return judging.answer_text(mail, sent_texts)
    except Exception:  # as above
        return mail.text


@dataclass(frozen=True)
class Specimen:
    """One raw mail of a file, judged."""

    file: str
    number: int  # which one of the file, from 1
    kind: str
    until: dt.date | None
    substitute: str | None
    recipient: str | None
    status: str | None
    intent: str | None
    language: str | None
    rule: str
    evidence: str
    notes: tuple[str, ...]
    rules_version: int
    message_id: str | None
    from_address: str | None
    subject: str
    received: dt.datetime  # what its dates were read by


def of_file(
    path: Path, *, now: dt.datetime, received: dt.datetime | None = None, own: Collection[str] = ()
) -> Iterator[Specimen]:
    """Every mail of a file (.eml, mbox) or folder (maildir, or of files). Raises only `OSError`.

    A mail's dates are read by when it was `received`: as given, else as the last server or the mail itself says,
    else `now`.
    """
    addresses = frozenset(each.strip().lower() for each in own)
    for filed in files.mails(path):
        mail = message.read(filed.raw, size=filed.size, truncated=filed.size > len(filed.raw))
        at = received or _received(mail) or mail.date or now
        yield _specimen(filed, mail, judge(mail, Known(at, addresses)), at)


def _received(mail: Inbound) -> dt.datetime | None:
    """When the last server took it in, as it wrote into the topmost Received header (RFC 5321, 4.4)."""
    line = mail.header("received") or ""
    return header_fields.date(line.rpartition(";")[2].encode("utf-8", "replace")) if ";" in line else None


def _specimen(filed: files.Filed, mail: Inbound, judged: Judgement, at: dt.datetime) -> Specimen:
    own = {field.name for field in dataclasses.fields(judged)} & set(Specimen.__dataclass_fields__)
    values = {name: getattr(judged, name) for name in own}
    values |= {"kind": judged.kind.value, "rules_version": judged.version}
    return Specimen(
        file=filed.file,
        number=filed.number,
        message_id=mail.message_id,
        from_address=mail.from_address,
        subject=mail.subject,
        received=at,
        **values,
    )
