"""A do-not-contact list taken in: looked through first, a reason for each line that is refused, and taken back by what it added."""

from __future__ import annotations

import pytest

from relance import errors
from relance.engine.contacts import service, suppression_list
from relance.engine.context import Context
from relance.engine.states import State
from tests.reading import KIM, MIA, enrolled, row

LINES = b"kim@lake.example\nrival.example\nnonsense\ngmail.com\n@rival.example\nmia@lake.example"


def on_it(house: Context) -> dict[str, str]:
    return {each.value: each.reason for each in service.suppressed(house)}


def test_it_is_looked_through_first_and_each_refused_line_says_why(house: Context) -> None:
    service.suppress(house, MIA)
    before = on_it(house)
    asked = suppression_list.add(house, LINES, dry_run=True)
    assert (asked.added, asked.known, asked.number) == (2, 1, "")
    assert [(each.line, each.value) for each in asked.refused] == [(3, "nonsense"), (4, "gmail.com")]
    assert all(each.reason for each in asked.refused)
    assert on_it(house) == before
    done = suppression_list.add(house, LINES)
    assert (done.added, done.known) == (2, 1)
    assert set(on_it(house)) == {KIM, MIA, "rival.example"}
    again = suppression_list.add(house, LINES)
    assert (again.added, again.number) == (0, "")


def test_what_is_under_way_ends(house: Context) -> None:
    enrolled(house, KIM)
    suppression_list.add(
        house, b"\xef\xbb\xbfE-mail;Reason\n'kim@lake.example;They asked by phone\n".replace(b"'", b"")
    )
    assert row(house).state is State.UNSUBSCRIBED
    assert "They asked by phone" in on_it(house)[KIM]


def test_whom_an_address_and_a_domain_of_a_list_mean_counts_once(house: Context) -> None:
    enrolled(house, KIM, MIA)
    asked = suppression_list.add(house, b"kim@lake.example\nlake.example\nzoe@hill.example", dry_run=True)
    assert (asked.added, asked.stops) == (3, 2)


def test_an_import_is_taken_back_by_what_it_added(house: Context) -> None:
    service.suppress(house, MIA)
    first = suppression_list.add(house, b"kim@lake.example\nrival.example")
    second = suppression_list.add(house, b"mia@lake.example\nzoe@lake.example")
    service.suppress(house, "rival.example", "They said so themselves")
    assert suppression_list.undo(house, first.number) == 1  # the domain has another reason by now
    assert set(on_it(house)) == {MIA, "rival.example", "zoe@lake.example"}
    for number in (first.number, "", "none"):
        with pytest.raises(errors.NotFound):
            suppression_list.undo(house, number)
    assert suppression_list.undo(house, second.number) == 1
    assert set(on_it(house)) == {MIA, "rival.example"}


def test_what_was_handed_out_is_taken_in_again(house: Context) -> None:
    """The columns of the page's CSV file, its cells made harmless for spreadsheets."""
    file = b"value,kind,reason,added_by,since\nkim@lake.example,address,'=1+1,boss,2026\n"
    assert suppression_list.add(house, file).added == 1
    assert "=1+1" in on_it(house)[KIM]
