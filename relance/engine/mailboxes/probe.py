"""A probe: a mail that a mailbox sends itself, to see what its provider makes of mail. Pure.

It is told from all other mail by its id or its subject, so that a look into the mailbox leaves it aside, whenever it
comes and whatever was written over it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from relance.engine.store.mailboxes.provider_traits import IdClue, ProviderHabits
from relance.mailbox.account import Account
from relance.mailbox.composing import compose
from relance.mailbox.composing.dkim import SigningKey
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing import provider_ids, reports
from relance.mailbox.parsing.inbound import InboundMail

_ID = re.compile(rf"<{re.escape(compose.PROBE)}\.[0-9a-f]{{30}}@[^<>\s]+>")
_SUBJECT = re.compile(r"Relance mailbox test \([0-9a-f]{30}\)")
_TEXT = (
    "This mailbox sent this mail to itself, to see how its provider treats mail (`relance mailbox test`).\n"
    "It has done its work and can be deleted.\n"
)


@dataclass(frozen=True)
class Probe:
    """One probe, ready to leave."""

    address: str
    message_id: str
    subject: str
    raw: bytes

    def is_in(self, mail: InboundMail) -> bool:
        """Whether this mail is the probe, under whichever name."""
        return self.message_id in (mail.message_id, *mail.aliases) or self.subject in mail.subject


def write(account: Account, token: str, now: dt.datetime, key: SigningKey | None = None) -> Probe:
    """A new probe, signed as every mail of the mailbox; `token` is 30 hexadecimal digits nobody can guess."""
    message_id = compose.new_probe_id(token, account.address.rpartition("@")[2])
    subject = f"Relance mailbox test ({token})"
    draft = compose.MailDraft(
        from_name=account.name,
        from_address=account.address,
        to_name=account.name,
        to_address=account.address,
        subject=subject,
        text=_TEXT,
        html=None,
        message_id=message_id,
        date=now,
    )
    return Probe(account.address.lower(), message_id, subject, compose.compose(draft, key))


def is_probe(mail: InboundMail, own: Collection[str]) -> bool:
    """Whether a mail is a probe of any mailbox of ours, or only a machine's word about one.

    An id of a probe is enough where the mail bears it; nobody else can know one. Under another id it is known by its
    subject or by the probe it answers, but then only if it goes from ourselves to ourselves: a person who got it
    forwarded may answer it. A report returns the probe, and nothing else of ours.
    """
    if _any_probe((mail.message_id or "", *mail.aliases)):
        return True
    if mail.from_address in own and all(each in own for each in mail.to):
        return bool(_SUBJECT.search(mail.subject)) or _any_probe((*mail.in_reply_to, *mail.references))
    about = (*mail.returned_ids, *(f"<{each.envelope_id}>" for each in mail.reports if each.envelope_id))
    return bool(mail.reports) and bool(about) and all(_ID.fullmatch(each) for each in about)


def _any_probe(ids: Collection[str]) -> bool:
    return any(_ID.fullmatch(each) for each in ids)


@dataclass(frozen=True)
class Sighting:
    """The probe as it lies in a folder, and how many seconds after it left that was seen."""

    folder: str
    role: FolderRole
    mail: InboundMail
    seconds: float = 0.0

    @property
    def came_back(self) -> bool:
        """Whether it was delivered there; a copy in Sent, or in a folder of everything, says only that it left."""
        return self.role not in (FolderRole.SENT, FolderRole.ALL)


def learn(
    probe: Probe, reply: str, seen: Collection[Sighting], files_sent: bool | None, now: dt.datetime
) -> ProviderHabits:
    """What the places where the probe was seen, and the words of the 250 (`reply`), say of the provider."""
    back = next((each for each in seen if each.came_back), None)
    if back is None:
        return ProviderHabits(now, files_sent=files_sent)
    given = back.mail.message_id or ""
    given = "" if given == probe.message_id else given
    sender = back.mail.from_address or ""
    return ProviderHabits(
        now,
        back.folder,
        round(back.seconds, 1),
        given,
        tuple(_telling(reply, given, seen)) if given else (),
        tuple(_noted(probe, back.mail)) if given else (),
        "" if sender == probe.address else sender,
        files_sent,
    )


def _telling(reply: str, given: str, seen: Collection[Sighting]) -> list[IdClue]:
    """Where a mail to somebody else would show the given id together with ours."""
    found = []
    if set(provider_ids.in_reply(reply)) & set(provider_ids.spellings([given])):
        found.append(IdClue.SERVER_ANSWER)
    if any(not each.came_back and given in (each.mail.message_id, *each.mail.aliases) for each in seen):
        found.append(IdClue.SENT_COPY)
    return found


def _noted(probe: Probe, mail: InboundMail) -> list[str]:
    return [
        name
        for name in reports.ALIAS_HEADERS
        if any(key == name and probe.message_id in value for key, value in mail.headers)
    ]
