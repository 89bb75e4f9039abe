"""Servers and databases that take what is said to them and say nothing: for a while, or until whoever waits gives up.

Time passes meanwhile, and everybody else goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.db import postgresql
from relance.mailbox.imap.connection import GREETING_SECONDS, Timeouts
from relance.mailbox.smtp.session import Limits
from tests.simulation.baton import Actor, Process
from tests.simulation.sim import Sim

_LIMITS = Limits()
BOUNDS = {
    "smtp": {
        "connect": _LIMITS.greeting,
        **{stage: getattr(_LIMITS, stage) for stage in ("auth", "mail", "rcpt", "data", "body", "final")},
    },
    "imap": {"connect": GREETING_SECONDS, "auth": Timeouts().read, "command": Timeouts().read},
}
"""Seconds after which the engine's own clients give up, by stage."""
FIRST = ("connect", "auth")
# Before anybody is served: a server that is silent there is so to everybody.
SPELLS = (2, 20, 90)
# Minutes that takes.
SLOW = 0.3
# Of the silences: they end before the bound.
COMMANDS = 0.2
# There are many more of them than of mails.
MUTE_SPELLS = (0, 0, 45, 400)
# Seconds for which all of a process's connections to the database are silent.


@dataclass
class Spell:
    """A server that answers nobody from one stage on."""

    stage: str
    gave_up: set[Process] = field(default_factory=set)  # who has waited for it in vain, and knows
    waiting: dict[Actor, dt.datetime] = field(default_factory=dict)  # until when


@dataclass(frozen=True)
class Silence:
    """A server says nothing at this stage, for so many seconds; `slow`: then it goes on."""

    stage: str
    seconds: float
    slow: bool = False


def wait(sim: Sim, seconds: float) -> None:
    """The actor waits."""
    actor = sim.me
    actor.frozen_until = sim.now + dt.timedelta(seconds=seconds)
    sim.stage.choose()
    actor.frozen_until = None


def of_server(sim: Sim, server: str, *stages: str) -> Silence | None:
    """Whether a server says nothing at one of the stages that come now."""
    spell = sim.world.spells.get(server)
    if spell is not None:
        return _met(sim, server, Silence(spell.stage if spell.stage in stages else stages[0], 0))
    if not sim.chance(sim.profile.silent * (COMMANDS if stages == ("command",) else 1.0)):
        return None
    stage = sim.rng.choice(stages)
    if stage in FIRST and sim.chance(0.5):
        _begins(sim, server, stage)
        return _met(sim, server, Silence(stage, 0))
    return _met(sim, server, Silence(stage, 0, slow=sim.chance(SLOW)))


def _begins(sim: Sim, server: str, stage: str) -> None:
    sim.world.spells[server] = Spell(stage)
    minutes = sim.rng.choice(SPELLS)
    sim.note(f"{server} answers nobody from {stage} on, for {minutes} minutes")
    sim.plan(dt.timedelta(minutes=minutes), lambda: sim.world.spells.pop(server, None))


def _met(sim: Sim, server: str, met: Silence) -> Silence:
    seconds = BOUNDS[server][met.stage] * (sim.rng.random() if met.slow else 1.0)
    sim.world.faults[f"{server} {'slow' if met.slow else 'silent'} at {met.stage}"] += 1
    sim.note(f"{server} says nothing at {met.stage} for {seconds:.0f} seconds")
    return Silence(met.stage, seconds, met.slow)


def passes(sim: Sim, server: str, silence: Silence) -> None:
    """Wait as long as it lasts, and know then that the server answers nobody."""
    spell, me = sim.world.spells.get(server), sim.me
    if spell is None or silence.slow:
        wait(sim, silence.seconds)
        return
    beside = [each for each, until in spell.waiting.items() if until > sim.now]
    stalls = sim.profile.jump or sim.profile.freeze  # whoever asks for very long keeps nobody away any more
    if not stalls and me.process in spell.gave_up and any(each.process is me.process for each in beside):
        words = f"{me.name} waits for a silent {server} server beside another of its process, which knows that it is silent"
        sim.world.breaches.append(f"crowded: {words}")
    spell.waiting[me] = sim.now + dt.timedelta(seconds=silence.seconds)
    try:
        wait(sim, silence.seconds)
    finally:
        del spell.waiting[me]
    spell.gave_up.add(me.process)


