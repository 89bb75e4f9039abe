"""What a decision about an answer would do is told beforehand, and is what is then done: for each decision, from wherever people stand."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.inbound.corrections import foretold, inbox
from relance.engine.inbound.corrections.foretold import Foretold, ForetoldEffect
from relance.engine.inbound.corrections.inbox import Correction, ReplyFilter
from relance.engine.reasons import Cause, Code, because, prose
from relance.engine.states import FINAL, Event
from relance.engine.store.contacts import suppressions
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from tests import engine_house
from tests.reading import enrolled, hear, letter, row, wrote

ACTS = (
    Correction("human answer", "positive"),
    Correction("human answer", "question"),
    Correction("human answer", "negative"),
    Correction("out of office"),
    Correction("left the company"),
    Correction("list mail"),
    Correction("blocked"),
    Correction("hard bounce"),
    Correction("opt-out"),
)
STOPS = {
    "nobody": "stop:\n  company: never\n",
    "everybody": "stop:\n  company: any reply\n",
    "by kind": "stop:\n  company:\n    positive reply: stop\n    question: hand over\n    negative reply: slow 3 business days\n    left the company: stop\n",
}
WERE = (None, Event.PAUSED, Event.HELD, Event.STOPPED, Event.COMPLETED, Event.OUT_OF_OFFICE)
SAID: Mapping[str, Mapping[str, str]] = {
    "an answer": {},
    "an absence": {
        "text": "I am out of the office until further notice.",
        "Auto_Submitted": "auto-replied",
    },
    "a wish": {"text": "Please remove me from your list."},
}


def brought(house: Context, person: str, event: Event | None) -> None:
    """Somebody stands where this news leads, for a reason of their own."""
    if event is None:
        return
    why = because(Code.UNREADABLE) if event is Event.HELD else prose("", Cause.PERSON)
    with house.database.write() as conn:
        enrollments.apply(conn, [row(house, person).id], event, house.clock.now(), reason=why)


def standing(house: Context, *people: str) -> dict[int, Enrollment]:
    return {each.id: each for each in (row(house, person) for person in people)}


def compare(
    told: tuple[Foretold, ...], were: dict[int, Enrollment], are: dict[int, Enrollment], own: int
) -> None:
    """What was told is what is so now, of everybody."""
    known = {each.enrollment: each for each in told}
    assert own in known
    for number, was in were.items():
        said, now = known.get(number), are[number]
        assert (said.after if said else was.state.value) == now.state.value
        if said is None:
            assert (was.due_at, was.state) == (now.due_at, now.state)
            continue
        assert (said.before, said.is_colleague) == (was.state.value, number != own)
        moved = said.effect in (ForetoldEffect.LATER, ForetoldEffect.EARLIER)
        assert not moved or was.due_at != now.due_at
        assert (said.effect is ForetoldEffect.ENDS) == (was.state not in FINAL and now.state in FINAL)
        over = was.state in FINAL and now.state in FINAL
        assert (said.effect is ForetoldEffect.ENDED) == (over and was.state is now.state)
        assert (said.effect is ForetoldEffect.ENDED_OTHERWISE) == (over and was.state is not now.state)


@pytest.mark.parametrize("rule", STOPS)
def test_what_is_foretold_is_what_is_then_done(house: Context, rule: str) -> None:
    cases = list(itertools.product(SAID, WERE))
    pairs = [(f"kim@firm{number}.example", f"mia@firm{number}.example") for number in range(len(cases))]
    enrolled(house, *itertools.chain(*pairs), text=engine_house.TRIAL + STOPS[rule])
    seen: set[tuple[bool, ForetoldEffect]] = set()
    for (said, event), (kim, mia) in zip(cases, pairs, strict=True):
        wrote(house, kim)
        brought(house, kim, event)
        hear(house, letter(kim, **SAID[said]))
        [answer] = inbox.page(house, ReplyFilter(email=kim))
        chain = random.Random(f"{rule} {said} {event}").sample(ACTS[:-1], len(ACTS) - 1)
        for act in [*chain, *chain[:3], ACTS[-1], *chain[:2]]:
            were = standing(house, kim, mia)
            told = foretold.foretell(house, answer.id, ACTS)[ACTS.index(act)]
            assert standing(house, kim, mia) == were  # nothing was done
            inbox.correct(house, answer.id, act)
            are = standing(house, kim, mia)
            compare(told, were, are, row(house, kim).id)
            seen |= {(each.is_colleague, each.effect) for each in told}
    assert {
        (False, each) for each in ForetoldEffect if each not in (ForetoldEffect.LATER, ForetoldEffect.EARLIER)
    } <= seen
    wanted = {"nobody": set(), "everybody": {"ends", "goes on"}}
    of_colleagues = {each.value for colleague, each in seen if colleague}
    assert of_colleagues == wanted.get(rule, {"ends", "goes on", "held", "later", "earlier"})


def test_somebody_who_may_not_be_written_to_for_another_reason_does_not_go_on(house: Context) -> None:
    """An address that was taken for dead is alive, and its owner asked for no more mail meanwhile."""
    kim = "kim@firm.example"
    enrolled(house, kim)
    wrote(house, kim)
    hear(house, letter(kim, **SAID["an absence"]))
    [answer] = inbox.page(house, ReplyFilter())
    alive = Correction("list mail")
    inbox.correct(house, answer.id, Correction("hard bounce"))
    [[told]] = foretold.foretell(house, answer.id, [alive])
    assert (told.before, told.after) == ("bounced", "active")
    with house.database.write() as conn:
        suppressions.insist(conn, kim, prose("They called.", Cause.PERSON), house.clock.now())
    [[told]] = foretold.foretell(house, answer.id, [alive])
    inbox.correct(house, answer.id, alive)
    assert told.after == row(house, kim).state.value == "unsubscribed"


def test_all_decisions_together_are_asked_for_in_a_few_statements(house: Context) -> None:
    """However many people there are at the company, and nothing is written."""
    people = [f"person{number}@firm.example" for number in range(20)]
    enrolled(house, *people, text=engine_house.TRIAL + STOPS["everybody"])
    wrote(house, people[0])
    hear(house, letter(people[0]))
    [answer] = inbox.page(house, ReplyFilter())
    asked: list[str] = []
    heard = lambda _conn, _cursor, statement, *_rest: asked.append(statement)  # noqa: E731
    sa.event.listen(house.database.engine, "before_cursor_execute", heard)
    told = foretold.foretell(house, answer.id, ACTS)
    sa.event.remove(house.database.engine, "before_cursor_execute", heard)
    assert len(told) == len(ACTS)
    assert {each.split()[0] for each in asked} <= {"SELECT", "BEGIN"}
    assert "BEGIN IMMEDIATE" not in asked
    assert len(asked) <= 8, asked
