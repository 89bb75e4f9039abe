"""Who is held once more stands where they stood."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db.tables import hold
from relance.engine.inbound.corrections import inbox, inbox_pages
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.states import State
from tests.engine_house import clock
from tests.reading import KIM, enrolled, hear, letter, row, wrote


def test_who_is_held_again_has_been_held_since_the_first_time(house: Context) -> None:
    """Held lists the longest waiting first: a decision that is taken back moves nobody to the end."""
    proof = "To make sure that you are human, please confirm that you are not a robot: https://lake.example/c"
    enrolled(house, KIM)
    wrote(house)
    hear(house, letter(KIM, text=proof))
    [answer] = inbox_pages.page(house).answers
    assert row(house).state is State.HELD
    since = clock(house).now()
    clock(house).advance(hours=3)
    inbox.correct(house, answer.id, Correction(kind="auto-reply"))
    clock(house).advance(hours=1)
    inbox.undo(house, answer.id)
    assert row(house).state is State.HELD
    still = sa.select(hold.c.opened_at).where(hold.c.closed_at.is_(None))
    with house.database.read() as conn:
        assert conn.execute(still).scalars().all() == [since]
