"""The promises hold in every simulated world, a seed plays the same each time, and the checks are known to bite."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from tests import reworded
from tests.simulation import mutants, profile, silence, story

ROOT = Path(__file__).parents[2]
SEEDS = (*range(10), 11, 17, 18, 31, 41, 69, 78, 91, 157, 161, 209, 228, 230, 352, 842, 1910, 9543)
# A few, and those in which the rarer faults occur.
FAULTS = (
    "FETCH refused",
    "backup put back",
    "backup put back, unnoticed",
    "clock set",
    "folder numbered anew",
    "folder renamed with MAILBOXID",
    "folder renamed without MAILBOXID",
    "login refused",
    "mail left out",
    "sender refused",
    "hands: moved",
    "hands: leave",
    "hands: covered",
    *(f"database silent {how}" for how in silence.HOWS),
    *(f"smtp silent at {stage}" for stage in silence.BOUNDS["smtp"]),
    *(f"imap silent at {stage}" for stage in silence.BOUNDS["imap"]),
)

CAUGHT_BY = {
    "no_fence": 397,
    "no_lease": 1220,
    "no_unique_constraint": 15,
    "no_compare_and_set": 488,
    "no_begin_lines": 6,
    "unread_journal": 16,
    "forgetful_journal": 6,
    "frozen_is_dead": 100,
    "no_sync": 0,
    "no_synced_check": 153,
    "no_suppression_check": 622,
    "no_second_look": 2094,
    "no_sendable_check": 1513,
    "watermark_alone": 973,
    "watermark_only": 0,
    "body_before_mark": 2,
    "no_recovery_hold": 6,
    "one_look": 452,
    "forgotten_pause": 838,
    "closes_anothers_hold": 531,
    "journal_asked_once": 16,
    "anything_proves": 200,
    "no_healing": 909,
    "no_witness": 2376,
    "no_doubt": 568,
    "one_answer_proves": 1224,
    "counter_believed": 143,
    "sender_is_recipient": 6028,
    "first_refusal_counts": 20,
    "no_giving_back": 4,
    "refused_is_read": 70,
    "copies_by_hand": 1078,
    "forgets_lost_before": 206,
    "silence_is_no_news": 350,
    "silence_is_not_sent": 267,
    "asks_the_silent": 360,
    "kept_noes_unread": 5701,
    "names_are_folders": 3640,
    "no_swaps": 2753,
    "waits_for_ever": 172,
    "never_on_leave": 9128,
    "each_click_replies": 161,
    "replies_to_anybody": 228,
}
"""A seed that catches each mutant; `python -m tests.simulation --mutants` looks for them anew."""


@functools.cache
def clean(seed: int) -> story.Played:
    return story.play(seed)


NEARBY = 60
# A change in the engine moves what happens in every world: then one of the next ones catches the mutant.


@functools.cache
def caught(name: str, words: str = "") -> story.Played | None:
    """The first world from its seed on that catches a mutant."""
    seeds = (
        seed for seed in itertools.count(CAUGHT_BY[name]) if mutants.could_be_caught(name, profile.draw(seed))
    )
    with mutants.MUTANTS[name]():
        played = (story.play(seed) for seed in itertools.islice(seeds, NEARBY))
        return next((each for each in played if any(words in one for one in evidence(name, each))), None)


def evidence(name: str, played: story.Played) -> list[str]:
    """What was broken. That the database refused it is no evidence, but of what only the database can refuse."""
    walls = () if name == "no_unique_constraint" else ("IntegrityError",)
    return [each for each in played.breaches if not any(wall in each for wall in walls)]


def test_every_mutant_has_its_seed() -> None:
    assert set(CAUGHT_BY) == set(mutants.MUTANTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_is_broken(seed: int) -> None:
    assert clean(seed).breaches == ()


def test_every_kind_of_fault_occurs() -> None:
    drawn = {kind for seed in SEEDS for kind in clean(seed).kinds}
    assert drawn >= set(FAULTS)


def test_people_reply_and_their_replies_leave() -> None:
    """Seed 842 is kept for a mailbox that was called for ever, paused while a reply waited in it."""
    told = [line for seed in SEEDS for line in clean(seed).lines if "server takes" in line]
    assert any("reply." in line for line in told)


@pytest.mark.parametrize("seed", [2, 3])
def test_a_seed_plays_the_same_in_another_process(seed: int) -> None:
    """In seed 2 the database does not answer, which its library says with the place of its file."""
    here = clean(seed)
    command = [sys.executable, "-m", "tests.simulation", "--seed", str(seed)]
    there = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert here.digest in there.stdout
    assert story.play(seed).digest == here.digest


def test_a_seed_plays_the_same_where_every_sentence_is_a_key() -> None:
    """Step by step: what is told differs, what is done does not. So nothing on its way reads a sentence."""
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3", "--trace"]
    english, keyed = (
        subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for env in ({"PYTHONPATH": ""}, {"PYTHONPATH": str(reworded.FOLDER)})
    )
    assert len(english) == len(keyed) > 100
    differing = [(one, other) for one, other in zip(english[:-1], keyed[:-1], strict=True) if one != other]
    assert differing != []
    for one, other in differing:
        same, key, _ = other.partition("key-")
        assert key
        assert one.startswith(same)


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_a_missing_guard_is_noticed(name: str) -> None:
    broken = caught(name)
    assert broken is not None, "look for another seed: python -m tests.simulation --mutants"
    assert not any(words in each for each in broken.breaches for words in ("TypeError", "AttributeError"))
    assert clean(broken.seed).breaches == ()


ONLY = {
    "silence_is_no_news": {"silent": 0.0},
    "silence_is_not_sent": {"silent": 0.0},
    "asks_the_silent": {"silent": 0.0},
    "kept_noes_unread": {"mute": 0.0, "commit": 0.0},
    "names_are_folders": {"renames": 0.0},
    "no_swaps": {"renames": 0.0},
}
"""Mutants that one fault alone shows."""


@pytest.mark.parametrize("name", ONLY)
def test_without_its_fault_a_mutant_is_not_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, draw = caught(name), profile.draw
    assert broken is not None
    monkeypatch.setattr(profile, "draw", lambda seed: dataclasses.replace(draw(seed), **ONLY[name]))
    with mutants.MUTANTS[name]():
        assert story.play(broken.seed).breaches == ()


def test_without_its_last_wall_a_step_would_have_two_mails() -> None:
    """And behind that wall stands another: a mail's ids, which are made of its step, are no second mail's."""
    assert caught("no_unique_constraint", "UNIQUE constraint failed: message_key.key") is not None


def test_two_processes_share_the_seeds() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "4", "--processes", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "seeds 4, broken 0" in done.stdout
