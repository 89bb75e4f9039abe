"""The past judged again: whom better rules show to be stopped by mistake goes on, once somebody says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from relance.mailbox import classification
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind
from tests.journeys.stage import FOLLOW_UP, Stage
from tests.reworded import in_english

OLA = "ola@acme.example"
GOES_ON = in_english(f"{OLA}: replied → active")
JAN = "jan@acme.example"
TICKET = "Thank you, your request was received by our team."
WITH_A_CALL = {
    **FOLLOW_UP,
    "steps": [
        *FOLLOW_UP["steps"][:1],  # type: ignore[index]
        {"id": "call", "task": "Call", "wait_until_done": True},
        {"id": "bump", "thread": "reply", "after": "1 business day", "body": "As I said on the phone."},
    ],
}
Better = Callable[[Kind], None]


@pytest.fixture
def better(monkeypatch: pytest.MonkeyPatch) -> Better:
    """Rules that hold mails of "our team" for a machine's, from now on."""

    def better(kind: Kind) -> None:
        before = classification.judge

        def judge(mail: InboundMail, **known: object) -> Classification:
            if "our team" in mail.text:
                return Classification(kind, "is a ticket system", "our team", version=99)
            return before(mail, **known)  # type: ignore[arg-type]

        monkeypatch.setattr("relance.mailbox.classification.judge", judge)

    return better


def stopped(stage: Stage, *people: str, answers: int = 1, **more: object) -> None:
    """The first of the people got the first mail, and a machine's answer that was taken for theirs."""
    stage.enroll(*people, definition={**FOLLOW_UP, **more})
    stage.advance(hours=1)
    for number in range(answers):
        stage.answer(people[0], f"{TICKET} Number {number}.")
        stage.look()
    assert stage.state(people[0]) == "replied"


def test_who_was_stopped_by_mistake_goes_on_after_a_rehearsal(stage: Stage, better: Better) -> None:
    stopped(stage, OLA)
    better(Kind.AUTO_REPLY)
    shown = stage.relance.inbox.rejudge(reopen=True)
    assert [each.effects for each in shown.changes] == [(GOES_ON,)]
    assert (stage.state(OLA), stage.kinds(OLA).count("reply.reclassified")) == ("replied", 0)
    done = stage.relance.inbox.rejudge(apply=True, reopen=True)
    assert [each.effects for each in done.changes] == [(GOES_ON,)]
    assert stage.state(OLA) == "active"
    assert stage.relance.inbox.rejudge(apply=True, reopen=True).changes == ()
    [told] = [each for each in stage.relance.timeline(OLA) if each.kind == "reply.reclassified"]
    assert (told.data["judged"], told.data["kind"]) == (Kind.HUMAN, Kind.AUTO_REPLY)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_what_was_judged_again_without_reopening_may_be_reopened_later(stage: Stage, better: Better) -> None:
    stopped(stage, OLA)
    better(Kind.AUTO_REPLY)
    done = stage.relance.inbox.rejudge(apply=True)
    assert done.changes[0].kept == "until reopened"
    assert done.changes[0].effects == (in_english("its effects remain until they are reopened"),)
    assert stage.relance.inbox.rejudge(apply=True).changes == ()
    assert stage.state(OLA) == "replied"
    later = stage.relance.inbox.rejudge(apply=True, reopen=True)
    assert [(each.before_kind, each.after_kind, each.kept) for each in later.changes] == [
        (Kind.HUMAN.value, Kind.AUTO_REPLY.value, "")
    ]
    assert [(each.before, each.effects) for each in later.changes] == [
        (in_english("human answer (unclear)"), (GOES_ON,))
    ]
    assert stage.state(OLA) == "active"
    assert stage.relance.inbox.rejudge(apply=True, reopen=True).changes == ()


def test_two_mistakes_about_one_person_do_not_hold_each_other_up(stage: Stage, better: Better) -> None:
    stopped(stage, OLA, answers=2)
    better(Kind.AUTO_REPLY)
    shown = stage.relance.inbox.rejudge(reopen=True)
    assert [effect for each in shown.changes for effect in each.effects].count(GOES_ON) == 1
    stage.relance.inbox.rejudge(apply=True, reopen=True)
    assert stage.state(OLA) == "active"
    assert stage.relance.inbox.rejudge(apply=True, reopen=True).changes == ()


def test_two_mistakes_corrected_by_hand_one_after_the_other_let_the_person_go_on(stage: Stage) -> None:
    stopped(stage, OLA, answers=2)
    first, second = sorted(each.id for each in stage.relance.inbox.list())
    stage.relance.inbox.correct(first, kind="auto-reply")
    assert stage.state(OLA) == "replied"  # the other one still counts
    stage.relance.inbox.correct(second, kind="auto-reply")
    assert stage.state(OLA) == "active"


def test_who_answered_as_well_stays_stopped(stage: Stage, better: Better) -> None:
    stopped(stage, OLA)
    stage.answer(OLA, "Yes, call me on Tuesday.")
    stage.look()
    better(Kind.AUTO_REPLY)
    done = stage.relance.inbox.rejudge(apply=True, reopen=True)
    assert done.changes[0].kept == "another answer"
    assert done.changes[0].effects == (
        in_english("its effects remain: another answer from them means the same"),
    )
    assert stage.relance.inbox.rejudge(apply=True, reopen=True).changes == ()
    stage.advance(days=20)
    assert (stage.state(OLA), stage.sent_to(OLA)) == ("replied", 1)


def test_the_colleagues_go_on_as_well(stage: Stage, better: Better) -> None:
    stopped(stage, OLA, JAN, stop={"company": "any reply"})
    assert stage.state(JAN) == "stopped"
    better(Kind.AUTO_REPLY)
    stage.relance.inbox.rejudge(apply=True)
    assert stage.state(JAN) == "stopped"
    stage.relance.inbox.rejudge(apply=True, reopen=True)
    assert (stage.state(OLA), stage.state(JAN)) == ("active", "active")
    stage.advance(days=20)
    assert (stage.sent_to(OLA), stage.sent_to(JAN)) == (3, 3)


def test_a_call_that_was_dropped_is_to_be_made_after_all(stage: Stage, better: Better) -> None:
    stage.enroll(OLA, definition=WITH_A_CALL)
    stage.advance(hours=1)
    gone = {"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: Ola has left"}
    stage.answer(OLA, "Ola Nowak no longer works for Acme, says our team.", headers=gone)
    stage.look()
    assert (stage.state(OLA), stage.relance.tasks.list()) == ("stopped", [])
    better(Kind.AUTO_REPLY)
    stage.relance.inbox.rejudge(apply=True, reopen=True)
    [call] = stage.relance.tasks.list()
    stage.relance.tasks.done(call.id)
    stage.advance(days=5)
    assert stage.sent_to(OLA) == 2
