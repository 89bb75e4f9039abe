"""The `relance` command as a user has it: the very file that the Makefile (or an installed wheel) puts on the path.

A child process that is spawned imports this file again, so what it says decides whether `worker --processes` works.
"""

from __future__ import annotations

import sys
from pathlib import Path

RELANCE = Path(sys.executable).with_name("relance")


def relance(*words: str) -> list[str]:
    """The command with these words, to be started."""
    if not RELANCE.exists() or "__main__" not in RELANCE.read_text("utf-8"):
        raise RuntimeError(f"{RELANCE} is not what the Makefile writes: `make {RELANCE.parent.parent.name}/bin/relance` makes it.")  # fmt: skip
    return [str(RELANCE), *words]
