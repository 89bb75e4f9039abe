"""Drive Relance from Python: contacts in, a sequence on its way, and every event read by cursor.

It runs offline, in the sandbox's mail world and on a clock that this script moves, so that an hour takes seconds.
With real mailboxes leave `world` and `clock` out and let `relance run` do the turns.

    .venv/bin/python examples/drive.py
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import relance
from relance.sandbox.world import World

HERE = Path(__file__).parent
MONDAY = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def main() -> None:
    """Two mails to each of six people, and what happened to them."""
    clock = relance.ManualClock(MONDAY)
    with tempfile.TemporaryDirectory() as folder, World(clock) as world:
        settings = relance.Settings(home=relance.make_home(Path(folder) / "home").home, zone="Europe/Warsaw")
        with relance.Relance(settings, clock=clock) as app:
            set_up(app, world, Path(folder))
            cursor, end = "", clock.now() + dt.timedelta(hours=1)
            while (wake := app.next_wake()) is not None and wake < end:
                clock.move_to(max(wake, clock.now()))
                turns(app)
                cursor = read(app, cursor)
            for step in app.report("Practice").steps:
                print(f"{step.id}: due {step.due}, sent {step.sent}, replied {step.replied}")


def set_up(app: relance.Relance, world: World, folder: Path) -> None:
    """A mailbox, people and a sequence; those that cannot be used are listed with the reason."""
    rep = world.add_rep("ada@northwind.example", "Ada Lind", "a password")
    # With a real mailbox leave the gap out: a minute between two mails is kinder.
    app.mailboxes.add(relance.MailboxSpec.of(rep, gap_seconds=0))
    imported = app.contacts.import_file(HERE / "people.csv", errors_to=folder / "rejected.csv")
    for row in imported.rejected:
        print(f"line {row.line}: {row.reason}")
    published = app.sequences.publish(HERE / "practice.yaml")
    enrolled = app.enroll(published.name)
    print(f"{enrolled.enrolled} people are in {published.name}, version {published.version}")


def turns(app: relance.Relance) -> None:
    """Everything that is due, done as `relance run` does it."""
    app.tick()
    while due := app.due_mailboxes(10):
        for mailbox_id in due:
            app.turn(mailbox_id)


def read(app: relance.Relance, cursor: str) -> str:
    """Print what happened since `cursor`; returns the cursor to go on with. A caller that keeps it misses nothing."""
    while (page := app.events(cursor)).events:
        for event in page.events:
            print(f"{event.at:%a %H:%M}  {event.title}  {event.email or ''}  {event.step}".rstrip())
        cursor = page.cursor
    return cursor


if __name__ == "__main__":
    main()
