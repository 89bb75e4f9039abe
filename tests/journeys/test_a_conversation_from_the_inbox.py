"""A conversation from the inbox: a sequence, an answer, a reply of ours, and their answer to that; nothing goes out twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, standing

EWA = "ewa@acme.example"


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def test_a_salesperson_replies_and_is_answered(stage: Stage) -> None:
    stage.enroll(EWA)
    stage.run()
    stage.answer(EWA, "Yes, when would you call?")
    stage.look()
    assert stage.state(EWA) == "replied"
    [first] = stage.relance.inbox.list()
    written = stage.relance.inbox.reply(first.id, "Tuesday at ten?")
    assert stage.relance.inbox.reply(first.id, "Tuesday at ten?").id == written.id
    stage.advance(minutes=2)
    intro, reply = stage.arrived(EWA)
    assert b"Tuesday at ten?" in reply.raw
    assert reply.header("in-reply-to") in reply.header("references")
    assert reply.subject == f"Re: {intro.subject}"
    stage.answer(EWA, "Perfect, call me then.", to=reply)
    stage.look()
    second, _ = stage.relance.inbox.list()
    assert (second.email, second.kind, second.match) == (EWA, "human answer", "certain")
    assert stage.relance.inbox.replies(first.id)[0].state == "accepted"
    stage.advance(days=20)
    assert len(stage.arrived(EWA)) == 2
    kinds = [line.kind for line in stage.relance.timeline(EWA)]
    assert kinds.count("message.accepted") == 2
    assert kinds.count("reply.written") == 1
    assert [each.state for each in stage.relance.messages.list().messages] == ["accepted", "accepted"]
