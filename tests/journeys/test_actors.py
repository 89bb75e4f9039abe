"""Everything that happened names who did it."""

from __future__ import annotations

import email.utils
import re

from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.sandbox.record import Kind
from tests.journeys.stage import ADA, Stage
from tests.journeys.test_colleagues import JAN, OLA, YES, two_reps
from tests.journeys.test_tracking import web

ANIA = Actor(ActorKind.PERSON, "ania")
TURN = Actor(ActorKind.SCHEDULE, "turn")


def who(stage: Stage, person: str) -> list[tuple[str, str]]:
    return [(line.kind, _named(line.actor)) for line in stage.relance.timeline(person)]


def _named(actor: Actor | None) -> str:
    return f"{actor.name} ({actor.kind.value})" if actor else ""


def test_a_story_names_its_actors(stage: Stage) -> None:
    two_reps(stage, positive_reply="hand over")
    stage.answer(OLA, YES)
    stage.look()
    with acting(ANIA):
        stage.relance.resume(JAN, mailbox=ADA, same_thread=True)
        stage.relance.inbox.correct(stage.relance.inbox.list()[0].id, kind="human answer", intent="negative")
        stage.relance.contacts.suppress(JAN)
    program = _named(stage.relance._context.database.engine.get_execution_options()["relance_actor"])
    assert program.endswith("(program)")
    [*before, reply, corrected] = who(stage, OLA)
    assert before == [("enrollment.created", program), ("message.accepted", "turn (schedule)")]
    assert (reply[0], reply[1].endswith("(rule)")) == ("reply.received", True)
    assert corrected == ("reply.corrected", "ania (person)")
    told = who(stage, JAN)
    assert ("enrollment.handed_over", "colleagues (rule)") in told
    assert told[-2:] == [("suppression.added", "ania (person)"), ("enrollment.unsubscribed", "ania (person)")]
    assert all(event.actor is not None for event in stage.relance.events(limit=1000).events)


def test_a_link_is_followed_by_the_recipient(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    header = stage.arrived(OLA)[0].header("list-unsubscribe") or ""
    path = re.findall(r"<http://127\.0\.0\.1:9(/u/[^>]+)>", header)[0]
    with web(stage) as client:
        client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert who(stage, OLA)[-1] == ("enrollment.unsubscribed", f"{OLA} (recipient)")


def test_a_mail_written_by_hand_is_its_writers(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    date = email.utils.format_datetime(stage.clock.now())
    raw = f"From: {ADA}\r\nTo: {OLA}\r\nSubject: our call\r\nDate: {date}\r\nMessage-ID: <h@northwind.example>\r\n\r\nHello\r\n"
    stage.place(ADA, raw.encode(), folder="Sent", kind=Kind.SENT_COPY)
    stage.look()
    assert who(stage, OLA)[-1] == ("message.by_hand", f"{ADA} (person)")
