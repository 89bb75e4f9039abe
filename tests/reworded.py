"""Every sentence is replaced by its key: whatever decides by a sentence is found out.

`RELANCE_TEST_REWORDED=1` plays a whole run this way (`make test-keys`), the processes it starts included, whatever environment a
test gives them: `tests/keyed` is on their path, and Python reads its `sitecustomize.py` when they start. In every other run, the files beside
`tests/integration/engine/test_reworded.py` play some tests so; each telling of a reason then differs from the one before.
"""

from __future__ import annotations

import functools
import itertools
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from relance.engine import reasons
from relance.engine.reasons import Reason
from relance.wording import Text

WANTED = "RELANCE_TEST_REWORDED"
FOLDER = Path(__file__).with_name("keyed")
_ASKED = os.environ.get(WANTED) == "1"
# Read once: a test may clear the environment of everything that is Relance's.
_TOLD = itertools.count(1)
_START = subprocess.Popen.__init__


def wanted() -> bool:
    """Whether this run plays the tests so."""
    return _ASKED


class Unasked(str):
    """Words that every sentence holds, begins with and equals: what it says is not asked."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


def in_english(words: str) -> str:
    """What a sentence says: asked where this run speaks English, and not where it speaks keys."""
    return Unasked() if wanted() else words


def worded(pattern: str) -> str | None:
    """The same of what an error says, for `pytest.raises(match=)`."""
    return None if wanted() else pattern


def as_wanted() -> None:
    """Speak keys in this process and in those it starts, if this run plays so."""
    if wanted():
        everywhere()


def everywhere() -> None:
    """Speak keys in this process and in those it starts, whatever this run plays."""
    os.environ.update(_on_the_path(os.environ))
    if "keys_for_sentences" not in sys.modules:
        sys.path.append(str(FOLDER))
        import keys_for_sentences

        keys_for_sentences.spoken()
    subprocess.Popen.__init__ = _given_the_path  # type: ignore[method-assign]


def _on_the_path(environment: Mapping[str, str]) -> dict[str, str]:
    known = [each for each in environment.get("PYTHONPATH", "").split(os.pathsep) if each]
    return {**environment, "PYTHONPATH": os.pathsep.join(dict.fromkeys((str(FOLDER), *known)))}


@functools.wraps(_START)
def _given_the_path(self: subprocess.Popen[Any], *args: Any, **options: Any) -> None:
    """As `subprocess` starts a process; one with an environment of its own speaks keys, too, unless it asks for an empty PYTHONPATH."""
    if (options.get("env") or {"PYTHONPATH": ""}).get("PYTHONPATH") != "":
        options["env"] = _on_the_path(options["env"])
    _START(self, *args, **options)


def sentence(reason: Reason) -> Text:
    """A reason in words that were never used before. Somebody's own words are theirs."""
    if "text" in reason.params:
        return Text.prose(reason.params["text"])
    return Text.prose(f"[{next(_TOLD)}] {reason.code.value}")


@pytest.fixture(autouse=True)
def worded_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the tests of a file that has it."""
    monkeypatch.setattr(reasons, "_sentence", sentence)
