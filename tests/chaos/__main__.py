"""`python -m tests.chaos`: one run; exit code 1 when a promise was broken."""

from __future__ import annotations

import signal
import sys

import pytest

from tests import reworded
from tests.chaos import plan, run


def main() -> int:
    """Run as the command line says."""
    reworded.as_wanted()
    wanted = plan.from_arguments()

    def say(words: str) -> None:
        if wanted.verbose:
            print(words, flush=True)

    print(f"seed {wanted.seed}: {wanted.steps} steps, {wanted.crashes} crashes, at most {wanted.seconds:.0f} s", flush=True)  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or what was started would live on
    try:
        outcome = run.run(wanted, say)
    except pytest.skip.Exception as missing:
        print(missing)
        return 2
    found = outcome.findings
    for title, lines in (
        ("duplicate", found.duplicates),
        ("lost", found.lost),
        ("after an answer", found.after_answer),
        ("held as unknown", found.unknown),
        ("held", found.held),
    ):
        for line in lines:
            print(f"{title}: {line}")
    print(outcome.line())
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    sys.exit(main())
