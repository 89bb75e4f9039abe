"""Every kind of step is carried out by somebody: the tick or a mailbox's turn."""

from relance.engine.definition.steps import KINDS
from relance.engine.sequences.steps import CARRY_OUT, NEED_A_MAILBOX


def test_every_kind_is_carried_out_by_exactly_one():
    assert CARRY_OUT.keys() | NEED_A_MAILBOX == KINDS.keys()
    assert not CARRY_OUT.keys() & NEED_A_MAILBOX
