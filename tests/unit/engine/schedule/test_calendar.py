"""When a step may go: days, hours, holidays, changing clocks; and that every answer says why."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance import errors
from relance.engine.definition import compiled
from relance.engine.definition.reading import load
from relance.engine.schedule import calendar, holidays, send_windows, waits
from relance.engine.schedule.calendar import BoundKind, SendingRule
from relance.engine.schedule.holidays import Region
from relance.engine.schedule.timezones import ContactZone
from tests.reworded import in_english, worded

UTC = dt.UTC
POLAND = ContactZone("Europe/Warsaw", region=Region("PL"))
NOWHERE = ContactZone("UTC")
OFFICE = SendingRule(
    send_windows.same_hours((0, 1, 2, 3, 4), send_windows.parse_intervals("08:30-11:30, 13:00-16:30"))
)
AT_NINE = SendingRule(
    send_windows.same_hours(tuple(range(7)), send_windows.parse_intervals("09:00-10:00")), spread=0
)
SAMPLE = (
    "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago",
    "Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca", "UTC",
)  # fmt: skip

moments = st.floats(1.58e9, 2.0e9).map(lambda seconds: dt.datetime.fromtimestamp(seconds, UTC))


def local(text: str, zone: str = "Europe/Warsaw") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def ask(after: str, wait: str, place=POLAND, rule=OFFICE, **more) -> calendar.When:
    return calendar.next_time(rule, local(after, place.zone), waits.parse(wait), place, **more)


def kinds(when: calendar.When) -> list[BoundKind]:
    return [bound.kind for bound in when.bound]


@pytest.mark.parametrize(
    ("after", "wait", "goes"),
    [
        ("2026-03-02T10:00", "4 hours", "2026-03-02T14:00"),
        ("2026-03-02T10:00", "90 minutes", "2026-03-02T13:00"),  # 11:30 is outside "08:30-11:30"
        ("2026-03-02T10:00", "1 day", "2026-03-03T08:30"),
        ("2026-03-06T10:00", "1 day", "2026-03-09T08:30"),  # Friday and a day is Monday
        ("2026-03-05T10:00", "3 business days", "2026-03-10T08:30"),
        ("2026-03-07T10:00", "1 business day", "2026-03-09T08:30"),  # counted from a Saturday
        ("2026-03-02T10:00", "1 week", "2026-03-09T08:30"),
        ("2026-03-02T10:00", "until tuesday", "2026-03-03T08:30"),
        ("2026-03-03T10:00", "until tuesday", "2026-03-10T08:30"),  # never the same day
        ("2026-04-30T10:00", "1 business day", "2026-05-04T08:30"),  # Labour Day, weekend
        ("2026-12-23T10:00", "1 business day", "2026-12-28T08:30"),  # Christmas Eve is one from 2025
        ("2024-12-23T10:00", "1 business day", "2024-12-24T08:30"),  # and was not in 2024
        ("2026-03-02T16:30", "1 minute", "2026-03-03T08:30"),  # half open
    ],
)
def test_the_first_time_a_step_may_go(after, wait, goes):
    assert ask(after, wait).local.replace(tzinfo=None) == dt.datetime.fromisoformat(goes)


def test_an_answer_names_every_reason_in_its_order():
    when = ask("2026-04-30T16:00", "3 business days", away_until=dt.date(2026, 5, 9))
    assert kinds(when) == [
        BoundKind.WAIT,
        BoundKind.HOLIDAY,
        BoundKind.AWAY,
        BoundKind.WEEKEND,
        BoundKind.WEEKEND,
        BoundKind.WINDOW,
    ]
    assert str(when.bound[0].words) == in_english("3 business days from Thu 30 April 2026 16:00")
    assert str(when.bound[1].words) == in_english("Fri 1 May 2026 is National Day (PL) and not counted")
    assert str(when) == "Mon 11 May 2026 08:30 Europe/Warsaw"


def open_now(rule, place, now):
    return calendar.next_opening(rule, place, now).at == now


def test_an_open_window_binds_nothing():
    now = local("2026-03-02T10:12")
    when = calendar.next_opening(OFFICE, POLAND, now)
    assert (when.at, when.bound) == (now, ())
    assert open_now(OFFICE, POLAND, now)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ("2026-03-02T11:30", BoundKind.WINDOW),
        ("2026-03-02T16:30", BoundKind.WINDOW),
        ("2026-03-07T10:00", BoundKind.WEEKEND),
        ("2026-05-01T10:00", BoundKind.HOLIDAY),
    ],
)
def test_a_shut_window_says_why(now, kind):
    assert not open_now(OFFICE, POLAND, local(now))
    assert kinds(calendar.next_opening(OFFICE, POLAND, local(now)))[0] is kind


def test_someone_away_is_not_written_to():
    now = local("2026-03-02T10:00")
    for back, leaves in (("2026-03-04", "2026-03-04T08:30"), ("2026-03-02", "2026-03-02T10:00")):
        away_until = dt.date.fromisoformat(back)
        when = calendar.next_time(OFFICE, now, waits.AT_ONCE, POLAND, away_until=away_until)
        assert when.at == local(leaves)


def test_a_time_of_day_the_author_asked_for():
    rule = SendingRule(OFFICE.week, at=14 * 60)
    when = ask("2026-03-02T10:00", "1 day", rule=rule)
    assert when.local.time() == dt.time(14)
    assert BoundKind.AT in kinds(when)


def test_closed_days_are_neither_counted_nor_used():
    rule = SendingRule(OFFICE.week, closed=frozenset({dt.date(2026, 3, 3)}))
    assert ask("2026-03-02T10:00", "1 business day", rule=rule).local.date() == dt.date(2026, 3, 4)
    assert ask("2026-03-02T10:00", "1 day", rule=rule).local.date() == dt.date(2026, 3, 4)


def test_the_weekend_is_the_countrys():
    haifa = ContactZone("Asia/Jerusalem", region=Region("IL"))
    rule = SendingRule(send_windows.same_hours((6, 0, 1, 2, 3), send_windows.parse_intervals("09:00-17:00")))
    # Thursday 5 March 2026, one business day: Sunday.
    assert ask("2026-03-05T10:00", "1 business day", haifa, rule).local.date() == dt.date(2026, 3, 8)


def test_hours_given_for_a_saturday_are_meant_but_a_holiday_shuts_them():
    rule = SendingRule(send_windows.same_hours((5,), send_windows.parse_intervals("10:00-12:00")))
    assert ask("2026-03-02T10:00", "1 day", rule=rule).local.date() == dt.date(2026, 3, 7)
    # 15 August 2026 is a Saturday and a holiday.
    assert ask("2026-08-10T10:00", "1 day", rule=rule).local.date() == dt.date(2026, 8, 22)


def test_hours_that_never_open_are_refused_in_words():
    rule = SendingRule(send_windows.same_hours((0,), send_windows.parse_intervals("09:00-10:00")), at=11 * 60)
    with pytest.raises(errors.Invalid, match=worded("never occur")):
        calendar.next_opening(rule, POLAND, local("2026-03-02T10:00"))


# Clocks that change.


def test_both_clock_changes_send_at_nine_and_once():
    for start in ("2026-03-27", "2026-10-23"):
        now = local(f"{start}T09:00")
        seen = []
        for _ in range(5):
            now = calendar.next_time(AT_NINE, now, waits.parse("1 day"), ContactZone("Europe/Warsaw")).at
            seen.append(now.astimezone(zoneinfo.ZoneInfo("Europe/Warsaw")))
        assert {moment.time() for moment in seen} == {dt.time(9)}
        assert len({moment.date() for moment in seen}) == 5


def test_a_window_in_the_gap_opens_right_after_it():
    rule = SendingRule(
        send_windows.same_hours(tuple(range(7)), send_windows.parse_intervals("02:30-04:00")), spread=0
    )
    when = ask("2026-03-28T12:00", "1 day", ContactZone("Europe/Warsaw"), rule)
    assert when.at == dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert kinds(when)[-1] is BoundKind.CLOCK


def test_a_window_swallowed_by_the_gap_is_skipped_and_said():
    rule = SendingRule(
        send_windows.same_hours(tuple(range(7)), send_windows.parse_intervals("02:10-02:50")), spread=0
    )
    when = ask("2026-03-28T12:00", "1 day", ContactZone("Europe/Warsaw"), rule)
    assert when.local.date() == dt.date(2026, 3, 30)
    assert BoundKind.CLOCK in kinds(when)


def test_a_window_in_the_fold_opens_at_its_first_coming_and_not_again():
    rule = SendingRule(
        send_windows.same_hours(tuple(range(7)), send_windows.parse_intervals("02:15-02:45")), spread=0
    )
    when = ask("2026-10-24T12:00", "1 day", ContactZone("Europe/Warsaw"), rule)
    assert when.at == dt.datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert open_now(rule, ContactZone("Europe/Warsaw"), when.at)
    assert not open_now(rule, ContactZone("Europe/Warsaw"), when.at + dt.timedelta(hours=1))


def test_a_day_that_never_was_is_skipped():
    apia = ContactZone("Pacific/Apia")
    when = calendar.next_time(AT_NINE, local("2011-12-29T09:00", apia.zone), waits.parse("1 day"), apia)
    assert when.local.date() == dt.date(2011, 12, 31)


def test_a_day_that_begins_at_one():
    cairo = zoneinfo.ZoneInfo("Africa/Cairo")
    assert calendar.instant(dt.date(2026, 4, 24), 0, cairo).astimezone(cairo).time() == dt.time(1)


def every_day(zone_name: str, first: dt.date, last: dt.date) -> None:
    """T8.1: three local times of every day name one instant each, at or right after them, later day by day."""
    zone = zoneinfo.ZoneInfo(zone_name)
    before = {minute: dt.datetime.min.replace(tzinfo=UTC) for minute in (0, 150, 540)}
    for number in range((last - first).days):
        day = first + dt.timedelta(days=number)
        for minute in before:
            found = calendar.instant(day, minute, zone)
            wall = found.astimezone(zone).replace(tzinfo=None)
            asked = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
            assert wall == asked or asked < wall <= asked + dt.timedelta(hours=24)
            if wall != asked:
                just_before = (found - dt.timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
                assert just_before < asked
            assert found > before[minute]
            before[minute] = found


@pytest.mark.parametrize("zone", SAMPLE)
def test_every_day_has_each_time_once(zone):
    every_day(zone, dt.date(2026, 1, 1), dt.date(2028, 1, 1))


def changes(zone_name: str, first: int, last: int) -> tuple[tuple[dt.datetime, dt.timedelta], ...]:
    """The minutes of these years at which the zone's offset becomes another one, with that offset."""
    zone = zoneinfo.ZoneInfo(zone_name)
    found, before = [], dt.datetime(first, 1, 1, 12, tzinfo=UTC)
    while before.year < last:
        after = before + dt.timedelta(days=7)  # no summer time, nor a pause in one, is shorter
        offset = after.astimezone(zone).utcoffset()
        if before.astimezone(zone).utcoffset() != offset:
            found.append((changed(zone, before, after), offset))
        before = after
    return tuple(found)


