"""Parts of a daemon that do the same again and again: what fails is tried again, and what does not matter stops nobody."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from relance.scheduler.copies import Filer
from relance.scheduler.regular.health_checks import HealthChecks
from relance.scheduler.regular.periodic import Periodic


class Office:
    """Two mailboxes with copies to be filed; the first one's server is frozen until `thawed`."""

    def __init__(self) -> None:
        self.thawed, self.asked = threading.Event(), threading.Event()
        self.filed: list[int] = []

    def due_copies(self, limit: int) -> list[int]:
        return [1, 2][:limit]

    def file_copies(self, number: int, stop: Any) -> int:
        self.asked.set()
        self.thawed.wait(30)
        self.filed.append(number)
        return 1


def test_a_filer_whose_server_is_frozen_is_left_behind_and_goes_on_to_no_other() -> None:
    office = Office()
    filer: Any = Filer(office)  # type: ignore[arg-type]
    filer.first_wait, filer.goodbye = 0.0, 0.01
    filer.start()
    assert office.asked.wait(10)
    filer.stop(60)  # no minute is waited
    assert filer.thread.is_alive()
    assert filer.trouble() is None
    office.thawed.set()
    filer.thread.join(10)
    assert office.filed == [1]


def test_what_does_not_matter_is_no_trouble_when_it_ends() -> None:
    class Vital(Periodic):
        name, seconds, doing = "vital", 1.0, "testing"

        def work(self) -> int:
            return 0

    app: Any = SimpleNamespace()
    for part, troubled in ((Vital(app), True), (HealthChecks(app), False), (Filer(app), False)):
        assert (part.trouble() is not None) is troubled  # never started
    assert Filer(app).first_wait > 0


def test_a_part_that_is_stopped_before_its_first_round_does_nothing() -> None:
    office = Office()
    filer: Any = Filer(office)  # type: ignore[arg-type]
    filer.start()
    filer.stop(10)
    assert not filer.thread.is_alive()
    assert not office.asked.is_set()
