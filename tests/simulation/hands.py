"""A manager hands people over from one mailbox to another, and its owner goes on leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from relance import errors
from relance.engine.context import Context
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes.settings import leaves
from relance.engine.schedule.leaves import Leave
from relance.engine.store.mailboxes import mailboxes
from tests.simulation import replying
from tests.simulation.people import SENDERS
from tests.simulation.sim import Sim
from tests.simulation.world import Taken

DAY = dt.timedelta(days=1)
BEGUN_FOR = dt.timedelta(hours=1)
# What was marked before a leave began, or by a clock that is a little behind, may leave for so long.


@dataclass
class Entered:
    """A leave that was entered, by the order of that commit, until one that took it back."""

    mailbox: int
    leave: Leave
    since: int
    until: int | None = None


def act(sim: Sim, house: Context) -> None:
    """One of these."""
    mailbox = sim.rng.choice(list(SENDERS))
    other = next(each for each in SENDERS if each != mailbox)
    what = sim.rng.choice(
        ("hand over", "hand over", "new threads", "new threads", "leave", "covered", "back")
    )
    sim.world.faults[f"hands: {what}"] += 1
    if what == "back":
        _back(sim, house, mailbox)
    elif what in ("leave", "covered"):
        _leave(sim, house, mailbox, cover=SENDERS[other] if what == "covered" else None)
    else:
        later = what == "new threads"
        done = handing_over.hand_over(house, SENDERS[mailbox], SENDERS[other], new_threads=later)
        sim.world.faults["hands: moved"] += done.moved
        sim.world.faults["hands: later"] += done.later


def _leave(sim: Sim, house: Context, mailbox: int, *, cover: str | None) -> None:
    first = sim.wall.date() + sim.rng.choice((0, 1)) * DAY
    leave = Leave(first, first + sim.rng.choice((0, 1)) * DAY, house.workspace.zone)
    leaves.add(house, SENDERS[mailbox], leave.first, leave.last, cover=cover)
    sim.world.leaves.append(Entered(mailbox, leave, sim.note(f"mailbox {mailbox} is on leave")))


def _back(sim: Sim, house: Context, mailbox: int) -> None:
    for each in sim.world.leaves:
        if each.mailbox == mailbox and each.until is None:
            each.until = sim.order  # from here on it may be none any more
            leaves.cancel(house, SENDERS[mailbox], each.leave.first)


def all_back(sim: Sim, house: Context) -> None:
    """Nobody is on leave any more: what was planned around a leave goes."""
    for mailbox, address in SENDERS.items():
        for each in [*leaves_of(house, mailbox)]:
            for known in sim.world.leaves:
                if known.mailbox == mailbox:
                    known.until = known.until or sim.order
            try:
                leaves.cancel(house, address, each.first)
            except errors.NotFound:  # another cancelled it
                continue


def leaves_of(house: Context, mailbox: int) -> tuple[Leave, ...]:
    """As they stand."""
    with house.database.read() as conn:
        return mailboxes.on_leave(conn, [mailbox]).get(mailbox, ())


def on_leave(sim: Sim) -> Iterator[str]:
    """Nothing leaves on a day of leave but a person's own answers."""
    if sim.clock_was or sim.profile.witness:  # whose day is it?
        return
    for taken in sim.world.taken:
        for each in sim.world.leaves:
            if not replying.is_one(taken) and _during(each, taken):
                yield f"on leave: {taken.mail.step} to {taken.mail.recipient} (taken at {taken.order}), by mailbox {taken.mailbox}, on leave since {each.since}"


def _during(each: Entered, taken: Taken) -> bool:
    entered = each.since < taken.marked and (each.until is None or taken.marked < each.until)
    whole = each.leave.begins + BEGUN_FOR <= taken.marked_at < each.leave.ends
    return each.mailbox == taken.mailbox and entered and whole
