"""Hits on their way to the desk: in batches, tried again, bounded; and who is near whom."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.tracking import judge, recording
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def a_hit(number: int, network: str = "") -> Hit:
    return Hit(Purpose.OPEN, number, 0, AT, network=network)


class Desk:
    """Takes hits as `moods` say, one for each call; then all."""

    def __init__(self, *moods: Exception | None) -> None:
        self.moods = list(moods)
        self.calls: list[list[int]] = []
        self.taken: list[int] = []

    async def record(self, found: Sequence[Hit]) -> None:
        self.calls.append([hit.message for hit in found])
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None:
            raise mood
        self.taken += self.calls[-1]


def play(desk: Desk, how_many: int, network: str = "") -> recording.Recorder:
    """So many visitors at once, and the end when all of them have been answered."""

    async def story() -> recording.Recorder:
        recorder = recording.Recorder(desk.record)
        async with asyncio.timeout(5):
            await asyncio.gather(*(recorder.add(a_hit(number, network)) for number in range(how_many)))
            await recorder.close()
        return recorder

    return asyncio.run(story())


def test_what_waits_shares_a_call_and_none_is_lost_or_doubled() -> None:
    desk = Desk()
    play(desk, 1250)
    assert desk.taken == list(range(1250))
    assert [len(call) for call in desk.calls] == [500, 500, 250]


def test_a_visitor_is_answered_after_the_hit_is_recorded_and_not_before() -> None:
    async def story() -> None:
        opened, told = asyncio.Event(), []

        async def record(found: Sequence[Hit]) -> None:
            await opened.wait()
            told.append("recorded")

        recorder = recording.Recorder(record)
        visit = asyncio.create_task(recorder.add(a_hit(1)))
        visit.add_done_callback(lambda _: told.append("answered"))
        await asyncio.sleep(0)
        opened.set()
        async with asyncio.timeout(5):
            await visit
        await recorder.close()
        assert told == ["recorded", "answered"]

    asyncio.run(story())


def test_a_link_that_is_not_ours_takes_its_turn_and_records_nothing() -> None:
    desk = Desk()

    async def story() -> None:
        recorder = recording.Recorder(desk.record)
        async with asyncio.timeout(5):
            await asyncio.gather(recorder.add(None), recorder.add(a_hit(1)), recorder.add(None))
            await recorder.add(None)
            await recorder.close()

    asyncio.run(story())
    assert desk.calls == [[1], []]


def test_while_the_desk_is_away_nobody_waits_and_hits_are_kept_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "RETRY_SECONDS", 0.0)
    away = errors.Unreachable("the database is locked")
    desk = Desk(away, away, away)

    async def story() -> None:
        recorder = recording.Recorder(desk.record)
        async with asyncio.timeout(5):
            await asyncio.gather(*(recorder.add(a_hit(number)) for number in range(150)))
            assert desk.taken == []
            while not desk.taken:
                await asyncio.sleep(0)
            await recorder.close()

    asyncio.run(story())
    assert desk.taken == list(range(150))


def test_what_is_still_waiting_at_the_end_is_tried_once_more() -> None:
    desk = Desk(errors.Unreachable("the database is locked"))
    play(desk, 3)
    assert desk.taken == [0, 1, 2]
    gone = Desk(*[errors.Unreachable("the database is away")] * 9)
    play(gone, 3)
    assert gone.taken == []
    assert len(gone.calls) == 2


def test_the_end_waits_for_the_batch_under_way_and_records_it_once() -> None:
    async def story() -> list[int]:
        opened, taken = asyncio.Event(), list[int]()

        async def record(found: Sequence[Hit]) -> None:
            await opened.wait()
            taken.extend(hit.message for hit in found)

        recorder = recording.Recorder(record)
        visit = asyncio.create_task(recorder.add(a_hit(1)))
        await asyncio.sleep(0)
        end = asyncio.create_task(recorder.close())
        await asyncio.sleep(0)
        opened.set()
        async with asyncio.timeout(5):
            await asyncio.gather(visit, end)
        return taken

    assert asyncio.run(story()) == [1]


def test_an_unexpected_error_costs_its_batch_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BATCH", 100)
    desk = Desk(ZeroDivisionError("a bug"))
    play(desk, 150)
    assert desk.taken == list(range(100, 150))


def test_a_burst_waits_for_room_and_none_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_WAITING", 50)
    desk = Desk()
    assert play(desk, 2000).dropped == 0
    assert sorted(desk.taken) == list(range(2000))
    assert max(len(call) for call in desk.calls) <= 50


def test_memory_is_bounded_while_the_desk_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_WAITING", 50)
    desk = Desk(*[errors.Unreachable("the database is away")] * 9)
    assert play(desk, 80).dropped == 30
    assert desk.taken == []


def test_nobody_waits_for_a_desk_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PATIENCE", 0.01)
    monkeypatch.setattr(recording, "MAX_WAITING", 50)

    async def story() -> recording.Recorder:
        opened = asyncio.Event()

        async def record(found: Sequence[Hit]) -> None:
            await opened.wait()

        recorder = recording.Recorder(record)
        async with asyncio.timeout(5):
            await recorder.add(a_hit(0))
            await asyncio.gather(*(recorder.add(a_hit(number)) for number in range(70)))
            opened.set()
            await recorder.close()
        return recorder

    assert asyncio.run(story()).dropped == 20


def test_one_networks_part_is_bounded() -> None:
    desk = Desk()
    assert play(desk, 400, "203.0.113.0/24").dropped == 100
    assert len(desk.taken) == recording.OF_A_NETWORK


def test_the_next_minute_is_a_new_one_and_no_network_shares_with_another() -> None:
    now = [0.0]
    shares = recording.NetworkShares(lambda: now[0])
    assert sum(shares.takes("203.0.113.0/24") for _ in range(1000)) == recording.OF_A_NETWORK
    assert shares.takes("198.51.100.0/24")
    assert sum(shares.takes("") for _ in range(1000)) == 1000  # nobody knows whose they are
    now[0] = 60.0
    assert shares.takes("203.0.113.0/24")


clicks = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), max_size=40)


@given(clicks, st.integers(0, 15))
def test_links_near_a_click_are_counted_as_the_long_way_does(
    found: list[tuple[int, int]], seconds: int
) -> None:
    burst = dt.timedelta(seconds=seconds)
    sorted_clicks = sorted((AT + dt.timedelta(seconds=at), link) for at, link in found)
    near = judge.Nearby(sorted_clicks, burst)
    for at, _ in sorted_clicks:
        links = {link for other, link in sorted_clicks if abs(other - at) <= burst}
        assert near.links(at) == min(2, len(links))


def test_what_is_a_machines_at_first_sight() -> None:
    head = Hit(Purpose.CLICK, 1, 0, AT, "HEAD", "Mozilla/5.0 Firefox/140.0", "", has_language=True)
    assert judge.at_first_sight(head) is judge.HitKind.MACHINE
    reader = Hit(Purpose.CLICK, 1, 0, AT, "GET", "Mozilla/5.0 Firefox/140.0", "", has_language=True)
    assert judge.at_first_sight(reader) is judge.HitKind.HUMAN
