"""How a world stands before its story begins: its mailboxes, its people, and who is enrolled in what."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from relance.engine import states
from relance.engine.db import tables
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.event_log.of_mailboxes import MailboxAdded
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import sequences
from tests.simulation import folders, ground, people, world
from tests.simulation.ground import Ground
from tests.simulation.profile import Profile
from tests.simulation.sim import Sim


def prepare(sim: Sim, laid: Ground) -> None:
    """Lay out the mailboxes and enroll everybody."""
    habits = sim.profile
    for number in range(1, habits.mailboxes + 1):
        sim.world.folders[number] = world.boxes()
        if habits.renames:
            folders.lay(sim, number)
    with laid.real.write() as conn:
        for number, files in enumerate(habits.files_sent, 1):
            mailboxes.change(
                conn, number, files_sent=files, gap_seconds=habits.gap_seconds, next_turn_at=sim.now
            )
            if habits.renames:  # the first turn reads it, so that there is something to compare with
                mailboxes.change(conn, number, synced_at=sim.now - 2 * ground.SYNC_EVERY)
            # As `keeping` notes it: every log begins before the story does. What a clock that was ahead has written into an
            # empty one is not mended, for a clock that is behind sees the same.
            events.record_event(conn, MailboxAdded(), sim.now, mailbox_id=number)
        if habits.mailboxes == 1:
            mailboxes.change(conn, 2, state="removed")
        emails = everybody(habits)
        found = contacts.by_emails(conn, emails)
        for email in emails:
            both = sim.chance(habits.both)
            for name in ("plain", "forked") if both else (sim.rng.choice(("plain", "forked")),):
                _enroll(sim, laid, conn, name, found[email])


def everybody(habits: Profile) -> list[str]:
    """The addresses of all who are written to in such a world."""
    gone = [people.GONE] if habits.gone else []
    poison = [people.POISONED] if habits.poison else []
    return list(dict.fromkeys([*people.PEOPLE[: habits.people], *gone, *poison]))


def _enroll(sim: Sim, laid: Ground, conn: Connection, name: str, person: contacts.Contact) -> None:
    version = sequences.versions(conn, name)[0]
    script: CompiledSequence = laid.library.script(conn, version.id)
    place = script.place(person, ground.Workspace("UTC", "PL"))
    first = script.first(sim.now, place, person.email)
    row = {
        "sequence_id": version.sequence_id,
        "sequence_version_id": version.id,
        "contact_id": person.id,
        "mailbox_id": _sender(sim, name, person.email),
        "state": states.State.ACTIVE.value,
        "step": first.step,
        "step_kind": first.step_kind,
        "due_at": sim.now,
        "bound": [],
        "stepped_at": sim.now,
        "created_at": sim.now,
    }
    conn.execute(sa.insert(tables.enrollment), [row])


def _sender(sim: Sim, sequence: str, email: str) -> int:
    if email == people.GONE and sim.profile.mailboxes == 2:
        return 1 if sequence == "plain" else 2
    return sim.rng.randint(1, sim.profile.mailboxes)
