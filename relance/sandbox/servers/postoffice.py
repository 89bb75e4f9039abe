"""What the servers decide: who may send, who may receive, and where a mail goes. Runs on the servers' loop."""

from __future__ import annotations

import email.utils
import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from relance import clock as clocks
from relance.sandbox import record
from relance.sandbox.letters import headers
from relance.sandbox.servers import imapserver

Doorkeeper = Callable[[str], "str | None"]
Listener = Callable[[record.Arrived], None]


@dataclass(frozen=True)
class Rep:
    """A salesperson's mailbox. Where `files_sent` is set the server files a copy of every sent mail."""

    address: str
    password: str = field(repr=False)
    files_sent: bool = True


@dataclass(frozen=True)
class Mail:
    """A mail to be put into a rep's folder, with what the record should say of it."""

    raw: bytes
    kind: record.Kind
    person: str  # the person it is about
    from_address: str
    answers: str = ""  # the Message-ID it answers
    folder: str = "INBOX"


class PostOffice:
    """The desk of the submission server; it files into the IMAP server."""

    def __init__(self, clock: clocks.Clock, book: record.Record, imap: imapserver.ImapServer) -> None:
        self._clock = clock
        self._book = book
        self._imap = imap
        self._queue = itertools.count(1)
        self.reps: dict[str, Rep] = {}
        self.doorkeepers: list[Doorkeeper] = []
        self.listeners: list[Listener] = []

    async def open(self, rep: Rep) -> None:
        """Open a mailbox."""
        await self._imap.add_user(rep.address, rep.password)
        self.reps[rep.address] = rep

    def password_of(self, user: str) -> str | None:
        """The password of a rep, or None for nobody."""
        rep = self.reps.get(user)
        return rep.password if rep else None

    def moment(self) -> record.Moment:
        """The next place in the order of events."""
        return self._book.moment()

    def refusal(self, user: str, recipient: str) -> str | None:
        """The first doorkeeper's reply that turns the recipient away, or None."""
        for ask in self.doorkeepers:
            reply = ask(recipient)
            if reply is not None:
                self._book.add(functools.partial(_turned, user, recipient, reply))
                return reply
        return None

    async def accept(self, user: str, asked: record.Moment, recipients: list[str], raw: bytes) -> str:
        """Write a mail into the record, hand it on, file the rep's own copy."""
        for recipient in recipients:
            await self._deliver(self._arrived(user, asked, recipient, raw))
        if self.reps[user].files_sent and _is_from(user, raw):
            await self.place(user, Mail(raw, record.Kind.SENT_COPY, recipients[0], user, folder="Sent"))
        return f"Ok: queued as {next(self._queue):08X}"

    async def place(self, rep: str, mail: Mail) -> record.Placed:
        """Put a mail into a rep's folder, then write it into the record."""
        seen = mail.kind is record.Kind.SENT_COPY
        await self._imap.append(rep, mail.folder, mail.raw, self._clock.now(), seen=seen)
        subject = headers.decode(headers.first(headers.read(mail.raw), "subject"))
        return self._book.add(
            lambda when: record.Placed(
                when=when,
                rep=rep,
                folder=mail.folder,
                kind=mail.kind,
                from_address=mail.from_address,
                person=mail.person,
                answers=mail.answers,
                subject=subject,
                raw=mail.raw,
            )
        )

    def _arrived(self, user: str, asked: record.Moment, recipient: str, raw: bytes) -> record.Arrived:
        head = headers.read(raw)
        return self._book.add(
            lambda when: record.Arrived(
                when=when,
                asked=asked,
                rep=user,
                sender=user,
                recipient=recipient,
                message_id=headers.first(head, "message-id"),
                subject=headers.decode(headers.first(head, "subject")),
                headers=head,
                raw=raw,
            )
        )

    async def _deliver(self, arrived: record.Arrived) -> None:
        """Into a rep's own INBOX, where the recipient is one (a probe to oneself); to the listeners in any case."""
        if arrived.recipient in self.reps:
            mail = Mail(arrived.raw, record.Kind.OTHER, arrived.recipient, arrived.sender)
            await self.place(arrived.recipient, mail)
        for tell in self.listeners:
            tell(arrived)


def _is_from(user: str, raw: bytes) -> bool:
    """Whether a salesperson wrote it: what the sandbox is handed as a prospect's answer was not."""
    written = headers.decode(headers.first(headers.read(raw), "from"))
    return user.lower() in {address.lower() for _name, address in email.utils.getaddresses([written])}


def _turned(user: str, recipient: str, reply: str, when: record.Moment) -> record.Turned:
    return record.Turned(when, user, recipient, reply)
