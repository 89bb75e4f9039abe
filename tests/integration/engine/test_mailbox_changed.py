"""A mailbox is changed without touching anybody it writes to, on both databases."""

from __future__ import annotations

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.mailboxes import changing, service
from relance.engine.mailboxes.changing import MailboxChange
from tests.reading import ADA, KIM, enrolled, row
from tests.replying import kinds


def test_people_stay_where_they_are(house: Context) -> None:
    enrolled(house, KIM)
    before = row(house)
    made = changing.change(house, ADA, MailboxChange("Ada Lake", 0, 5, "new secret"))
    assert (made.name, made.daily_cap, made.gap_seconds) == ("Ada Lake", None, 5)
    assert row(house) == before
    assert house.account(service.get(house, ADA)).credentials.secret == "new secret"
    assert kinds(house).count("mailbox.changed") == 1


def test_what_is_as_it_was_is_no_change(house: Context) -> None:
    enrolled(house, KIM)
    now = service.show(house, ADA)
    changing.change(house, ADA, MailboxChange(now.name, now.daily_cap or 0, now.gap_seconds))
    changing.change(house, ADA, MailboxChange())
    assert "mailbox.changed" not in kinds(house)


@pytest.mark.parametrize(
    "wish",
    [
        MailboxChange(name=" "),
        MailboxChange(daily_cap=-1),
        MailboxChange(gap_seconds=-1),
        MailboxChange(password=""),
        MailboxChange(password="x\n"),
    ],
)
def test_a_mistake_changes_nothing(house: Context, wish: MailboxChange) -> None:
    enrolled(house, KIM)
    before = service.show(house, ADA)
    with pytest.raises(errors.Invalid):
        changing.change(house, ADA, wish)
    assert service.show(house, ADA) == before
    with pytest.raises(errors.NotFound):
        changing.change(house, "nobody@sales.example", MailboxChange(name="x"))
