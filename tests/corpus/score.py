"""Judges the corpus and says how well: `python -m tests.corpus.score` prints the confusion matrix and writes docs/corpus.md.

Every mail is judged twice: with what the engine knows of the conversation (our sent text, the addresses we mailed), and cold,
as `relance inbox judge` meets a file. The process ends with 1 if a bar is missed.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus import clients

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "corpus.md"
RECEIVED = dt.datetime(2026, 8, 3, 9, 0, tzinfo=dt.UTC)
PEOPLE = {Kind.HUMAN, Kind.OPT_OUT, Kind.CALENDAR, Kind.UNREADABLE, Kind.CHALLENGE}


@dataclass(frozen=True)
class Case:
    """A mail of the corpus with what is expected of it."""

    path: Path
    expected: dict[str, str]

    def judged(self, *, cold: bool = False) -> Classification:
        """What the rules make of it, with or without the conversation."""
        mailed = self.expected.get("mailed", clients.THEM)
        known = {} if cold else {"sent": [OurMail(clients.SENT)], "mailed": [mailed]}
        mail = message.read(self.path.read_bytes())
        return classification.judge(mail, received=self.received, own_addresses=[clients.OURS], **known)

    @property
    def received(self) -> dt.datetime:
        """When it came: each in its own season, or all of them on one morning in August."""
        said = self.expected.get("received")
        return dt.datetime.fromisoformat(said) if said else RECEIVED


def cases() -> Iterator[Case]:
    """Every mail of the open half; the sealed ones are in `halves.py`."""
    for manifest in sorted(HERE.glob("*/expected.jsonl")):
        if manifest.parent.name.startswith("sealed"):
            continue
        for line in manifest.read_text("utf-8").splitlines():
            expected = json.loads(line)
            yield Case(manifest.parent / expected["file"], expected)


def mistakes(case: Case, found: Classification) -> list[str]:
    """Which fields differ; `until` counts where the kind can carry a day, the others where they are expected."""
    said = {
        "kind": found.kind.value,
        "until": found.until.isoformat() if found.until else None,
        "substitute": found.substitute,
        "recipient": found.recipient,
        "status": found.status,
        "intent": found.intent,
    }
    return [
        f"{field}: {said[field]} instead of {case.expected.get(field)}"
        for field in said
        if (field in case.expected or field == "until") and said[field] != case.expected.get(field)
    ]


@dataclass(frozen=True)
class Score:
    """All judgements of one pass."""

    results: tuple[tuple[Case, Classification], ...]

    def matrix(self) -> Counter[tuple[str, str]]:
        return Counter((case.expected["kind"], found.kind.value) for case, found in self.results)

    def people_as_machines(self) -> list[str]:
        return [
            case.path.name
            for case, found in self.results
            if case.expected["kind"] in {"human answer", "opt-out"} and found.kind not in PEOPLE
        ]

    def share(self, kind: str) -> float:
        rows = [found.kind.value == kind for case, found in self.results if case.expected["kind"] == kind]
        return sum(rows) / len(rows) if rows else 1.0

    def dates_right(self) -> float:
        rows = [
            str(found.until) == case.expected["until"]
            for case, found in self.results
            if "until" in case.expected and case.expected["kind"] == "out of office"
        ]
        return sum(rows) / len(rows)

    def dates_invented(self) -> list[str]:
        return [
            case.path.name for case, found in self.results if found.until and "until" not in case.expected
        ]

    def field_right(self, field: str) -> float:
        rows = [
            getattr(found, field) == case.expected[field]
            for case, found in self.results
            if field in case.expected
        ]
        return sum(rows) / len(rows)


def score(*, cold: bool = False) -> Score:
    """Judge everything once."""
    return Score(tuple((case, case.judged(cold=cold)) for case in cases()))


def table(result: Score) -> str:
    """The confusion matrix as a table: what a mail is, against what it was held to be."""
    matrix = result.matrix()
    kinds = [kind.value for kind in Kind if any(kind.value in pair for pair in matrix)]
    rows = [
        f"| {is_} | " + " | ".join(str(matrix[is_, said] or "·") for said in kinds) + " |" for is_ in kinds
    ]
    return "\n".join([f"| is \\ judged | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|", *rows])


def figures(result: Score) -> str:
    """The bars of the project, one a line."""
    return "\n".join(
        [
            f"* people judged as machines: **{len(result.people_as_machines())}** (the gate: 0)",
            f"* out of office found: **{result.share('out of office'):.1%}** (bar: 99%)",
            f"* days of return right, where one is stated: **{result.dates_right():.1%}** (bar: 97%)",
            f"* days invented where none is stated: **{len(result.dates_invented())}** (bar: 0)",
            f"* opt-outs found: **{result.share('opt-out'):.1%}**; intents as expected: **{result.field_right('intent'):.1%}**; "
            f"substitutes as expected: **{result.field_right('substitute'):.1%}**",
        ]
    )


def page(warm: Score, cold: Score) -> str:
    """docs/corpus.md"""
    from tests.corpus import halves  # it is made of this module's parts

    return f"""# The corpus of answers

Written by `make corpus`; do not edit. {len(warm.results)} mails of the project's own writing, rules version {classification.VERSION}.

## With the conversation known, as the engine judges

{figures(warm)}

{table(warm)}

## Cold, as `relance inbox judge` meets a file

{figures(cold)}

{table(cold)}

{halves.section(halves.figures(warm), halves.recorded(), halves.recorded(halves.SECOND))}
"""


def passes(result: Score) -> bool:
    """Are all bars held?"""
    return (
        not result.people_as_machines()
        and not result.dates_invented()
        and result.share("out of office") >= 0.99
        and result.dates_right() >= 0.97
    )


def main() -> int:
    """Print, write the page, and say whether the bars are held."""
    warm, cold = score(), score(cold=True)
    for name, result in (("with the conversation", warm), ("cold", cold)):
        print(f"\n{name}\n{figures(result)}\n{table(result)}")
        for case, found in result.results:
            if wrong := mistakes(case, found):
                print(f"  {case.path.name}: {'; '.join(wrong)} [{found.rule}: {found.evidence[:50]}]")
    sealed = _score_sealed()
    PAGE.write_text(page(warm, cold), "utf-8")
    return 0 if passes(warm) and passes(cold) and sealed else 1


def _score_sealed() -> bool:
    from tests.corpus import halves

    kept = [_score_half(half) for half in halves.HALVES]
    return all(kept)


def _score_half(half: Path) -> bool:
    from tests.corpus import halves

    figures_ = halves.figures(halves.sealed_score(half))
    print(f"\nthe half in {half.name}\n{figures_}")
    if recorded := halves.record(figures_, half=half):
        return recorded
    print(
        f"{half.name} has other figures for this version of the rules: raise VERSION in classification/chain.py."
    )
    return False


if __name__ == "__main__":
    sys.exit(main())
