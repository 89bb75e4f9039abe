"""The judge: traces of scanners are no humans, fresh clicks wait, and every verdict names its signs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.tracking import judge
from relance.tracking.hits import Hit
from relance.tracking.judge import HitContext, HitKind
from relance.tracking.tokens import Purpose

SENT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
GMAIL_PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
GMAIL_AHEAD = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 "
    "Safari/537.36 Edge/12.246 Mozilla/5.0"
)
CLICK = Hit(
    Purpose.CLICK, 1, 0, SENT + dt.timedelta(hours=2), "GET", FIREFOX, "93.184.216.0/24", has_language=True
)
OPEN = dataclasses.replace(CLICK, purpose=Purpose.OPEN)
LATER = HitContext(now=CLICK.at + dt.timedelta(minutes=2), accepted_at=SENT)


def context_of(
    hit: Hit, others: Iterable[Hit], *, now: dt.datetime, accepted_at: dt.datetime | None = None
) -> HitContext:
    """The slow way to the context of a hit: from the hits of its mail, and those from its network."""
    links, messages, limits = {hit.index}, {hit.message}, judge.HitLimits()
    for other in others:
        apart = abs(other.at - hit.at)
        if other.purpose is hit.purpose and other.message == hit.message and apart <= limits.burst:
            links.add(other.index)
        if hit.network and other.network == hit.network and apart <= limits.crowd:
            messages.add(other.message)
    return HitContext(now, accepted_at, len(links), len(messages))


def verdict(hit: Hit, context: HitContext = LATER) -> tuple[str, tuple[str, ...]]:
    said = judge.judge(hit, context)
    assert said.rules_version == judge.RULES_VERSION
    return said.kind, said.reasons


def test_a_browser_two_hours_later_is_a_human() -> None:
    assert verdict(CLICK) == (HitKind.HUMAN, ())
    assert verdict(OPEN) == ("human", ())


def test_a_click_has_to_settle_before_it_is_called_human() -> None:
    almost = dataclasses.replace(LATER, now=CLICK.at + dt.timedelta(seconds=59))
    assert verdict(CLICK, almost) == (HitKind.UNKNOWN, ("settling",))
    assert verdict(CLICK, dataclasses.replace(LATER, now=judge.settles_at(CLICK))) == (HitKind.HUMAN, ())


@pytest.mark.parametrize(
    ("change", "for_click", "for_open", "reason"),
    [
        ({"method": "HEAD"}, HitKind.MACHINE, HitKind.MACHINE, "head"),
        ({"prefetch": True}, HitKind.MACHINE, HitKind.MACHINE, "prefetch"),
        ({"user_agent": "Barracuda Sentinel (EE)"}, HitKind.MACHINE, HitKind.MACHINE, "scanner"),
        ({"user_agent": "python-requests/2.32"}, HitKind.MACHINE, HitKind.MACHINE, "scanner"),
        ({"network": "104.47.9.0/24"}, HitKind.MACHINE, HitKind.UNKNOWN, "scanner network"),
        ({"has_language": False}, HitKind.MACHINE, HitKind.UNKNOWN, "no language"),
        ({"user_agent": ""}, HitKind.MACHINE, HitKind.UNKNOWN, "no agent"),
        ({"at": SENT + dt.timedelta(seconds=9)}, HitKind.MACHINE, HitKind.MACHINE, "soon"),
        ({"user_agent": GMAIL_AHEAD}, HitKind.HUMAN, HitKind.MACHINE, "gmail ahead"),
        ({"user_agent": "Mozilla/5.0"}, HitKind.HUMAN, HitKind.UNKNOWN, "apple ahead"),
    ],
)
def test_each_sign_is_named(
    change: dict[str, object], for_click: HitKind, for_open: HitKind, reason: str
) -> None:
    for hit, kind in ((CLICK, for_click), (OPEN, for_open)):
        changed = dataclasses.replace(hit, **change)  # type: ignore[arg-type]
        assert verdict(changed) == (kind, () if kind is HitKind.HUMAN else (reason,))


def test_a_picture_proxy_loads_for_a_reader() -> None:
    opened = dataclasses.replace(OPEN, user_agent=GMAIL_PROXY, has_language=False)
    assert verdict(opened, dataclasses.replace(LATER, recipients_nearby=50)) == (HitKind.HUMAN, ())
    at_delivery = dataclasses.replace(opened, at=SENT + dt.timedelta(seconds=1))
    assert verdict(at_delivery) == (HitKind.MACHINE, ("soon",))


def test_many_recipients_in_one_network_are_a_gateway() -> None:
    assert verdict(CLICK, dataclasses.replace(LATER, recipients_nearby=4)) == (HitKind.HUMAN, ())
    assert verdict(CLICK, dataclasses.replace(LATER, recipients_nearby=5)) == (HitKind.MACHINE, ("crowd",))


def test_an_open_right_before_a_click_is_what_people_do() -> None:
    context = context_of(CLICK, [dataclasses.replace(OPEN, index=0)], now=LATER.now, accepted_at=SENT)
    assert verdict(CLICK, context) == (HitKind.HUMAN, ())


def test_a_scanner_that_follows_every_link_is_no_human_whatever_it_calls_itself() -> None:
    networks = ("93.184.216.0/24", "51.15.7.0/24", "81.2.69.0/24")
    trace = [
        dataclasses.replace(
            CLICK, index=n, at=CLICK.at + dt.timedelta(milliseconds=600 * n), network=networks[n]
        )
        for n in range(3)
    ]
    for hit in trace:
        context = context_of(hit, trace, now=LATER.now, accepted_at=SENT)
        assert context.links_nearby == 3
        assert verdict(hit, context) == (HitKind.MACHINE, ("burst",))


def test_the_same_link_twice_is_no_burst_and_another_mail_is_not_ours() -> None:
    others = [
        dataclasses.replace(CLICK, at=CLICK.at + dt.timedelta(seconds=3)),
        dataclasses.replace(CLICK, message=2, index=1, network="8.8.8.0/24"),
        dataclasses.replace(CLICK, index=1, at=CLICK.at + dt.timedelta(seconds=3)),
    ]
    assert context_of(CLICK, others, now=LATER.now) == HitContext(LATER.now, None, 1, 1)


def test_recipients_of_one_network_are_counted_within_seconds() -> None:
    others = [
        dataclasses.replace(CLICK, message=n, at=CLICK.at + dt.timedelta(milliseconds=1500 * n))
        for n in range(2, 8)
    ]
    assert context_of(CLICK, others, now=LATER.now).recipients_nearby == 3
    unknown = [dataclasses.replace(hit, network="") for hit in others]
    assert context_of(dataclasses.replace(CLICK, network=""), unknown, now=LATER.now).recipients_nearby == 1


def test_spans_grow_with_scaled_time() -> None:
    limits = judge.HitLimits(soon=dt.timedelta(hours=3))
    assert judge.judge(CLICK, LATER, limits).reasons == ("soon",)


TRACES = [
    json.loads(line) for line in (Path(__file__).parent / "traces.jsonl").read_text("utf-8").splitlines()
]
PAGES = {"pricing": 1, "case": 2, "unsubscribe": 3}


def _hits_of(trace: dict[str, Any]) -> list[Hit]:
    """Eight people at eight companies have a mail each; in every other trace it is one mail's."""
    found = []
    for number, each in enumerate(trace["hits"]):
        what, _, page = each["what"].partition(" ")
        changes = {
            "purpose": Purpose.OPEN if what == "open" else Purpose.CLICK,
            "method": "HEAD" if what == "head" else "GET",
            "message": number if "eight" in trace["trace"] or "three colleagues" in trace["trace"] else 1,
            "index": PAGES.get(page, 0),
            "at": SENT + dt.timedelta(seconds=each["seconds_after_delivery"]),
            "network": f"{each['network']}.0/24",
        }
        found.append(dataclasses.replace(CLICK, **changes))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("trace", TRACES, ids=[each["trace"][:40] for each in TRACES])
