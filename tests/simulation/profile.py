"""What a seed's world is like. Every seed leaves most troubles out and has a lot of the few others (swarm testing)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Profile:
    """One world's habits. Chances are per opportunity."""

    people: int
    mailboxes: int
    processes: int
    files_sent: tuple[bool, ...]  # by mailbox: whether the provider files Sent copies
    rewrites: tuple[bool, ...]  # ... and gives each mail another Message-ID (as Microsoft does)
    together: int
    gap_seconds: int
    both: float  # of a person to be in both sequences
    switch: float
    crash: float
    crashes: int  # at most
    lost_hosts: bool
    freeze: float
    jump: float
    idle_minutes: int | None  # after which the SMTP server drops a silent connection
    smtp: float
    imap: float
    commit: float
    hints: float
    letters: float
    moves: float
    unsubscribes: float
    people_act: float
    poison: bool
    gone: bool  # whether one person's address does not exist
    slept: bool  # whether everything stands still for days once
    # Each fault below has dice of its own, so that a new one leaves the worlds without it as they are.
    clock: float = 0.0  # the computers' clock is set, forward or back, and later right again
    refuses: float = 0.0  # a FETCH is refused for a moment: one mail, or all of them
    hides: float = 0.0  # a mail is left out of the server's answers for a while, and appears below others
    renumbers: float = (
        0.0  # a folder is numbered anew from 1 under the same UIDVALIDITY, or another takes its name
    )
    renames: float = 0.0  # a folder is renamed into another's name, under the same UIDVALIDITY
    ids: bool = False  # whether the servers of such a world offer MAILBOXID
    disowns: float = 0.0  # a submission server refuses everybody for a while, for what its sender has done
    logins: float = 0.0  # a login that is right is refused
    restores: float = 0.0  # a backup is put back, and a person then releases everybody
    silent: float = 0.0  # a mail server says nothing, for a while or until the client's bound
    mute: float = 0.0  # the database says nothing: a statement is never answered, or a commit
    replies: float = 0.0  # a person replies to what came in, and presses the button twice
    hands: float = 0.0  # people are handed over between two mailboxes, and their owners go on leave
    witness: bool = False  # whether the database has a clock of its own, and each host another

    @property
    def chunks(self) -> bool:
        """Whether several mails share a mark."""
        return self.together > 1 and not self.gap_seconds

    @property
    def stops(self) -> bool:
        """Whether people say no in the middle of things."""
        return bool(self.people_act or self.unsubscribes)

    @property
    def bars(self) -> bool:
        """Whether somebody is suppressed in one sequence while another goes on: only the gate stands between."""
        return self.gone and self.mailboxes > 1

    @property
    def nameless(self) -> bool:
        """Whether folders are renamed that no id tells apart."""
        return bool(self.renames) and not self.ids

    @property
    def crowds(self) -> bool:
        """Whether two mailboxes have the same server, and nobody stands still for long."""
        return self.mailboxes > 1 and not self.jump and not self.freeze

    @property
    def doubts(self) -> bool:
        """Whether it can be unknown what became of a mail."""
        return bool(self.crash or self.smtp or self.freeze)


def _faults(seed: int) -> dict[str, Any]:
    """What came later: each has dice of its own, so that older seeds play as they did."""

    def fault(name: str, chance: float, *levels: float) -> float:
        dice = random.Random(f"{name} {seed}")
        return dice.choice(levels) if dice.random() < chance else 0.0

    return {
        "clock": fault("clock", 0.15, 0.005, 0.02),
        "refuses": fault("refuses", 0.12, 0.1, 0.3),
        "hides": fault("hides", 0.12, 0.3, 0.6),
        "renumbers": fault("renumbers", 0.1, 0.02, 0.06),
        "renames": fault("renames", 0.12, 0.4, 0.8),
        "ids": bool(fault("ids", 0.5, 1)),
        "disowns": fault("disowns", 0.12, 0.1, 0.3),
        "logins": fault("logins", 0.12, 0.1, 0.3),
        "restores": fault("restores", 0.15, 1.0),
        "silent": fault("silent", 0.15, 0.1, 0.3),
        "mute": fault("mute", 0.12, 0.01, 0.05),
        "witness": bool(fault("witness", 0.5, 1)),
        "hands": fault("leaves", 0.3, 0.15, 0.4) if not fault("restores", 0.15, 1.0) else 0.0,
        "replies": fault("replies", 0.15, 0.3, 0.6) if not fault("restores", 0.15, 1.0) else 0.0,
    }


def draw(seed: int) -> Profile:
    """A world's habits from its seed."""
    rng = random.Random(f"world {seed}")

    def some(chance: float, *levels: float) -> float:
        return rng.choice(levels) if rng.random() < chance else 0.0

    boxes, gone = rng.choice((1, 2)), rng.random() < 0.15
    return Profile(
        people=rng.choice((1, 2, 2, 3)),
        mailboxes=boxes,
        processes=rng.choice((1, 2, 2, 3)),
        files_sent=tuple(rng.random() < 0.5 for _ in range(boxes)),
        rewrites=tuple(rng.random() < 0.25 for _ in range(boxes)),
        together=rng.choice((1, 2, 3)),
        gap_seconds=rng.choice((0, 0, 0, 60)),
        both=1.0 if gone else some(0.5, 0.5, 1.0),
        switch=rng.choice((0.05, 0.2, 0.5)),
        crash=some(0.5, 0.01, 0.03, 0.1),
        crashes=rng.choice((1, 2, 4)),
        lost_hosts=rng.random() < 0.15,
        freeze=some(0.4, 0.01, 0.03),
        jump=some(0.3, 0.02, 0.1),
        idle_minutes=rng.choice((None, 10)),
        smtp=some(0.5, 0.05, 0.15, 0.4),
        imap=some(0.3, 0.05, 0.2),
        commit=some(0.4, 0.02, 0.08),
        hints=some(0.5, 0.2, 0.5),
        letters=some(0.6, 0.3, 0.7),
        moves=some(0.4, 0.5),
        unsubscribes=some(0.3, 0.3),
        people_act=some(0.4, 0.2, 0.5),
        poison=rng.random() < 0.04,
        gone=gone,
        slept=rng.random() < 0.06,
        **_faults(seed),
    )


CALM = {
    "crash": 0.0,
    "freeze": 0.0,
    "jump": 0.0,
    "smtp": 0.0,
    "imap": 0.0,
    "commit": 0.0,
    "hints": 0.0,
    "people_act": 0.0,
    "hands": 0.0,
    "clock": 0.0,
    "refuses": 0.0,
    "disowns": 0.0,
    "logins": 0.0,
    "renumbers": 0.0,
    "renames": 0.0,
    "silent": 0.0,
    "mute": 0.0,
}
"""What is set to settle a world: no further trouble."""
