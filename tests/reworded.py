"""Every reason is worded otherwise each time it is told: whatever decides by a sentence is found out.

`RELANCE_TEST_REWORDED=1` plays the tests this way. Two tellings of one reason then differ, so neither a sentence that is
compared with another, nor a beginning, nor a part that is looked for, holds. What a test asserts of sentences for people
is marked `wording`, and passed over.
"""

from __future__ import annotations

import itertools
import os

from relance.engine import reasons
from relance.engine.reasons import Reason
from relance.wording import Text

_TOLD = itertools.count(1)


def wanted() -> bool:
    """Whether this run plays the tests so."""
    return os.environ.get("RELANCE_TEST_REWORDED") == "1"


def sentence(reason: Reason) -> Text:
    """A reason in words that were never used before, a person's own words not excepted."""
    return Text.prose(f"[{next(_TOLD)}] {reason.code.value}")


def install() -> None:
    """From now on, in this process."""
    reasons._sentence = sentence
