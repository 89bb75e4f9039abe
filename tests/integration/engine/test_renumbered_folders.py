"""A folder that is not the one it was: numbered anew, renamed, or missing from the list for a while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.engine.reporting import status, timeline
from relance.engine.reporting.explain import explain
from relance.engine.states import State
from relance.engine.store.mailboxes import folders
from tests import engine_house
from tests.desk import ANSWER, OLA, OTHER, ReadDesk, Shelf, news, seated
from tests.reworded import in_english
from tests.servers.scripted_imap import Reply, Script


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[ReadDesk]:
    with seated(ReadDesk, Script(news(1, 2, 3)), migrated_sqlite_url, tmp_path) as found:
        yield found


def test_a_uidnext_that_goes_back_means_that_the_folder_is_read_anew(desk: ReadDesk) -> None:
    desk.script.mails.clear()
    desk.script.mails[2] = ANSWER  # a number that was read before, for another mail
    desk.script.uidnext = 3
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.mark.last_uid == 2
    moved = timeline.page(desk.house, "", 100).events
    assert any(in_english("UIDNEXT was 4 or more and is now 3") in str(each) for each in moved)


def test_a_folder_of_the_same_name_and_numbers_is_told_by_its_own_id(desk: ReadDesk) -> None:
    def status(number: str) -> None:
        said = (
            f"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 4 MESSAGES 3 MAILBOXID ({number}))\r\n{{tag}} OK done\r\n"
        )
        desk.script.instead["STATUS"] = lambda tag, command: said.encode()

    desk.script.capabilities += " OBJECTID"
    status("F1")
    desk.sync()
    assert desk.mark.object_id == "F1"
    status("F2")
    desk.script.mails[3] = ANSWER
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_folder_that_is_numbered_anew_again_and_again_is_named(desk: ReadDesk) -> None:
    for number in range(8, 11):
        desk.script.uidvalidity = number
        desk.sync()
    (line,) = status.status(desk.house).mailboxes
    assert line.sync_error == ""  # each look saw everything
    (note,) = line.notes
    assert (
        in_english("The folder INBOX is renumbered again and again by its server, 3 times in a week") in note
    )
    assert in_english("its UIDVALIDITY was 9 and is now 10") in note
    (why,) = line.notes_why
    assert (why.code, why.params["folder"], why.params["count"]) == ("folder_renumbered_often", "INBOX", 3)
    (told,) = explain(desk.house, OLA)
    assert note in told.sentences


def test_a_uidnext_that_is_always_wrong_is_read_through_and_told_without_end(desk: ReadDesk) -> None:
    desk.script.uidnext = 2  # and mails 1 to 3 are there
    for uid in range(4, 10):
        desk.script.mails[uid] = OTHER % (uid, uid)
        desk.sync()
        assert desk.mailbox.synced_at == desk.house.clock.now()
    desk.script.mails[10] = ANSWER
    assert desk.sync() == 1
    assert len(status.status(desk.house).mailboxes[0].notes) == 1
    told = [each.kind for each in timeline.page(desk.house, "", 100).events]
    assert told.count("mailbox.folder_renumbered") == folders.MOVES_MANY
    (first, *_more) = [
        each for each in timeline.page(desk.house, "", 100).events if each.kind == "mailbox.folder_renumbered"
    ]
    assert first.data["why"]["code"] == "folder_renumbered"
    assert first.data["why"]["params"]["moved"]["code"] == "uidnext_fell"


def test_a_folder_that_is_numbered_anew_while_it_is_read_is_not_taken_for_read(desk: ReadDesk) -> None:
    def status(tag: str, command: str) -> Reply:
        desk.script.uidvalidity += 1
        return f"* STATUS INBOX (UIDVALIDITY {desk.script.uidvalidity} UIDNEXT 4 MESSAGES 3)\r\n{{tag}} OK done\r\n".encode()

    desk.script.instead["STATUS"] = status
    desk.refused(
        "INBOX of ada@sales.example cannot be read: the server renumbers it while it is being read .*UIDVALIDITY was"
    )
    assert desk.mailbox.sync_error.code == "folder_renumbered"


@pytest.fixture
def two(desk: ReadDesk) -> Shelf:
    """INBOX and Clients, of one UIDVALIDITY."""
    return Shelf(desk, {"Clients": {1: OTHER % (21, 21), 2: OTHER % (22, 22)}})


def test_a_renamed_folder_does_not_pass_for_the_one_whose_name_it_took(two: Shelf) -> None:
    two.boxes["Other"] = two.boxes["Clients"]
    two.desk.sync()  # both are read to their ends, mail 2
    del two.boxes["Other"]  # Clients is gone, and Other bears its name; the numbers are the same
    two.boxes["Clients"] = {1: OTHER % (31, 31), 2: ANSWER}
    two.desk.refused("The folder Other of ada@sales.example was not in the server's list")
    engine_house.clock(two.desk.house).advance(minutes=5)
    assert two.desk.sync() == 1
    assert two.desk.row.state is State.REPLIED


def test_one_list_without_a_folder_proves_nothing(two: Shelf) -> None:
    clients = two.boxes.pop("Clients")
    clients[3] = ANSWER
    two.desk.refused("The folder Clients of ada@sales.example was not in the server's list")
    two.boxes["Clients"] = clients
    engine_house.clock(two.desk.house).advance(minutes=5)
    assert two.desk.sync() == 1
    assert two.desk.row.state is State.REPLIED
    two.boxes.clear()
    two.desk.refused("Clients")  # missed for the first time again


def test_a_folder_that_is_missed_twice_is_gone(two: Shelf) -> None:
    two.boxes.clear()
    two.desk.refused("If it is missing from the next list as well, it counts as deleted")
    engine_house.clock(two.desk.house).advance(minutes=5)
    two.desk.sync()
    assert two.desk.mailbox.synced_at == two.desk.house.clock.now()
    with two.desk.house.database.read() as conn:
        assert set(folders.watermarks(conn, two.desk.number)) == {"INBOX"}
