"""What is due is told from the head of an index: as many are looked through as wait, and none is passed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db.tables import contact, enrollment, sequence, sequence_version
from relance.engine.store.sending import claims
from relance.engine.store.sequences import due
from tests import engine_house

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def sender(house: Context) -> int:
    return engine_house.add_mailbox(house)


def enrolled(
    house: Context, sender: int, ages: Sequence[float], *, going: bool = True, **values: object
) -> list[int]:
    """People with a mail of this mailbox due, each so many hours ago."""
    now = house.clock.now()
    with house.database.write() as conn:
        name = f"S{going}{len(ages)}{values}"
        made = {"name": name, "state": "active" if going else "paused", "created_at": now}
        of = conn.execute(sa.insert(sequence).values(made).returning(sequence.c.id)).scalar_one()
        version = {"sequence_id": of, "number": 1, "digest": "", "definition": {}, "published_at": now}
        number = conn.execute(
            sa.insert(sequence_version).values(version).returning(sequence_version.c.id)
        ).scalar_one()
        ids = []
        for place, age in enumerate(ages):
            who = {
                "email": f"{place}@{abs(hash(name))}.example",
                "fields": {},
                "created_at": now,
                "updated_at": now,
            }
            person = conn.execute(sa.insert(contact).values(who).returning(contact.c.id)).scalar_one()
            row = {
                **{
                    "sequence_id": of,
                    "sequence_version_id": number,
                    "contact_id": person,
                    "mailbox_id": sender,
                },
                **{"state": "active", "step": "intro", "step_kind": "mail", "bound": [], "stepped_at": now},
                **{"due_at": now - age * HOUR, "created_at": now, **values},
            }
            ids.append(
                conn.execute(sa.insert(enrollment).values(row).returning(enrollment.c.id)).scalar_one()
            )
        return ids


def claimed(house: Context, sender: int, limit: int = 50) -> list[int]:
    now = house.clock.now()
    with house.database.write() as conn:
        return [row.id for row in claims.claim(conn, sender, now, limit, seen=now)]


def first(house: Context, sender: int) -> dt.datetime | None:
    with house.database.read() as conn:
        return due.first_mail_due(conn, sender, house.clock.now())


def test_follow_ups_go_first_each_by_their_plan_and_the_last_after_all(house: Context, sender: int) -> None:
    new = enrolled(house, sender, [5, 2])
    old = enrolled(house, sender, [4, 1], wrote_before=True)
    last = enrolled(house, sender, [9], priority=due.LAST)
    ahead = enrolled(house, sender, [-1])
    assert claimed(house, sender) == [*old, *new, *last]
    assert first(house, sender) == house.clock.now() - 9 * HOUR
    assert ahead[0] not in claimed(house, sender)


def test_behind_however_many_that_cannot_go_the_next_is_found(
    house: Context, sender: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MAX_DUE", 4)  # several pages
    enrolled(house, sender, [float(9 + age) for age in range(30)], going=False)
    free = enrolled(house, sender, [3, 2])
    assert claimed(house, sender, 1) == free[:1]
    assert first(house, sender) == house.clock.now() - 3 * HOUR


def test_of_follow_ups_those_due_when_the_mailbox_was_read(house: Context, sender: int) -> None:
    read, since = enrolled(house, sender, [3, 1], wrote_before=True)
    now = house.clock.now()
    with house.database.write() as conn:
        assert [row.id for row in claims.claim(conn, sender, now, 9, seen=now - 2 * HOUR)] == [read]
        assert claims.claim(conn, sender, now, 9, seen=None) == []
        assert since not in [row.id for row in claims.claim(conn, sender, now, 0, seen=now)]
    assert first(house, sender) == now - 3 * HOUR


@pytest.mark.parametrize("limit", [0, 1, 3, 9])
def test_a_page_asked_for_beforehand_is_claimed_from_as_one_asked_for_then(
    house: Context, sender: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MAX_DUE", 4)  # several pages
    enrolled(house, sender, [9.0, 8.0], going=False)
    enrolled(house, sender, [5, 2], priority=due.LAST)
    enrolled(house, sender, [-4], wrote_before=True)
    enrolled(house, sender, [7, 3])
    now = house.clock.now()
    with house.database.read() as conn:
        then = due.claimable(conn, sender, now, now, limit)
        for most in range(max(limit, 1), 12):
            page = due.first_claimable(sender, now, most).run(conn)
            assert due.claimable(conn, sender, now, now, limit, due.FirstMails(page, alone=True)) == then
    assert len(then) == min(limit, 4)


def test_a_try_that_was_put_off_leaves_its_place_in_the_line(house: Context, sender: int) -> None:
    now = house.clock.now()
    later = enrolled(house, sender, [2, 1])
    put_off = enrolled(house, sender, [0], planned_at=now - 9 * HOUR)
    not_yet = enrolled(house, sender, [-1], planned_at=now - 10 * HOUR)
    assert claimed(house, sender) == [*put_off, *later]
    assert not_yet[0] not in claimed(house, sender)


def test_of_first_mails_those_that_are_admitted_and_the_last_behind_them(house: Context, sender: int) -> None:
    one, other = enrolled(house, sender, [5, 4, 3]), enrolled(house, sender, [9, 8])
    last = enrolled(house, sender, [7], priority=due.LAST)
    now = house.clock.now()
    with house.database.read() as conn:

        def found(order: Sequence[int] | None, limit: int = 9) -> list[int]:
            first = due.FirstMails(admitted=lambda: order)
            return [row.id for row in due.claimable(conn, sender, now, now, limit, first)]

        of = {row.id: row.sequence_id for row in due.claimable(conn, sender, now, now, 9)}
        mine, theirs = of[one[0]], of[other[0]]
        assert found((mine, theirs, mine)) == [*one[:2], other[0], *last]
        assert found((mine, theirs, mine), 2) == [one[0], other[0]]
        assert found(()) == []  # follow-ups need it all
        assert found(None) == [*other, *one, *last]  # nobody else was found waiting: those that go last go


def test_nothing_due_is_nothing_due(house: Context, sender: int) -> None:
    assert first(house, sender) is None
    enrolled(house, sender, [-2])
    assert claimed(house, sender) == []
    assert first(house, sender) == house.clock.now() + 2 * HOUR


def test_the_head_of_the_index_is_read(house: Context, sender: int) -> None:
    """On PostgreSQL by its plan: nothing is sorted, and no table is read from its beginning to its end. Of so few people it might
    prefer to sort all, depending on what it counted last; asked not to, it still must if no index has the order."""
    if house.database.embedded:
        pytest.skip("PostgreSQL shows its plan")
    enrolled(house, sender, [float(age) for age in range(60)])
    now = house.clock.now()
    asked = {"sender": sender, "until": now, "place": 0, "count": 5}
    made = due._FIRST_DUE._in
    with house.database.write() as conn:
        compiled = made(conn)
        values = compiled.values({**asked, "after_at": due.BEGINNING, "after_id": 0})
        driver = conn.connection.driver_connection
        assert driver is not None
        driver.execute("set local enable_sort = off")
        plan = "\n".join(row[0] for row in driver.execute(f"explain {compiled.text}", values).fetchall())
    assert "ix_enrollment_mail_planned" in plan
    assert "Sort " not in plan.replace("Sort Key", "")
