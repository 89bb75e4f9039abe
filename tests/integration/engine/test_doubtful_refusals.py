"""Over real sockets: what nobody can tell to be about one person holds that one, and a second one like it pauses the mailbox.

An SMTP server that says what it is told, and an IMAP server with what came back, on both databases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.sending import refusing_domains, settle
from relance.engine.sequences import control, publish
from relance.engine.sequences import enroll as sequences_enroll
from relance.engine.states import State
from relance.engine.store import enrollment_details, enrollments, mailboxes, messages, suppressions
from tests import engine_house
from tests.servers import scripted_imap
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point
from tests.servers.scripted_imap import Script

ADA = "ada@firm.example"
KIM, LOU, BOB, EVE = "kim@lake.example", "lou@lake.example", "bob@hill.example", "eve@wood.example"
TAKEN = ""


class Desk:
    """People whose first mails are due, in the order of their names, a mail a turn."""

    def __init__(self, house: Context, smtp: FaultServer, imap: scripted_imap.Scripted) -> None:
        self.house, self.smtp, self.script = house, smtp, imap.script
        publish.publish(house, engine_house.TRIAL)
        servers = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "plain"}
        servers |= {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "plain"}
        engine_house.add_mailbox(house, ADA, synced_at=None, **servers)

    def enroll(self, *emails: str) -> None:
        for email in emails:
            contact_service.add(self.house, email, {})
            sequences_enroll.enroll(self.house, sequences_enroll.EnrollRequest("Trial", emails=[email]))
        self.advance(hours=2)

    def says(self, *answers: str, point: Point = Point.RCPT) -> None:
        """What the server says to the next mails, one after the other."""
        for words in answers:
            fault = Fault(point, Kind.REPLY, words) if words else Fault(point, Kind.DELAY, seconds=0)
            self.smtp.fail(fault)

    def advance(self, **span: float) -> None:
        engine_house.clock(self.house).advance(**span)

    def turns(self, count: int = 4) -> None:
        for _ in range(count):
            turn.take_turn(self.house, 1, lambda: False)
            self.advance(minutes=2)

    @property
    def offered(self) -> list[str]:
        """Whoever the server was asked about."""
        with self.smtp.lock:
            lines = [each for each in self.smtp.envelopes if each.startswith("RCPT")]
        return [each.partition("<")[2].partition(">")[0] for each in lines]

    @property
    def accepted(self) -> list[str]:
        """Whose mail the server took."""
        with self.smtp.lock:
            return [each.recipient for each in self.smtp.accepted]

    @property
    def mailbox(self) -> mailboxes.Mailbox:
        with self.house.database.read() as conn:
            return mailboxes.by_id(conn, 1)

    @property
    def paused(self) -> bool:
        return self.mailbox.state == "paused"

    def row(self, email: str) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollment_details.matching(conn, email=email)[0].enrollment

    def touched(self) -> list[str]:
        """Whoever an answer was held against."""
        with self.house.database.read() as conn:
            rows = enrollment_details.matching(conn)
        return sorted(each.email for each in rows if each.enrollment.state is not State.ACTIVE)

    def suppressed(self) -> set[str]:
        with self.house.database.read() as conn:
            return {each.value for each in suppressions.every(conn)}


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    login = (ADA, engine_house.PASSWORD)
    with (
        FaultServer(Behaviour(starttls=False, login=login)) as smtp,
        scripted_imap.running(Script()) as imap,
        engine_house.build(migrated_url, tmp_path, allow_test_domains=True) as house,
    ):
        yield Desk(house, smtp, imap)


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
    assert "two people in a row" in desk.mailbox.reason
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
    assert "the like answer" in desk.mailbox.reason
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

    def dies(conn: Connection, house: Context, attempts: Sequence[settle.Attempt]) -> None:
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


# What came back, read over IMAP.


def returned(
    desk: Desk, person: str, fields: str, *, sender: str = "mailer-daemon@mx.nobody.example"
) -> None:
    """A report about a person's mail comes into the inbox."""
    with desk.house.database.read() as conn:
        mail = messages.to_recipient(conn, person)
    assert mail is not None
    number = len(desk.script.mails) + 1
    said = fields.strip().replace("\n", "\r\n").replace("PERSON", f"rfc822; {person}")
    desk.script.mails[number] = (
        f"From: Mail Delivery System <{sender}>\r\nTo: {ADA}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <b{number}@nobody.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\n\r\nYour mail was not delivered.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{said}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail.message_id}\r\n\r\n--b--\r\n"
    ).encode()


def report(
    *,
    reporting: str,
    remote: str = "",
    said: str = "550 5.7.1 message refused by policy",
    kind: str = "smtp",
) -> str:
    told = f"Remote-MTA: dns; {remote}\n" if remote else ""
    return (
        f"Reporting-MTA: dns; {reporting}\n\nFinal-Recipient: PERSON\nAction: failed\nStatus: 5.7.1\n{told}"
        f"Diagnostic-Code: {kind}; {said}\n"
    )


def written_to(desk: Desk, *emails: str) -> None:
    desk.enroll(*emails)
    desk.turns(len(emails) + 2)
    assert desk.accepted == list(emails)


OURS, LAKE = "out.firm.example", "mx.lake.example"


def test_what_our_own_server_writes_back_pauses_at_once(desk: Desk) -> None:
    written_to(desk, KIM, BOB)
    returned(desk, KIM, report(reporting=OURS, kind="x-unix"))
    desk.advance(hours=1)
    desk.turns(1)
    assert desk.paused
    assert mailbox_service.show(desk.house, ADA).refused_by == ()


