"""What stands around every page is looked at once for many pages, and anew after a change."""

from __future__ import annotations

import itertools
import threading
from types import SimpleNamespace

import pytest

from relance import wording
from relance.console import watch
from tests.servers import ports

KEY = ("status", "en")


@pytest.fixture
def clock(monkeypatch):
    at = [1000.0]
    monkeypatch.setattr(watch, "elapsed", lambda: at[0])
    return at


@pytest.fixture
def seen():
    return watch.ConsoleWatch(installation=None)


def test_many_pages_look_once(seen, clock):
    counted = itertools.count()
    assert [seen.look(KEY, lambda: next(counted)) for _ in range(5)] == [0] * 5


def test_what_is_old_is_shown_while_it_is_renewed_in_the_readers_language(seen, clock):
    answers, spoken, may_go = iter(["old", "new"]), [], threading.Event()

    def ask():
        found = next(answers)
        if found == "new":
            may_go.wait(10)
            spoken.append(wording.language())
        return found

    with wording.speaking("pl"):
        assert seen.look(KEY, ask) == "old"
        clock[0] += watch.FRESH_SECONDS + 1
        assert [seen.look(KEY, ask) for _ in range(3)] == ["old"] * 3
        may_go.set()
        ports.wait_until(lambda: seen.look(KEY, ask) == "new")
    assert spoken == ["pl"]


def test_what_is_very_old_is_waited_for(seen, clock):
    answers = iter(["old", "new"])
    seen.look(KEY, lambda: next(answers))
    clock[0] += watch.STALE_SECONDS + 1
    assert seen.look(KEY, lambda: next(answers)) == "new"


def test_after_a_change_nothing_of_before_is_shown(seen, clock):
    answers = iter(["old", "new"])
    seen.look(KEY, lambda: next(answers))
    seen.forget()
    assert seen.look(KEY, lambda: next(answers)) == "new"


def test_what_was_asked_before_a_change_is_not_kept(seen, clock):
    def ask():
        seen.forget()  # somebody changes something meanwhile
        return "old"

    seen.look(KEY, ask)
    assert seen.look(KEY, lambda: "new") == "new"


def test_a_look_that_fails_leaves_what_was_seen(seen, clock):
    seen.look(KEY, lambda: "old")
    clock[0] += watch.FRESH_SECONDS + 1
    failed = threading.Event()

    def ask():
        failed.set()
        raise RuntimeError("away")

    assert seen.look(KEY, ask) == "old"
    assert failed.wait(10)
    ports.wait_until(lambda: not seen._renewing)
    assert seen.look(KEY, lambda: "later") == "old"


@pytest.mark.parametrize(("people", "told"), [(watch.FEW, [0, 1, 2]), (watch.FEW + 1, [0, 0, 0])])
def test_only_of_many_is_a_count_kept_and_for_each_viewer_by_themselves(clock, people, told):
    status = SimpleNamespace(states={"active": people - 1, "held": 1})
    seen = watch.ConsoleWatch(installation=SimpleNamespace(status=lambda: status))
    counted = itertools.count()
    ann, bob = (SimpleNamespace(me=each, language="en") for each in "ab")
    assert [seen.counted(ann, ("report", "A"), lambda: next(counted)) for _ in range(3)] == told
    assert seen.counted(bob, ("report", "A"), lambda: "bob's") == "bob's"
    assert seen.counted(ann, ("report", "B"), lambda: "another") == "another"
    seen.forget()
    assert seen.counted(ann, ("report", "A"), lambda: "after a change") == "after a change"
