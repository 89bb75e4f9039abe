"""Days of return: what the phrases of a note mean, and what is no date at all."""

import datetime as dt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relance.mailbox.classification.named_dates import return_date
from relance.mailbox.classification.named_dates.reader import HORIZON

TODAY = dt.date(2026, 8, 3)  # a Monday


def back(text: str, **kwargs: bool) -> dt.date | None:
    found = return_date.first_day_back(text, TODAY, **kwargs)
    return found.date if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # The last day away is named: back the day after.
        ("I am out of the office until 14 August.", (8, 15)),
        ("Away until 12/08/2026 inclusive.", (8, 13)),
        ("Urlop od 3 do 12 sierpnia.", (8, 13)),
        ("Vom 3.-14. August im Urlaub.", (8, 15)),
        # The day of return is named: that day itself.
        ("I'm away, back on 17 August.", (8, 17)),
        ("I won't be back until 24 August.", (8, 24)),
        ("Ab dem 17. August bin ich wieder im Büro.", (8, 17)),
        ("Będę ponownie dostępny od 10 sierpnia.", (8, 10)),
        # Both: the day of return is surer.
        ("Out until 14 August, I return on 17 August.", (8, 17)),
        # A month by itself, its end, and weekdays.
        ("I am on leave until September.", (9, 1)),
        ("Nieobecna do końca sierpnia.", (9, 1)),
        ("I'm out until Monday.", (8, 10)),
        ("I'm out until Friday.", (8, 8)),
        # Part time: the next working day.
        ("I do not work on Mondays and Tuesdays.", (8, 5)),
        ("Pracuję tylko we wtorki i czwartki.", (8, 4)),
    ],
)
def test_what_a_phrase_means(text: str, day: tuple[int, int]) -> None:
    assert back(text) == dt.date(2026, *day)


@pytest.mark.parametrize(
    "text",
    [
        "May you have a good day, the sun is shining.",
        "I am out of the office. Call +48 601 234 567 or 22 12.08.26.",
        "I am away. Ticket 20260814, order 14082026.",
        "I am out of the office. Meet us at the fair, 3-5 September, booth 12!",
        "I was on leave until 15 July 2026.",
        "I am away until further notice.",
        "I am on leave until 14 August 2099.",
    ],
)
def test_what_is_no_day_of_return(text: str) -> None:
    assert back(text) is None


def test_the_order_of_day_and_month_comes_from_the_note_itself() -> None:
    assert back("Out 08/03/2026, not back until 08/11/2026.") == dt.date(2026, 8, 11)
    assert back("I am away until 10/08/2026.") == dt.date(2026, 8, 11)
    assert back("I am away until 08/10/2026.", day_first=False) == dt.date(2026, 8, 11)


def test_a_yearless_date_is_the_next_one_over_the_turn_of_the_year() -> None:
    found = return_date.first_day_back("I am on leave until 6 January.", dt.date(2026, 12, 22))
    assert found is not None
    assert found.date == dt.date(2027, 1, 7)


WORDS = st.sampled_from(
    [
        "the",
        "until",
        "back",
        "bis",
        "do",
        "jusqu'au",
        "from",
        "may",
        "march",
        "sun",
        "mon",
        "14",
        "3",
        "08",
        "2026",
        "2031",
        "1999",
        "12.5",
        "10:30",
        "+48",
        "601",
        "234",
        "567",
        "%",
        "august",
        "sierpnia",
        "lundi",
        "-",
        "/",
        ".",
        ",",
        "\n",
        "until",
        "away",
        "wracam",
        "Urlaub",
        "31.02.",
        "99/99",
        "14-15",
        "end",
        "of",
        "next",
        "week",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join), st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)))
@example("until 29 February", dt.date(2026, 8, 3))
def test_no_day_is_past_or_beyond_the_horizon(text: str, today: dt.date) -> None:
    found = return_date.first_day_back(text, today)
    assert found is None or today <= found.date <= today + HORIZON


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    found = return_date.first_day_back(text, TODAY)
    assert found is None or TODAY <= found.date <= TODAY + HORIZON
