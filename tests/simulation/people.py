"""Who the mails go to, what they do with them, and the salesperson who steers."""

from __future__ import annotations

import datetime as dt

from relance.mailbox.imap.folders import FolderRole
from tests.simulation import folders, letters
from tests.simulation.letters import Cause, Kind, Letter
from tests.simulation.sim import Sim
from tests.simulation.world import Arrival, Box, Taken

POISON = "poison"
PEOPLE = ("bob@acme.example", "beth@acme.example", "carl@corp.example", "dora@shop.example")
GONE = "carl@corp.example"
# Whom, in some worlds, the first mailbox's server knows not to exist, while the second's finds out later.
POISONED = "poison@venom.example"
SENDERS = {1: "ada@sales.example", 2: "ben@sales.example"}


def got(sim: Sim, taken: Taken) -> None:
    """A server took a mail: the copy in Sent, and what its receiver does."""
    habits, number = sim.profile, taken.mailbox
    provider_id = taken.mail.message_id
    if habits.rewrites[number - 1]:
        provider_id = f"<p{taken.order}@provider.example>"
    if habits.files_sent[number - 1]:
        delay = dt.timedelta(seconds=sim.rng.choice((0, 0, 5, 600)))
        sim.plan(delay, lambda: _file_copy(sim, taken, provider_id))
    if sim.chance(habits.letters):
        kind = sim.rng.choice(list(Kind))
        cause = Cause(provider_id, taken.mail.subject, SENDERS[number], taken.mail.recipient)
        delay = dt.timedelta(minutes=sim.rng.choice((0, 1, 100, 180, 180, 180, 240, 400)))
        sim.plan(delay, lambda: _answer(sim, number, kind, cause))
    if taken.mail.unsubscribe and sim.chance(habits.unsubscribes):
        delay = dt.timedelta(minutes=sim.rng.choice((0, 1, 60, 180, 180, 240)))
        sim.plan(delay, lambda: sim.unsubscribe(taken.mail.recipient, taken.mail.unsubscribe))


def _file_copy(sim: Sim, taken: Taken, provider_id: str) -> None:
    raw = taken.mail.raw
    own = taken.mail.message_id
    if provider_id != own:
        named = f"Message-ID: {provider_id}\r\nX-Microsoft-Original-Message-ID: {own}".encode()
        raw = raw.replace(f"Message-ID: {own}".encode(), named, 1)
        assert raw != taken.mail.raw
    box = next(box for box in sim.world.folders[taken.mailbox].values() if box.role is FolderRole.SENT)
    box.file(raw, sim.now)
    sim.world.filed[taken.order] = sim.note(
        f"copy of {taken.mail.recipient} {taken.mail.sequence}.{taken.mail.step} in Sent"
    )


def _answer(sim: Sim, mailbox: int, kind: Kind, cause: Cause) -> None:
    sim.world.written += 1
    letter = letters.write(kind, cause, sim.world.written, sim.now)
    folder = folders.of_a_letter(sim)
    box = sim.world.box(mailbox, folder)
    uid = box.file(letter.raw, sim.now)
    if sim.chance(sim.profile.hides):
        kept = box.mails.pop(uid)
        sim.world.faults["mail left out"] += 1
        sim.note(f"a letter in {folder} of mailbox {mailbox} is not shown")
        delay = dt.timedelta(minutes=sim.rng.choice((1, 30, 200, 400)))
        sim.plan(delay, lambda: _shown(sim, mailbox, box, letter, uid, kept))
    else:
        _arrived(sim, mailbox, folder, letter)


def _shown(
    sim: Sim, mailbox: int, box: Box, letter: Letter, uid: int, mail: tuple[bytes, dt.datetime]
) -> None:
    """A mail that the server left out of its answers stands in them, below others that came after it."""
    if uid in box.mails or uid >= box.uidnext:
        box.file(*mail)  # numbered anew meanwhile
    else:
        box.mails[uid] = mail
    _arrived(sim, mailbox, box.name, letter)


def _arrived(sim: Sim, mailbox: int, folder: str, letter: Letter) -> None:
    order = sim.note(f"{letter.kind} of {letter.person} in {folder} of mailbox {mailbox}")
    sim.world.arrivals.append(Arrival(order, sim.now, mailbox, letter))
    folders.may_be_renamed(sim, mailbox, folder)
    if sim.chance(sim.profile.moves):
        to = sim.rng.choice(("INBOX", "Junk", "Archive"))
        delay = dt.timedelta(minutes=sim.rng.choice((0, 0, 1, 60)))
        sim.plan(delay, lambda: _move(sim, mailbox, letter.raw, to))


def tidy(sim: Sim, mailbox: int) -> None:
    """The mailbox's owner, or a filter, moves one of its letters right now."""
    letters_there = [each.letter for each in sim.world.arrivals if each.mailbox == mailbox]
    if letters_there:
        _move(sim, mailbox, sim.rng.choice(letters_there).raw, sim.rng.choice(("INBOX", "Junk", "Archive")))


def _move(sim: Sim, mailbox: int, raw: bytes, to: str) -> None:
    if sim.world.move(mailbox, raw, to, sim.now):
        sim.note(f"a letter of mailbox {mailbox} is moved to {to}")
