"""Mutants that forget what a person's reply rests on: that one key is one mail, and that a no stops it."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager
from unittest import mock

from relance.engine.sending import gate
from relance.engine.sending.replies import queue
from relance.engine.store.sending import own_replies
from tests.simulation.believers import both


def each_click_replies() -> AbstractContextManager[object]:
    """A button that is pressed twice, or a request that is sent again, makes two mails."""
    clicks, step = itertools.count(), own_replies.step
    return mock.patch.object(own_replies, "step", lambda key: step(f"{key}-{next(clicks)}"))


def replies_to_anybody() -> AbstractContextManager[object]:
    """Who said no since a reply was written is written to: neither its claim nor the gate asks."""
    rules = gate._reply_rules
    unasked = mock.patch.object(
        gate, "_reply_rules", lambda facts: tuple(each for each in rules(facts) if each[1] not in _NOES)
    )
    return both(unasked, mock.patch.object(queue, "_given_up", return_value=False))


_NOES = (gate.Code.NOT_SENDABLE, gate.Code.ADDRESS_SUPPRESSED)
