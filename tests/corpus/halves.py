"""The halves of the corpus in figures: the open one that rules are written by, and two sealed ones that tell how they do elsewhere.

A sealed half is scored once for each version of the rules. Which of its mails were misjudged is said nowhere, so that nobody mends one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from relance.mailbox import classification
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus.score import HERE, PEOPLE, Case, Score

SEALED = HERE / "sealed"
SECOND = HERE / "sealed2"
HALVES = (SEALED, SECOND)
WEEKEND = dt.timedelta(days=2)
BOUNCES = {Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE, Kind.BLOCKED}
NAMES = {
    "mails": "mails",
    "kinds": "kinds as expected",
    "people_as_machines": "people taken for machines",
    "machines_as_people": "machines taken for people",
    "days": "days of return right",
    "days_off": "days wrong by more than a weekend",
    "days_invented": "days invented",
    "opt_outs": "opt-outs found",
    "orders_as_opt_outs": "other answers taken for opt-outs",
    "intents": "intents as expected",
    "referrals": "addresses of colleagues right",
    "bounces": "bounces found",
    "dead_wrongly": "addresses wrongly taken for dead",
}
Result = tuple[Case, Classification]
Row = dict[str, float]


def sealed_cases(half: Path = SEALED) -> Iterator[Case]:
    """Every mail of a sealed half."""
    for line in (half / "expected.jsonl").read_text("utf-8").splitlines():
        expected = json.loads(line)
        yield Case(half / expected["file"], expected)


def sealed_score(half: Path = SEALED) -> Score:
    """A sealed half judged once, with the conversation known."""
    return Score(tuple((case, case.judged()) for case in sealed_cases(half)))


def _share(results: Iterable[Result], right: Callable[[Result], bool]) -> float | None:
    rows = [right(each) for each in results]
    return round(sum(rows) / len(rows), 4) if rows else None


def _day(case: Case, found: Classification) -> bool:
    return str(found.until) == case.expected["until"]


def _days_off(case: Case, found: Classification) -> bool:
    if found.until is None or "until" not in case.expected:
        return False
    return abs(found.until - dt.date.fromisoformat(case.expected["until"])) > WEEKEND


def figures(score: Score) -> Row:
    """What a half comes to: shares from 0 to 1, and counts; without what it has no mail for."""
    everything = score.results
    is_kind = {kind: [each for each in everything if each[0].expected["kind"] == kind] for kind in Kind}
    with_field = {
        field: [each for each in everything if field in each[0].expected]
        for field in ("until", "intent", "substitute")
    }
    people = [each for kind in (Kind.HUMAN, Kind.OPT_OUT) for each in is_kind[kind]]
    machines = [each for each in everything if each[0].expected["kind"] not in PEOPLE]
    bounces = [each for kind in BOUNCES for each in is_kind[kind]]
    alive = [each for each in bounces if each[0].expected["kind"] != Kind.HARD_BOUNCE]
    found = {
        "mails": len(everything),
        "kinds": _share(everything, lambda each: each[0].expected["kind"] == each[1].kind),
        "people_as_machines": sum(found.kind not in PEOPLE for _, found in people),
        "machines_as_people": sum(found.kind in PEOPLE for _, found in machines),
        "days": _share(with_field["until"], lambda each: _day(*each)),
        "days_off": sum(_days_off(*each) for each in with_field["until"]),
        "days_invented": len(score.dates_invented()),
        "opt_outs": _share(is_kind[Kind.OPT_OUT], lambda each: each[1].kind is Kind.OPT_OUT),
        "orders_as_opt_outs": sum(found.kind is Kind.OPT_OUT for _, found in is_kind[Kind.HUMAN]),
        "intents": _share(with_field["intent"], lambda each: each[0].expected["intent"] == each[1].intent),
        "referrals": _share(
            with_field["substitute"], lambda each: each[0].expected["substitute"] == each[1].substitute
        ),
        "bounces": _share(bounces, lambda each: each[1].kind in BOUNCES),
        "dead_wrongly": sum(found.kind is Kind.HARD_BOUNCE for _, found in alive) if alive else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def recorded(half: Path = SEALED) -> dict[int, Row]:
    """The figures of a sealed half, by the version of the rules."""
    path = half / "scores.jsonl"
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {int(row.pop("version")): row for row in rows}


def record(row: Row, version: int = classification.VERSION, half: Path = SEALED) -> bool:
    """Record the figures of a version unless it has some; false if it has others."""
    known = recorded(half)
    if version in known:
        return known[version] == row
    with (half / "scores.jsonl").open("a", encoding="utf-8") as scores:
        scores.write(json.dumps({"version": version, **row}) + "\n")
    return True


def _shown(row: Row, name: str) -> str:
    if name not in row:
        return "–"
    value = row[name]
    counted = name == "mails" or isinstance(value, int)
    return str(value) if counted else f"{value:.1%}"


def _history(rows: dict[int, Row]) -> list[str]:
    """The figures of a half by version, without the columns that it has nothing for."""
    names = [name for name in NAMES if any(name in row for row in rows.values())]
    return [
        f"| version | {' | '.join(NAMES[name] for name in names)} |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| {version} | " + " | ".join(_shown(row, name) for name in names) + " |"
            for version, row in sorted(rows.items())
        ),
    ]


def section(open_half: Row, sealed: dict[int, Row], second: dict[int, Row]) -> str:
    """The part of docs/corpus.md that sets the halves side by side."""
    shown = (open_half, sealed[max(sealed)], second[max(second)])
    rows = [
        f"| {words} | {' | '.join(_shown(row, name) for row in shown)} |" for name, words in NAMES.items()
    ]
    return "\n".join(
        [
            "## The open half and the sealed halves",
            "",
            "Rules are written by the open half. The sealed halves (`tests/corpus/sealed` and `sealed2`) were written without looking at the rules, are",
            "scored once for each version of them, and nothing is tuned to them: they show how the rules do on mail their authors have not seen.",
            "The second one was written later and by another hand: notes of absence through the whole year, short answers with days, wishes to get no",
            "more mail and orders that only sound like one. All are judged with the conversation known.",
            "",
            "| | open | sealed | second sealed |",
            "|---|---|---|---|",
            *rows,
            "",
            "The sealed half by version of the rules:",
            "",
            *_history(sealed),
            "",
            "The second sealed half by version of the rules:",
            "",
            *_history(second),
        ]
    )
