"""`demo`: the main job played in about a minute, watched live, and audited from what really arrived."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli.terminal import asking, show
from relance.wording import N_, Text, _, moment

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.sandbox.play import Outcome, Scene

MANAGER = "you@demo.example"
DRAIN_SECONDS = 5.0
CONSOLE_LATER = N_(
    "`relance demo --console --seed {seed}` plays the same people again, and leaves the web console open on them."
)
NEWS = 10
CASES = 10
# At most so many of each kind are told at the end; `--json` has all of them.
# Lines of the newest events in the live view.
TALLIES = {
    "message.accepted": N_("mails sent"),
    "message.opened": N_("opened by a person"),
    "message.clicked": N_("clicked by a person"),
    "human answer": N_("answers"),
    "out of office": N_("out of office"),
    "opt-out": N_("opted out by reply"),
    "enrollment.unsubscribed": N_("unsubscribed"),
    "complaint": N_("complaints"),
    "hard bounce": N_("bounced later"),
    "message.refused": N_("refused immediately"),
    "message.deferred": N_("deferred by servers"),
    "enrollment.held": N_("held for a decision"),
    "task.created": N_("tasks created"),
}


def add_to(root: typer.Typer) -> None:
    """Hang the command into the tree."""
    root.command()(demo)


def demo(
    seed: Annotated[
        int | None,
        typer.Option(
            help="Invite the same people with the same plans again. Times differ a little from run to run, and so do the figures."
        ),
    ] = None,
    contacts: Annotated[
        int, typer.Option(min=1, max=5000, help="Number of rows in the imported list.")
    ] = 200,
    seconds: Annotated[
        float,
        typer.Option(
            min=10, help="How long the three weeks take; the clock waits while mails are being sent."
        ),
    ] = 40,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write the result as data; - is standard output."),
    ] = None,
    console: Annotated[
        bool, typer.Option("--console", help="Leave the console open with the demo's data, until Ctrl-C.")
    ] = False,
) -> None:
    """See it work: three weeks of a real sequence in a minute, with invented people and an audit. Your own data is not touched."""
    from relance.sandbox import play

    chosen = secrets.randbelow(10_000) if seed is None else seed
    quiet = json_file == Path("-")
    plan = play.Plan(play.SEQUENCE, chosen, contacts, seconds=seconds)
    with ExitStack() as view:
        watch = view.enter_context(_view(plan.seed, quiet))

        def stay(relance: Relance, outcome: Outcome) -> None:
            view.close()
            if json_file is not None:
                _write(json_file, _data(outcome, chosen))
            if not quiet:
                _end(outcome, chosen)
            if console or (not quiet and _wanted()):
                _leave_open(relance)
            elif not quiet:
                show.say(_(CONSOLE_LATER, seed=chosen))

        outcome = play.play(plan, watch, stay=stay)
    raise typer.Exit(0 if outcome.clean else 1)


def _wanted() -> bool:
    """Whether who sits at the terminal wants to look at it in the console."""
    if not (asking.answerable() and sys.stdout.isatty()):
        return False
    try:
        return asking.agreed(_("Look at all of it in the web console?"))
    except (typer.Abort, EOFError):
        return False


def _leave_open(relance: Relance) -> None:
    """Serve the console, and say by which link a browser is signed in to it, until a signal ends it."""
    from relance.cli.operations.console import application, signed_in_link
    from relance.scheduler.daemon import lifecycle
    from relance.scheduler.web_server import web

    with closing(web.listen("127.0.0.1", 0)) as bound:
        address = web.address(bound)
        relance.settings = relance.settings.model_copy(update={"console_url": address})  # invitations name it
        served = application(relance)
        part = web.Console(served, bound, relance.settings)
        link = f"{address}{signed_in_link(served, relance, MANAGER)}"
        show.say()
        show.say(_("The web console is open with the demo's data. This link signs your browser in, once:"))
        show.say(f"  {link}")
        show.say(_("The demo's clock stands still: everything can be tried, but nothing is sent any more."))
        show.say(_("Ctrl-C closes it and deletes the demo's data."))
        ready = f"relance demo: ready pid={os.getpid()} console={address}"
        lifecycle.stand([part], lifecycle.Bell(), DRAIN_SECONDS, ready=ready)


@contextmanager
def _view(seed: int, quiet: bool) -> Iterator[Callable[[Scene], None]]:
    if quiet:
        yield lambda scene: None  # noqa: ARG005 - nobody looks
    elif sys.stdout.isatty():
        with _live(seed) as watch:
            yield watch
    else:
        show.say(_("relance demo, seed {seed}: one line per event, in the demo's own time", seed=seed))
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
    return f"{moment(line.at)}  {line.title}{step}{who}{words}"[:200]


@contextmanager
def _live(seed: int) -> Iterator[Callable[[Scene], None]]:
    from rich.console import Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text as Line

    tally: Counter[str] = Counter()
    news: deque[str] = deque(maxlen=NEWS)

    def picture(scene: Scene) -> Group:
        counts = Table.grid(padding=(0, 3))
        cells = [f"{tally[kind]:>5} {_(words)}" for kind, words in TALLIES.items()]
        for start in range(0, len(cells), 3):
            counts.add_row(*cells[start : start + 3])
        title = Line(_("Relance, seed {seed}: {now}", seed=seed, now=scene.now), style="bold")
        lines = Line("\n".join(news) or _("setting up ..."), overflow="ellipsis", no_wrap=True, style="dim")
        return Group(title, ProgressBar(total=1.0, completed=scene.done), counts, Line(), lines)

    with Live(refresh_per_second=8, transient=True) as live:

        def watch(scene: Scene) -> None:
            tally.update(_counted_as(line) for line in scene.news)
            news.extend(show.clean(_line(line)) for line in scene.news)
            live.update(picture(scene))

        yield watch


def _end(outcome: Outcome, seed: int) -> None:
    show.say()
    show.say(
        _(
            "{added} contacts imported, {rejected} rows set aside with reasons; {enrolled} enrolled, {skipped} skipped, also with reasons.",
            added=outcome.imported.added,
            rejected=len(outcome.imported.rejected),
            enrolled=outcome.enrolled.enrolled,
            skipped=len(outcome.enrolled.skipped),
        )
    )
    show.say()
    _funnel(outcome)
    _cases(outcome)
    _audit(outcome, seed)


def _funnel(outcome: Outcome) -> None:
    from relance.cli.looking import FUNNEL

    wanted = (
        "id",
        "kind|step",
        "due",
        "sent",
        "opened",
        "clicked",
        "replied",
        "bounced",
        "unsubscribed",
        "held",
    )
    columns = {head: path for head, path in FUNNEL.items() if path in wanted}
    show.listing(outcome.report.steps, columns, as_json=False, empty="")


def _cases(outcome: Outcome) -> None:
    """Who was left out or waits for a person, with the reason; nobody simply vanishes."""
    for row in outcome.imported.rejected[:CASES]:
        show.say(_("line {line} was not imported: {reason}", line=row.line, reason=row.reason))
    for skipped in outcome.enrolled.skipped[:CASES]:
        show.say(_("{email} was not enrolled: {reason}", email=skipped.email, reason=skipped.reason))
    for each in outcome.held[:CASES]:
        show.say(
            _(
                "{email} is held at {step}: {reason}",
                email=each.email,
                step=each.step,
                reason=each.reason,
            )
        )
    for sentences in outcome.explained:
        show.say()
        for sentence in sentences:
            show.say(f"  {sentence}")
    show.say()


def _audit(outcome: Outcome, seed: int) -> None:
    found = outcome.audit
    show.say(_("Audit, based on what arrived at the demo's mail servers and not on our database:"))
    for words, number in (
        (_("steps sent twice"), found.sent_twice),
        (_("mails sent after a reply"), found.after_answer),
        (_("mails to people on the do-not-contact list"), found.to_suppressed),
        (_("steps with an unexplained outcome"), found.unexplained),
    ):
        show.say(f"  {words}: {number}")
    arrived = {"due": found.steps_due, "arrived": found.mails_arrived}
    show.say(f"  {_('({due} steps fell due, {arrived} mails arrived)', **arrived)}")
    if found.windows:
        window = Text.plural(
            "{count} answer came between the check of the mailbox and the sending of the mail, after {longest} seconds of the demo's time ({real} in real time) at most: this gap cannot be closed.",
            "{count} answers came between the check of the mailbox and the sending of the mail, after {longest} seconds of the demo's time ({real} in real time) at most: this gap cannot be closed.",
            len(found.windows),
            longest=round(found.window_longest_seconds),
            real=round(found.window_longest_machine_seconds, 3),
        )
        show.say(f"  {window}")
    for finding in found.findings:
        show.say(f"  {finding.promise}: {finding.person} {finding.message_id}: {finding.what}")
    for mishap in outcome.story.mishaps:
        show.say(f"  {_('the mail servers of the demo failed: {error}', error=mishap)}")
    show.say()
    facts = {"seconds": round(outcome.seconds), "seed": seed}
    kept = Text(
        "Every promise was kept, in {seconds} seconds. `relance demo --seed {seed}` plays the same people again.",
        **facts,
    )
    cut_short = Text.plural(
        "The demo did not finish: after {seconds} seconds nothing more happened, with {count} person still to be contacted. The figures above are correct for the part that was played. `relance demo --seed {seed}` plays the same people again.",
        "The demo did not finish: after {seconds} seconds nothing more happened, with {count} people still to be contacted. The figures above are correct for the part that was played. `relance demo --seed {seed}` plays the same people again.",
        outcome.left,
        **facts,
    )
    broken = Text(
        "NOT every promise was kept, in {seconds} seconds. `relance demo --seed {seed}` plays the same people again.",
        **facts,
    )
    show.say(str(kept if outcome.clean else cut_short if outcome.sound else broken))


def _data(outcome: Outcome, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "clean": outcome.clean,
        "left": outcome.left,
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
