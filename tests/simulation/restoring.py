"""A backup is put back, noticed or not; a person confirms it, and then releases everybody whom the tool lets go."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import sqlite3
from pathlib import Path

from relance.engine.context import Context
from relance.engine.restore import doubts
from relance.engine.restore.doubts import DoubtView, Whom
from relance.engine.sending.doubt import restore_guard
from tests.simulation import aside, ground
from tests.simulation.ground import Ground
from tests.simulation.sim import Sim
from tests.simulation.world import Restored

LATEST_BACKUP = 8
LATEST_RESTORE = 10
# Rounds into the story, and rounds after the backup.
CONFIRMED_AFTER = (0, 1, 60, 300)
# Minutes between the restore and the person who comes.
SOON = 0.4
# Of a world to put it back right after the next mail, whose copy may be on its way.
RELEASES = 0.3
# Of a round after the restore to be one in which a person releases everybody.
ORDER = {"plain": ("first", "second", "call", "third"), "forked": ("opener", "fork", "warm", "cold")}
"""Every step of the sequences on the ground, as they stand."""


class Backups:
    """One world's backup: when it is made, when it is put back, and whether that is noticed."""

    def __init__(self, sim: Sim, laid: Ground) -> None:
        self.sim, self.laid = sim, laid
        self.file: Path = laid.folder / "epoch.json"
        self.dice = random.Random(f"restore {sim.seed}")
        self.rounds = 0
        self.made_at = self.dice.randrange(LATEST_BACKUP)
        self.back_at = self.made_at + self.dice.randint(1, LATEST_RESTORE)
        self.soon = self.dice.random() < SOON
        self.noticed = self.dice.random() < 0.7
        self.kept: sqlite3.Connection | None = None
        self.made = 0  # the order of the backup
        self.done = not sim.profile.restores
        self.released = False

    def close(self) -> None:
        """Let go of the backup."""
        if self.kept is not None:
            self.kept.close()

    def due(self) -> bool:
        """A round is over; whether it is time to put the backup back. Makes it, when it is time for that."""
        if self.done:
            return False
        if self.rounds == self.made_at:
            self._make()
        self.rounds += 1
        sent = self.kept is not None and any(each.order > self.made for each in self.sim.world.taken)
        return self.rounds > self.back_at or (self.soon and sent)

    def _make(self) -> None:
        self._beat()
        self.kept = sqlite3.connect(":memory:", check_same_thread=False)
        self.laid.beside.backup(self.kept)
        self.made = self.sim.note("a backup is made")
        self._beat()

    def put_back(self, house: Context) -> None:
        """To be called when no process lives."""
        assert self.kept is not None
        self.kept.backup(self.laid.beside)
        order = self.sim.note(f"the backup of {self.made} is put back{'' if self.noticed else ', unnoticed'}")
        self.sim.world.faults[f"backup put back{'' if self.noticed else ', unnoticed'}"] += 1
        if not self.noticed:
            self.file.unlink()
        halted = self._beat()
        assert (halted is not None) == self.noticed
        if halted is not None:
            self._confirm(house)
        self.sim.world.put_back(Restored(self.made, order, self.sim.now, self.noticed))
        self.done = True

    def _confirm(self, house: Context) -> None:
        sim = self.sim
        sim.clock.move_to(sim.now + dt.timedelta(minutes=self.dice.choice(CONFIRMED_AFTER)))
        plain = dataclasses.replace(house, database=self.laid.real)
        sim.note(f"a person confirms it; {restore_guard.confirm(plain, self.file)} are held")

    def _beat(self) -> str | None:
        return restore_guard.beat(self.laid.real, self.file)

    def time_to_release(self, *, idle: bool) -> bool:
        """Whether a person releases everybody now; in the end they do until nobody is in doubt."""
        if not (self.done and self.sim.world.restored):
            return False
        now = idle and (self.in_doubt() or not self.released)
        self.released = self.released or now
        return now or (self.sim.calm_since is None and self.dice.random() < RELEASES)

    def in_doubt(self) -> bool:
        """Whether somebody's next step may have been sent, who could go on."""
        return bool(self.laid.ask(aside.IN_DOUBT))


def decide(sim: Sim, house: Context) -> None:
    """A person says of everybody in doubt what the world knows: that it was sent, or that it was not."""
    for each in doubts.list_all(house):
        if not each.step:
            continue  # whoever said no, or has it all
        whom = Whom([each.email], each.sequence)
        was = _was_sent(sim, each)
        if was:
            sim.world.said_sent.update((each.email, step) for step in ground.STEPS[each.sequence])
        sim.note(f"a person says of {each.step} to {each.email}: {'sent' if was else 'not sent'}")
        doubts.decide(house, "sent" if was else "not sent", whom)


def _was_sent(sim: Sim, asked: DoubtView) -> bool:
    """Whether a mail left at the step asked about, or behind it."""
    order = ORDER[asked.sequence]
    return any(
        order.index(taken.mail.step) >= order.index(asked.step)
        for taken in sim.world.taken
        if (taken.mail.recipient, taken.mail.sequence) == (asked.email, asked.sequence)
    )
