"""Every kind of step is carried out by somebody: the tick or a mailbox's turn."""

from relance.engine.definition.steps import KINDS
from relance.engine.event_log.kinds import EventKind
from relance.engine.reporting import codes, sequence_report
from relance.engine.sequences.steps import CARRY_OUT, NEED_A_MAILBOX


def test_every_kind_is_carried_out_by_exactly_one():
    assert CARRY_OUT.keys() | NEED_A_MAILBOX == KINDS.keys()
    assert not CARRY_OUT.keys() & NEED_A_MAILBOX


def test_every_kind_is_reported_and_named():
    assert sequence_report.PASSED.keys() == codes.STEP.keys() == KINDS.keys()
    assert {kind for kind in KINDS if not sequence_report.PASSED[kind]} == NEED_A_MAILBOX
    told = [event for events in sequence_report.PASSED.values() for event in events]
    assert len(set(told)) == len(told)
    assert {event for event in EventKind if event.startswith("step.")} <= {*told, EventKind.STEP_SKIPPED}
