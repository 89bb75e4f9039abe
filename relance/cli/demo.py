"""`demo`: the main job played in about a minute, watched live, and audited from what really arrived."""

from __future__ import annotations

import json
import secrets
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli import show

if TYPE_CHECKING:
    from relance.sandbox.play import Outcome, Scene

NEWS = 10
CASES = 10
# At most so many of each kind are told at the end; `--json` has all of them.
# Lines of the newest events in the live view.
TALLIES = {
    "message.accepted": "mails sent",
    "message.opened": "opened by people",
    "message.clicked": "clicked by people",
    "human answer": "answers",
    "out of office": "out of office",
    "opt-out": "asked to stop in words",
    "enrollment.unsubscribed": "unsubscribed",
    "complaint": "complaints",
    "hard bounce": "bounced later",
    "message.refused": "refused at the door",
    "message.deferred": "put off by servers",
    "enrollment.held": "held for a person",
    "task.created": "tasks for people",
}


def add_to(root: typer.Typer) -> None:
    """Hang the command into the tree."""
    root.command()(demo)


def demo(
    seed: Annotated[
        int | None, typer.Option(help="Repeat a run: the same people do the same things.")
    ] = None,
    contacts: Annotated[int, typer.Option(min=1, max=5000, help="Rows of the list that is imported.")] = 200,
    seconds: Annotated[
        float,
        typer.Option(min=10, help="How long three weeks take; the clock waits while mails are under way."),
    ] = 40.0,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the end as data, too ('-': standard output)."),
    ] = None,
) -> None:
    """See it work. Three weeks of a real sequence in a minute, with invented people; audited. Touches nothing of yours."""
    from relance.sandbox import play

    chosen = secrets.randbelow(10_000) if seed is None else seed
    quiet = json_file == Path("-")
    plan = play.Plan(play.SEQUENCE, chosen, contacts, seconds=seconds)
    with _view(plan.seed, quiet) as watch:
        outcome = play.play(plan, watch)
    if json_file is not None:
        _write(json_file, _data(outcome, chosen))
    if not quiet:
        _end(outcome, chosen)
    raise typer.Exit(0 if outcome.clean else 1)


@contextmanager
def _view(seed: int, quiet: bool) -> Iterator[Callable[[Scene], None]]:
    if quiet:
        yield lambda scene: None  # noqa: ARG005 - nobody looks
    elif sys.stdout.isatty():
        with _live(seed) as watch:
            yield watch
    else:
        show.say(f"relance demo, seed {seed}: one line an event, in the demo's own time")
        yield _lines


def _lines(scene: Scene) -> None:
    for line in scene.news:
        show.say(_line(line))


def _counted_as(line: Any) -> str:
    """Of a mail that came in, what it was taken for."""
    return str(line.data["kind"] if line.kind.endswith(".received") else line.kind)


def _line(line: Any) -> str:
    words = f"  {line.words}" if line.words else ""
    who = f"  {line.email}" if line.email else ""
    step = f" [{line.step}]" if line.step else ""
    return f"{line.at:%a %d %b %H:%M}  {line.title}{step}{who}{words}"[:200]


@contextmanager
def _live(seed: int) -> Iterator[Callable[[Scene], None]]:
    from rich.console import Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    tally: Counter[str] = Counter()
    news: deque[str] = deque(maxlen=NEWS)

    def picture(scene: Scene) -> Group:
        counts = Table.grid(padding=(0, 3))
        cells = [f"{tally[kind]:>5} {words}" for kind, words in TALLIES.items()]
        for start in range(0, len(cells), 3):
            counts.add_row(*cells[start : start + 3])
        title = Text(f"Relance, seed {seed}: {scene.now:%A %d %B, %H:%M}", style="bold")
        lines = Text("\n".join(news) or "setting up ...", overflow="ellipsis", no_wrap=True, style="dim")
        return Group(title, ProgressBar(total=1.0, completed=scene.done), counts, Text(), lines)

    with Live(refresh_per_second=8, transient=True) as live:

        def watch(scene: Scene) -> None:
            tally.update(_counted_as(line) for line in scene.news)
            news.extend(show.clean(_line(line)) for line in scene.news)
            live.update(picture(scene))

        yield watch


def _end(outcome: Outcome, seed: int) -> None:
    show.say()
    show.say(
        f"{outcome.imported.added} contacts imported, {len(outcome.imported.rejected)} rows set aside with their reason; "
        f"{outcome.enrolled.enrolled} enrolled, {len(outcome.enrolled.skipped)} skipped with theirs."
    )
    show.say()
    _funnel(outcome)
    _cases(outcome)
    _audit(outcome, seed)


def _funnel(outcome: Outcome) -> None:
    heads = ("step", "kind", "due", "sent", "opened", "clicked", "replied", "bounced", "unsubscribed", "held")
    names = ("id", *heads[1:])
    show.table(list(heads), [[getattr(step, name) for name in names] for step in outcome.report.steps])


def _cases(outcome: Outcome) -> None:
    """Who was left out or waits for a person, with the reason; nobody simply vanishes."""
    for row in outcome.imported.rejected[:CASES]:
        show.say(f"not imported: line {row.line}: {row.reason}")
    for skipped in outcome.enrolled.skipped[:CASES]:
        show.say(f"not enrolled: {skipped.email}: {skipped.reason}")
    for each in outcome.held[:CASES]:
        show.say(f"held for a person: {each.email} at {each.step}: {each.reason}")
    for sentences in outcome.explained:
        show.say()
        for sentence in sentences:
            show.say(f"  {sentence}")
    show.say()


def _audit(outcome: Outcome, seed: int) -> None:
    found = outcome.audit
    show.say("Audit, taken from what arrived in the mail world and not from our database:")
    for words, number in (
        ("steps sent twice", found.sent_twice),
        ("mails after an answer", found.after_answer),
        ("mails to suppressed people", found.to_suppressed),
        ("steps with no explained outcome", found.unexplained),
    ):
        show.say(f"  {words}: {number}")
    show.say(f"  ({found.steps_due} steps fell due, {found.mails_arrived} mails arrived)")
    if found.windows:
        show.say(
            f"  {len(found.windows)} answers came between the look into the mailbox and the mail's body, at the longest "
            f"{found.window_longest_seconds:.0f} seconds of the demo's time ({found.window_longest_machine_seconds:.3f} of "
            "yours): the window nobody can close."
        )
    for finding in found.findings:
        show.say(f"  {finding.promise}: {finding.person} {finding.message_id}: {finding.what}")
    for mishap in outcome.story.mishaps:
        show.say(f"  the mail world itself failed: {mishap}")
    show.say()
    verdict = "Every promise was kept" if outcome.clean else "NOT every promise was kept"
    show.say(f"{verdict}, in {outcome.seconds:.0f} seconds. `relance demo --seed {seed}` plays it again.")


def _data(outcome: Outcome, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "clean": outcome.clean,
        "audit": outcome.audit.as_dict(),
        "findings": show.as_data(outcome.audit.findings),
        "imported": show.as_data(outcome.imported),
        "enrolled": show.as_data(outcome.enrolled),
        "report": show.as_data(outcome.report),
        "held": show.as_data(outcome.held),
        "seconds": outcome.seconds,
    }


def _write(file: Path, value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=2)
    if file == Path("-"):
        typer.echo(text)
    else:
        file.write_text(text + "\n", encoding="utf-8")
