"""A stage for stories: the whole product on a clock that stands still, with real mail over real sockets."""

from __future__ import annotations

import datetime as dt
import email.policy
import email.utils
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from relance.app import Relance
from relance.clock import ManualClock
from relance.config import Settings, make_home
from relance.engine.definition.sequence import Sequence as Definition
from relance.engine.mailboxes.service import MailboxSpec
from relance.sandbox.record import Arrived, Kind
from relance.sandbox.servers.postoffice import Mail
from relance.sandbox.world import World
from tests.servers import migrated

MONDAY = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)  # ten o'clock in Warsaw
ADA = "ada@northwind.example"
FOLLOW_UP = {
    "sequence": "Follow up",
    "send": {"hours": "09:00-17:00", "default_zone": "Europe/Warsaw"},
    "steps": [
        {"id": "intro", "subject": "Fewer lost answers at {{ company }}", "body": "Hello {{ first_name }}, one question."},
        {"id": "bump", "after": "3 business days", "thread": "reply", "body": "Did my question reach you, {{ first_name }}?"},
        {"id": "last", "after": "3 business days", "thread": "reply", "body": "This is my last mail about it."},
    ],
}  # fmt: skip
ONE_MAIL = {
    "sequence": "One mail",
    "send": {"hours": "09:00-17:00", "default_zone": "Europe/Warsaw"},
    "steps": [{"id": "intro", "subject": "Hello {{ company }}", "body": "Hello {{ first_name }}."}],
}


class Stage:
    """What a story may do. Every verb is a thing a person does or sees."""

    def __init__(self, relance: Relance, world: World, clock: ManualClock) -> None:
        self.relance = relance
        self.world = world
        self.clock = clock

    # What the salesperson does.

    def mailbox(self, address: str = ADA, name: str = "Ada Lind", **more: Any) -> None:
        account = self.world.add_rep(address, name, "correct horse")
        self.relance.mailboxes.add(MailboxSpec.of(account, **more), anyway=True)

    def contact(self, address: str, first_name: str = "Ola", company: str = "Acme", **more: str) -> None:
        self.relance.contacts.add(address, first_name=first_name, company=company, **more)

    def publish(self, definition: Mapping[str, Any] = FOLLOW_UP) -> str:
        return self.relance.sequences.publish(Definition.model_validate(definition)).name

    def enroll(self, *addresses: str, definition: Mapping[str, Any] = FOLLOW_UP) -> None:
        """People, their sequence and Ada's mailbox, from nothing."""
        if not self.relance.mailboxes.list():
            self.mailbox()
        for address in addresses:
            self.contact(address)
        report = self.relance.enroll(self.publish(definition), addresses)
        assert report.enrolled == len(addresses), report.skipped

    # What time does.

    def run(self) -> None:
        """Everything that is due now is done."""
        for _ in range(1000):
            self.relance.tick()
            due = self.relance.due_mailboxes(100)
            if not due:
                return
            for mailbox_id in due:
                self.relance.turn(mailbox_id)
        raise AssertionError("something is due for ever")

    def look(self) -> None:
        """Half a day passes, and every mailbox is read: with nothing to send, reading is all a turn is for."""
        self.advance(hours=13)
        for number, _ in enumerate(self.relance.mailboxes.list(), start=1):
            self.relance.turn(number)
        self.run()

    def advance(self, **span: float) -> None:
        """Time passes, and whatever falls due in it is done when it falls due."""
        self.run()
        end = self.clock.now() + dt.timedelta(**span)
        while (wake := self.relance.next_wake()) is not None and wake <= end:
            self._move(max(wake, self.clock.now()))
        self._move(end)

    def _move(self, at: dt.datetime) -> None:
        """Only business time is ours to move. A server in trouble rests in machine time: it has rested enough."""
        self.clock.move_to(at)
        self.relance._context.servers._known.clear()
        self.run()

    # What the world does.

    def answer(
        self,
        person: str,
        words: str = "Yes, call me on Tuesday.",
        *,
        sender: str | None = None,
        folder: str = "INBOX",
        headers: Mapping[str, str] | None = None,
        to: Arrived | None = None,
        kind: Kind = Kind.ANSWER,
    ) -> None:
        """A mail comes from `sender` (by default the person) into the rep's folder, in answer to our last one."""
        last = to or self.arrived(person)[-1]
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"] = sender or person
        mail["To"] = last.rep
        mail["Subject"] = f"Re: {last.subject}"
        mail["Date"] = email.utils.format_datetime(self.clock.now())
        mail["Message-ID"] = email.utils.make_msgid(domain=person.partition("@")[2])
        mail["In-Reply-To"] = last.message_id
        mail["References"] = last.message_id
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(words)
        self.place(person, mail.as_bytes(), last.rep, folder=folder, kind=kind)

    def place(
        self, person: str, raw: bytes, rep: str = ADA, *, folder: str = "INBOX", kind: Kind = Kind.ANSWER
    ) -> None:
        self.world.place(rep, Mail(raw, kind, person, person, folder=folder))

    # What anybody can see.

    def arrived(self, person: str) -> Sequence[Arrived]:
        return [mail for mail in self.world.record.story().arrived if mail.recipient == person]

    def sent_to(self, person: str) -> int:
        return len(self.arrived(person))

    def state(self, person: str) -> str:
        return next(each.enrollment.state for each in self.relance.explain(person))

    def reason(self, person: str) -> str:
        return next(each.enrollment.reason for each in self.relance.explain(person))

    def codes(self, person: str) -> tuple[str, ...]:
        return next(each.enrollment.codes for each in self.relance.explain(person))

    def kinds(self, person: str) -> list[str]:
        return [line.kind for line in self.relance.timeline(person)]


@contextmanager
def standing(folder: Path, database_url: str) -> Iterator[Stage]:
    """An installation with nobody in its database (`migrated_url` is the quick one) and an empty world."""
    migrated.build(database_url)
    clock = ManualClock(MONDAY)
    settings = Settings(
        home=make_home(folder / "home").home,
        database_url=database_url,
        zone="Europe/Warsaw",
        country="PL",
        sync_seconds=47 * 3600,  # seldom, so that a month takes few looks; a follow-up makes its own
        base_url="http://127.0.0.1:9",
    )
    with World(clock) as world, Relance(settings, clock=clock) as relance:
        yield Stage(relance, world, clock)
