"""What a run shall do, from its options."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

MAILS = 3  # of the sequence, for each person
START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Plan:
    """One run. A seed fixes what is done and to whom; when it strikes depends on the machine."""

    seed: int = 1
    steps: int = 20_000
    crashes: int = 500
    seconds: float = 3000.0  # the longest it may take, settling included; strikes end after three quarters
    embedded: bool = False  # `relance run` on SQLite, instead of daemons on PostgreSQL and Redis
    mailboxes: int = 40
    pause: float = 1.0  # machine seconds between two strikes, on average
    scale: float = 360.0  # how much faster than the machine's the clock runs
    gap: str = "6 hours"  # between two mails to a person
    lease_seconds: float = 8.0
    answer_seconds: float = 3.0  # the longest wait for an answer of PostgreSQL
    mail_answer_seconds: float = 5.0  # and of a mail server
    fault_rate: float = 0.03  # of transactions at the sink
    reply_seconds: float = 0.0  # between the sink's record of a mail and its 250
    answering: float = 0.05  # of people, at some mail
    first: tuple[str, ...] = ()  # strikes that come with the first one
    verbose: bool = True

    @property
    def people(self) -> int:
        """So many that the steps fall due, though some answer and get no more."""
        return max(1, round(self.steps / (MAILS - self.answering * 1.5)) + 1)

    @property
    def strike_seconds(self) -> float:
        """How long the strikes last, at least."""
        return self.crashes * self.pause

    @property
    def longest(self) -> dt.timedelta:
        """No step is planned for later than this: gaps, and what a server's "not now" adds to them."""
        number, unit = self.gap.split()
        return max(dt.timedelta(hours=12), 2 * dt.timedelta(**{unit: float(number)}))

    @property
    def last_seconds(self) -> float:
        """Of a run that would not end in time: kept for what is due by then, without a strike and with nobody new."""
        return min(300.0, self.seconds / 5)

    @property
    def grace_seconds(self) -> float:
        """Machine seconds in which a server must have taken a body, or never takes it: a third of an hour of business
        time, for the engine believes after half an hour that a mail not in Sent never left."""
        return 1200 / self.scale


def from_arguments(arguments: Sequence[str] | None = None) -> Plan:
    """The plan a command line asks for."""
    known = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=known.seed)
    parser.add_argument("--steps", type=int, help="steps that fall due")
    parser.add_argument("--crashes", type=int, help="crashes injected")
    parser.add_argument("--seconds", type=float, default=known.seconds, help="the longest it may take")
    parser.add_argument("--embedded", action="store_true", help="`relance run` on SQLite")
    parser.add_argument("--quiet", action="store_true", help="only what is wrong, and the last line")
    chosen = parser.parse_args(arguments)
    own = {"steps": 6000, "crashes": 200} if chosen.embedded else {}
    own |= {name: getattr(chosen, name) for name in ("steps", "crashes") if getattr(chosen, name)}
    return Plan(
        seed=chosen.seed,
        seconds=chosen.seconds,
        embedded=chosen.embedded,
        mailboxes=8 if chosen.embedded else known.mailboxes,
        pause=1.8 if chosen.embedded else known.pause,
        verbose=not chosen.quiet,
        **own,
    )
