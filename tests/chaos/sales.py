"""The people of a run: reps who enroll their contacts bit by bit, and prospects some of whom answer."""

from __future__ import annotations

import contextlib
import email.policy
import email.utils
import random
import time
from collections.abc import Sequence
from email.message import EmailMessage

from relance import errors
from relance.app import Relance
from relance.engine.definition.sequence import Sequence as Definition
from relance.engine.mailboxes.service import MailboxSpec
from tests.chaos.audit import Taken
from tests.chaos.grounds import Grounds
from tests.chaos.plan import Plan

NAME = "Chaos"
STEPS = ("intro", "bump", "last")
WAVES = 40


def definition(plan: Plan) -> Definition:
    """A first mail and two follow-ups, each told apart by its first line."""
    always = {"days": "mon-sun", "hours": "00:00-24:00", "holidays": "none"}
    intro = {"id": "intro", "subject": "A word, {{ first_name }}", "body": "intro\n\nHello {{ first_name }}."}
    bump = {"id": "bump", "after": plan.gap, "thread": "reply", "body": "bump\n\nDid it reach you?"}
    last = {"id": "last", "after": plan.gap, "thread": "reply", "body": "last\n\nThe last one."}
    return Definition.model_validate({"sequence": NAME, "send": always, "steps": [intro, bump, last]})


class Sales:
    """What people do while everything around them breaks."""

    def __init__(self, plan: Plan, grounds: Grounds, relance: Relance) -> None:
        self.plan, self.grounds, self.relance = plan, grounds, relance
        self.people = [f"p{number}@c{number}.test" for number in range(plan.people)]
        self.rng = random.Random(plan.seed + 1)
        self.answering = {
            person: self.rng.choice(STEPS) for person in self.people if self.rng.random() < plan.answering
        }
        self.answered: dict[str, float] = {}
        self.enrolled = self.waves = 0
        self.heard = 0

    def open(self) -> None:
        """Mailboxes, contacts and the sequence. Every eighth mailbox sends one mail at a time."""
        for number, (address, password) in enumerate(self.grounds.accounts.items()):
            self.relance.mailboxes.add(
                MailboxSpec(
                    address=address,
                    name=f"Rep {number}",
                    username=address,
                    password=password,
                    smtp=self.grounds.smtp,
                    imap=self.grounds.imap,
                    ca_file=self.grounds.mail.ca_file,
                    daily_cap=None,
                    gap_seconds=int(self.plan.scale / 20) if number % 8 == 0 else 0,
                ),
                anyway=True,
            )
        file = self.grounds.folder / "people.csv"
        rows = (f"{person},{person.partition('@')[0]}\n" for person in self.people)
        file.write_text("email,first_name\n" + "".join(rows))
        report = self.relance.contacts.import_file(file)
        assert report.added == len(self.people), report
        self.relance.sequences.publish(definition(self.plan))

    def enroll(self, share: float) -> None:
        """As many as belong to this share of the time; what the database refuses now is enrolled the next time."""
        people = len(self.people)
        until = people if share >= 1 else int(share * people)
        wave = people / WAVES if share < 1 else 1
        if until - self.enrolled < wave:
            return
        # A mailbox that sends one mail at a time is slow by design: it gets few people, in every tenth wave.
        slow = self.waves % 10 == 0
        reps = [rep for number, rep in enumerate(self.grounds.accounts) if slow or number % 8]
        with contextlib.suppress(errors.RelanceError):
            self.relance.enroll(NAME, self.people[self.enrolled : until], mailboxes=reps)
            self.enrolled = until
            self.waves += 1

    def listen(self, taken: Sequence[Taken]) -> None:
        """Some of those who were written to answer; their answer stands in the inbox when this returns."""
        for mail in taken[self.heard :]:
            if self.answering.get(mail.recipient) == mail.step and mail.recipient not in self.answered:
                with contextlib.suppress(OSError):
                    self.grounds.mail.deliver(_answer(mail), mail.login, sender=mail.recipient)
                    self.answered[mail.recipient] = time.time()
        self.heard = len(taken)


def _answer(mail: Taken) -> bytes:
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"], answer["To"] = mail.recipient, mail.login
    answer["Subject"] = "Re: a word"
    answer["Date"] = email.utils.formatdate(usegmt=True)
    answer["Message-ID"] = email.utils.make_msgid(domain="c.test")
    answer["In-Reply-To"] = answer["References"] = mail.message_id
    answer.set_content("Yes, please call me on Tuesday.")
    return answer.as_bytes()
