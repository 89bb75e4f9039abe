"""The table of `make bench`: every bar has its row, measured or not, and says whether it is met."""

from __future__ import annotations

import collections

from benchmarks.bars import MB, Bar, bars


def test_a_bar_is_met_from_its_own_side():
    assert [Bar("x", found, least=0.6).met for found in (0.59, 0.6)] == [False, True]
    assert [Bar("x", found, most=70).met for found in (70, 70.1)] == [True, False]
    assert Bar("x", None, most=70).met is None
    assert Bar("x", 3.0).met is None
    assert Bar("x", 0.0, least=0.6).met is False


def test_every_bar_has_a_row_where_nothing_was_measured():
    found = list(bars(collections.defaultdict(dict), {}, 100))
    assert len(found) > 20
    assert all(each.met is None for each in found)
    assert all(str(each).endswith("not measured") for each in found)


def test_figures_stand_beside_their_bars():
    told = collections.defaultdict(
        dict,
        {
            "two workers": {"mails_per_second": 1000.0, "ratio": 0.052, "memory": [90 * MB, 75 * MB]},
            "one worker": {"mails_per_second": 600.0},
            "hits": {"ratio": 0.61, "recorded": 99, "runs": {"at half the rate": {"p99": 0.0192}}},
            "claims": {"small": {"claim": 2.0, "first_due": 1.0}, "large": {"claim": 3.0, "first_due": 1.1}},
            "footprint": {"idle": 69 * MB, "status": 0.41},
            "looks": {"looks": {"status": 0.29, "a page": 0.051}},
        },
    )
    found = {each.name: each for each in bars(told, {"sending": 400.0}, 100)}
    met = {name for name, each in found.items() if each.met}
    missed = {name for name, each in found.items() if each.met is False}
    assert met == {
        "mails, of django-post-office that renders", "two workers, of one", "hits, of a constant", "hits, p99 at half the rate",
        "first due, large to small", "a worker that waits", "status",
    }  # fmt: skip
    assert missed == {
        "mails, of smtp-source", "claim, large to small", "hits, recorded of a burst of 100", "peak memory of a worker",
        "CPU of relance status", "a page",
    }  # fmt: skip
    assert str(found["peak memory of a worker"]).split() == (
        ["peak", "memory", "of", "a", "worker", "90", "MB", "at", "most", "80", "MB", "NOT", "MET"]
    )
