"""A server that does not give what it has, or shows less than it counts: no follow-up leaves on such a look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.engine.inbound.reading import unread_mail
from relance.engine.states import State
from relance.engine.store.mailboxes import folders
from tests import engine_house
from tests.desk import ANSWER, OTHER, ReadDesk, news, seated
from tests.reworded import in_english
from tests.servers.scripted_imap import Reply, Script


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[ReadDesk]:
    with seated(ReadDesk, Script(news(1, 2, 3)), migrated_sqlite_url, tmp_path) as found:
        yield found


NOT_NOW = [
    b"NO [UNAVAILABLE] backend is away",
    b"NO [SERVERBUG] Internal error occurred",
    b"NO [INUSE] locked",
    b"NO [LIMIT] too much",
    b"NO [OVERQUOTA] bandwidth",
    b"NO Server Unavailable. 15",
    b"BAD Server busy",
]


@pytest.mark.parametrize("texts_only", [False, True], ids=["nothing", "facts only"])
@pytest.mark.parametrize("said", NOT_NOW, ids=lambda said: said.decode())
def test_a_refusal_for_a_moment_costs_no_answer(desk: ReadDesk, said: bytes, texts_only: bool) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({1, 2, 3, 4}, b"{tag} " + said + b"\r\n", texts_only=texts_only)
    desk.refused("INBOX")
    assert desk.mark.last_uid == 3
    assert desk.row.state is State.ACTIVE
    assert desk.unread == []  # it is not the mail's fault
    del desk.script.instead["UID FETCH"]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert not desk.mailbox.sync_error


def test_a_server_that_refuses_everything_is_not_asked_for_each_mail(desk: ReadDesk) -> None:
    for uid in range(4, 204):
        desk.script.mails[uid] = OTHER % (uid, uid)
    desk.fetching(set(range(204)), b"{tag} NO [UNAVAILABLE] not now\r\n")
    desk.script.heard.clear()
    desk.refused("returns none of its mails at the moment.*UNAVAILABLE")
    assert sum("FETCH" in said for said in desk.script.heard) < 10


def test_one_mail_that_is_refused_keeps_no_other_and_is_asked_for_again(desk: ReadDesk) -> None:
    desk.script.mails |= {4: OTHER % (4, 4), 5: ANSWER}
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused(r"Mail 4 in the folder INBOX of ada@sales.example could not be read \(attempt 1 of 5\)")
    assert desk.mark.last_uid == 3
    assert desk.mailbox.sync_error.code == "mail_not_given"
    assert desk.row.state is State.REPLIED  # the answer behind it counts at once
    del desk.script.instead["UID FETCH"]
    assert desk.sync() == 0
    assert desk.unread == []
    assert desk.mark.last_uid == 5


def set_aside(desk: ReadDesk) -> None:
    for look in range(1, unread_mail.TRIES):
        desk.refused(f"attempt {look} of")


def test_a_mail_that_can_never_be_read_waits_for_a_person_where_nobody_can_tell_whose_it_is(
    desk: ReadDesk,
) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    set_aside(desk)
    desk.refused("could be an answer from anyone")
    assert "`" not in str(desk.mailbox.sync_error)  # the console shows it, where no command is typed
    (told,) = unread_mail.list_all(desk.house)
    assert (told.uid, told.folder, told.state, told.waiting) == (4, "INBOX", "aside", True)
    assert told.why is not None
    assert told.why.code == "server_gave_nothing"
    assert desk.mailbox.sync_error.code == "mail_set_aside"
    assert desk.mark.last_uid == 4
    desk.script.heard.clear()
    desk.refused("could be an answer from anyone")
    assert not any("FETCH" in said for said in desk.script.heard)  # it is tried again, but not each time
    unread_mail.dismiss(desk.house, "ada@sales.example")
    desk.sync()
    assert desk.mailbox.synced_at == desk.house.clock.now()
    assert unread_mail.list_all(desk.house) == []


def test_a_mail_that_was_set_aside_is_read_when_the_server_gives_it_after_all(desk: ReadDesk) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    set_aside(desk)
    desk.refused()
    del desk.script.instead["UID FETCH"]
    engine_house.clock(desk.house).advance(hours=1)
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.unread == []


def test_of_a_mail_that_can_never_be_read_a_header_may_tell_whom_to_hold(desk: ReadDesk) -> None:
    def fetch(tag: str, command: str) -> Reply:
        wanted = {int(uid) for uid in command.split()[2].split(",")}
        if 4 in wanted and "HEADER]" in command:
            return b"{tag} NO [SERVERBUG] this mail is broken\r\n"
        return desk.given(command, wanted)

    desk.script.mails[4] = ANSWER
    desk.script.instead["UID FETCH"] = fetch
    set_aside(desk)
    assert desk.row.state is State.ACTIVE
    assert desk.sync() == 1
    assert desk.row.state is State.HELD
    assert in_english("could not be read") in desk.row.reason
    assert not desk.mailbox.sync_error  # the others go on
    assert [each.waiting for each in unread_mail.list_all(desk.house)] == [False]


def test_a_mail_that_is_taken_away_is_waited_for_no_more(desk: ReadDesk) -> None:
    desk.script.mails[4] = OTHER % (4, 4)
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused()
    desk.script.uidnext = 5
    del desk.script.mails[4]
    desk.sync()
    assert desk.unread == []


# Shown in one answer and not in the other.


@pytest.mark.parametrize("hidden", [4, 5])
def test_a_uid_that_is_missing_from_one_answer_makes_the_look_incomplete(desk: ReadDesk, hidden: int) -> None:
    desk.script.mails |= {4: OTHER % (4, 4), 5: OTHER % (5, 5)}
    desk.script.mails[hidden] = ANSWER
    found = [uid for uid in (1, 2, 3, 4, 5) if uid != hidden]
    said = "* SEARCH " + " ".join(map(str, found)) + "\r\n{tag} OK done\r\n"
    desk.script.instead["UID SEARCH"] = lambda tag, command: said.encode()
    desk.refused("counts 5 mails in it, but did not show 1 of them")
    del desk.script.instead["UID SEARCH"]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_uid_that_appears_below_the_watermark_is_read(desk: ReadDesk) -> None:
    desk.script.mails |= {5: OTHER % (5, 5)}
    desk.sync()
    assert (desk.mark.last_uid, desk.mark.gaps, desk.mark.messages) == (5, "4", 4)
    desk.script.mails[4] = ANSWER
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.mark.gaps == ""


def test_it_is_read_also_when_another_was_taken_away_at_the_same_time(desk: ReadDesk) -> None:
    desk.script.mails |= {5: OTHER % (5, 5)}
    desk.sync()
    desk.script.mails |= {4: ANSWER, 6: OTHER % (6, 6)}
    del desk.script.mails[1]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_mail_that_appears_where_nothing_is_remembered_makes_the_folder_be_read_anew(
    desk: ReadDesk,
) -> None:
    del desk.script.mails[2]
    desk.sync()
    assert desk.mark.messages == 2
    desk.script.mails[2] = ANSWER  # numbered as one that was there before we wrote
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_mails_taken_away_are_no_trouble_and_nothing_is_opened_for_them(desk: ReadDesk) -> None:
    desk.script.uidnext = 4
    del desk.script.mails[1], desk.script.mails[3]
    desk.script.heard.clear()
    desk.sync()
    assert not any(said.startswith("EXAMINE") for said in desk.script.heard)
    assert (desk.mark.last_uid, desk.mark.messages) == (3, 1)
    desk.script.uidnext = None
    desk.script.mails |= {4: ANSWER}
    assert desk.sync() == 1


def test_a_mailbox_on_another_server_owes_no_mails_of_the_old_one(desk: ReadDesk) -> None:
    desk.script.mails[4] = OTHER % (4, 4)
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused()
    with desk.house.database.write() as conn:
        folders.forget_watermarks(conn, desk.number)
    assert desk.unread == []
