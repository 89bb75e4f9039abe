"""What a claim costs as the table grows: `python -m benchmarks.claims`, a ratio a line.

The same questions of a small and of a large installation: the claim of fifty mails, the time of a mailbox's first due one,
and what people ask (`status`, `report`, `held`). Then again with thousands due in every mailbox, the state after an outage,
and with a snapshot held open, which keeps what is dead in the indexes.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.sending import stock
from relance import clock, config
from relance.app import Relance, upgrade_database
from relance.engine.context import Context
from relance.engine.db.database import Database, Instant
from relance.engine.definition.position import Position
from relance.engine.sequences import publish
from relance.engine.store.mailboxes import mailboxes as mailboxes_store
from relance.engine.store.sending import claims
from relance.engine.store.sequences import due as due_mails
from relance.engine.store.sequences import enrollments, moves
from tests.servers import postgres, processes

FLAT, STRAINED = 1.2, 2.0
# How often longer it may take with more people; with a backlog, or behind a snapshot.
TURN = 50
DUE = 100  # mails due in each mailbox where nothing piles up
STANDING = {"held": 0.01, "finished": 0.5}
# Shares of all people who wait for a person, and who have come to an end.


@dataclass(frozen=True)
class Figures:
    """Seconds: the median of many calls, or one call's. `..._cpu`: of this thread and the database's process, steadier on a
    busy machine."""

    claim: float
    first_due: float
    claim_cpu: float
    first_due_cpu: float
    status: float = 0.0
    report: float = 0.0
    held: float = 0.0


def main() -> int:
    options = _options()
    small = _measure(options, options.small, DUE)
    large = _measure(options, options.large, DUE)
    piled = _measure(options, options.large, options.backlog, asked=False)
    behind = _measure(options, options.large, DUE, snapshot=True, asked=False)
    found = {"small": small, "large": large, "backlog": piled, "snapshot": behind}
    if options.json:
        print(
            json.dumps(
                {name: vars(each) for name, each in found.items()} | {"options": vars(options)}, indent=2
            )
        )
    else:
        print("\n".join(_words(options, found)))
    strained = max(_ratio(small, each) for each in (piled, behind))
    return 0 if _ratio(small, large) <= FLAT and strained <= STRAINED else 1


def _ratio(one: Figures, other: Figures) -> float:
    return max(other.claim / one.claim, other.first_due / one.first_due)


def _words(options: argparse.Namespace, found: dict[str, Figures]) -> Iterator[str]:
    yield f"{options.database}, {options.mailboxes} mailboxes, p50 of {options.rounds} calls"
    yield ""
    yield f"{'':34}{'claim of 50':>14}{'first due':>14}{'CPU of both':>22}"
    told = {
        "small": f"{options.small} people",
        "large": f"{options.large} people",
        "backlog": f"... {options.backlog} due a mailbox",
        "snapshot": f"... behind a snapshot, {options.churn} claims",
    }
    for name, each in found.items():
        cpu = f"{each.claim_cpu * 1e3:14.2f}{each.first_due_cpu * 1e3:8.2f} ms"
        yield f"{told[name]:34}{each.claim * 1e3:11.2f} ms{each.first_due * 1e3:11.2f} ms{cpu}"
    yield ""
    for name, bar in (("large", FLAT), ("backlog", STRAINED), ("snapshot", STRAINED)):
        one, other = found["small"], found[name]
        claim, first = other.claim / one.claim, other.first_due / one.first_due
        by_cpu = f"{other.claim_cpu / one.claim_cpu:14.2f}x{other.first_due_cpu / one.first_due_cpu:7.2f}x"
        yield f"{name + ' to small':34}{claim:13.2f}x{first:13.2f}x{by_cpu}   the bar is {bar}"
    yield ""
    for name in ("small", "large"):
        each = found[name]
        yield f"{told[name]:34}status {each.status:.2f} s, report {each.report:.2f} s, held {each.held:.2f} s"


def _measure(
    options: argparse.Namespace, people: int, due: int, *, snapshot: bool = False, asked: bool = True
) -> Figures:
    with _installation(options.database) as relance:
        context = relance._context
        _fill(context, people, options.mailboxes, due)
        with _snapshot(context, wanted=snapshot):
            if snapshot:
                _churn(context, options.mailboxes, options.churn)
            taken = _timed(context, options.mailboxes, options.rounds)
        if not asked:
            return Figures(*taken)
        return Figures(
            *taken, *map(_once, (relance.status, lambda: relance.report("Benchmark"), relance.held))
        )


def _once(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


class _Clocks:
    """How long calls take, and what they cost this thread and the process that serves the connection."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextlib.contextmanager
    def around(self, conn: Connection) -> Iterator[None]:
        begun, spent = time.perf_counter(), _spent(conn)
        yield
        self.wall.append(time.perf_counter() - begun)
        self.cpu.append(_spent(conn) - spent)


