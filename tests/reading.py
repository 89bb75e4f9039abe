"""A mail heard by the engine as if it lay in a mailbox: parsed, matched, judged and acted upon, on a real database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.reading import whole_folder
from relance.engine.mailboxes.look import Look
from relance.engine.mailboxes.watermarks import ANEW, Progress
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import aliases, leases, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.imap.folders import Folder, FolderRole
from relance.mailbox.imap.responses import Fetched
from tests import engine_house

ADA, KIM, MIA = "ada@sales.example", "kim@lake.example", "mia@lake.example"
LINE = "We follow up on every offer, so that none is forgotten."
_UIDS = itertools.count(100)


def enrolled(house: Context, *persons: str, text: str = engine_house.TRIAL) -> None:
    """Ada's mailbox, these people, and a sequence they are in."""
    engine_house.add_mailbox(house)
    for person in persons:
        contact_service.add(house, person, {"first_name": person.partition("@")[0].title()})
    published = publish.publish(house, text)
    report = enroll.enroll(house, EnrollRequest(published.name, persons))
    assert report.enrolled == len(persons), report.skipped


def row(house: Context, person: str = KIM) -> Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=person)[0].enrollment


def wrote(house: Context, person: str = KIM, state: MessageState = MessageState.ACCEPTED) -> Message:
    """The first step went out to somebody, with our mark in its Message-ID."""
    at = row(house, person)
    token = house.own_ids.token(at.id, "Trial", person, "intro")
    mail = engine_house.add_message(
        house,
        dataclasses.replace(at, step="intro"),
        state,
        message_id=f"<{token}@sales.example>",
        recipient=person,
        subject="Fewer forgotten follow-ups",
        body=LINE,
    )
    return mail


def letter(
    sender: str,
    subject: str = "Re: Fewer forgotten follow-ups",
    text: str = "Please call me.",
    **headers: str,
) -> bytes:
    """A mail as bytes; `headers` by their names, with _ for -."""
    named = {"From": sender, "To": ADA, "Subject": subject, "Message-ID": f"<{next(_UIDS)}@world.example>"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{head}\r\n{text}\r\n".encode()


def hear(
    house: Context,
    *raws: bytes,
    mailbox: str = ADA,
    role: FolderRole = FolderRole.INBOX,
    received: dt.datetime | None = None,
) -> int:
    """These mails lie in a folder and are read; returns how many concern us. `received`: by the server's clock."""
    with house.database.write() as conn:
        found = mailboxes.named(conn, mailbox)
        lease = leases.acquire(conn, found.id, "reader", alone=True)
        own = aliases.own_addresses(conn)
    assert lease is not None
    now = house.clock.now()
    look = Look(house, lease, found, now, own)
    folder = Folder("INBOX" if role is FolderRole.INBOX else role.value, role, 7, 1)
    window = [Fetched(next(_UIDS), raw, len(raw), False, received or now, None) for raw in raws]
    count = whole_folder._window(look, Progress(folder, ANEW), window, None)  # type: ignore[arg-type]
    with house.database.write() as conn:
        leases.release(conn, lease, None)
    return count


__all__ = [
    "ADA",
    "KIM",
    "LINE",
    "MIA",
    "enrolled",
    "enrollments",
    "hear",
    "letter",
    "messages",
    "row",
    "wrote",
]
