"""Short answers that ask to be written to again, in fifteen languages, and answers that name a day for something else.

`answers/again.txt`: language, what it is, the day, words; received on Monday 16 November 2026. "again": later, and on that day;
"uncertain": whatever they want, no day is certain ("after the holidays"); "no day": their day is about something else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from relance.mailbox.parsing.inbound import Intent, Kind
from tests.unit.mailbox.classification.test_answers import judged

LINES = [
    line.split(" | ", 3)[1:]
    for line in (Path(__file__).parent / "answers" / "again.txt").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("what", "day", "text"), LINES)
def test_a_day_is_taken_only_from_who_asks_to_be_written_to_again(what: str, day: str, text: str) -> None:
    found = judged(text)
    assert found.kind in {Kind.HUMAN, Kind.OPT_OUT}
    assert (found.until.isoformat() if found.until else "-") == day
    if what != "uncertain":
        assert (found.intent == Intent.LATER) == (what == "again")


def test_to_be_written_to_in_march_is_no_wish_for_no_more_mail() -> None:
    assert judged("Schrijf me in maart nog eens.").kind is Kind.HUMAN
    assert judged("Schrijf me a.u.b. uit.").kind is Kind.OPT_OUT


def test_the_day_of_the_clause_that_asks_is_taken() -> None:
    """Others of the same sentence are about something else."""
    found = judged("We open a second office in January, so call us again after 12 February.")
    assert (found.intent, str(found.until)) == (Intent.LATER, "2027-02-13")
