"""A fault of ours that nobody foresaw: one mail spoils only itself, one mailbox only its own turn, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relance.engine import turn, turn_stages
from relance.engine.inbound import match
from relance.engine.inbound.reading import sent_copies, sync, unread_mail, whole_folder
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.reporting.explain import explain
from relance.engine.schedule.next_turn import Continue
from relance.engine.states import State
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing.inbound import InboundMail
from tests.desk import ANSWER, OLA, OTHER, ReadDesk, news, seated
from tests.reworded import in_english
from tests.servers import scripted_imap

POISON = (
    b"From: eve@elsewhere.example\r\nSubject: poison\r\nMessage-ID: <p@elsewhere.example>\r\n\r\nHello.\r\n"
)


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[ReadDesk]:
    with seated(ReadDesk, scripted_imap.Script(news(1)), migrated_sqlite_url, tmp_path) as found:
        yield found


@pytest.fixture
def poisonous(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that a rule of ours cannot cope with."""
    find = match.find

    def found(conn: Any, mail: InboundMail, seen: Any) -> match.Match:
        if mail.subject == "poison":
            raise IndexError("anybody's words")
        return find(conn, mail, seen)

    monkeypatch.setattr(match, "find", found)


@pytest.mark.usefixtures("poisonous")
def test_a_mail_that_no_rule_can_cope_with_spoils_only_itself(desk: ReadDesk) -> None:
    desk.script.mails |= {2: OTHER % (2, 2), 3: POISON, 4: ANSWER}
    desk.refused(r"Mail 3 .* could not be read \(attempt 1 of 5\): it could not be processed \(IndexError")
    assert desk.row.state is State.REPLIED
    for _ in range(unread_mail.TRIES - 2):
        desk.refused("Mail 3")
    desk.refused("could be an answer from anyone")
    assert "anybody's words" not in str(desk.mailbox.sync_error)
    unread_mail.dismiss(desk.house, "ada@sales.example")
    desk.sync()
    assert desk.mailbox.synced_at == desk.house.clock.now()


def test_a_copy_that_no_rule_can_cope_with_spoils_only_itself(
    desk: ReadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def take(conn: Any, house: Any, mailbox_id: int, copies: Any, now: Any) -> None:
        if any(each.mail.subject == "poison" for each in copies):
            raise IndexError
        seen.extend(each.uid for each in copies)

    monkeypatch.setattr(sent_copies, "take", take)
    desk.script.instead["LIST"] = lambda tag, command: b'* LIST (\\Sent) "/" INBOX\r\n{tag} OK done\r\n'
    monkeypatch.setattr(whole_folder, "WINDOW", 3)
    monkeypatch.setattr("relance.mailbox.imap.folders._role", lambda *_: FolderRole.SENT)
    desk.script.mails |= {2: OTHER % (2, 2), 3: POISON, 4: OTHER % (4, 4)}
    desk.refused("Mail 3")
    assert seen == [2, 4]


def test_a_turn_that_fails_is_told_where_somebody_asks_and_tried_again(
    desk: ReadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise KeyError("password=s3same")

    with monkeypatch.context() as patch:
        patch.setattr(sync, "sync", broken)
        with pytest.raises(KeyError):
            turn.take_turn(desk.house, desk.number, lambda: False)
    (line,) = status.status(desk.house).mailboxes
    (note,) = [each.words for each in status.status(desk.house).concerns if each.kind is ConcernKind.FAULT]
    assert line.notes == ()  # those are of its folders: nothing is told twice
    assert (
        in_english(
            "Working on ada@sales.example failed because of a fault in Relance (KeyError, relance/engine/turn_stages.py"
        )
        in note
    )
    assert "s3same" not in note
    assert note in explain(desk.house, OLA)[0].sentences
    told = [each for each in status.status(desk.house).concerns if each.kind is ConcernKind.FAULT]
    assert [(each.words, each.subject, each.grave) for each in told] == [(note, "ada@sales.example", True)]
    assert line.next_turn_at is not None
    assert line.next_turn_at > desk.house.clock.now()
    turn.take_turn(desk.house, desk.number, lambda: False)
    after = status.status(desk.house)
    assert after.mailboxes[0].notes == ()
    assert ConcernKind.FAULT not in [each.kind for each in after.concerns]


def test_first_mails_leave_while_a_folder_was_not_seen_whole_and_follow_ups_wait(
    desk: ReadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(
        turn_stages.Turn, "_send", lambda self, account, stop: asked.append(True) or Continue()
    )
    desk.script.mails[2] = ANSWER
    desk.fetching({1, 2}, b"{tag} NO [UNAVAILABLE] not now\r\n")
    report = turn.take_turn(desk.house, desk.number, lambda: False)
    assert in_english("returns none of its mails at the moment") in report.words
    assert asked == [True]
    assert desk.mailbox.troubles == 1
    assert desk.mailbox.synced_at == desk.before
