"""What a turn asks PostgreSQL, in how many conversations: a turn of one mail, the everyday one, waits for most of its life."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relance.engine.db import pipeline
from relance.engine.schedule.pace.receivers import ReceiverCaps
from tests.journeys.stage import Stage, standing

EWA, OLA = "ewa@acme.example", "ola@apex.example"
TRIPS = 11
# The lease; what may be claimed; the commit of both; people; who said no; the gate; its commit; the lease again; how the mail
# ended; what is due next; the commit.


@pytest.fixture
def stage(tmp_path: Path, migrated_postgres_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_postgres_url) as ready:
        ready.enroll(EWA, OLA)
        yield ready


@pytest.mark.parametrize(
    ("caps", "most"),
    [(None, TRIPS), (ReceiverCaps(company_daily=9), TRIPS + 2)],  # before it is written, and at its mark
    ids=["without limits", "with limits for receivers"],
)
def test_a_turn_of_one_mail_takes_no_more_round_trips_than_it_needs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caps: ReceiverCaps | None, most: int
) -> None:
    context = stage.relance._context
    object.__setattr__(context, "options", dataclasses.replace(context.options, receivers=caps))
    trips: list[int] = []
    exchange = pipeline.Pipeline._exchange

    def counted(self: pipeline.Pipeline, sends: Any) -> Any:
        trips.append(len(sends))
        return exchange(self, sends)

    stage.run()  # the first of them, and what is asked once in a process
    wake = stage.relance.next_wake()
    assert wake is not None
    stage.clock.move_to(wake)  # a gap later
    assert stage.sent_to(EWA) + stage.sent_to(OLA) == 1
    monkeypatch.setattr(pipeline.Pipeline, "_exchange", counted)
    stage.relance.turn(1)
    assert stage.sent_to(EWA) + stage.sent_to(OLA) == 2
    assert len(trips) <= most
