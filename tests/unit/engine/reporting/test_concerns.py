"""What is wrong, by the facts: the one list that status, exit codes, log, metrics and health ask."""

from __future__ import annotations

import pytest

from relance.engine.processes.attendance import Attendance, Process
from relance.engine.reporting.concerns import (
    LATE_SECONDS,
    ConcernKind,
    InstallationFacts,
    MailboxFacts,
    concerns,
)
from tests.reworded import in_english
from tests.unit.engine.processes.test_attendance import NOW

ALL = {"scheduler", "worker", "web"}


def at_work(*, broker_away: bool = False) -> Attendance:
    one = Process("one", "run", "post-1", 7, "0.1.0", NOW, NOW, None, broker_away)
    return Attendance((one,), missing=())


WELL = InstallationFacts(attendance=at_work(), mailboxes=(MailboxFacts("ada@sales.example", "active"),))


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert concerns(WELL) == ()
    assert concerns(InstallationFacts()) == ()


@pytest.mark.parametrize(
    ("facts", "kind", "grave", "stops"),
    [
        (InstallationFacts(database="no answer"), ConcernKind.DATABASE, True, ALL),
        (InstallationFacts(unwritable="the disk is full."), ConcernKind.UNWRITABLE, True, ALL),
        (
            InstallationFacts(unwritable="the disk is full.", attendance=Attendance(blind=True)),
            ConcernKind.UNWRITABLE,
            True,
            ALL,
        ),
        (
            InstallationFacts(broker=False, refused="WRONGPASS"),
            ConcernKind.BROKER,
            True,
            {"scheduler", "worker"},
        ),
        (InstallationFacts(broker=False), ConcernKind.BROKER, True, {"scheduler", "worker"}),
        (
            InstallationFacts(attendance=at_work(broker_away=True)),
            ConcernKind.BROKER,
            True,
            {"scheduler", "worker"},
        ),
        (InstallationFacts(attendance=Attendance()), ConcernKind.ABSENT, True, set()),
        (InstallationFacts(stalled=("the loop",)), ConcernKind.STALLED, True, ALL),
        (InstallationFacts(halted="restored."), ConcernKind.HALTED, True, {"scheduler", "worker"}),
        (InstallationFacts(waiting_seconds=LATE_SECONDS + 1), ConcernKind.LATE, True, set()),
        (
            InstallationFacts(mailboxes=(MailboxFacts("a@b.example", "active", send_error="535 no"),)),
            ConcernKind.UNSENDABLE,
            True,
            set(),
        ),
        (
            InstallationFacts(
                mailboxes=(MailboxFacts("a@b.example", "active", silent="nothing for 4 minutes."),)
            ),
            ConcernKind.SILENT,
            True,
            set(),
        ),
        (InstallationFacts(clock="it jumped"), ConcernKind.CLOCK, True, set()),
        (
            InstallationFacts(mailboxes=(MailboxFacts("a@b.example", "active", "", "no such folder"),)),
            ConcernKind.UNREADABLE,
            True,
            set(),
        ),
        (
            InstallationFacts(
                mailboxes=(MailboxFacts("a@b.example", "paused", "refused", "refused", locked_out=True),)
            ),
            ConcernKind.UNREADABLE,
            True,
            set(),
        ),
        (
            InstallationFacts(mailboxes=(MailboxFacts("a@b.example", "paused", "on holiday"),)),
            ConcernKind.PAUSED,
            False,
            set(),
        ),
        (InstallationFacts(held={"company_may_have_answered": 3}), ConcernKind.HELD, False, set()),
        (InstallationFacts(unknown_mails=2), ConcernKind.UNKNOWN, False, set()),
        (InstallationFacts(in_doubt=3), ConcernKind.DOUBT, False, set()),
        (InstallationFacts(unheard_noes=1), ConcernKind.NO, True, set()),
        (
            InstallationFacts(
                mailboxes=(MailboxFacts("a@b.example", "active", fault="its last turn failed"),)
            ),
            ConcernKind.FAULT,
            True,
            set(),
        ),
        (
            InstallationFacts(mailboxes=(MailboxFacts("a@b.example", "active", sign_in="It ends."),)),
            ConcernKind.SIGN_IN,
            False,
            set(),
        ),
        (
            InstallationFacts(mailboxes=(MailboxFacts("a@b.example", "active", set_aside=2),)),
            ConcernKind.SET_ASIDE,
            False,
            set(),
        ),
    ],
    ids=lambda each: each.value if isinstance(each, ConcernKind) else "",
)
def test_each_fact_has_its_concern(
    facts: InstallationFacts, kind: ConcernKind, grave: bool, stops: set[str]
) -> None:
    (found,) = concerns(facts)
    assert found.kind is kind
    assert found.grave is grave
    assert {duty for duty in ALL if found.stops({duty})} == stops
    assert found.words


def test_work_that_is_only_just_due_is_not_late() -> None:
    assert concerns(InstallationFacts(waiting_seconds=LATE_SECONDS)) == ()


def test_where_no_heartbeat_can_be_written_nobody_claims_that_nobody_is_at_work() -> None:
    (found,) = concerns(InstallationFacts(unwritable="the disk is full.", attendance=Attendance(blind=True)))
    assert in_english("It is not known whether Relance is running") in found.words
    assert "Relance is not running" not in found.words
    known = Attendance(at_work().processes, missing=(), blind=True)
    (found,) = concerns(InstallationFacts(unwritable="the disk is full.", attendance=known))
    assert "Nobody" not in found.words
