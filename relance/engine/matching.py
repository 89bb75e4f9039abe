"""Whose mail is this? Keys are tried in order, the surest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.news import Match
from relance.engine.store import contacts, enrollments, messages
from relance.engine.store.contacts import Contact
from relance.engine.store.messages import Message
from relance.mailbox import address
from relance.mailbox.inbound import Inbound


@dataclass(frozen=True)
class Found:
    """Whom a mail concerns, by which key, and how sure that is."""

    match: Match
    by: str = ""
    contact: Contact | None = None
    message: Message | None = None  # the mail of ours it speaks of, where it names one

    @property
    def contact_id(self) -> int | None:
        """The contact's id, where there is one."""
        return self.contact.id if self.contact else None


NOBODY = Found(Match.NONE)


def find(conn: Connection, mail: Inbound) -> Found:
    """Whom a mail concerns: by the mail of ours it names, by its sender, by the address it reports on, by company."""
    return (
        _by_key(conn, mail)
        or _by_sender(conn, mail)
        or _by_report(conn, mail)
        or _by_company(conn, mail)
        or NOBODY
    )


def _by_key(conn: Connection, mail: Inbound) -> Found | None:
    named = (*mail.in_reply_to, *reversed(mail.references), *mail.returned_ids, *mail.aliases)
    known = messages.by_keys(conn, named)
    message = next((known[key] for key in named if key in known), None)
    if message is None:
        return None
    return _certain(conn, message, "a mail of ours it names")


def _certain(conn: Connection, message: Message, by: str) -> Found:
    return Found(Match.CERTAIN, by, contacts.by_ids(conn, [message.contact_id])[message.contact_id], message)


def _by_sender(conn: Connection, mail: Inbound) -> Found | None:
    if mail.from_address is None:
        return None
    contact = contacts.by_emails(conn, [mail.from_address]).get(mail.from_address)
    if contact is None or not enrollments.of_contact(conn, [contact.id]):
        return None
    return Found(Match.CERTAIN, "the sender's address", contact, messages.to_recipient(conn, contact.email))


def _by_report(conn: Connection, mail: Inbound) -> Found | None:
    """A bounce that returns nothing of ours still names whom it could not reach."""
    for report in mail.reports:
        for recipient in (report.original_recipient, report.final_recipient):
            message = messages.to_recipient(conn, recipient.lower()) if recipient else None
            if message is not None:
                return _certain(conn, message, "the recipient a report names")
    return None


def _by_company(conn: Connection, mail: Inbound) -> Found | None:
    """Another address of the same company, about the same subject: soft, for a person to look at."""
    domain = (mail.from_address or "").rpartition("@")[2]
    organisation = address.organisation(domain) if domain else None
    if not organisation:
        return None
    subject = bare_subject(mail.subject)
    for contact in contacts.of_organisation(conn, organisation):
        sent = [each for each in messages.of_contact(conn, contact.id) if each.transmitting_at is not None]
        alike = next(
            (each for each in reversed(sent) if subject and bare_subject(each.subject) == subject), None
        )
        if alike is not None:
            return Found(Match.SOFT, "a colleague's address and our subject", contact, alike)
    return None


_PREFIXES = ("re", "aw", "odp", "fw", "fwd", "wg", "pd", "tr", "sv", "vs", "rif", "antw", "res", "enc", "rv")


def bare_subject(subject: str) -> str:
    """A subject without answer and forward marks in the usual languages, for comparing."""
    rest = subject.strip().casefold()
    while True:
        mark, colon, after = rest.partition(":")
        if not colon or mark.strip().rstrip("[]0123456789 ") not in _PREFIXES:
            return " ".join(rest.split())
        rest = after.strip()


def concerned(conn: Connection, found: Found) -> Sequence[enrollments.Enrollment]:
    """The enrollments a mail speaks to: every one of the person's, for somebody who answered is not to be chased."""
    if found.contact is None:
        return ()
    mine = enrollments.of_contact(conn, [found.contact.id])
    if found.match is Match.SOFT:
        return [row for row in mine if row.state in states.OPEN]
    return mine
