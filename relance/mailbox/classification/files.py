"""Raw mails of files judged, each with the dates read by when it was received."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from relance.mailbox.classification.safe import Known, judge
from relance.mailbox.parsing import files, header_fields, message
from relance.mailbox.parsing.inbound import Classification, InboundMail


@dataclass(frozen=True)
class ClassifiedMail:
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
    intent_evidence: str
    notes: tuple[str, ...]
    rules_version: int
    message_id: str | None
    from_address: str | None
    subject: str
    received: dt.datetime  # what its dates were read by
    failure: str | None = None  # of a mail that came back: why, and how far ours had come
    stage: str | None = None


def of_file(
    path: Path, *, now: dt.datetime, received: dt.datetime | None = None, own: Collection[str] = ()
) -> Iterator[ClassifiedMail]:
    """Every mail of a file (.eml, mbox) or folder (maildir, or of files). Raises only `OSError`.

    A mail's dates are read by when it was `received`: as given, else as the last server or the mail itself says,
    else `now`.
    """
    addresses = frozenset(each.strip().lower() for each in own)
    for filed in files.mails(path):
        mail = message.read(filed.raw, size=filed.size, truncated=filed.size > len(filed.raw))
        at = received or _received(mail) or mail.date or now
        yield _specimen(filed, mail, judge(mail, Known(at, addresses)), at)


def _received(mail: InboundMail) -> dt.datetime | None:
    """When the last server took it in, as it wrote into the topmost Received header (RFC 5321, 4.4)."""
    line = mail.header("received") or ""
    return header_fields.date(line.rpartition(";")[2].encode("utf-8", "replace")) if ";" in line else None


def _specimen(
    filed: files.Filed, mail: InboundMail, judged: Classification, at: dt.datetime
) -> ClassifiedMail:
    own = {field.name for field in dataclasses.fields(judged)} & set(ClassifiedMail.__dataclass_fields__)
    values = {name: getattr(judged, name) for name in own}
    values |= {"kind": judged.kind.value, "evidence": str(judged.evidence), "rules_version": judged.version}
    values |= {"notes": tuple(map(str, judged.notes))}
    return ClassifiedMail(
        file=filed.file,
        number=filed.number,
        message_id=mail.message_id,
        from_address=mail.from_address,
        subject=mail.subject,
        received=at,
        **values,
    )
