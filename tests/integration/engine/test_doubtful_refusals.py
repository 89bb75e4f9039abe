"""Over real sockets: what nobody can tell to be about one person holds that one, and a second one like it pauses the mailbox.

An SMTP server that says what it is told, on both databases. (What came back: `test_doubtful_returns.py`.)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from relance import wording
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.sending import settle
from relance.engine.sending.endings import Attempt
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import control
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
from tests import engine_house, refusing
from tests.refusing import ADA, BOB, EVE, KIM, LOU, TAKEN, Desk, handed_on
from tests.reworded import in_english
from tests.servers.fault_smtp import Point


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    with refusing.opened(migrated_url, tmp_path) as opened:
        yield opened


# At once, from our own submission server.

SAME = [
    (
        "550 5.1.0 <kim@lake.example> address rejected, id 4Tx0-1 (192.0.2.1)",
        "550 5.1.0 <bob@hill.example> address rejected, id 9Qa7-2 (198.51.100.7)",
    ),
    ("550 recipient kim at lake.example refused", "550 recipient bob at hill.example refused"),
    ("550 not taken", "550 not taken"),
    ("550 5.1.1 user unknown", "550 5.1.1 user unknown"),
    ("552 5.2.2 mailbox full", "552 5.2.2 mailbox full"),
]


@pytest.mark.parametrize("point", [Point.RCPT, Point.DOT])
@pytest.mark.parametrize(("first", "second"), SAME)
def test_the_same_words_to_two_people_in_a_row_pause_before_a_third(
    desk: Desk, first: str, second: str, point: Point
) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says(first, second, second, point=point)
    desk.turns()
    assert desk.paused
    assert in_english("two people in a row") in desk.mailbox.reason
    with wording.speaking("pl"):
        assert "ta sama odpowiedź dla dwóch osób z rzędu" in desk.mailbox.reason
    assert desk.offered == [KIM, BOB]
    assert desk.touched() in ([KIM], [])
    assert desk.suppressed() <= {KIM}


LIKE = [
    ("550 5.1.0 address rejected", "553 5.1.0 recipient not taken, ask your administrator"),
    ("554 5.6.0 message content not accepted", "552 5.6.0 the contents of this message are not welcome"),
    ("554 transaction failed", "554 sorry, no"),
]


@pytest.mark.parametrize(("first", "second"), LIKE)
def test_the_like_in_other_words_pauses_where_it_may_mean_either(desk: Desk, first: str, second: str) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says(first, second, point=Point.DOT)
    desk.turns()
    assert desk.paused
    assert in_english("similar answers") in desk.mailbox.reason
    assert (desk.offered, desk.touched(), desk.suppressed()) == ([KIM, BOB], [KIM], set())


def test_two_addresses_that_certainly_do_not_exist_are_two_dead_addresses(desk: Desk) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says("550 5.1.1 user unknown", "550 5.1.10 no such recipient, says the directory")
    desk.turns()
    assert not desk.paused
    assert (desk.touched(), desk.suppressed()) == ([BOB, KIM], {KIM, BOB})
    assert desk.offered == [KIM, BOB, EVE]


def test_a_success_between_them_shows_that_all_is_well(desk: Desk) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says("550 5.1.0 address rejected", TAKEN, "550 5.1.0 address rejected")
    desk.turns()
    assert not desk.paused
    assert desk.touched() == [EVE, KIM]
    assert desk.suppressed() == set()


def test_one_that_is_put_off_between_them_shows_nothing(desk: Desk) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says("550 5.1.0 address rejected", "451 4.3.0 come back later", "550 5.1.0 address rejected")
    desk.turns()
    assert desk.paused
    assert desk.touched() == [KIM]


def test_the_first_is_remembered_by_another_process(desk: Desk, migrated_url: str, tmp_path: Path) -> None:
    desk.enroll(KIM)
    desk.says("550 5.1.0 address rejected", "550 5.1.0 address rejected")
    desk.turns(1)
    assert desk.touched() == [KIM]
    desk.enroll(BOB, EVE)
    now = desk.house.clock.now()
    with engine_house.build(migrated_url, tmp_path / "other", now, allow_test_domains=True) as other:
        desk.house = other
        desk.turns(3)
        assert desk.paused
        assert desk.touched() == [KIM]
        assert desk.offered == [KIM, BOB]


def test_one_whose_worker_died_before_it_was_written_is_read_beside_the_first_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "550 5.1.1 user unknown"
    desk.says(words, words, point=Point.DOT)
    desk.enroll(KIM)
    desk.turns(1)
    desk.enroll(BOB, EVE)
    record = settle.record

    def dies(conn: Connection, house: Context, attempts: Sequence[Attempt]) -> None:
        if attempts:
            raise KeyboardInterrupt
        record(conn, house, attempts)

    with monkeypatch.context() as patched:
        patched.setattr(settle, "record", dies)
        with pytest.raises(KeyboardInterrupt):
            desk.turns(1)
    desk.turns()
    assert desk.paused
    assert (desk.offered, desk.touched(), desk.suppressed()) == ([KIM, BOB], [KIM], {KIM})


@pytest.mark.parametrize("words", ["450 4.2.0 not now, id 17", "451 4.3.0 something went wrong"])
def test_put_off_for_the_last_time_it_is_a_refusal(desk: Desk, words: str) -> None:
    desk.house = dataclasses.replace(desk.house, options=dataclasses.replace(desk.house.options, deferrals=1))
    desk.enroll(KIM, BOB, EVE)
    desk.says(words, words, words)
    desk.turns()
    assert desk.paused
    assert (desk.offered, desk.touched()) == ([KIM, BOB], [KIM])


# At once, from an organisation that receives, in whose words our server hands it on.


@pytest.mark.parametrize("point", [Point.RCPT, Point.DOT])
def test_what_one_organisation_says_holds_its_people_before_another_is_touched(
    desk: Desk, point: Point
) -> None:
    desk.enroll(KIM, LOU, BOB)
    with desk.house.database.write() as conn:
        mailboxes.change(conn, 1, gap_seconds=0)  # all are due in one turn
    desk.says(handed_on("lake.example"), point=point)
    desk.turns(2)
    assert not desk.paused
    assert desk.touched() == [KIM, LOU]
    assert "lake.example" in desk.row(LOU).reason
    assert (desk.suppressed(), LOU in desk.accepted, BOB in desk.accepted) == (set(), False, True)


def test_what_one_organisation_says_again_when_it_is_tried_again_pauses_nothing(desk: Desk) -> None:
    desk.enroll(KIM, LOU)
    desk.says(handed_on("lake.example"), handed_on("lake.example"))
    desk.turns(1)
    refusing_domains.retry(desk.house, ADA, "lake.example")
    control.pause(desk.house, KIM)
    desk.advance(hours=2)
    desk.turns(1)
    assert desk.offered == [KIM, LOU]
    assert not desk.paused
    assert desk.touched() == [KIM, LOU]


def test_a_second_organisation_that_says_the_like_at_once_pauses(desk: Desk) -> None:
    desk.enroll(KIM, BOB, EVE)
    desk.says(handed_on("lake.example"), handed_on("hill.example", "554 5.7.1 unsolicited, says our filter"))
    desk.turns()
    assert desk.paused
    assert in_english("several organisations") in desk.mailbox.reason
    assert desk.offered == [KIM, BOB]


def test_one_organisation_that_puts_us_off_for_good_is_held_and_the_rest_goes_on(desk: Desk) -> None:
    desk.house = dataclasses.replace(desk.house, options=dataclasses.replace(desk.house.options, deferrals=1))
    desk.enroll(KIM, BOB)
    desk.says(handed_on("lake.example", "451 4.7.1 poor reputation"))
    desk.turns(2)
    assert (desk.paused, desk.touched(), desk.offered) == (False, [KIM], [KIM, BOB])
    assert mailbox_service.show(desk.house, ADA).refused_by == ("lake.example",)


# One person's policy refusal.

SPAM = "550 5.7.1 message refused by policy, spam"
SIX = (KIM, LOU, BOB, EVE, "dan@moor.example", "zoe@fen.example")


def resumed(desk: Desk) -> None:
    mailbox_service.resume(desk.house, ADA)


@pytest.mark.parametrize("pause", [2, 90])
@pytest.mark.parametrize("point", [Point.RCPT, Point.DOT])
def test_a_policy_that_one_person_alone_meets_holds_them_and_the_mailbox_goes_on(
    desk: Desk, point: Point, pause: int
) -> None:
    desk.enroll(*SIX)
    desk.says(SPAM, point=point)
    desk.turns(1)
    assert desk.paused
    assert KIM in desk.mailbox.reason
    assert in_english(f"(the mail to {KIM})") in desk.mailbox.reason
    desk.advance(minutes=pause)
    resumed(desk)
    desk.says(*[TAKEN] * 5, SPAM, point=point)
    desk.turns(30)
    assert sorted(desk.accepted) == sorted(SIX[1:])
    assert desk.offered[-1] == KIM
    assert desk.offered.count(KIM) == 2
    assert not desk.paused
    assert desk.touched() == [KIM]
    assert in_english("others' mails were accepted") in desk.row(KIM).reason
    assert SPAM[4:] in desk.row(KIM).reason
    assert desk.suppressed() == set()


def test_a_policy_that_others_meet_too_pauses_again_and_names_the_next(desk: Desk) -> None:
    desk.enroll(*SIX)
    desk.says(SPAM, SPAM)
    desk.turns(1)
    resumed(desk)
    desk.turns(30)
    assert desk.paused
    first, second = desk.offered
    assert (first, second != KIM) == (KIM, True)
    assert second in desk.mailbox.reason
    assert in_english(f"(the mail to {second})") in desk.mailbox.reason
    assert desk.touched() == []


@pytest.mark.parametrize(
    "ours", ["550 5.7.1 daily sending limit exceeded", "550 5.4.5 try tomorrow", "535 5.7.8 no"]
)
def test_what_is_certainly_the_senders_pauses_however_many_were_taken_since(desk: Desk, ours: str) -> None:
    desk.enroll(KIM, LOU)
    desk.says(ours, TAKEN, ours)
    desk.turns(1)
    resumed(desk)
    desk.turns(30)
    assert desk.accepted == [LOU]
    assert desk.paused
    assert desk.touched() == []


def test_whoever_went_last_goes_as_others_do_once_their_mail_is_taken(desk: Desk) -> None:
    desk.enroll(KIM, LOU)
    desk.says(SPAM)
    desk.turns(1)
    assert desk.row(KIM).priority == enrollments.LAST
    resumed(desk)
    desk.turns(30)
    assert desk.accepted == [LOU, KIM]
    assert desk.row(KIM).priority == enrollments.AS_DUE
