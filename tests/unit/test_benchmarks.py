"""What the benchmarks print, from made-up figures: no servers."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import console, footprint, hits, send
from benchmarks.hitting.ground import Told
from benchmarks.peers import house
from benchmarks.sending import ground, meters, race
from relance.console.views.contents import PAGES

RESULT = race.Result(
    seconds=2.0,
    costs={"workers": meters.Cost(1.0, 0.5)},
    stages={"smtp": 0.2},
    memory=(80 * 2**20,),
    taken=100,
    accepted=100,
    doubled=0,
    states=Counter({"accepted": 100}),
    size=4600,
)
LIMITS = send.Limits(ground.Limit(1000.0, 0.0001), ground.Limit(1000.0, 0.0001))


def test_a_run_can_be_printed_as_json() -> None:
    options = argparse.Namespace(
        mails=100, mailboxes=2, workers=2, database="postgresql", size=4600, json=True
    )
    told = json.loads(send._json(options, RESULT, LIMITS))
    assert told["states"] == {"accepted": 100}
    assert (told["ratio"], told["right"]) == (0.05, True)
    assert "5.0%" in send._words(options, RESULT, LIMITS)


def test_a_worker_is_compared_with_its_libraries() -> None:
    found = footprint.Figures(
        help=0.1, status=0.4, idle=84 << 20, idle_alone=60 << 20, several=80 << 20, several_alone=24 << 20,
        libraries=70 << 20, libraries_working=84 << 20,
    )  # fmt: skip
    words = footprint._words(argparse.Namespace(database="postgresql", rounds=5), found)
    assert "70.0 MB   it is 1.20 times that" in words


def test_hits_are_compared_with_the_constant() -> None:
    def told(rate: float) -> Told:
        return Told(
            count=100, seconds=100 / rate, p50=0.001, p99=0.01, most=0.02, statuses={"200": 100}, cpu=0.01
        )

    found = {"constant before": told(1000), "constant after": told(3000), "burst of opens": told(1200)}
    found |= {"clicks": told(1000), "at half the rate": told(600)}
    options = argparse.Namespace(hits=100, mails=10, connections=64, database="sqlite", json=True)
    figures = hits._figures(options, found, 100)
    assert round(float(str(figures["ratio"])), 3) == 0.6
    assert "WRONG" not in hits._words(options, found, 100)
    assert "WRONG" in hits._words(options, found, 99)


def test_a_peer_that_cannot_be_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, or an index that does not have it: `make bench` goes on without."""
    pinned = tmp_path / "requirements.txt"
    pinned.write_text("nothing-of-this-name-1 @ file:///nowhere/nothing.whl --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(house, "PINNED", pinned)
    monkeypatch.setattr(house, "FOLDER", tmp_path / "peers")
    with pytest.raises(house.NoPeer):
        house.python()
    assert not (tmp_path / "peers" / "installed.txt").exists()


def test_every_page_that_is_a_list_is_timed() -> None:
    """A new page is one of those that are timed, or it is said why it is not."""
    opened = {page.path for page in PAGES if page.method == "GET" and not page.part and "{" not in page.path}
    timed = {path.partition("?")[0] for path in console.LISTS.values()} - {"/sequences/Benchmark"}
    assert timed | set(console.NO_LISTS) == opened
    assert not timed & set(console.NO_LISTS)
