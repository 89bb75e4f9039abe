"""Over real sockets: mail that came back, read over IMAP, and what nobody can tell to be about one person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine.inbound.corrections import inbox, reclassify
from relance.engine.inbound.corrections.reclassify import RejudgeOptions
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes.health import watching
from relance.engine.reporting.history import failures
from relance.engine.store import events
from relance.engine.store.inbound import replies
from relance.engine.store.sending import messages
from tests import refusing
from tests.refusing import ADA, BOB, EVE, KIM, LOU, Desk, handed_on
from tests.reworded import in_english


@pytest.fixture
def desk(migrated_url: str, tmp_path: Path) -> Iterator[Desk]:
    with refusing.opened(migrated_url, tmp_path) as opened:
        yield opened


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
    assert in_english("is refused") in desk.row(LOU).reason
    assert "nothing says" not in desk.row(LOU).reason


@pytest.mark.parametrize("where", [OURS, "relay.elsewhere.example"])
def test_where_nothing_tells_it_is_said_so_and_a_second_organisation_pauses(desk: Desk, where: str) -> None:
    written_to(desk, KIM, LOU, BOB)
    returned(desk, KIM, report(reporting=where))
    desk.advance(hours=1)
    desk.turns(1)
    assert (desk.paused, desk.touched()) == (False, [KIM, LOU])
    assert in_english("by them or by this mailbox's own provider") in desk.row(KIM).reason
    assert in_english("by them or by this mailbox's own provider") in desk.row(LOU).reason
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
    assert in_english("two people in a row") in desk.mailbox.reason
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


NOT_IN_DIRECTORY = "550 5.4.1 Recipient address rejected: Access denied"


def refused_by_directory(desk: Desk, words: str = NOT_IN_DIRECTORY) -> None:
    """Kim's mail comes back with what may be said of an address, and proves nothing by itself."""
    theirs = report(reporting=OURS, remote="lake.mail.protection.outlook.com", said=words)
    returned(desk, KIM, theirs.replace("Status: 5.7.1", "Status: 5.4.1"))
    desk.turns(1)


def test_what_is_said_of_an_address_again_days_later_is_proof_and_in_the_same_hour_it_is_not(
    desk: Desk,
) -> None:
    written_to(desk, KIM)
    desk.advance(hours=1)
    refused_by_directory(desk)
    assert (desk.touched(), desk.suppressed()) == ([KIM], set())
    desk.advance(hours=1)
    refused_by_directory(desk)
    assert (desk.row(KIM).state, desk.suppressed()) == ("held", set())
    desk.advance(days=3)
    refused_by_directory(desk)
    assert (desk.row(KIM).state, desk.suppressed()) == ("bounced", {KIM})


def test_what_nothing_explains_suppresses_nobody_however_often(desk: Desk) -> None:
    written_to(desk, KIM)
    for _ in range(3):
        desk.advance(days=3)
        refused_by_directory(desk, "550 not today")
    assert (desk.row(KIM).state, desk.suppressed()) == ("held", set())


def test_the_reason_and_the_stage_are_kept_with_the_mail(desk: Desk) -> None:
    written_to(desk, KIM)
    desk.advance(hours=1)
    refused_by_directory(desk)
    (kept,) = inbox.page(desk.house)
    assert (kept.failure, kept.stage) == ("no_such_user", "rcpt")
    with desk.house.database.write() as conn:  # as the release before kept it
        replies.change(conn, kept.id, failure=None, failure_stage=None, rules_version=9)
    (change,) = reclassify.rejudge(desk.house, RejudgeOptions()).changes
    assert (change.before_kind, change.after_kind) == ("hard bounce", "hard bounce")
    assert in_english("no such address") in change.after
    assert inbox.show(desk.house, kept.id).failure is None
    reclassify.rejudge(desk.house, RejudgeOptions(apply=True))
    assert inbox.show(desk.house, kept.id).failure == "no_such_user"


def test_reasons_are_counted_at_once_and_as_they_come_back(desk: Desk) -> None:
    written_to(desk, KIM)
    desk.advance(hours=1)
    refused_by_directory(desk)
    desk.enroll(BOB)
    desk.says("550 5.1.1 User unknown")
    desk.turns(2)
    today = desk.house.clock.now().date()
    counted = failures.by_reason(desk.house, today - dt.timedelta(days=1), today + dt.timedelta(days=1))
    assert counted == {"no_such_user": 2}
    assert watching.failures(desk.house, ADA) == counted
    with desk.house.database.read() as conn:
        query = sa.text("select failure, failure_stage from message where recipient = :whom")
        row = conn.execute(query, {"whom": BOB}).one()
    assert tuple(row) == ("no_such_user", "rcpt")


def test_events_say_why_a_mail_was_refused_put_off_or_came_back(desk: Desk) -> None:
    """To programs that follow the events, as the mails' rows do: the reason, and how far the mail had come."""
    desk.enroll(EVE, LOU)
    desk.says("550 5.1.1 no such user here", "452 4.2.2 mailbox full")
    desk.turns(3)
    desk.enroll(KIM)
    desk.turns(3)
    returned(desk, KIM, report(reporting=LAKE, said="550 5.1.1 user unknown"))
    desk.advance(hours=1)
    desk.turns(1)
    with desk.house.database.read() as conn:
        told = [each for each in events.after(conn, 0, 10_000) if "failure" in each.data]
    found = {each.kind: (each.data["failure"], each.data["failure_stage"]) for each in told}
    assert found == {
        "message.refused": ("no_such_user", "rcpt"),
        "message.deferred": ("full", "rcpt"),
        "bounce.received": ("no_such_user", "accepted"),
    }