@pytest.mark.parametrize(
    "fields",
    [
        report(reporting=OURS, remote=LAKE),
        report(reporting=OURS, remote=LAKE, said="554 5.7.1 sending limit for your address exceeded"),
        report(reporting=LAKE),
        report(reporting=OURS, remote="mx1.filter.example [192.0.2.1]"),
    ],
    ids=["told by theirs", "in our words", "written by theirs", "told by a filter"],
)
def test_what_a_receiving_server_says_holds_its_organisation_whatever_the_words(
    desk: Desk, fields: str
) -> None:
    written_to(desk, KIM, LOU, BOB)
    returned(desk, KIM, fields)
    desk.advance(hours=1)
    desk.turns(1)
    assert (desk.paused, desk.touched()) == (False, [KIM, LOU])
    assert "is refused" in desk.row(LOU).reason
    assert "nothing says" not in desk.row(LOU).reason


@pytest.mark.parametrize("where", [OURS, "relay.elsewhere.example"])
def test_where_nothing_tells_it_is_said_so_and_a_second_organisation_pauses(desk: Desk, where: str) -> None:
    written_to(desk, KIM, LOU, BOB)
    returned(desk, KIM, report(reporting=where))
    desk.advance(hours=1)
    desk.turns(1)
    assert (desk.paused, desk.touched()) == (False, [KIM, LOU])
    assert "nothing says whether" in desk.row(KIM).reason
    assert "nothing says whether" in desk.row(LOU).reason
    returned(desk, BOB, report(reporting="gate.other.example", said="554 5.7.1 rejected as spam"))
    desk.advance(hours=1)
    desk.turns(1)
    assert desk.paused


DOUBT = "550 5.1.0 address rejected, id 7Q"


def came_back(desk: Desk, person: str, words: str = DOUBT, **hosts: str) -> None:
    """The mail of a person is written back in doubt, and read."""
    fields = report(reporting=OURS, said=words, **hosts).replace("Status: 5.7.1", "Status: 5.1.0")
    returned(desk, person, fields)
    desk.advance(hours=1)
    desk.turns(1)


def test_the_same_words_that_our_server_writes_back_to_two_people_pause(desk: Desk) -> None:
    written_to(desk, KIM, BOB)
    came_back(desk, KIM)
    assert (desk.paused, desk.touched()) == (False, [KIM])
    came_back(desk, BOB, DOUBT.replace("7Q", "8R"))
    assert desk.paused
    assert "two people in a row" in desk.mailbox.reason
    assert desk.suppressed() == set()


def test_what_two_receiving_servers_write_in_doubt_is_about_two_people(desk: Desk) -> None:
    written_to(desk, KIM, BOB)
    came_back(desk, KIM, remote="mx.lake.example")
    came_back(desk, BOB, remote="mx.hill.example")
    assert (desk.paused, desk.touched(), desk.suppressed()) == (False, [BOB, KIM], set())


def test_other_words_that_came_back_pause_nothing(desk: Desk) -> None:
    written_to(desk, KIM, BOB)
    came_back(desk, KIM)
    came_back(desk, BOB, "550 5.1.0 we do not like it")
    assert (desk.paused, desk.touched()) == (False, [BOB, KIM])


def test_one_at_once_and_then_one_that_came_back_in_the_same_words_pause(desk: Desk) -> None:
    written_to(desk, BOB)
    desk.enroll(KIM)
    desk.says(DOUBT)
    desk.turns(1)
    came_back(desk, BOB, DOUBT.replace("7Q", "8R"))
    assert desk.paused
    assert (desk.touched(), desk.suppressed()) == ([BOB, KIM], set())


def test_one_that_came_back_and_then_one_at_once_in_the_same_words_pause(desk: Desk) -> None:
    written_to(desk, BOB)
    came_back(desk, BOB, DOUBT.replace("7Q", "8R"))
    desk.enroll(KIM, EVE)
    desk.says(DOUBT)
    desk.turns()
    assert desk.paused
    assert (desk.touched(), desk.offered) == ([BOB], [BOB, KIM])


def test_one_at_once_and_one_that_came_back_are_two_organisations(desk: Desk) -> None:
    written_to(desk, BOB)
    desk.enroll(KIM)
    desk.says(handed_on("lake.example"))
    desk.turns(1)
    assert (desk.paused, desk.touched()) == (False, [KIM])
    returned(desk, BOB, report(reporting=OURS, remote="mx.hill.example", said="554 5.7.1 rejected as spam"))
    desk.advance(hours=1)
    desk.turns(1)
    assert desk.paused
    assert "lake.example" in desk.mailbox.reason
    assert "hill.example" in desk.mailbox.reason


def handed_on(where: str, words: str = "550 5.7.1 blocked for its reputation") -> str:
    code = words.partition(" ")[0]
    return f"{code} host mx.{where}[192.0.2.9] said: {words} (in reply to end of DATA command)"


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
    assert "several organisations" in desk.mailbox.reason
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
    assert f"(the mail to {KIM})" in desk.mailbox.reason
    desk.advance(minutes=pause)
    resumed(desk)
    desk.says(*[TAKEN] * 5, SPAM, point=point)
    desk.turns(30)
    assert sorted(desk.accepted) == sorted(SIX[1:])
    assert desk.offered[-1] == KIM
    assert desk.offered.count(KIM) == 2
    assert not desk.paused
    assert desk.touched() == [KIM]
    assert "others' were taken" in desk.row(KIM).reason
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
    assert f"(the mail to {second})" in desk.mailbox.reason
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