def test_people_are_human_and_machines_are_not(trace: dict[str, Any]) -> None:
    seen = _hits_of(trace)
    for hit in seen:
        now = hit.at + dt.timedelta(minutes=5)
        kind = judge.judge(hit, context_of(hit, seen, now=now, accepted_at=SENT)).kind
        assert (kind is HitKind.HUMAN) is trace["person"]


hits_strategy = st.builds(
    Hit,
    purpose=st.sampled_from(Purpose),
    message=st.integers(1, 3),
    index=st.integers(0, 3),
    at=st.integers(-100, 100).map(lambda seconds: SENT + dt.timedelta(seconds=seconds)),
    method=st.sampled_from(["GET", "HEAD"]),
    user_agent=st.text(max_size=30),
    network=st.sampled_from(["", "93.184.216.0/24", "nonsense", "2606:2800:220::/48", "17.0.0.0/24"]),
    has_language=st.booleans(),
    prefetch=st.booleans(),
)


@given(hits_strategy, st.lists(hits_strategy, max_size=6))
def test_a_verdict_always_gives_known_reasons_and_more_evidence_never_makes_a_machine_human(
    hit: Hit, others: list[Hit]
) -> None:
    now = SENT + dt.timedelta(hours=1)
    alone = judge.judge(hit, context_of(hit, [], now=now, accepted_at=SENT))
    together = judge.judge(hit, context_of(hit, others, now=now, accepted_at=SENT))
    assert set(together.reasons) <= {sign.name for sign in judge.SIGNS}
    assert (together.kind is HitKind.HUMAN) == (together.reasons == ())
    assert not (alone.kind is HitKind.MACHINE and together.kind is not HitKind.MACHINE)
