"""One person answers, and their colleagues are stopped, slowed or handed over, as the author says."""

from __future__ import annotations

import datetime as dt

from tests.journeys.stage import ADA, FOLLOW_UP, Stage
from tests.reworded import in_english

OLA = "ola@acme.example"
JAN = "jan@acme.example"
MAREK = "marek@northwind.example"
YES = "Yes, call me on Tuesday."


def ruled(**rules: str) -> dict[str, object]:
    """The follow-up with rules about colleagues; a blank in a name is written as an underscore."""
    return {**FOLLOW_UP, "stop": {"company": {name.replace("_", " "): rule for name, rule in rules.items()}}}


def two_reps(stage: Stage, **rules: str) -> None:
    """Ada writes to Ola, Marek to Jan, who work at the same company; both have the first mail."""
    stage.mailbox()
    stage.mailbox(MAREK, "Marek Wolny")
    sequence = stage.publish(ruled(**rules))
    for person, rep in ((OLA, ADA), (JAN, MAREK)):
        stage.contact(person)
        assert stage.relance.enroll(sequence, [person], mailboxes=[rep]).enrolled == 1
    stage.advance(hours=1)
    assert (stage.sent_to(OLA), stage.sent_to(JAN)) == (1, 1)


def words(stage: Stage, person: str, kind: str) -> list[str]:
    return [line.words for line in stage.relance.timeline(person) if line.kind == kind]


def test_who_got_the_answer_decides_about_the_colleague_whom_another_one_writes_to(stage: Stage) -> None:
    two_reps(stage, positive_reply="hand over")
    stage.answer(OLA, YES)
    stage.advance(days=10)
    assert stage.sent_to(JAN) == 1
    assert stage.state(JAN) == "held"
    reason = stage.reason(JAN)
    assert stage.codes(JAN) == ("colleague_hands_over",)
    assert reason.startswith(in_english(f"{OLA} at the same company answered: "))
    assert reason.endswith(in_english(f"(interested); handed over to {ADA}"))
    [task] = stage.relance.tasks.list()
    assert (task.email, task.step) == (JAN, "hand over")
    assert task.words == in_english(f"{ADA}: continue with {JAN}, or not? {reason}")
    assert words(stage, JAN, "enrollment.handed_over") == [reason]
    assert words(stage, OLA, "reply.received")[0].endswith(in_english(" (at the company: 1 handed over)"))
    assert any(reason in each for each in stage.relance.explain(JAN)[0].sentences)

    stage.relance.resume(JAN, mailbox=ADA, same_thread=True)  # she takes him over
    assert stage.relance.tasks.list() == []
    stage.answer(OLA, "Yes, Wednesday is fine, too.")  # of which nobody needs to be told again
    stage.advance(days=20)
    assert [mail.rep for mail in stage.arrived(JAN)] == [MAREK, ADA, ADA]


def test_who_is_handed_over_may_be_stopped_or_answer_by_themselves(stage: Stage) -> None:
    two_reps(stage, any_reply="hand over")
    stage.answer(OLA, YES)
    stage.look()
    stage.answer(JAN, "No, thank you.")
    stage.look()
    assert stage.state(JAN) == "replied"
    assert stage.relance.tasks.list() == []


def test_a_question_slows_the_colleagues_once_by_business_days(stage: Stage) -> None:
    two_reps(stage, question="slow 3 business days")
    before = stage.relance.explain(JAN)[0].enrollment.due_at
    assert before is not None
    assert before.date() == dt.date(2026, 3, 5)  # a Thursday
    stage.answer(OLA, "How much is it?")
    stage.look()
    after = stage.relance.explain(JAN)[0]
    assert after.enrollment.due_at is not None
    assert after.enrollment.due_at.date() == dt.date(2026, 3, 10)  # the Tuesday after
    why, later = (
        in_english(f"{OLA} at the same company answered: "),
        in_english("so it is sent 3 business days later"),
    )
    assert any(why in each and later in each for each in after.sentences)
    assert len(words(stage, JAN, "enrollment.postponed")) == 1
    stage.answer(OLA, "And how much is it for ten?")
    stage.look()
    assert stage.relance.explain(JAN)[0].enrollment.due_at == after.enrollment.due_at
    stage.advance(days=30)
    assert stage.sent_to(JAN) == 3
    assert stage.arrived(JAN)[1].when.at.date() == dt.date(2026, 3, 10)


def test_each_kind_of_answer_has_its_own_rule(stage: Stage) -> None:
    two_reps(stage, any_reply="stop", negative_reply="go on", left_the_company="hand over")
    stage.answer(OLA, "No, thank you, we are not interested.")
    stage.look()
    assert (stage.state(OLA), stage.state(JAN)) == ("replied", "active")
    gone = {"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: Ola has left"}
    stage.answer(OLA, "Ola Nowak no longer works for Acme.", headers=gone)
    stage.look()
    assert stage.state(JAN) == "held"
    assert in_english("has left the company") in stage.reason(JAN)
    stage.answer(OLA, "Please remove me from your list.")
    stage.look()
    assert stage.state(JAN) == "stopped"
    assert stage.relance.tasks.list() == []
    assert stage.kinds(JAN)[-1] == "enrollment.stopped"


def test_everybody_touched_reads_how_many_were(stage: Stage) -> None:
    third = "ewa@acme.example"
    stage.enroll(OLA, JAN, third, definition=ruled(**{"opt-out": "stop"}))
    stage.advance(hours=1)
    stage.answer(OLA, "Please remove me from your list.")
    stage.look()
    for colleague in (JAN, third):
        assert stage.state(colleague) == "stopped"
        assert words(stage, colleague, "enrollment.stopped")[0].endswith(
            in_english("(at the company: 2 stopped)")
        )
    assert words(stage, OLA, "reply.received")[0].endswith(in_english(" (at the company: 2 stopped)"))


def test_people_with_free_mail_are_no_colleagues(stage: Stage) -> None:
    one, other = "ola.nowak@gmail.com", "jan.lis@gmail.com"
    stage.enroll(one, other, definition=ruled(any_reply="stop"))
    stage.advance(hours=1)
    stage.answer(one, YES)
    stage.advance(days=20)
    assert (stage.state(one), stage.state(other)) == ("replied", "finished")
    assert stage.sent_to(other) == 3


def test_a_correction_takes_back_what_an_answer_did_to_the_colleagues(stage: Stage) -> None:
    two_reps(stage, positive_reply="hand over", question="slow 3 business days")
    due = stage.relance.explain(JAN)[0].enrollment.due_at
    stage.answer(OLA, YES)
    stage.look()
    assert stage.state(JAN) == "held"
    number = stage.relance.inbox.list()[0].id
    done = stage.relance.inbox.correct(number, intent="question")
    assert done.effects == (in_english(f"{JAN}: held → active"),)
    assert stage.relance.tasks.list() == []
    slowed = stage.relance.explain(JAN)[0].enrollment.due_at
    assert due is not None
    assert slowed is not None
    assert slowed > due
    done = stage.relance.inbox.correct(number, intent="negative")
    assert done.effects == (in_english(f"{JAN}: active, next step Thu 5 March 2026"),)
    assert stage.relance.explain(JAN)[0].enrollment.due_at == due
    stage.relance.inbox.correct(number, intent="positive")
    assert stage.state(JAN) == "held"
    assert [each.email for each in stage.relance.tasks.list()] == [JAN]
