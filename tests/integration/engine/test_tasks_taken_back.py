"""What a sequence asked of a person because of a decision that was a mistake is asked no more once the decision is taken back."""

from __future__ import annotations

from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox, inbox_pages
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.sequences import advance
from relance.engine.states import State
from relance.engine.store.sequences import tasks
from tests.engine_house import clock
from tests.reading import KIM, enrolled, hear, letter, row, wrote

CALLS = """
sequence: Trial
steps:
  - {id: call, task: "Call"}
  - {id: again, after: 3 days, task: "Call again"}
  - {id: intro, after: 3 days, subject: "Hello", body: "Hello"}
"""


def asked(house: Context, days: int) -> dict[str, str]:
    """Days later: every task by its step, and its state."""
    clock(house).advance(days=days)
    with house.database.write() as conn:
        advance.advance(conn, house, house.clock.now(), 100)
    with house.database.read() as conn:
        return {each.step: each.state for each in tasks.list_all(conn, open_only=False)}


def test_a_task_made_while_a_correction_stood_goes_with_it_and_an_older_one_stays(house: Context) -> None:
    enrolled(house, KIM, text=CALLS)
    assert asked(house, 1) == {"call": "open"}
    wrote(house)
    assert hear(house, letter(KIM, text="Please call me.")) == 1
    number = inbox_pages.page(house).answers[0].id
    assert row(house).state is State.REPLIED
    inbox.correct(house, number, Correction(kind="auto-reply"))
    assert row(house).state is State.ACTIVE
    assert asked(house, 4) == {"call": "open", "again": "open"}
    inbox.undo(house, number)
    assert row(house).state is State.REPLIED
    assert asked(house, 0) == {"call": "open", "again": "dropped"}