def _spent(conn: Connection) -> float:
    """Seconds of CPU (Linux: the first field of schedstat are nanoseconds)."""
    if conn.dialect.name != "postgresql":
        return time.thread_time()
    server: Any = conn.connection.driver_connection
    stat = Path(f"/proc/{server.info.backend_pid}/schedstat").read_text()
    return time.thread_time() + int(stat.split()[0]) / 1e9


def _timed(context: Context, mailboxes: int, rounds: int) -> tuple[float, ...]:
    now, taken, first = context.clock.now(), _Clocks(), _Clocks()
    for number in range(rounds):
        sender = 1 + number % mailboxes
        with context.database.write() as conn:
            with taken.around(conn):
                rows = claims.claim(conn, sender, now, TURN, seen=now)
            mailboxes_store.change(conn, sender, taken_up="")  # as a turn that ends
        if len(rows) != TURN:
            raise RuntimeError(f"{len(rows)} mails claimed, not {TURN}")
        with context.database.read() as conn, first.around(conn):
            found = due_mails.first_mail_due(conn, sender, now)
        if found is None or found > now:
            raise RuntimeError(f"the first mail is due at {found}")
    return tuple(map(statistics.median, (taken.wall, first.wall, taken.cpu, first.cpu)))


def _churn(context: Context, mailboxes: int, wanted: int) -> None:
    """Claims as a day's work makes them: each mail done, its follow-up days away."""
    now = context.clock.now()
    later, done = Position("bump", "mail", now + dt.timedelta(days=4), (), wrote=True), 0
    first = Position("intro", "mail", now - dt.timedelta(hours=1), ())
    while done < wanted:
        sender = 1 + done // TURN % mailboxes
        with context.database.write() as conn:
            rows = claims.claim(conn, sender, now, TURN, seen=now)
            moves.move_many(conn, [(row, later) for row in rows], now)
        with context.database.write() as conn:  # and others fall due
            ids = [row.id for row in rows]
            again = enrollments.by_ids(conn, ids)
            moves.move_many(conn, [(row, first) for row in again], now)
        done += TURN


@contextlib.contextmanager
def _snapshot(context: Context, *, wanted: bool) -> Iterator[None]:
    if not wanted or context.database.embedded:
        yield
        return
    with context.database.engine.connect() as conn:
        conn.execute(sa.text("set idle_in_transaction_session_timeout = 0"))
        conn.commit()
        conn.execute(sa.text("set transaction isolation level repeatable read"))
        conn.execute(sa.text("select count(*) from mailbox"))
        yield
        conn.rollback()


@contextlib.contextmanager
def _installation(database: str, keep: Path | None = None) -> Iterator[Relance]:
    """An installation that is thrown away afterwards, or (`keep`) stays in that folder for the next time."""
    with contextlib.ExitStack() as stack:
        if keep is None:
            folder = processes.scratch("claims")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            folder = keep / database
            folder.mkdir(parents=True, exist_ok=True)
        config.make_home(folder / "home")
        settings = config.Settings(
            home=folder / "home",
            database_url=_database(stack, database, folder, kept=keep is not None),
            clock_origin=clock.machine_now(),
            clock_start=stock.MONDAY,
            base_url="https://go.sales.example",
        )
        upgrade_database(settings)
        with Relance(settings) as relance:
            yield relance


def _database(stack: contextlib.ExitStack, database: str, folder: Path, *, kept: bool) -> str:
    if database != "postgresql":
        return f"sqlite:///{folder / 'relance.db'}"
    if kept:
        return stack.enter_context(postgres.private(keep=folder / "server")).lasting("kept")
    return stack.enter_context(stack.enter_context(postgres.private()).fresh())


