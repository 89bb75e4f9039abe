"""Traces of opens and clicks, of people and of machines, in an open and a sealed half (`hits/`): written without looking at the rules.

In a line of a half: `person` says whether people made its hits, and a hit may say otherwise. `after` counts seconds from when the mail was
delivered (`sent`: that many seconds after the first one), `agent` is a name in agents.json, `mail` tells several mails apart. A person's click
has to be judged human, a person's open not a machine's; nothing of a machine may be judged human.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relance.tracking import judge
from relance.tracking.hits import Hit
from relance.tracking.judge import HitContext, HitKind, HitLimits, HitVerdict
from relance.tracking.tokens import Purpose

FOLDER = Path(__file__).parent / "hits"
SCORES = FOLDER / "scores.jsonl"
AGENTS: dict[str, str] = json.loads((FOLDER / "agents.json").read_text("utf-8"))
SENT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
PAGES = ("pricing", "case", "docs", "unsubscribe")
LATER = dt.timedelta(days=30)


@dataclass(frozen=True)
class Made:
    """A hit, when its mail was delivered, and whether a person made it."""

    hit: Hit
    delivered: dt.datetime
    person: bool


def made(trace: dict[str, Any]) -> list[Made]:
    """The hits of a trace."""
    return [_made(each, trace["person"]) for each in trace["hits"]]


def _made(row: dict[str, Any], person: bool) -> Made:
    what, _, page = row["what"].partition(" ")
    delivered = SENT + dt.timedelta(seconds=row.get("sent", 0))
    hit = Hit(
        purpose=Purpose.OPEN if what == "open" else Purpose.CLICK,
        message=row.get("mail", 1),
        index=PAGES.index(page) if page else 0,
        at=delivered + dt.timedelta(seconds=row["after"]),
        method="HEAD" if what == "head" else "GET",
        user_agent=AGENTS[row["agent"]],
        network=row["network"],
        has_language=row.get("language", True),
        prefetch=row.get("prefetch", False),
    )
    return Made(hit, delivered, row.get("person", person))


def context_of(each: Made, trace: Sequence[Made]) -> HitContext:
    """What is known around a hit when it has settled, as the engine would find it."""
    limits = HitLimits()
    hits = sorted((other.hit for other in trace), key=lambda hit: hit.at)
    clicks = [
        (hit.at, hit.index)
        for hit in hits
        if hit.purpose is Purpose.CLICK and hit.message == each.hit.message
    ]
    links = judge.Nearby(clicks, limits.burst).links(each.hit.at) if each.hit.purpose is Purpose.CLICK else 1
    near = {
        hit.message
        for hit in hits
        if hit.network == each.hit.network and abs(hit.at - each.hit.at) <= limits.crowd
    }
    return HitContext(SENT + LATER, each.delivered, links, len(near))


def right(each: Made, kind: HitKind) -> bool:
    """Whether a verdict is what it should be."""
    if not each.person:
        return kind is not HitKind.HUMAN
    return kind is HitKind.HUMAN if each.hit.purpose is Purpose.CLICK else kind is not HitKind.MACHINE


def traces(half: str) -> Iterator[dict[str, Any]]:
    """The traces of a half: "open" or "sealed"."""
    for line in (FOLDER / f"{half}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def misjudged(trace: dict[str, Any]) -> list[tuple[Made, HitVerdict]]:
    """The hits of a trace that are judged wrongly, with the verdict."""
    found = made(trace)
    verdicts = [(each, judge.judge(each.hit, context_of(each, found))) for each in found]
    return [(each, verdict) for each, verdict in verdicts if not right(each, verdict.kind)]


def wrong(trace: dict[str, Any]) -> list[str]:
    """The same, for people."""
    return [
        f"{each.hit.purpose.value} {each.hit.index} at {each.hit.at:%d %H:%M:%S}: {verdict.kind} {verdict.reasons}"
        for each, verdict in misjudged(trace)
    ]


def score(half: str) -> dict[str, int]:
    """How many traces of a half are judged without a mistake; people called machines; machines called people."""
    people, machines, clean, number = 0, 0, 0, 0
    for trace in traces(half):
        failed = [each for each, _ in misjudged(trace)]
        number += 1
        clean += not failed
        people += sum(each.person for each in failed)
        machines += sum(not each.person for each in failed)
    return {"traces": number, "right": clean, "people_as_machines": people, "machines_as_people": machines}
