"""How many mails receivers get: whatever is taken in whatever order, no window holds more."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.reasons import Code
from relance.engine.schedule.pace.receivers import Offered, ReceiverCaps, ReceiverRoom, offered
from relance.engine.schedule.throttle import DAY, HOUR

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
GMAIL, ACME = "ola@gmail.com", "ola@mail.acme.co.uk"


def test_a_company_is_bound_by_both_caps_and_a_free_mail_domain_by_its_own() -> None:
    caps = ReceiverCaps(domain_daily=9, company_daily=3, company_hourly=2)
    assert [(each.most, each.span) for each in caps.windows("gmail.com")] == [(9, DAY)]
    assert [(each.most, each.span) for each in caps.windows("acme.co.uk")] == [(3, DAY), (2, HOUR)]
    assert caps.bounded([ACME, "eve@acme.co.uk", GMAIL]) == ["acme.co.uk", "gmail.com"]
    assert ReceiverCaps(company_daily=3).bounded([GMAIL]) == []
    assert ReceiverCaps().bounded([GMAIL, ACME]) == []


def test_the_cap_that_holds_longer_is_told() -> None:
    caps = ReceiverCaps(domain_daily=2, domain_hourly=2)
    room = ReceiverRoom(caps, {"gmail.com": [NOW, NOW]}, NOW)
    full = room.full(GMAIL)
    assert full is not None
    assert (full.code, full.params) == (
        Code.RECEIVER_DAILY_CAP,
        {"receiver": "gmail.com", "count": 2},
    )
    hourly = ReceiverRoom(ReceiverCaps(domain_hourly=1), {"gmail.com": [NOW - HOUR]}, NOW)
    assert hourly.full(GMAIL) is None  # an hour is over
    hourly.take(GMAIL)
    assert (why := hourly.full(GMAIL)) is not None
    assert why.code is Code.RECEIVER_HOURLY_CAP
    assert hourly.frees(GMAIL)[:2] == [NOW + HOUR, NOW + 2 * HOUR]


@given(
    st.integers(1, 6),
    st.integers(1, 3),
    st.lists(st.integers(0, 60 * 60), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_than_its_cap(daily: int, hourly: int, gaps: list[int]) -> None:
    caps, left, now = ReceiverCaps(domain_daily=daily, domain_hourly=hourly), list[dt.datetime](), NOW
    for gap in gaps:
        now += dt.timedelta(seconds=gap)
        room = ReceiverRoom(caps, {"gmail.com": [at for at in left if at > now - DAY]}, now)
        if room.full(GMAIL) is None:
            left.append(now)
        else:
            first = room.frees(GMAIL)[0]
            assert first > now
            later = ReceiverRoom(caps, {"gmail.com": [at for at in left if at > first - DAY]}, first)
            assert later.full(GMAIL) is None
    for most, span in ((daily, DAY), (hourly, HOUR)):
        assert all(after - before >= span for before, after in zip(left, left[most:], strict=False))


def test_of_many_who_wait_each_is_tried_at_another_place_and_then_from_the_first_again() -> None:
    frees, last = [NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR], dict[str, Offered]()
    assert [offered(last, "gmail.com", frees) for _ in range(7)] == [*frees, *frees, frees[0]]
    assert offered(last, "acme.example", frees) == frees[0]
    assert offered(last, "gmail.com", [NOW + 3 * HOUR]) == NOW + 3 * HOUR  # time has passed
