"""Every reason is worded otherwise each time it is told: whatever decides by a sentence is found out.

`RELANCE_TEST_REWORDED=1` plays a whole run this way, and `tests/integration/engine/test_reworded.py` some tests in every run. Two tellings of one reason then differ, so neither a sentence that is
compared with another, nor a beginning, nor a part that is looked for, holds.
"""

from __future__ import annotations

import itertools
import os

import pytest

from relance.engine import reasons
from relance.engine.reasons import Reason
from relance.wording import Text

_TOLD = itertools.count(1)


def wanted() -> bool:
    """Whether this run plays the tests so."""
    return os.environ.get("RELANCE_TEST_REWORDED") == "1"


def sentence(reason: Reason) -> Text:
    """A reason in words that were never used before. Somebody's own words are theirs."""
    if "text" in reason.params:
        return Text.prose(reason.params["text"])
    return Text.prose(f"[{next(_TOLD)}] {reason.code.value}")


def install(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone."""
    patch.setattr(reasons, "_sentence", sentence)


@pytest.fixture(autouse=True)
def worded_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the tests of a file that has it."""
    install(monkeypatch)
