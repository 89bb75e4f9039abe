"""The owner's opens and clicks stand in a line of their own in a person's history, beside those of machines."""

from __future__ import annotations

import datetime as dt

from relance.console.views.people.history import history
from relance.engine.store.contacts.hits import MachineHit
from tests.reworded import in_english

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def test_the_owner_is_no_machine_and_no_recipient() -> None:
    own = MachineHit(1, "intro", AT, "click", ("own",))
    machine = MachineHit(1, "intro", AT + dt.timedelta(minutes=1), "open", ("soon",))
    by_machine, by_owner = history([], {}, {}, [machine, own])
    assert in_english("1 open or click by a machine") in by_machine.title
    assert in_english("1 open or click by the mailbox's owner") in by_owner.title
    assert (len(by_machine.machines), by_owner.machines) == (1, ())