# The database.

AT_ONCE, STATEMENT, GIVEN_UP, UNDONE, UNHEARD = (
    "at once",
    "in a statement",
    "in a statement that the server gives up",
    "before a commit",
    "after a commit",
)
HOWS = (AT_ONCE, STATEMENT, GIVEN_UP, UNDONE, UNHEARD)


@dataclass
class Fate:
    """What becomes of one transaction: where its connection falls silent, if it does."""

    how: str = ""
    left: int = 0  # statements until then
    struck: bool = False

    def befalls(self, conn: Connection) -> None:
        """The statement that is the one is never answered; nor is any later one, unless the server itself gave it up."""
        if self.how in (STATEMENT, GIVEN_UP):
            event.listen(conn, "before_cursor_execute", self._strike)

    def ends(self) -> None:
        """The transaction is to be committed."""
        if self.how == UNDONE or (self.struck and self.how == STATEMENT):
            self.struck = True
            raise _unanswered()

    def _strike(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0 or (self.left < 0 and self.how == STATEMENT):
            self.struck = True
            raise _unanswered(self.how == GIVEN_UP)


def _unanswered(by_server: bool = False) -> sa.exc.OperationalError:
    """What the engine's connection to PostgreSQL raises."""
    own: type[psycopg.Error] = psycopg.errors.QueryCanceled if by_server else psycopg.OperationalError
    words = "canceling statement due to statement timeout" if by_server else "no answer within 30 seconds"
    return sa.exc.OperationalError("simulated", None, own(words))


@contextmanager
def of_database(sim: Sim, *, writes: bool = False) -> Iterator[Fate]:
    """One transaction: `Fate` says whether its connection falls silent, and the time passes once it is over."""
    fate = _fate(sim, writes)
    if fate.how == AT_ONCE:
        _pass(sim, fate, sim.rng.choice((postgresql.SIGN_SECONDS, postgresql.ANSWER_SECONDS)))
        raise errors.Unreachable("simulated: the database does not answer")
    try:
        yield fate
    except Exception:
        if fate.struck:
            _pass(sim, fate, postgresql.ANSWER_SECONDS)
        raise
    if fate.how == UNHEARD:
        _pass(sim, fate, postgresql.ANSWER_SECONDS)
        raise errors.Unreachable("simulated: the database does not answer its commit")
    if fate.struck:
        _pass(sim, fate, postgresql.ANSWER_SECONDS)


def _fate(sim: Sim, writes: bool) -> Fate:
    until = sim.world.mute.get(sim.me.process)
    if until is not None and sim.now < until:
        return Fate(AT_ONCE)
    if not sim.chance(sim.profile.mute):
        return Fate()
    how = sim.rng.choice(HOWS if writes else HOWS[:3])
    return Fate(how, sim.rng.randint(1, 4))


def _pass(sim: Sim, fate: Fate, seconds: float) -> None:
    sim.world.faults[f"database silent {fate.how}"] += 1
    sim.note(f"the database says nothing {fate.how} for {seconds:.0f} seconds")
    if fate.how != GIVEN_UP and sim.me.process not in sim.world.mute and sim.profile.mute:
        sim.world.mute[sim.me.process] = sim.now + dt.timedelta(seconds=sim.rng.choice(MUTE_SPELLS))
    wait(sim, seconds)
    if sim.now >= sim.world.mute.get(sim.me.process, sim.now):
        sim.world.mute.pop(sim.me.process, None)