def _filled(keep: Path | None, options: argparse.Namespace, fill: Callable[[], None]) -> None:
    """Fill an installation, but for one that was kept and filled before, with as many (by whichever benchmark)."""
    if keep is None:
        fill()
        return
    note = keep / options.database / "filled.json"
    wanted = {name: value for name, value in vars(options).items() if name in _SIZES}
    if not note.exists():
        fill()
        note.write_text(json.dumps(wanted))
        return
    kept = json.loads(note.read_text())
    if any(kept.get(name, size) != size for name, size in wanted.items()):
        raise SystemExit(f"what is kept in {keep} has other sizes: {note.read_text()}")


def _parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options, with those of every benchmark whose installation can stay."""
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument(
        "--keep", type=Path, help="a folder where what is filled once stays for the next time"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args()


def _carry_out(context: Context, statements: Iterable[str], values: Mapping[str, object]) -> None:
    """Carry out what fills an installation, however long it takes: each statement with those of the values that it names."""
    database = Database(context.database.url.render_as_string(hide_password=False), answer_seconds=3600)
    for words in statements:
        asked = {name: value for name, value in values.items() if f":{name}" in words}
        moments = [name for name, value in asked.items() if isinstance(value, dt.datetime)]
        known = [sa.bindparam(name, type_=Instant()) for name in moments]
        with database.write() as conn:
            conn.execute(sa.text(words).bindparams(*known), asked)
    database.close()


_SIZES = ("contacts", "people", "mailboxes")
_NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :people)"
_PEOPLE = f"""
insert into contact (email, original, organisation, fields, created_at, updated_at, enrolled_at)
{_NUMBERS} select 'p' || i || '@company' || i || '.example', '', 'company' || i || '.example', '{{}}', :now, :now, :now from n
"""
_AT = {
    "postgresql": "cast(:now as timestamptz) + i % 2000000 * interval '1 second'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :now, '+' || (i % 2000000) || ' seconds')",
}
_ENROLLED = f"""
insert into enrollment (sequence_id, sequence_version_id, contact_id, mailbox_id, state, step, step_kind, due_at, bound,
                        stepped_at, created_at, wrote_before, finished_at)
{_NUMBERS}
select 1, 1, i, 1 + i % :mailboxes,
       case when i <= :due then 'active' when i % 100 < :held then 'held' when i % 100 < :finished then 'finished'
            else 'active' end,
       case when i <= :due and i / :mailboxes % 2 = 0 then 'intro' else 'bump' end, 'mail',
       case when i <= :due then :now else {{at}} end, '[]', :now, :now,
       case when i <= :due and i / :mailboxes % 2 = 0 then {{no}} else {{yes}} end, null
from n
"""
_SENT = f"""
insert into message (id, enrollment_id, step, contact_id, mailbox_id, state, message_id, recipient, raw, links, prepared_at,
                     transmitting_at, settled_at)
{_NUMBERS} select i, i, 'intro', i, 1 + i % :mailboxes, 'accepted', '<' || i || '@sales.example>',
                  'p' || i || '@company' || i || '.example', {{raw}}, '[]', :before, :before, :before
from n where i > :due or i / :mailboxes % 2 = 1
"""


def _fill(context: Context, people: int, mailboxes: int, due: int) -> None:
    """People by the database itself, as many as wanted within minutes; most of them written to before."""
    publish.publish(context, stock.SEQUENCE)
    now = context.clock.now()
    with context.database.write() as conn:
        for number in range(mailboxes):
            stock._mailbox(context, conn, number, 1, now)
    postgresql = not context.database.embedded
    at = _AT["postgresql" if postgresql else "sqlite"]
    yes, no = ("true", "false") if postgresql else ("1", "0")
    values = {
        "people": people,
        "mailboxes": mailboxes,
        "due": min(due * mailboxes, people),
        "held": int(STANDING["held"] * 100),
        "finished": int(sum(STANDING.values()) * 100),
        "now": now - dt.timedelta(minutes=1),
        "before": now - dt.timedelta(days=3),
    }
    raw = "cast('x' as bytea)" if postgresql else "x'78'"
    _carry_out(
        context, (_PEOPLE, _ENROLLED.format(at=at, yes=yes, no=no), _SENT.format(raw=raw), "analyze"), values
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims", description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000, help="people in the small installation")
    parser.add_argument("--large", type=int, default=5_000_000, help="people in the large one")
    parser.add_argument("--mailboxes", type=int, default=50)
    parser.add_argument(
        "--backlog", type=int, default=2_000, help="mails due in each mailbox after an outage"
    )
    parser.add_argument("--churn", type=int, default=20_000, help="claims behind the held snapshot")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
