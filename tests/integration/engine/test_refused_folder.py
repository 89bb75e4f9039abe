"""A folder that cannot be looked at: the look is not complete, whatever was found elsewhere, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reporting import status
from relance.engine.reporting.explain import explain
from relance.engine.states import State
from tests import engine_house
from tests.desk import ANSWER, OLA, Desk, seated
from tests.reworded import in_english, worded
from tests.servers.scripted_imap import Script

REFUSAL = b"{tag} NO [NOPERM] not yours\r\n"


class TeamDesk(Desk):
    """With a folder `Team/Leads` that may be refused."""

    def first_look(self) -> None:
        self.flags = r"\HasNoChildren"
        self.there = True
        self.script.instead["LIST"] = self.listed
        self.script.instead['STATUS "TEAM'] = lambda tag, command: REFUSAL

    def listed(self, tag: str, command: str) -> bytes:
        team = f'* LIST ({self.flags}) "/" Team/Leads\r\n' if self.there else ""
        return f'* LIST () "/" INBOX\r\n{team}{tag} OK done\r\n'.encode()


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[TeamDesk]:
    with seated(TeamDesk, Script({1: ANSWER}), migrated_sqlite_url, tmp_path) as found:
        yield found


def test_a_folder_that_refuses_makes_the_look_incomplete(desk: TeamDesk) -> None:
    with pytest.raises(errors.Unreachable, match=worded(r"folder Team/Leads .* cannot be read: .*not yours")):
        desk.sync()
    assert desk.mailbox.synced_at == desk.before
    assert desk.row.state is State.REPLIED  # what lies in the other folders counts all the same


def test_it_is_said_wherever_somebody_asks(desk: TeamDesk) -> None:
    desk.script.mails.clear()
    report = turn.take_turn(desk.house, desk.number, lambda: False)
    assert "Team/Leads" in report.words
    assert desk.row.state is State.ACTIVE
    (standing,) = status.status(desk.house).mailboxes
    assert in_english("The folder Team/Leads of ada@sales.example cannot be read") in standing.sync_error
    assert "not yours" in mailbox_service.list_all(desk.house)[0].sync_error
    (told,) = explain(desk.house, OLA)
    assert any(
        "Team/Leads" in sentence and in_english("skip_folders") in sentence for sentence in told.sentences
    )
    tested = mailbox_service.test(desk.house, "ada@sales.example")
    assert [(step.ok, "Team/Leads" in step.words) for step in tested.steps if step.name == "imap"] == [
        (False, True)
    ]


@pytest.mark.parametrize("flags", [r"\Noselect", r"\NonExistent \HasChildren"])
def test_a_name_that_only_holds_a_place_is_no_folder(desk: TeamDesk, flags: str) -> None:
    desk.flags = flags
    assert desk.sync() == 1
    assert desk.mailbox.synced_at is not None
    assert desk.mailbox.synced_at > (desk.before or desk.mailbox.synced_at)


def test_a_folder_that_vanished_after_it_was_listed_is_none(desk: TeamDesk) -> None:
    def gone(tag: str, command: str) -> bytes:
        desk.there = False
        return b"{tag} NO that mailbox went away\r\n"

    desk.script.instead['STATUS "TEAM'] = gone
    assert desk.sync() == 1
    assert not desk.mailbox.sync_error


def test_a_folder_that_can_be_asked_about_but_not_opened_counts_as_refused(desk: TeamDesk) -> None:
    desk.script.instead['STATUS "TEAM'] = lambda tag, command: (
        b"* STATUS Team/Leads (UIDVALIDITY 9 UIDNEXT 4)\r\n{tag} OK done\r\n"
    )
    desk.script.instead['EXAMINE "TEAM'] = lambda tag, command: REFUSAL
    with pytest.raises(errors.Unreachable, match="Team/Leads"):
        desk.sync()
    assert desk.mailbox.synced_at == desk.before
    assert desk.row.state is State.REPLIED


@pytest.mark.parametrize("said", ["Team/Leads", "Team/*"])
def test_a_folder_that_is_named_as_never_looked_at_is_left_out(
    tmp_path: Path, migrated_sqlite_url: str, said: str
) -> None:
    script = Script({1: ANSWER})
    with seated(TeamDesk, script, migrated_sqlite_url, tmp_path, skip_folders=(said,)) as desk:
        assert desk.sync() == 1
        assert desk.mailbox.synced_at == desk.house.clock.now()


def test_once_it_can_be_read_the_look_is_complete_again(desk: TeamDesk) -> None:
    with pytest.raises(errors.Unreachable):
        desk.sync()
    desk.script.instead['STATUS "TEAM'] = lambda tag, command: (
        b"* STATUS Team/Leads (UIDVALIDITY 9 UIDNEXT 1)\r\n{tag} OK done\r\n"
    )
    desk.script.instead['EXAMINE "TEAM'] = lambda tag, command: (
        b"* 0 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 1] x\r\n{tag} OK done\r\n"
    )
    engine_house.clock(desk.house).advance(minutes=5)
    desk.sync()
    assert desk.mailbox.synced_at == desk.house.clock.now()
    assert not desk.mailbox.sync_error
