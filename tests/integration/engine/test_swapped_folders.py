"""Folders that change names with one another on a server that gives them one UIDVALIDITY and no ids: no number moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.engine.mailboxes import watermarks
from relance.engine.states import State
from relance.engine.store.mailboxes import folders
from tests import engine_house
from tests.desk import ANSWER, OTHER, ReadDesk, Shelf, news, seated
from tests.servers.scripted_imap import Reply, Script


@pytest.fixture
def shelf(tmp_path: Path, migrated_url: str) -> Iterator[Shelf]:
    """Clients was read up to mail 4, Spare up to mail 2."""
    with seated(ReadDesk, Script(news(1, 2, 3)), migrated_url, tmp_path) as desk:
        clients = {uid: OTHER % (uid, uid) for uid in range(21, 25)}
        spare = {uid: OTHER % (uid, uid) for uid in (31, 32)}
        yield Shelf(desk, {"Clients": _from_1(clients), "Spare": _from_1(spare)})


def _from_1(mails: dict[int, bytes]) -> dict[int, bytes]:
    return dict(enumerate(mails.values(), 1))


def _answered(shelf: Shelf) -> None:
    """An answer that nobody has read lies in Spare, and its last number is that of Clients."""
    shelf.boxes["Spare"] |= {3: ANSWER, 4: OTHER % (34, 34)}


def _takes_its_name(shelf: Shelf) -> None:
    """Spare is called Clients from now on, and a folder of its own name was made in another second."""
    shelf.rename("Spare", "Clients")
    shelf.boxes["Spare"] = {}
    shelf.numbers["Spare"] = 9


def _seen(shelf: Shelf) -> None:
    assert shelf.desk.sync() == 1
    assert shelf.desk.row.state is State.REPLIED
    assert not any(each.doubted for each in _marks(shelf).values())


def _marks(shelf: Shelf) -> dict[str, folders.Watermark]:
    with shelf.desk.house.database.read() as conn:
        return folders.watermarks(conn, shelf.desk.number)


def test_an_answer_in_a_folder_that_took_the_name_of_one_put_aside_is_read(shelf: Shelf) -> None:
    """And its own name was taken by a new folder, so that none is missing from the list (seed 8644)."""
    _answered(shelf)
    shelf.rename("Clients", "Old")
    _takes_its_name(shelf)
    _seen(shelf)


def test_an_answer_in_one_of_two_folders_that_changed_names_is_read(shelf: Shelf) -> None:
    _answered(shelf)
    shelf.swap("Clients", "Spare")
    _seen(shelf)


def test_an_answer_in_one_of_three_folders_that_changed_names_is_read(shelf: Shelf) -> None:
    shelf.boxes["Third"] = {uid: OTHER % (uid, uid) for uid in range(1, 8)}
    shelf.desk.sync()
    _answered(shelf)
    shelf.swap("Clients", "Spare")
    shelf.swap("Spare", "Third")
    _seen(shelf)


def test_an_answer_in_a_folder_that_took_the_name_of_one_deleted_is_read(shelf: Shelf) -> None:
    """And somebody made a folder of its own name at once: that its number is another one is all that tells."""
    _answered(shelf)
    _takes_its_name(shelf)
    _seen(shelf)


def test_what_was_doubted_stays_so_until_it_was_read(shelf: Shelf) -> None:
    """The connection breaks once all that told of the change was read."""
    _answered(shelf)
    shelf.swap("Clients", "Spare")
    given = shelf.desk.script.instead["EXAMINE"]
    shelf.desk.script.instead["EXAMINE"] = lambda tag, command: (
        b"{tag} NO [UNAVAILABLE] later\r\n" if "Clients" in command else _reply(given, tag, command)
    )
    shelf.desk.refused("Clients")
    shelf.desk.script.instead["EXAMINE"] = given
    engine_house.clock(shelf.desk.house).advance(minutes=5)
    assert _marks(shelf)["Spare"].last_uid == 4
    _seen(shelf)


def _reply(given: object, tag: str, command: str) -> Reply:
    assert callable(given)
    found: Reply = given(tag, command)
    return found


def test_a_new_folder_makes_nobody_read_the_others_again(shelf: Shelf) -> None:
    """Where a server gives all folders one number, it does so for a new one, too; no more is read than could be it."""
    shelf.boxes["New"] = {}
    shelf.desk.script.heard.clear()
    shelf.desk.sync()
    assert not any("UID FETCH" in each for each in shelf.desk.script.heard)


def test_without_the_guard_the_answer_is_not_seen(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watermarks, "doubt", lambda *_: watermarks.Doubt())
    _answered(shelf)
    shelf.swap("Clients", "Spare")
    assert shelf.desk.sync() == 0
