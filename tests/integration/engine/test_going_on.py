"""Many who are held go on at once: handed back to a mailbox, or let go, in as many statements as one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.jobs import service
from relance.engine.jobs.deciding import HeldPerson
from relance.engine.mailboxes import handing_over
from relance.engine.reporting import timeline
from relance.engine.sequences import bulk, control
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import MessageState, State
from relance.engine.store.sequences import holds
from tests import engine_house
from tests.reading import ADA, KIM, enrolled, row, wrote

BEN = "ben@sales.example"
FEW = [f"few{number}@pond{number}.example" for number in range(3)]
MANY = [f"many{number}@lake{number}.example" for number in range(30)]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    heard: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        heard.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def asked(house: Context, people: list[str], act: Callable[[], None]) -> int:
    """How many statements it takes for these, whose hour has passed; they go on."""
    with statements() as heard:
        act()
    assert {row(house, each).state for each in people} == {State.ACTIVE}
    return len(heard)


def held(house: Context, people: list[str]) -> int:
    """These are held, for their mailbox was removed, and should have been written to since."""
    enrolled(house, *people)
    ben = engine_house.add_mailbox(house, BEN)
    handing_over.remove(house, ADA, force=True)
    engine_house.clock(house).advance(days=2)
    return ben


@pytest.mark.parametrize("people", [FEW, MANY])
def test_held_people_are_handed_back_in_a_few_statements(house: Context, people: list[str]) -> None:
    ben = held(house, people)
    assert asked(house, people, lambda: _handed_over(house)) <= 45
    assert {row(house, each).mailbox_id for each in people} == {ben}
    told = [each.kind for each in timeline.of_contact(house, people[-1])][-3:]
    assert told == ["enrollment.held", "enrollment.mailbox_changed", "enrollment.released"]
    with house.database.read() as conn:
        assert not any(holds.standing(conn, [row(house, each) for each in people]).values())


def _handed_over(house: Context) -> None:
    assert handing_over.hand_over(house, ADA, BEN).left == 0


@pytest.mark.parametrize("people", [FEW, MANY])
def test_held_people_are_let_go_in_a_few_statements(house: Context, people: list[str]) -> None:
    held(house, people)
    with house.database.write() as conn:
        conn.execute(sa.text("UPDATE mailbox SET state = 'active'"))
    one = EnrollmentFilter(states=("held",))
    assert asked(house, people, lambda: bulk.release(house, one) and None) <= 45


@pytest.mark.parametrize("people", [FEW, MANY])
def test_held_people_go_on_from_another_mailbox_in_a_few_statements(
    house: Context, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)
    ben = held(house, people)
    wish = [HeldPerson(row(house, each).id) for each in people]
    assert asked(house, people, lambda: service.decide_held(house, "move", wish, mailbox=BEN) and None) <= 60
    assert {row(house, each).mailbox_id for each in people} == {ben}


def test_who_goes_on_together_goes_on_as_they_would_alone(house: Context) -> None:
    """A mail that was given up is passed over, and whom a person paused stays paused."""
    enrolled(house, KIM, *FEW)
    wrote(house, KIM, MessageState.REFUSED)
    control.pause(house, FEW[0], reason="asked me to wait")
    handing_over.remove(house, ADA, force=True)
    with house.database.write() as conn:
        conn.execute(sa.text("UPDATE mailbox SET state = 'active'"))
    done = bulk.release(house, EnrollmentFilter(states=("held",)))
    assert done.counts == {"changed": 3, "stays paused": 1}
    stood = {each: (row(house, each).state, row(house, each).step) for each in (KIM, *FEW)}
    assert stood == {
        KIM: (State.ACTIVE, "bump"),
        FEW[0]: (State.PAUSED, "intro"),
        FEW[1]: (State.ACTIVE, "intro"),
        FEW[2]: (State.ACTIVE, "intro"),
    }
    assert "step.skipped" in [each.kind for each in timeline.of_contact(house, KIM)]
