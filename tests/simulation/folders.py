"""What becomes of a mailbox's folders: numbered anew, and renamed into one another's names."""

from __future__ import annotations

import datetime as dt

from tests.simulation.sim import Sim
from tests.simulation.world import FIRST_UID, Box

NAMES = ("Archive", "Junk")
# Those that are renamed: INBOX can not be (RFC 3501, 6.3.5), and the provider files its copies in Sent.
MOST = 3
# Times a mailbox's folders are renamed.
SWAPS = 0.3
# How often both change names with one another, so that none is missing or new.
STRANGER = (
    b"From: news@elsewhere.example\r\nSubject: offers\r\nMessage-ID: <s%d@elsewhere.example>\r\n\r\nLook!\r\n"
)


def lay(sim: Sim, mailbox: int) -> None:
    """Where folders will be renamed, they have had different numbers of mails, and an id of their own on some servers."""
    for box in sim.world.folders[mailbox].values():
        _fill(sim, box, box.uidnext + sim.rng.randint(0, 6))
        box.object_id = f"{mailbox}-{box.name}" if sim.profile.ids else ""


def of_a_letter(sim: Sim) -> str:
    """Where a letter goes: rarely past the inbox, but where the others are renamed."""
    return sim.rng.choice(NAMES if sim.profile.renames else ("INBOX", "INBOX", "INBOX", "Junk", "Archive"))


def renumber(sim: Sim, mailbox: int) -> None:
    """A folder's counter goes back; or its name is given to another folder, made in the same second."""
    box = sim.rng.choice(list(sim.world.folders[mailbox].values()))
    if box.uidnext < FIRST_UID:
        return
    box.renumber()
    sim.world.faults["folder numbered anew"] += 1
    sim.note(f"{box.name} of mailbox {mailbox} is numbered anew, from 1 to {box.uidnext}")


def may_be_renamed(sim: Sim, mailbox: int, name: str) -> None:
    """A letter came into a folder: somebody tidies up soon, perhaps."""
    if name in NAMES and sim.chance(sim.profile.renames):
        delay = dt.timedelta(minutes=sim.rng.choice((0, 0, 1, 30, 200)))
        sim.plan(delay, lambda: rename(sim, mailbox, name))


def rename(sim: Sim, mailbox: int, name: str) -> None:
    """A folder is put aside, and another of the same UIDVALIDITY gets its name (Cyrus gives one to all that are made in
    the same second). Its own name is free, until somebody makes a folder of that name, or is given to the first."""
    folders = sim.world.folders[mailbox]
    into = NAMES[1 - NAMES.index(name)]
    if name not in folders or into not in folders or sim.world.renamed[mailbox] >= MOST:
        return
    sim.world.renamed[mailbox] += 1
    aside = f"Old {sim.world.renamed[mailbox]}"
    _call(folders, into, aside)
    _fill(sim, folders[name], folders[aside].uidnext + sim.rng.randint(0, 2))
    _call(folders, name, into)
    sim.world.faults[f"folder renamed {'with' if sim.profile.ids else 'without'} MAILBOXID"] += 1
    sim.note(f"mailbox {mailbox}: {into} is called {aside} now, and {name} is called {into}")
    if sim.chance(SWAPS):
        _call(folders, aside, name)
        sim.note(f"mailbox {mailbox}: {aside} is called {name}")
        return
    if _is_strangers(folders[aside]) and sim.chance(SWAPS):
        del folders[aside]
        sim.note(f"mailbox {mailbox}: {aside} is deleted")
    delay = dt.timedelta(minutes=sim.rng.choice((0, 1, 200, 2000)))
    sim.plan(delay, lambda: _made(sim, mailbox, name))


def _is_strangers(box: Box) -> bool:
    return all(b"@elsewhere.example" in raw for raw, _ in box.mails.values())


def _call(folders: dict[str, Box], was: str, becomes: str) -> None:
    box = folders[becomes] = folders.pop(was)
    box.name = becomes


def _fill(sim: Sim, box: Box, upto: int) -> None:
    """Strangers' mails came in, so that its counter says nothing."""
    while box.uidnext < upto:
        box.file(STRANGER % box.uidnext, sim.now)


def _made(sim: Sim, mailbox: int, name: str) -> None:
    if name not in sim.world.folders[mailbox]:
        sim.world.box(mailbox, name)
        sim.note(f"mailbox {mailbox}: a new folder {name}")
