"""The promises hold in every simulated world, a seed plays the same each time, and the checks are known to bite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import mutants, story

ROOT = Path(__file__).parents[2]
SEEDS = range(24)

REGRESSIONS = {
    27: "frozen between its mark and its body, a worker sent what its successor had sent",
    37: "the rest of a chunk went out after the lease was another's",
    62: "a mailbox out of reach and then paused for something else was never read again",
    255: "evidence about a mail released somebody whom a person had paused",
    265: "the journal of a worker taken for dead was never asked again",
}
"""Seeds that broke a promise once, with what was wrong."""

CAUGHT_BY = {
    "no_fence": 35,
    "no_lease": 35,
    "no_begin_lines": 21,
    "unread_journal": 2,
    "forgetful_journal": 2,
    "no_sync": 0,
    "watermark_only": 0,
    "body_before_mark": 2,
    "no_recovery_hold": 2,
}
"""A seed that catches each mutant; `python -m tests.simulation --mutants` looks for them anew."""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_is_broken(seed: int) -> None:
    assert story.play(seed).breaches == ()


@pytest.mark.parametrize("seed", REGRESSIONS)
def test_what_was_mended_stays_mended(seed: int) -> None:
    assert story.play(seed).breaches == ()


def test_a_seed_plays_the_same_in_another_process() -> None:
    here = story.play(3)
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3"]
    there = subprocess.run(
        command, cwd=ROOT, env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )
    assert here.digest in there.stdout
    assert story.play(3).digest == here.digest


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_a_missing_guard_is_noticed(name: str) -> None:
    with mutants.MUTANTS[name]():
        broken = story.play(CAUGHT_BY[name])
    assert broken.breaches
    assert story.play(CAUGHT_BY[name]).breaches == ()
