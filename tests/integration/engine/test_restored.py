"""A backup is put back: our own mails are known by what they carry, and nobody gets a step twice, whoever is released."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from relance import errors
from relance.engine.journal import evidence
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.restore.doubts import Whom
from relance.engine.sending.doubt import restore_guard
from relance.sandbox.record import Kind
from tests import backups
from tests.backups import Backup
from tests.journeys.stage import ADA, MONDAY, Stage, standing
from tests.reworded import in_english, worded

EWA, OLA, JAN = "ewa@acme.example", "ola@apex.example", "jan@birch.example"


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def backup(stage: Stage) -> Backup:
    return backups.take(stage.relance._context.database)


def restore(stage: Stage, taken: Backup, *, noticed: bool = True) -> int:
    """The backup is put back; a person confirms where that was noticed. Returns how many are held."""
    house, file = stage.relance._context, stage.relance._epoch_file
    backups.put_back(house.database, taken)
    if not noticed:
        file.unlink(missing_ok=True)
        return 0
    file.write_text(file.read_text().replace('"epoch": ', '"epoch": 9'))
    assert restore_guard.beat(house.database, file) is not None
    assert stage.relance.due_mailboxes(9) == []
    return stage.relance.confirm_restore()


def enrolled(stage: Stage, *people: str, files_sent: bool = True, **more: Any) -> None:
    account = stage.world.add_rep(ADA, "Ada Lind", "correct horse", files_sent=files_sent)
    stage.relance.mailboxes.add(MailboxSpec.of(account, daily_cap=None, gap_seconds=0), anyway=True)
    stage.enroll(*people, **more)


def weeks(stage: Stage) -> None:
    """Long enough for everything that is to come."""
    stage.advance(days=14)


def sent(stage: Stage, *people: str) -> list[int]:
    return [stage.sent_to(person) for person in people]


@pytest.mark.parametrize("noticed", [True, False])
def test_nobody_gets_a_step_twice_whoever_is_released_after_a_restore(stage: Stage, noticed: bool) -> None:
    enrolled(stage, EWA, OLA, JAN)
    taken = backup(stage)
    stage.advance(days=4)
    assert sent(stage, EWA, OLA, JAN) == [2, 2, 2]  # steps 1 and 2
    held = restore(stage, taken, noticed=noticed)
    assert held == (3 if noticed else 0)
    stage.look()
    assert stage.relance.restored.list() == []  # the copies prove everybody
    for person in (EWA, OLA, JAN):
        stage.relance.resume(person)
        assert stage.kinds(person).count("message.found") == 2
        assert "message.by_hand" not in stage.kinds(person)
    weeks(stage)
    assert sent(stage, EWA, OLA, JAN) == [3, 3, 3]
    subjects = [mail.message_id for person in (EWA, OLA, JAN) for mail in stage.arrived(person)]
    assert len(set(subjects)) == 9
    assert {stage.state(person) for person in (EWA, OLA, JAN)} == {"finished"}


def test_what_is_taken_back_is_as_it_was_and_the_thread_goes_on(stage: Stage) -> None:
    enrolled(stage, EWA)
    taken = backup(stage)
    stage.advance(days=4)
    restore(stage, taken)
    weeks(stage)
    intro, bump, last = stage.arrived(EWA)
    assert last.subject == f"Re: {intro.subject}" == bump.subject
    lines = {each.step: each for each in stage.relance.due_steps()}
    assert [lines[step].state for step in ("intro", "bump", "last")] == ["accepted"] * 3
    assert [lines["intro"].message_id, lines["bump"].message_id] == [intro.message_id, bump.message_id]
    assert [line.kind for line in stage.relance.timeline(EWA)].count("restore.confirmed") == 0
    mail = email.message_from_bytes(last.raw, policy=email.policy.SMTP)
    assert mail["References"].split() == [intro.message_id, bump.message_id]


def test_an_answer_to_a_mail_that_was_forgotten_stops_the_sequence(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False)
    taken = backup(stage)
    stage.advance(days=4)
    restore(stage, taken)
    stage.answer(EWA, sender="somebody.else@gmail.example")
    stage.look()
    assert stage.state(EWA) == "replied"
    assert [each.state for each in stage.relance.due_steps() if each.step == "bump"] == ["accepted"]
    weeks(stage)
    assert sent(stage, EWA) == [2]


def test_without_copies_a_person_says_for_all_that_it_was_sent(stage: Stage) -> None:
    enrolled(stage, EWA, OLA, files_sent=False)
    taken = backup(stage)
    stage.advance(days=4)
    assert restore(stage, taken) == 2
    stage.look()
    assert [(each.email, each.looked) for each in stage.relance.restored.list()] == [
        (EWA, False),
        (OLA, False),
    ]
    with pytest.raises(errors.Invalid, match=worded("restored sent")):
        stage.relance.resume(EWA)
    assert in_english("`relance restored not-sent`") in " ".join(stage.relance.explain(EWA)[0].sentences)
    plan = stage.relance.restored.decide("sent", dry_run=True)
    assert (plan.people, plan.steps) == ((EWA, OLA), 4)
    assert len(stage.relance.restored.list()) == 2  # a dry run decides nothing
    assert stage.relance.restored.decide("sent") == plan
    weeks(stage)
    assert sent(stage, EWA, OLA) == [3, 3]
    assert stage.relance.restored.list() == []


def test_what_was_not_sent_goes_once_a_person_says_so(stage: Stage) -> None:
    enrolled(stage, EWA, OLA, files_sent=False)
    taken = backup(stage)
    assert restore(stage, taken) == 2
    done = stage.relance.restored.decide("not sent", Whom([EWA]))
    assert done.people == (EWA,)
    weeks(stage)
    assert sent(stage, EWA, OLA) == [3, 0]
    assert [each.email for each in stage.relance.restored.list(Whom(sequence="Follow up"))] == [OLA]
    assert stage.relance.restored.list(Whom(mailbox="other@northwind.example")) == []


def test_a_mailbox_that_files_every_mail_and_shows_none_lets_a_person_go_on(stage: Stage) -> None:
    enrolled(stage, EWA, OLA)
    stage.run()
    stage.look()  # it is known that copies are filed
    stage.advance(hours=11)
    stage.contact(JAN)
    stage.relance.enroll("Follow up", [JAN])
    assert restore(stage, backup(stage)) == 1
    stage.look()
    assert [each.looked for each in stage.relance.restored.list()] == [True]
    stage.relance.resume(JAN)
    weeks(stage)
    assert sent(stage, EWA, OLA, JAN) == [3, 3, 3]


def test_who_was_forgotten_altogether_and_enrolled_again_gets_no_step_twice(stage: Stage) -> None:
    enrolled(stage, EWA)
    stage.run()
    taken = backup(stage)
    stage.contact(OLA)
    stage.relance.enroll("Follow up", [OLA])
    stage.advance(days=4)
    assert sent(stage, EWA, OLA) == [2, 2]
    restore(stage, taken)
    stage.look()
    stage.contact(JAN)  # takes the number that Ola had
    stage.relance.enroll("Follow up", [JAN])
    stage.contact(OLA)
    stage.relance.enroll("Follow up", [OLA])
    weeks(stage)
    assert sent(stage, EWA, OLA, JAN) == [3, 3, 3]
    assert len({mail.message_id for mail in stage.arrived(OLA)}) == 3


def test_who_was_forgotten_and_answered_is_held_when_enrolled_again(stage: Stage) -> None:
    enrolled(stage, EWA)
    taken = backup(stage)
    stage.contact(OLA)
    stage.relance.enroll("Follow up", [OLA])
    stage.run()
    restore(stage, taken)
    stage.answer(OLA, "No, thank you.")
    stage.look()
    assert [each.matched_by for each in stage.relance.inbox.list()] == ["lost_mail"]
    stage.contact(OLA)
    stage.relance.enroll("Follow up", [OLA])
    weeks(stage)
    assert sent(stage, OLA) == [1]
    assert stage.state(OLA) == "held"
    stage.relance.resume(OLA)  # a person read what they wrote
    weeks(stage)
    assert sent(stage, OLA) == [3]
    assert len({each.message_id for each in stage.arrived(OLA)}) == 3


def test_a_mail_without_a_mark_is_ours_by_its_sealed_link(stage: Stage) -> None:
    """Mails sent before there were marks, and those whose Message-ID a provider wrote over without a word."""
    enrolled(stage, EWA, OLA, files_sent=False)
    taken = backup(stage)
    stage.run()
    mail = email.message_from_bytes(stage.arrived(EWA)[0].raw, policy=email.policy.SMTP)
    mail.replace_header("Message-ID", "<d9428888-122b-11e1-b85c-61cd3cbb3210@northwind.example>")
    assert restore(stage, taken) == 2
    stage.place(EWA, mail.as_bytes(), folder="Sent", kind=Kind.SENT_COPY)
    stage.look()
    assert "message.by_hand" not in stage.kinds(EWA)
    assert [each.email for each in stage.relance.restored.list()] == [OLA]
    stage.relance.restored.decide("sent")
    weeks(stage)
    assert sent(stage, EWA, OLA) == [3, 3]


def test_a_mail_of_ours_that_cannot_be_placed_is_nobodys_letter(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False)
    taken = backup(stage)
    stage.run()
    mail = email.message_from_bytes(stage.arrived(EWA)[0].raw, policy=email.policy.SMTP)
    mail.replace_header("Message-ID", "<d9428888-122b-11e1-b85c-61cd3cbb3210@northwind.example>")
    mail.replace_header("Subject", "A subject that an older version had")
    restore(stage, taken)
    stage.place(EWA, mail.as_bytes(), folder="Sent", kind=Kind.SENT_COPY)
    stage.look()
    assert "message.by_hand" not in stage.kinds(EWA)
    assert [each.email for each in stage.relance.restored.list()] == [EWA]
    stage.relance.restored.decide("sent")
    assert stage.state(EWA) == "active"


def test_a_letter_written_by_hand_is_one_still(stage: Stage) -> None:
    enrolled(stage, EWA)
    stage.run()
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = ADA, EWA, "Lunch?"
    letter["Message-ID"] = "<lunch@northwind.example>"
    letter.set_content("Shall we?")
    stage.place(EWA, letter.as_bytes(), folder="Sent")
    stage.look()
    assert stage.state(EWA) == "paused"


def test_what_was_paused_when_the_backup_was_made_is_asked_about_too(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False)
    stage.relance.pause(EWA)
    taken = backup(stage)
    stage.relance.resume(EWA)
    stage.run()
    assert sent(stage, EWA) == [1]
    assert restore(stage, taken) == 0  # it waits for a person anyway
    with pytest.raises(errors.Invalid, match=worded("may have been sent")):
        stage.relance.resume(EWA)
    stage.relance.restored.decide("sent")
    assert stage.state(EWA) == "paused"
    stage.relance.resume(EWA)
    weeks(stage)
    assert sent(stage, EWA) == [3]


def test_who_has_no_step_left_is_in_no_doubt(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False)
    taken = backup(stage)
    weeks(stage)
    assert sent(stage, EWA) == [3]
    restore(stage, taken)
    stage.answer(EWA, "I am out of the office.", headers={"Auto-Submitted": "auto-replied"})
    stage.look()
    assert stage.state(EWA) == "finished"
    assert stage.relance.restored.list() == []


def test_who_says_no_or_has_every_step_is_not_asked_about(stage: Stage) -> None:
    enrolled(stage, EWA, OLA, JAN, files_sent=False)
    taken = backup(stage)
    weeks(stage)
    restore(stage, taken)
    stage.relance.stop(EWA)
    stage.answer(OLA, "Please remove me.")
    stage.answer(JAN, "I am out of the office.", headers={"Auto-Submitted": "auto-replied"})
    stage.look()
    assert stage.relance.restored.list() == []
    assert stage.relance.restored.decide("sent").people == ()


def test_a_word_that_is_none_is_refused(stage: Stage) -> None:
    with pytest.raises(errors.WrongUse, match="not sent"):
        stage.relance.restored.decide("perhaps")


def test_absence_says_something_only_where_copies_are_filed_and_all_was_read_since() -> None:
    assert evidence.shown_absent(MONDAY, True, MONDAY + evidence.GRACE_PERIOD)
    assert not evidence.shown_absent(MONDAY, True, MONDAY)
    assert not evidence.shown_absent(MONDAY, None, MONDAY + evidence.GRACE_PERIOD)
    assert not evidence.shown_absent(MONDAY, False, MONDAY + evidence.GRACE_PERIOD)
    assert not evidence.shown_absent(MONDAY, True, None)
    assert not evidence.shown_absent(MONDAY, True, MONDAY.replace(hour=0))
