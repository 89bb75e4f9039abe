"""Whole turns over a server that does not show everything: the follow-up waits, and never leaves after the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.reporting import status
from relance.engine.reporting.explain import explain
from relance.engine.sequences import enroll, publish
from relance.engine.states import State
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_doors, engine_house
from tests.servers import scripted_imap
from tests.servers.scripted_imap import Reply, Script

OLA = "ola@acme.example"
TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")
NEWS = b"From: news@elsewhere.example\r\nSubject: News\r\nMessage-ID: <n%d@elsewhere.example>\r\n\r\nNothing.\r\n"


class Desk:
    """Ola got the first mail, and the follow-up is due."""

    def __init__(self, house: Context, script: Script, port: int) -> None:
        self.server = engine_doors.OneAnswer(TAKEN)
        self.house = dataclasses.replace(house, open_outbox=self.server)
        self.script = script
        self.number = engine_house.add_mailbox(
            house, imap_host="127.0.0.1", imap_port=port, imap_security="plain", synced_at=None
        )
        contact_service.add(house, OLA, {"first_name": "Ola"})
        publish.publish(house, engine_house.TRIAL)
        assert enroll.enroll(house, enroll.EnrollRequest("Trial", [OLA])).enrolled == 1
        engine_house.clock(house).advance(hours=2)
        self.turn()
        assert len(self.server.bodies) == 1
        for hours in (24, 24):  # somebody who slept for days plans anew
            engine_house.clock(house).advance(hours=hours)
            self.turn()
        assert len(self.server.bodies) == 1
        engine_house.clock(house).advance(hours=25)

    def turn(self) -> turn.TurnReport:
        return turn.take_turn(self.house, self.number, lambda: False)

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    def answered(self) -> None:
        """Ola's answer comes, number 2, and after it something else."""
        with self.house.database.read() as conn:
            (mail,) = messages.of_contact(conn, self.row.contact_id)
        self.script.mails[2] = (
            f"From: {OLA}\r\nTo: ada@sales.example\r\nSubject: Re: Hello\r\nMessage-ID: <1@acme.example>\r\n"
            f"In-Reply-To: {mail.message_id}\r\n\r\nYes, call me on Tuesday.\r\n"
        ).encode()
        self.script.mails[3] = NEWS % 3


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    with (
        scripted_imap.running(Script({1: NEWS % 1})) as server,
        engine_house.build(migrated_url, tmp_path, allow_test_domains=True) as house,
    ):
        yield Desk(house, server.script, server.port)


def refused(said: bytes) -> Callable[[str, str], Reply]:
    return lambda tag, command: b"{tag} " + said + b"\r\n"


def without_the_text(tag: str, command: str) -> Reply:
    if "[TEXT]" not in command:
        return b"* 1 FETCH (UID 1 RFC822.SIZE 90)\r\n* 2 FETCH (UID 2 RFC822.SIZE 190)\r\n{tag} OK done\r\n"
    return b"* 2 FETCH (UID 2 BODY[HEADER]<0> {2}\r\n\r\n)\r\n{tag} OK done\r\n"


FAULTS: dict[str, dict[str, Callable[[str, str], Reply]]] = {
    "FETCH is refused": {"UID FETCH": refused(b"NO [UNAVAILABLE] not now")},
    "FETCH is busy": {"UID FETCH": refused(b"BAD Server busy")},
    "FETCH says nothing": {"UID FETCH": refused(b"OK done")},
    "FETCH gives no texts": {"UID FETCH": without_the_text},
    "SEARCH leaves it out": {"UID SEARCH": lambda tag, command: b"* SEARCH 1 3\r\n{tag} OK done\r\n"},
    "SEARCH finds nothing": {"UID SEARCH": lambda tag, command: b"* SEARCH\r\n{tag} OK done\r\n"},
    "SEARCH is refused": {"UID SEARCH": refused(b"NO [SERVERBUG] oh")},
    "EXAMINE is refused": {"EXAMINE": refused(b"NO [INUSE] locked")},
    "STATUS is refused": {"STATUS": refused(b"NO Server Unavailable. 15")},
    "LIST is refused": {"LIST": refused(b"NO [LIMIT] later")},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_follow_up_leaves_on_a_look_that_did_not_see_the_answer(desk: Desk, fault: str) -> None:
    desk.answered()
    desk.script.instead |= FAULTS[fault]
    for _ in range(2):
        assert desk.turn().words
        engine_house.clock(desk.house).advance(minutes=5)
    assert len(desk.server.bodies) == 1
    assert desk.row.state is State.ACTIVE
    (line,) = status.status(desk.house).mailboxes
    assert line.sync_error
    assert line.sync_error in " ".join(explain(desk.house, OLA)[0].sentences)
    desk.script.instead.clear()
    desk.turn()
    assert desk.row.state is State.REPLIED
    assert len(desk.server.bodies) == 1
    assert status.status(desk.house).mailboxes[0].sync_error == ""


def test_the_way_taken_is_the_one_meant(desk: Desk) -> None:
    """Nobody answered, and the server shows everything: the follow-up leaves."""
    desk.script.mails[2] = NEWS % 2
    desk.turn()
    assert len(desk.server.bodies) == 2
