"""`relance enrollments` against a pretended engine: what is passed on, what is shown, how it asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from relance.engine.reporting import codes
from relance.engine.reporting.forecast import Leaving
from relance.engine.sequences.bulk import BulkReport, BulkResult
from relance.engine.sequences.enroll import EnrollReport
from relance.engine.sequences.listing import EnrollmentFilter, EnrollmentPage
from relance.engine.states import BulkOutcome
from relance.wording import moment
from tests.pretended_engine import ADA, Engine, Enrolled, run
from tests.reworded import in_english

DONE = (
    BulkResult(1, "ada@acme.example", "Trial", BulkOutcome.CHANGED),
    BulkResult(2, "bob@acme.example", "Trial", BulkOutcome.MAIL_IN_DOUBT),
)
REPORT = BulkReport(DONE, counts={"changed": 1, "mail in doubt": 1})
PLAN = BulkReport(DONE, dry_run=True, counts={"changed": 1, "mail in doubt": 1})


def test_a_filter_is_passed_on_and_the_next_page_named(engine: Engine) -> None:
    engine.answers["enrollments.list"] = EnrollmentPage((ADA,), "e-1")
    engine.answers["enrollments.overdue"] = {}
    words = "enrollments list --sequence Trial --state held --where-state away --mailbox me@acme.example --limit 1"
    shown = run(
        *words.split(), "--company", "Acme", "--search", "ad lo", "--held-because", "prose", "--after", "e-0"
    )
    asked = EnrollmentFilter("Trial", ("held", "away"), "me@acme.example", "Acme", "ad lo", "prose")
    assert engine.calls[0] == ("enrollments.list", (asked,), {"after": "e-0", "limit": 1})
    assert "ada@acme.example" in shown.stdout
    assert in_english("--after e-1") in shown.stderr
    assert json.loads(run("enrollments", "list", "--json").stdout)["cursor"] == "e-1"


def test_who_waits_for_a_receiver_is_shown_their_own_place(engine: Engine) -> None:
    due = dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC)
    people = [dataclasses.replace(ADA, id=number, due_at=due) for number in (1, 2, 3)]
    engine.answers["enrollments.list"] = EnrollmentPage(tuple(people), "")
    later, last = due + dt.timedelta(days=4), due + dt.timedelta(days=8)
    engine.answers["enrollments.overdue"] = {
        2: Leaving(later, "two a day", "receiver"),
        3: Leaving(last, "two a day", "receiver", not_before=True),
    }
    shown = run("enrollments", "list").stdout
    assert engine.calls[1] == ("enrollments.overdue", ([1, 2, 3],), {})
    assert [shown.count(moment(each)) for each in (due, later, last)] == [1, 1, 1]
    assert in_english(f"not before {moment(last)}") in " ".join(shown.split())


def test_people_are_counted_by_state(engine: Engine) -> None:
    engine.answers["enrollments.counts"] = {"held": 300}
    assert "300" in run("enrollments", "list", "--counts").stdout
    assert "do decyzji" in run("--lang", "pl", "enrollments", "list", "--counts").stdout
    assert json.loads(run("enrollments", "list", "--counts", "--json").stdout) == {"held": 300}


@pytest.mark.parametrize("verb", ["pause", "resume", "release", "stop"])
def test_nothing_is_done_before_it_was_shown_and_said_yes_to(engine: Engine, verb: str) -> None:
    engine.answers[f"enrollments.{verb}"] = PLAN
    asked = run("enrollments", verb, "--sequence", "Trial")
    assert asked.exit_code == 2  # nobody sits there to answer
    assert in_english("--yes") in asked.stderr
    assert [call[2]["dry_run"] for call in engine.calls if call[0] != "close"] == []
    shown = run("enrollments", verb, "--dry-run")
    assert in_english("1 person would change.") in shown.stdout
    assert in_english("mail in doubt") in shown.stdout
    assert in_english("relance unknown list") in shown.stderr
    engine.answers[f"enrollments.{verb}"] = REPORT
    engine.calls.clear()
    done = run("enrollments", verb, "--reason", "the fair", "--yes")
    assert in_english("1 person changed.") in done.stdout
    assert [(call[2]["dry_run"], call[2]["reason"]) for call in engine.calls[:-1]] == [(False, "the fair")]
    rows = json.loads(run("enrollments", verb, "--yes", "--json").stdout)["results"]
    assert [each["outcome"] for each in rows] == ["changed", "mail in doubt"]


def test_mailboxes_are_named_with_their_shares(engine: Engine) -> None:
    engine.answers["enroll"] = EnrollReport(0, (), {}, None)
    named = [
        "--mailbox",
        "me@acme.example=3",
        "--mailbox",
        "a=b@acme.example",
        "--mailbox",
        "c@acme.example=0",
    ]
    run("enroll", "seq", "--all", "--dry-run", *named)
    asked = next(call[2] for call in engine.calls if call[0] == "enroll")
    assert asked["mailboxes"] == {"me@acme.example": 3, "a=b@acme.example": 1, "c@acme.example": 0}


def test_when_the_last_mails_leave_is_told_before_the_question(engine: Engine) -> None:
    assert "mail leaves" not in run("enroll", "seq", "--all", "--dry-run").stdout
    first, last = dt.date(2026, 3, 6), dt.date(2026, 3, 20)
    engine.answers["enroll"] = Enrolled(last_first_mail=first, last_mail=last)
    words = codes.last_mails(first, last)
    assert str(words) in run("enroll", "seq", "--all", "--dry-run").stdout
    shown = json.loads(run("enroll", "seq", "--all", "--dry-run", "--json").stdout)
    assert (shown["last_first_mail"], shown["last_mail"]) == ("2026-03-06", "2026-03-20")
    assert codes.last_mails(last, last) != words  # of a sequence of one mail there is but one last mail
    assert str(codes.last_mails(None, None)) == ""


def test_a_conversation_is_continued_from_another_mailbox_only_where_that_is_asked_for(
    engine: Engine,
) -> None:
    engine.answers["resume"] = []
    for words, same_thread in (((), False), (("--same-thread",), True)):
        assert run("resume", "ada@acme.example", "--mailbox", "b@acme.example", *words).exit_code == 0
        [call] = [each for each in engine.calls if each[0] == "resume"]
        assert call[2] == {"mailbox": "b@acme.example", "same_thread": same_thread}
        engine.calls.clear()


def test_a_sequence_that_does_not_continue_says_why(engine: Engine) -> None:
    engine.answers["resume"] = [ADA, dataclasses.replace(ADA, stays="Someone else began it.")]
    shown = run("resume", "ada@acme.example", "--mailbox", "ben@acme.example")
    assert shown.exit_code == 0
    assert shown.stderr.count("Someone else began it.") == 1
