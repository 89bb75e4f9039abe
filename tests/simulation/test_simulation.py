"""The promises hold in every simulated world, a seed plays the same each time, and the checks are known to bite."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import mutants, story

ROOT = Path(__file__).parents[2]
SEEDS = range(10)

CAUGHT_BY = {
    "no_fence": 11,
    "no_lease": 11,
    "no_unique_constraint": 11,
    "no_compare_and_set": 65,
    "no_begin_lines": 3,
    "unread_journal": 2,
    "forgetful_journal": 2,
    "frozen_is_dead": 2,
    "no_sync": 0,
    "no_synced_check": 194,
    "no_suppression_check": 339,
    "no_second_look": 186,
    "no_sendable_check": 46,
    "watermark_alone": 188,
    "watermark_only": 0,
    "body_before_mark": 2,
    "no_recovery_hold": 1,
    "one_look": 171,
    "forgotten_pause": 8,
    "journal_asked_once": 2,
    "anything_proves": 127,
}
"""A seed that catches each mutant; `python -m tests.simulation --mutants` looks for them anew."""


@functools.cache
def clean(seed: int) -> story.Played:
    return story.play(seed)


def test_every_mutant_has_its_seed() -> None:
    assert set(CAUGHT_BY) == set(mutants.MUTANTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_is_broken(seed: int) -> None:
    assert clean(seed).breaches == ()


def test_a_seed_plays_the_same_in_another_process() -> None:
    here = clean(3)
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
    assert not any(words in each for each in broken.breaches for words in ("TypeError", "AttributeError"))
    assert clean(CAUGHT_BY[name]).breaches == ()


def test_without_its_last_wall_a_step_would_have_two_mails() -> None:
    with mutants.MUTANTS["no_unique_constraint"]():
        broken = story.play(CAUGHT_BY["no_unique_constraint"])
    assert any(each.startswith("two mails") for each in broken.breaches)


def test_two_processes_share_the_seeds() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "4", "--processes", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "seeds 4, broken 0" in done.stdout
