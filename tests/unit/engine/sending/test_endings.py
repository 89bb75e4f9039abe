"""What an attempt's end means, and what is concluded for a worker that did not live to say how it ended."""

from __future__ import annotations

import datetime as dt

import pytest

from relance import wording
from relance.engine import states
from relance.engine.context import Options
from relance.engine.journal.findings import Entry, Findings
from relance.engine.reasons import Cause, Code, because
from relance.engine.sending.doubt import in_doubt, recovery
from relance.engine.sending.endings import ending
from relance.engine.states import Event, MessageEvent, MessageState
from relance.engine.store.sending.messages import Message
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import quoted
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 5, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("blame", list(Blame))
def test_every_outcome_has_one_meaning_and_a_reason_where_the_step_is_not_done(
    outcome: Outcome, blame: Blame
) -> None:
    end = ending(SendResult(outcome, "final", blame, 550, "5.1.1", "words"), 1, Options())
    assert (end.message is MessageEvent.ACCEPTED) is (outcome is Outcome.ACCEPTED) is end.done
    assert end.done or end.why.words
    after = states.advance_message(MessageState.TRANSMITTING, end.message)
    assert (after is MessageState.UNKNOWN) is (outcome is Outcome.UNKNOWN)


def test_a_quota_pauses_the_mailbox_and_suppresses_nobody() -> None:
    end = ending(SendResult(Outcome.REFUSED, "rcpt", Blame.SENDER, 550, "5.4.5", "quota"), 1, Options())
    assert end.pause_mailbox
    assert not end.suppress
    assert end.event is None
    assert end.message is MessageEvent.DEFERRED


def refused(stage: str, code: int, status: str | None, words: str) -> SendResult:
    return SendResult(Outcome.REFUSED, stage, Blame.RECIPIENT, code, status, words)


@pytest.mark.parametrize(
    ("result", "dead"),
    [
        (refused("rcpt", 550, "5.1.1", ""), True),
        (refused("rcpt", 556, "5.1.10", "no"), True),
        (refused("final", 550, "5.1.1", "no"), True),
        (refused("rcpt", 550, None, "No such user here"), True),
        (refused("final", 550, None, "No such user here"), False),  # nobody was just asked about a user
        (refused("rcpt", 550, "5.1.0", "Address rejected."), False),
        (refused("rcpt", 550, None, ""), False),
        (refused("rcpt", 550, "5.2.1", "mailbox disabled"), False),
    ],
)
def test_only_a_definite_no_bounces_and_suppresses_the_rest_is_held(result: SendResult, dead: bool) -> None:
    end = ending(result, 1, Options())
    assert (end.event, end.suppress) == ((Event.BOUNCED, True) if dead else (Event.HELD, False))
    assert not end.pause_mailbox


def test_a_bounce_at_once_has_a_sentence_of_ours_around_the_servers_words() -> None:
    why = ending(refused("rcpt", 550, None, "No such user here."), 1, Options()).why
    assert why.words == in_english('the server refused the address: "550 No such user here."')
    with wording.speaking("pl"):
        assert why.words == "serwer odrzucił adres: „550 No such user here.”"


def test_a_sender_that_is_slowed_down_waits_and_is_paused_in_the_end_and_nobody_is_charged() -> None:
    slow = SendResult(Outcome.DEFERRED, "final", Blame.SENDER, 454, None, "Throttling failure")
    first, last = ending(slow, 1, Options()), ending(slow, Options().deferrals, Options())
    assert (first.event, first.retry_after, first.stop_turn) == (None, dt.timedelta(minutes=30), True)
    assert (last.event, last.pause_mailbox) == (None, True)


def test_deferrals_wait_twice_as_long_each_time_and_then_ask_a_person() -> None:
    put_off = SendResult(Outcome.DEFERRED, "rcpt", Blame.SERVER, 451, "4.7.1", "greylisted")
    waits = [ending(put_off, attempts, Options()).retry_after for attempts in (1, 2, 3)]
    assert waits == [dt.timedelta(minutes=30), dt.timedelta(hours=1), dt.timedelta(hours=2)]
    assert ending(put_off, Options().deferrals, Options()).event is Event.HELD


def message(**values: object) -> Message:
    blank: dict[str, object] = {
        "id": 7, "enrollment_id": 1, "step": "intro", "variant": "main", "contact_id": 1, "mailbox_id": 5,
        "state": MessageState.TRANSMITTING, "message_id": "<a@b.example>", "thread": "<a@b.example>",
        "recipient": "c@d.example", "subject": "", "body": "", "raw": b"", "links": [], "attempts": 1, "fence": 3,
        "prepared_at": NOW,
    }  # fmt: skip
    return Message(**{**blank, **values})  # type: ignore[arg-type]


TAKEN = SendResult(Outcome.ACCEPTED, "final", code=250, text="ok")
NO = SendResult(Outcome.REFUSED, "final", code=550, text="no")


@pytest.mark.parametrize(
    ("findings", "outcome"),
    [
        (Findings({7: {None: Entry(True, TAKEN)}}, frozenset()), Outcome.ACCEPTED),
        (Findings({7: {2: Entry(True, TAKEN), 3: Entry(True)}}, frozenset()), Outcome.ACCEPTED),
        (Findings({7: {3: Entry(True)}}, frozenset({(5, 3)})), Outcome.UNKNOWN),
        (Findings({7: {None: Entry(True)}}, frozenset({(5, 3)})), Outcome.UNKNOWN),
        (Findings({7: {2: Entry(True)}}, frozenset({(5, 3)})), Outcome.NOT_SENT),
        (Findings({7: {3: Entry(True, NO)}}, frozenset()), Outcome.REFUSED),
        (Findings({7: {2: Entry(True, NO)}}, frozenset()), Outcome.UNKNOWN),
        (Findings({}, frozenset({(5, 3)})), Outcome.NOT_SENT),
        (Findings({}, frozenset({(5, 2)})), Outcome.UNKNOWN),
        (Findings({}, frozenset()), Outcome.UNKNOWN),
    ],
)
def test_the_journal_decides_and_silence_of_a_journal_we_do_not_have_decides_nothing(
    findings: Findings, outcome: Outcome
) -> None:
    assert recovery.verdict(message(), findings).outcome is outcome


HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("age", "looks", "files_sent", "policy", "expected"),
    [
        (HOUR, 3, True, "hold", MessageEvent.MISSING),
        (HOUR, 2, True, "hold", None),
        (HOUR / 4, 9, True, "send again", None),
        (HOUR, 9, None, "hold", None),
        (HOUR, 9, False, "hold", None),
        (HOUR * 999, 999, None, "hold", None),
        (HOUR, 3, None, "assume sent", MessageEvent.ASSUMED),
        (HOUR, 3, None, "send again", MessageEvent.MISSING),
    ],
)
def test_unknown_mail_is_never_resolved_by_time_alone(
    age: dt.timedelta, looks: int, files_sent: bool | None, policy: str, expected: MessageEvent | None
) -> None:
    found = in_doubt.verdict(age, looks, files_sent, policy)
    assert (found[0] if found else None) is expected


def test_what_is_held_for_an_unknown_mail_is_held_for_that() -> None:
    end = ending(SendResult(Outcome.UNKNOWN, "body", text="connection reset"), 1, Options())
    assert end.why == because(Code.MAY_BE_DELIVERED, said=quoted("connection reset"))
    assert end.why.cause is Cause.UNKNOWN_MAIL