def changed(zone: zoneinfo.ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The minute between the two from which on the offset is the later one's."""
    offset, minute = after.astimezone(zone).utcoffset(), dt.timedelta(minutes=1)
    while after - before > minute:
        middle = before + (after - before) // minute // 2 * minute
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


@pytest.mark.slow
def test_around_every_change_of_every_zone_each_time_comes_once():
    """The days between two changes are all alike, and the sample above walks those; many zones are others' namesakes."""
    kinds = {changes(zone, 2020, 2036): zone for zone in sorted(zoneinfo.available_timezones())}
    assert len(kinds) > 40
    for moments_of_change, zone in kinds.items():
        for moment, _ in moments_of_change:
            day = moment.astimezone(zoneinfo.ZoneInfo(zone)).date()
            every_day(zone, day - dt.timedelta(days=2), day + dt.timedelta(days=3))


@given(moments, st.sampled_from(SAMPLE))
def test_hours_all_day_are_always_open(now, zone):
    rule = SendingRule(send_windows.same_hours(tuple(range(7)), send_windows.parse_intervals("00:00-24:00")))
    assert open_now(rule, ContactZone(zone), now)


def test_the_rule_of_a_step_has_all_the_author_said():
    made = load.read(
        "sequence: X\nsend: {hours: {mon: 9:00-12:00}, closed: [2026-03-09]}\n"
        "steps:\n  - {id: a, subject: s, body: b, at: 10:00}\n  - {id: t, task: x}\n"
    ).sequence
    rule = compiled.rule_for(made, made.steps[0])
    assert rule.closed == {dt.date(2026, 3, 9)}
    assert rule.intervals(dt.date(2026, 3, 2)) == (send_windows.Interval(600, 720),)
    assert ask("2026-03-02T12:00", "1 hour", rule=rule).local.date() == dt.date(2026, 3, 16)
    assert compiled.rule_for(made, made.steps[1]).at is None


# Spreading.


def test_two_hundred_contacts_do_not_stand_in_one_minute():
    minutes = {ask("2026-03-02T10:00", "1 day", key=f"e{n}").local.replace(second=0) for n in range(200)}
    assert len(minutes) > 30
    assert all(dt.time(8, 30) <= minute.time() < dt.time(9, 15) for minute in minutes)


def test_the_same_key_has_the_same_minute():
    assert ask("2026-03-02T10:00", "1 day", key="e1").at == ask("2026-03-02T12:00", "1 day", key="e1").at


waits_drawn = st.one_of(
    st.builds(waits.Wait, st.integers(1, 20), st.sampled_from([u for u in waits.Unit if u != "weekday"])),
    st.builds(waits.Wait, st.integers(0, 6), st.just(waits.Unit.WEEKDAY)),
)


@settings(max_examples=150)
@given(
    moments,
    waits_drawn,
    st.sampled_from(SAMPLE),
    st.sampled_from([None, Region("PL"), Region("US", "CA")]),
    st.text(max_size=5),
)
def test_an_answer_is_open_later_and_explained(after, wait, zone, region, key):
    place = ContactZone(zone, region=region)
    when = calendar.next_time(OFFICE, after, wait, place, key=key)
    assert when.at > after
    assert open_now(OFFICE, place, when.at)
    assert when.at == when.local
    minute = when.local.hour * 60 + when.local.minute
    assert any(start <= minute < end for start, end in OFFICE.week.days[when.local.weekday()])
    assert holidays.holiday(region, when.local.date()) is None
    assert when.bound[0].kind is BoundKind.WAIT
    assert when == calendar.next_time(OFFICE, after, wait, place, key=key)
    untils = [bound.until for bound in when.bound if bound.kind is not BoundKind.HOLIDAY]
    assert max(untils) <= when.at or when.at == untils[-1]


@settings(max_examples=100)
@given(
    moments,
    st.integers(0, 10_000),
    waits_drawn,
    st.sampled_from(SAMPLE),
)
def test_asking_later_never_gives_an_earlier_time(after, minutes, wait, zone):
    place = ContactZone(zone, region=Region("PL"))
    first = calendar.next_time(OFFICE, after, wait, place)
    later = calendar.next_time(OFFICE, after + dt.timedelta(minutes=minutes), wait, place)
    assert later.at >= first.at


WAITS = ("3 business days", "2 days", "1 week", "until tuesday", "4 hours", "90 minutes")
PLAYED = compiled.CompiledSequence(
    1,
    1,
    {
        "sequence": "Waits",
        "send": {"days": "mon-fri", "hours": "08:30-11:30, 13:00-16:30", "holidays": "contact"},
        "steps": [
            {"id": f"step{number}", "body": "Hello", "subject": "Hello"} | ({"after": wait} if number else {})
            for number, wait in enumerate(("", *WAITS))
        ],
    },
)


@settings(max_examples=200)
@given(
    moments,
    st.integers(1, len(WAITS)),
    st.sampled_from(SAMPLE),
    st.sampled_from([None, Region("PL"), Region("US", "CA")]),
    st.text(min_size=1, max_size=5),
    st.integers(0, 59_999_999),
)
def test_who_waits_in_days_shares_an_answer_with_those_of_the_same_minute(
    after, number, zone, region, key, later
):
    """The answers of a whole turn are worked out once; each is what it would be alone."""
    place, step = ContactZone(zone, region=region), f"step{number}"
    for since in (after, after.replace(second=0, microsecond=0) + dt.timedelta(microseconds=later)):
        found = PLAYED.position(step, since, place, key)
        rule, wait = PLAYED.rule(step), waits.parse(WAITS[number - 1])
        when = calendar.next_time(rule, since, wait, place, key=f"{key}:{step}")
        assert (found.due_at, found.bound, found.stepped_at) == (when.at, compiled.bounds(when), since)
