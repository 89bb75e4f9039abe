"""The audit, held against made-up records: it must bite where a promise is broken, and only there."""

from __future__ import annotations

import datetime as dt

from relance.sandbox import audit, record
from tests.reworded import in_english

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
REP, PERSON = "ann@reps.example", "piotr@firma.example"


def moment(order: int) -> record.Moment:
    """The order is also the minute of business time and the millisecond of machine time."""
    return record.Moment(order, START + dt.timedelta(minutes=order), START + dt.timedelta(milliseconds=order))


def mail(
    order: int, *, message_id: str = "", words: str = "", person: str = PERSON, asked: int | None = None
) -> record.Arrived:
    identity = message_id or f"<m{order}@reps.example>"
    raw = (
        f"Subject: Hello\r\nMessage-ID: {identity}\r\n\r\n{words or f'words {chr(96 + order)}'}\r\n".encode()
    )
    return record.Arrived(
        when=moment(order),
        asked=moment(order - 1 if asked is None else asked),
        rep=REP,
        sender=REP,
        recipient=person,
        message_id=identity,
        subject="Hello",
        headers=(),
        raw=raw,
    )


def placed(order: int, kind: record.Kind = record.Kind.ANSWER, folder: str = "INBOX") -> record.Placed:
    return record.Placed(moment(order), REP, folder, kind, PERSON, PERSON, "<m1@x>", "Re: Hello", b"")


def sync(order: int) -> record.SyncStarted:
    return record.SyncStarted(moment(order), REP)


def unsubscribed(asked: int, answered: int, status: int = 200) -> record.Visit:
    act = record.Act.ONE_CLICK
    return record.Visit(moment(asked), moment(answered), PERSON, act, "POST", "http://x/u", "ua", status)


def judge(story: record.Story) -> audit.Audit:
    steps = {audit.DueStep(m.recipient, "step", "accepted", message_id=m.message_id) for m in story.arrived}
    return audit.audit(story, steps)


def test_a_quiet_run_is_clean() -> None:
    found = judge(record.Story(arrived=(mail(5), mail(15)), syncs=(sync(3), sync(12))))

    assert found.clean
    assert found.as_dict() == {
        "sent_twice": 0,
        "after_answer": 0,
        "to_suppressed": 0,
        "unexplained": 0,
        "steps_due": 2,
        "mails_arrived": 2,
        "window_answers": 0,
        "window_longest_seconds": 0.0,
        "window_longest_machine_seconds": 0.0,
    }


def test_an_answer_before_the_sync_of_the_turn_is_a_broken_promise() -> None:
    found = judge(
        record.Story(arrived=(mail(15),), placed=(placed(8, folder="Junk"),), syncs=(sync(3), sync(12)))
    )

    assert (found.after_answer, len(found.windows)) == (1, 0)
    assert in_english("a reply was already in Junk") in str(found.findings[0].what)


def test_an_answer_after_the_sync_is_the_window_with_its_length() -> None:
    found = judge(record.Story(arrived=(mail(15),), placed=(placed(13),), syncs=(sync(3), sync(12))))

    assert found.clean
    assert found.as_dict()["window_answers"] == 1
    assert found.window_longest_seconds == 120.0
    assert found.window_longest_machine_seconds == 0.002


def test_an_answer_after_the_acceptance_is_nothing() -> None:
    found = judge(record.Story(arrived=(mail(15),), placed=(placed(16),), syncs=(sync(12),)))

    assert found.clean
    assert found.windows == ()


def test_a_login_after_data_is_not_the_sync_of_that_turn() -> None:
    story = record.Story(arrived=(mail(15, asked=10),), placed=(placed(11),), syncs=(sync(5), sync(13)))

    assert judge(story).after_answer == 0


def test_without_any_sync_an_answer_before_data_counts() -> None:
    assert judge(record.Story(arrived=(mail(15),), placed=(placed(8),))).after_answer == 1


def test_machines_are_no_answers_and_people_are() -> None:
    def after(kind: record.Kind) -> int:
        return judge(
            record.Story(arrived=(mail(15),), placed=(placed(8, kind),), syncs=(sync(12),))
        ).after_answer

    kinds = {kind for kind in record.Kind if after(kind)}

    assert kinds == {record.Kind.ANSWER, record.Kind.OPT_OUT, record.Kind.CALENDAR}


