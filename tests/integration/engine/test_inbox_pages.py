"""The inbox page by page: found, counted, marked as read, laid open; and a person's word taken back."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import event
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.kinds import TITLES, EventKind
from relance.engine.inbound.corrections import inbox, inbox_pages
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.reasons import Cause
from relance.engine.reporting import timeline
from relance.engine.sequences import control
from relance.engine.states import State
from relance.engine.store import events
from relance.engine.store.contacts import search, suppressions
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import ReplyFilter
from tests.engine_house import clock
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english, worded

ANN = Actor(ActorKind.PERSON, "ann")
QUOTED = (
    "Yes, call me on Tuesday.\n\nOn Mon, 2 Mar 2026 at 09:00, Ada <ada@sales.example> wrote:\n> We follow up"
)


@pytest.fixture
def ready(house: Context) -> Context:
    """Five mails came in; the oldest of them has the lowest number."""
    enrolled(house, KIM, MIA)
    contact_service.add(house, KIM, {"last_name": "Łukasik"})
    for person in (KIM, MIA):
        wrote(house, person)
    for raw in (
        letter("stranger@lake.example", "Your offer", "Kim forwarded me your message."),
        letter(KIM, text="Not interested, thanks."),
        letter(MIA, text="Yes, call me on Tuesday."),
        letter(KIM, text="Could you tell me what it costs?"),
        letter(MIA, text=QUOTED),
    ):
        clock(house).advance(minutes=1)
        assert hear(house, raw) == 1
    return house


def found(house: Context, **wanted: object) -> list[int]:
    return [each.id for each in inbox_pages.page(house, ReplyFilter(**wanted)).answers]  # type: ignore[arg-type]


@pytest.mark.parametrize("few", [2000, 0], ids=["looked up", "scanned"])
def test_answers_are_found_by_who_wrote_them(
    ready: Context, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_UP", few)
    everything = found(ready)
    assert everything == sorted(everything, reverse=True)
    newest, question, yes, no, stranger = everything
    assert found(ready, search="łuk") == found(ready, email=KIM) == [question, no, stranger]
    assert found(ready, search="mia@") == [newest, yes]
    assert found(ready, search="STRANGER@l") == [stranger]
    assert found(ready, search="nobody") == []
    assert found(ready, mailbox=ADA, kind="human-answer", search="mia") == [newest, yes]


def test_pages_leave_none_out_and_show_none_twice(ready: Context) -> None:
    seen, cursor = [], ""
    while True:
        page = inbox_pages.page(ready, after=cursor, limit=2)
        seen += [each.id for each in page.answers]
        hear(ready, letter(KIM, text="One more thing."))  # newer ones move nothing
        if not page.cursor:
            break
        cursor = page.cursor
    assert (len(seen), seen) == (5, sorted(set(seen), reverse=True))
    with pytest.raises(errors.WrongUse, match=worded("is not a cursor")):
        inbox_pages.page(ready, after="e-1")


def received_out_of_order(house: Context) -> list[int]:
    """Numbers in the order of when their mails were received, the newest first: they were read in another order, as two mailboxes are."""
    clock(house).advance(days=1)
    now = clock(house).now()
    ages = (30, 240, 5, 60, 5, 600)
    numbers: list[tuple[dt.datetime, int]] = []
    for minutes in ages:
        at = now - dt.timedelta(minutes=minutes)
        assert hear(house, letter(KIM, text=f"Came {minutes} minutes ago."), received=at) == 1
        [new] = {each.id for each in inbox.page(house)} - {number for _at, number in numbers}
        numbers.append((at, new))
    return [number for _at, number in sorted(numbers, reverse=True)]


def test_the_newest_by_the_time_that_is_shown_is_on_top_page_by_page(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house)
    order = received_out_of_order(house)
    assert found(house) == found(house, unread=True) == [each.id for each in inbox.page(house)] == order
    seen, cursor = [], ""
    while True:
        page = inbox_pages.page(house, after=cursor, limit=1)
        seen += [each.id for each in page.answers]
        hear(house, letter(KIM, text="One more thing."))  # newer ones move nothing
        if not page.cursor:
            break
        cursor = page.cursor
    assert seen == order
    assert [each.id for each in inbox.page(house, before=order[2], limit=2)] == order[3:5]
    with pytest.raises(errors.NotFound):
        inbox.page(house, before=10**9)


def test_neither_a_date_header_nor_a_server_whose_clock_is_ahead_puts_a_mail_on_top(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house)
    now = clock(house).now()
    ahead = letter(KIM, text="From the future.")
    assert hear(house, ahead, received=now + dt.timedelta(days=900)) == 1
    clock(house).advance(minutes=1)
    dated = letter(KIM, text="Dated in the past.", Date="Mon, 2 Jan 2006 15:04:05 +0000")
    assert hear(house, dated) == 1
    newest, older = inbox_pages.page(house).answers
    assert (newest.body, older.body) == ("Dated in the past.", "From the future.")
    assert older.received_at == now


def test_they_are_counted_by_kind_and_intent(ready: Context) -> None:
    whole = inbox_pages.counts(ready)
    assert (whole.total, sum(whole.kinds.values())) == (5, 5)
    by_hand = [(each.kind, each.intent) for each in inbox.page(ready)]
    assert whole.kinds == {kind: [each[0] for each in by_hand].count(kind) for kind, _ in by_hand}
    assert whole.intents["negative"] == 1
    [first] = found(ready, intent="negative")
    inbox.correct(ready, first, Correction(intent="later"))
    assert inbox_pages.counts(ready).intents.get("negative") is None
    inbox_pages.mark(ready, found(ready)[:2])
    assert inbox_pages.counts(ready, ReplyFilter(unread=True)).total == 2


@pytest.mark.parametrize("earlier", [None, "later"])
def test_an_answer_that_a_person_marks_as_away_counts_once_as_that(
    ready: Context, earlier: str | None
) -> None:
    [number] = found(ready, intent="negative")
    if earlier:
        inbox.correct(ready, number, Correction(intent=earlier))
    before = inbox_pages.counts(ready)
    inbox.correct(ready, number, Correction(kind="out of office"))
    counted, shown = inbox_pages.counts(ready), inbox.show(ready, number)
    assert (shown.kind, shown.intent, shown.judged_intent) == ("out of office", None, "negative")
    assert counted.total == before.total
    assert sum(counted.intents.values()) == sum(before.intents.values()) - 1
    assert number in set(found(ready, kind="out of office")) - set(found(ready, intent=earlier or "negative"))
    inbox.correct(ready, number, Correction(kind="human answer"))
    assert inbox.show(ready, number).intent == (earlier or "negative")


def test_marks_tell_who_read_first(ready: Context) -> None:
    numbers = found(ready)
    with actors.acting(ANN):
        assert inbox_pages.mark(ready, numbers[:2]) == tuple(sorted(numbers[:2]))
    assert inbox_pages.mark(ready, numbers[:3]) == (numbers[2],)
    told = {each.id: (each.read, each.read_by) for each in inbox_pages.page(ready).answers}
    assert told[numbers[0]] == told[numbers[1]] == (True, ANN)
    assert told[numbers[2]][1] not in (None, ANN)
    assert told[numbers[3]] == (False, None)
    assert found(ready, unread=True) == numbers[3:]
    assert inbox_pages.mark(ready, [numbers[0], 10**9], read=False) == (numbers[0],)
    assert inbox.show(ready, numbers[0]).read_by is None
    with actors.acting(ANN):
        assert inbox.show(ready, numbers[0], mark_read=True).read_by == ANN
        inbox.correct(ready, numbers[3], Correction(kind="auto-reply"))
    assert inbox.show(ready, numbers[3]).read_by == ANN
    assert inbox_pages.mark(ready, []) == ()


def test_own_words_and_the_quote_stand_apart(ready: Context) -> None:
    newest = inbox_pages.detail(ready, found(ready)[0])
    assert newest.answer.body == "Yes, call me on Tuesday."
    assert newest.rest.startswith("On Mon, 2 Mar 2026")
    assert "> We follow up" in newest.rest
    assert "call me" not in newest.rest
    assert newest.opened is not None
    assert dict(newest.opened.headers)["From"] == MIA
    with ready.database.write() as conn:
        replies.forget_raw(conn, [newest.answer.id])
    assert inbox_pages.detail(ready, newest.answer.id).opened is None
    with pytest.raises(errors.NotFound):
        inbox_pages.detail(ready, 10**9)


def alone(house: Context, text: str) -> int:
    enrolled(house, KIM)
    wrote(house)
    assert hear(house, letter(KIM, text=text)) == 1
    [answer] = inbox_pages.page(house).answers
    return answer.id


def test_a_persons_word_is_taken_back_and_people_stand_where_they_stood(house: Context) -> None:
    number = alone(house, "Please call me.")
    assert row(house).state is State.REPLIED
    with actors.acting(ANN):
        inbox.correct(house, number, Correction(kind="auto-reply"))
        assert row(house).state is State.ACTIVE
        done = inbox.undo(house, number)
    assert row(house).state is State.REPLIED
    assert (done.answer.kind, done.answer.corrected) == ("human answer", False)
    assert done.effects
    last = timeline.of_contact(house, KIM)[-1]
    assert (last.kind, last.actor, last.answer) == (EventKind.REPLY_CORRECTED, ANN, number)
    assert in_english("took back: auto-reply") in last.words
    with pytest.raises(errors.Invalid):
        inbox.undo(house, number)


def test_the_timeline_says_what_was_decided_about_an_answer(house: Context) -> None:
    number = alone(house, "Yes, I am interested, please call me.")
    said = []
    with actors.acting(ANN):
        for intent in ("positive", "negative"):
            inbox.correct(house, number, Correction(intent=intent))
            said.append(timeline.of_contact(house, KIM)[-1])
        inbox.undo(house, number)
    said.append(timeline.of_contact(house, KIM)[-1])
    assert {each.title for each in said} == {str(TITLES[EventKind.REPLY_CORRECTED])}
    told = ("ann confirmed: Interested", "ann decided: Not interested; it was first read as: interested")
    undone = "ann took back: Not interested; again read as: interested"
    assert all(in_english(words) in each.words for words, each in zip((*told, undone), said, strict=True))


def test_an_answer_is_to_be_read_again_once_the_decision_that_read_it_is_taken_back(house: Context) -> None:
    number = alone(house, "Please call me.")
    inbox.correct(house, number, Correction(kind="auto-reply"))
    assert inbox.show(house, number).read
    inbox.undo(house, number)
    assert not inbox.show(house, number).read
    read = inbox.show(house, number, mark_read=True)
    clock(house).advance(minutes=1)
    inbox.correct(house, read.id, Correction(kind="auto-reply"))
    inbox.undo(house, number)
    assert inbox.show(house, number).read  # somebody had read it before they decided


def test_only_the_last_word_is_taken_back(house: Context) -> None:
    number = alone(house, "Please call me.")
    inbox.correct(house, number, Correction(kind="auto-reply", note="a machine"))
    inbox.correct(house, number, Correction(kind="human-answer", intent="later"))
    assert row(house).state is State.REPLIED
    back = inbox.undo(house, number).answer
    assert (back.kind, back.note, back.corrected) == ("auto-reply", "a machine", True)
    assert row(house).state is State.ACTIVE
    with pytest.raises(errors.Invalid):
        inbox.undo(house, number)


def test_whose_answer_it_is_can_be_taken_back(house: Context) -> None:
    enrolled(house, KIM, MIA)
    wrote(house)
    assert hear(house, letter("jane@lake.example", "Your offer", "Kim forwarded me your message.")) == 1
    [answer] = inbox_pages.page(house).answers
    before = {each: row(house, each).state for each in (KIM, MIA)}
    inbox.correct(house, answer.id, Correction(kind="human-answer", contact=MIA))
    assert row(house, MIA).state is State.REPLIED
    assert inbox.undo(house, answer.id).answer.email == answer.email
    assert {each: row(house, each).state for each in (KIM, MIA)} == before


def opted_out(house: Context, text: str = "Please call me.") -> int:
    number = alone(house, text)
    with actors.acting(ANN):
        inbox.correct(house, number, Correction(kind="opt-out"))
    assert row(house).state is State.UNSUBSCRIBED
    assert refused(house) == {KIM}
    return number


def refused(house: Context) -> set[str]:
    with house.database.read() as conn:
        return {each.value for each in suppressions.list_all(conn)}


@pytest.mark.parametrize("text", ["Please call me.", "I am away until 20 March 2026."])
def test_a_slip_of_the_hand_that_noted_a_wish_is_taken_back_at_once(house: Context, text: str) -> None:
    number = alone(house, text)
    before = row(house).state
    with actors.acting(ANN):
        inbox.correct(house, number, Correction(kind="opt-out"))
        done = inbox.undo(house, number)
    assert (row(house).state, refused(house)) == (before, set())
    assert "do-not-contact" not in " ".join(done.effects)


def test_who_was_paused_before_the_slip_is_paused_after_it(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house)
    control.pause(house, KIM)
    hear(house, letter(KIM, text="We got your message.", Auto_Submitted="auto-replied"))
    [answer] = inbox_pages.page(house).answers
    with actors.acting(ANN):
        inbox.correct(house, answer.id, Correction(kind="opt-out"))
        inbox.undo(house, answer.id)
    assert (row(house).state, refused(house)) == (State.PAUSED, set())


def somebody_else(house: Context, number: int) -> None:
    inbox.undo(house, number, inbox.show(house, number).decision)


def an_hour_later(house: Context, number: int) -> None:
    clock(house).advance(hours=1, seconds=1)
    with actors.acting(ANN):
        inbox.undo(house, number)


def after_another_wish(house: Context, number: int) -> None:
    contact_service.suppress(house, KIM, "asked on the phone")
    with actors.acting(ANN):
        inbox.undo(house, number)


def after_a_wish_for_the_domain(house: Context, number: int) -> None:
    contact_service.suppress(house, "lake.example", "asked on the phone")
    with actors.acting(ANN):
        inbox.undo(house, number)


def after_they_asked_in_a_mail(house: Context, number: int) -> None:
    hear(house, letter(KIM, text="Please remove me from your list."))
    with actors.acting(ANN):
        inbox.undo(house, number)


@pytest.mark.parametrize(
    "undone",
    [
        somebody_else,
        an_hour_later,
        after_another_wish,
        after_a_wish_for_the_domain,
        after_they_asked_in_a_mail,
    ],
)
def test_every_other_wish_for_no_more_mail_outlives_the_undoing(house: Context, undone) -> None:
    number = opted_out(house)
    undone(house, number)
    assert row(house).state is State.UNSUBSCRIBED
    assert refused(house)


def test_what_the_person_wrote_themselves_is_no_slip(house: Context) -> None:
    """The rules read the wish: a correction that says the same is confirmed, and taken back changes nothing."""
    number = alone(house, "Please remove me from your list.")
    with actors.acting(ANN):
        inbox.correct(house, number, Correction(kind="opt-out"))
        inbox.undo(house, number)
        assert row(house).state is State.UNSUBSCRIBED
        inbox.correct(house, number, Correction(kind="auto-reply"))
        inbox.undo(house, number)
    assert (row(house).state, refused(house)) == (State.UNSUBSCRIBED, {KIM})


def test_a_wish_that_stays_is_said(house: Context) -> None:
    number = opted_out(house)
    done = inbox.undo(house, number, inbox.show(house, number).decision)
    assert done.answer.kind == "human answer"
    assert in_english("stays on the do-not-contact list") in done.effects[-1]


def test_who_stays_suppressed_after_a_corrected_opt_out_is_told_as_data(house: Context) -> None:
    number = alone(house, "Please take me off your list and never write again.")
    assert row(house).state is State.UNSUBSCRIBED
    done = inbox.correct(house, number, Correction(kind="auto-reply"))
    assert done.suppressed == KIM
    assert in_english("stays on the do-not-contact list until a person takes it off") in done.effects[-1]
    with house.database.read() as conn:
        [*_rest, last] = [each for each in events.of_contact(conn, row(house).contact_id)]
        [stored] = conn.execute(sa.select(event.c.data).where(event.c.id == last.id)).scalars()
    assert stored["effects"][-1] == {"effect": "kept_suppressed", "params": {"email": KIM}}
    contact_service.unsuppress(house, KIM)
    assert inbox.correct(house, number, Correction(kind="human-answer")).suppressed == ""


def test_what_a_person_did_meanwhile_stands(house: Context) -> None:
    number = alone(house, "I am away until 20 March 2026. Call me then.")
    inbox.correct(house, number, Correction(kind="auto-reply"))
    control.pause(house, KIM)
    inbox.undo(house, number)
    assert row(house).state is State.REPLIED
    assert [each.cause for each in row(house).why] == [Cause.ANSWER, Cause.PERSON]
