from __future__ import annotations

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import event
from relance.engine.reporting import timeline
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from tests import engine_house
from tests.reworded import in_english

OTHER = "sequence: Other\nsteps:\n  - {id: one, subject: S, body: B}\n"


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, OTHER)
    engine_house.add_mailbox(house)
    for number in range(5):
        contact_service.add(house, f"p@firm{number}.example", {})
    enroll.enroll(house, EnrollRequest("Other"))
    return house


def test_a_persons_timeline_holds_their_own_events(ready: Context) -> None:
    control.pause(ready, "p@firm1.example", reason="the fair")
    found = timeline.of_contact(ready, "P@firm1.example")
    assert [(each.kind, each.email) for each in found] == [
        ("enrollment.created", "p@firm1.example"),
        ("enrollment.paused", "p@firm1.example"),
    ]
    assert found[1].words == "the fair"
    assert found[1].data["why"]["params"]["text"] == "the fair"
    with pytest.raises(errors.NotFound):
        timeline.of_contact(ready, "nobody@firm1.example")


def test_the_feed_serves_every_event_once_by_its_cursor(ready: Context) -> None:
    seen, cursor = [], ""
    while page := timeline.page(ready, cursor, 2).events:
        seen += page
        cursor = timeline.page(ready, cursor, 2).cursor
    assert [each.kind for each in seen] == ["sequence.published", *["enrollment.created"] * 5]
    assert len({each.id for each in seen}) == 6
    assert timeline.page(ready, cursor, 10).cursor == cursor
    contact_service.suppress(ready, "firm2.example")
    assert [each.kind for each in timeline.page(ready, cursor, 10).events] == [
        "suppression.added",
        "enrollment.unsubscribed",
    ]


def test_what_a_later_release_writes_is_read_as_far_as_it_is_known(ready: Context) -> None:
    row = {
        "at": ready.clock.now(),
        "kind": "moon.landed",
        "step": "",
        "data": {"by": 2},
        "actor_kind": "robot",
    }
    with ready.database.write() as conn:
        conn.execute(sa.insert(event).values(**row, actor="R2"))
    told = timeline.page(ready, "", 100).events[0 if not ready.database.embedded else -1]
    assert (told.kind, told.title) == ("moon.landed", in_english("event of a later release"))
    assert told.actor is not None
    assert (told.actor.kind.name, told.actor.kind.value, told.actor.name) == (
        "OF_A_LATER_RELEASE",
        "robot",
        "R2",
    )


def test_a_cursor_that_is_none_is_refused(ready: Context) -> None:
    with pytest.raises(errors.WrongUse):
        timeline.page(ready, "yesterday", 10)


def test_each_event_names_the_sequence_it_happened_in(ready: Context) -> None:
    publish.publish(ready, OTHER.replace("Other", "Second"))
    contact_service.add(ready, "q@firm9.example", {})
    enroll.enroll(ready, EnrollRequest("Second", emails=("q@firm9.example",)))
    contact_service.suppress(ready, "q@firm9.example")
    found = timeline.of_contact(ready, "q@firm9.example")
    assert {(each.kind, each.sequence) for each in found} >= {
        ("enrollment.created", "Second"),
        ("enrollment.unsubscribed", "Second"),
    }
    assert {each.sequence for each in timeline.page(ready, "", 100).events} == {"", "Other", "Second"}


def test_who_paused_it_is_not_said_again_beside_their_name(ready: Context) -> None:
    control.pause(ready, "p@firm1.example")
    [paused] = [
        each for each in timeline.of_contact(ready, "p@firm1.example") if each.kind == "enrollment.paused"
    ]
    assert paused.words == ""
    assert paused.actor is not None