def test_an_answer_to_another_rep_does_not_count() -> None:
    elsewhere = record.Placed(
        moment(8), "bob@reps.example", "INBOX", record.Kind.ANSWER, PERSON, PERSON, "", "", b""
    )

    assert judge(record.Story(arrived=(mail(15),), placed=(elsewhere,), syncs=(sync(12),))).clean


def test_the_same_message_id_twice() -> None:
    found = judge(record.Story(arrived=(mail(5, message_id="<a@x>"), mail(9, message_id="<a@x>"))))

    assert (found.sent_twice, found.unexplained) == (1, 0)


def test_the_same_words_twice_under_another_id_and_other_links() -> None:
    first = mail(5, words="Hi, see http://t.example/c/abc and tell me by 3 March.")
    second = mail(9, words="Hi,  see http://t.example/c/xyz and tell me by 4 March.")

    assert judge(record.Story(arrived=(first, second))).sent_twice == 1


def test_the_same_words_to_two_people_are_two_mails() -> None:
    first, second = mail(5, words="Hi there"), mail(9, words="Hi there", person="ewa@firma.example")

    assert judge(record.Story(arrived=(first, second))).clean


def test_a_mail_whose_data_came_after_the_unsubscribe_was_answered() -> None:
    found = judge(record.Story(arrived=(mail(15, asked=12),), visits=(unsubscribed(8, 11),)))

    assert found.to_suppressed == 1


def test_a_mail_already_on_its_way_when_the_unsubscribe_was_answered() -> None:
    assert judge(record.Story(arrived=(mail(15, asked=10),), visits=(unsubscribed(8, 11),))).clean


def test_an_unsubscribe_that_failed_promises_nothing() -> None:
    assert judge(record.Story(arrived=(mail(15),), visits=(unsubscribed(8, 11, status=500),))).clean


def test_a_complaint_before_the_sync_suppresses_and_one_after_does_not() -> None:
    def after(order: int) -> int:
        complaint = placed(order, record.Kind.COMPLAINT)
        return judge(record.Story(arrived=(mail(15),), placed=(complaint,), syncs=(sync(12),))).to_suppressed

    assert (after(8), after(13)) == (1, 0)


def test_an_opt_out_in_words_is_both_an_answer_and_a_no() -> None:
    story = record.Story(arrived=(mail(15),), placed=(placed(8, record.Kind.OPT_OUT),), syncs=(sync(12),))
    found = judge(story)

    assert (found.after_answer, found.to_suppressed) == (1, 1)


def test_every_step_needs_an_arrival_or_a_reason() -> None:
    steps = (
        audit.DueStep(PERSON, "intro", "accepted", message_id="<m5@reps.example>"),
        audit.DueStep(PERSON, "bump", "accepted", message_id="<lost@reps.example>"),
        audit.DueStep(PERSON, "call", "open", reason="a task for Ann"),
        audit.DueStep(PERSON, "last", "held"),
        audit.DueStep(PERSON, "more", "unknown", reason="the connection broke after the dot"),
    )
    found = audit.audit(record.Story(arrived=(mail(5),)), steps)

    assert found.steps_due == 5
    assert [str(finding.what) for finding in found.findings] == [
        in_english("bump is accepted, but never arrived"),
        in_english("last is held, but has no reason"),
    ]


def test_a_mail_no_step_accounts_for_is_unexplained() -> None:
    found = audit.audit(record.Story(arrived=(mail(5),)), [])

    assert (found.unexplained, found.clean) == (1, False)


def test_an_unknown_step_may_account_for_a_mail() -> None:
    steps = [audit.DueStep(PERSON, "intro", "unknown", "the reply was lost", "<m5@reps.example>")]

    assert audit.audit(record.Story(arrived=(mail(5),)), steps).clean


def test_a_refused_step_accounts_for_no_mail() -> None:
    steps = [audit.DueStep(PERSON, "intro", "refused", "550 no such user", "<m5@reps.example>")]

    assert audit.audit(record.Story(arrived=(mail(5),)), steps).unexplained == 1


def test_steps_without_ids_account_for_as_many_mails() -> None:
    story = record.Story(arrived=(mail(5), mail(9)))
    step = audit.DueStep(PERSON.upper(), "intro", "accepted")

    assert audit.audit(story, [step, step]).clean
    assert audit.audit(story, [step]).unexplained == 1
    assert audit.audit(story, [step] * 3).unexplained == 1


def test_probes_to_the_reps_themselves_are_left_aside() -> None:
    found = audit.audit(record.Story(arrived=(mail(5, person=REP),)), [])

    assert (found.clean, found.mails_arrived) == (True, 0)
