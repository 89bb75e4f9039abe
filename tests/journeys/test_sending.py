"""Sending: bounces, refusals, missing words, people's decisions."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.journeys.stage import ADA, FOLLOW_UP, Stage
from tests.reworded import in_english

OLA = "ola@acme.example"


def test_an_address_that_does_not_exist_bounces_and_is_never_written_to_again(stage: Stage) -> None:
    stage.world.on_recipient(lambda who: "550 5.1.1 no such user" if who == OLA else None)
    stage.enroll(OLA)
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 0
    assert stage.state(OLA) == "bounced"
    assert [each.value for each in stage.relance.contacts.suppressions()] == [OLA]


def test_a_greylisted_mail_goes_half_an_hour_later(stage: Stage) -> None:
    greylisted = True
    stage.world.on_recipient(lambda who: "451 4.7.1 greylisted" if greylisted else None)
    stage.enroll(OLA)
    stage.advance(minutes=20)
    assert stage.sent_to(OLA) == 0
    greylisted = False
    stage.advance(minutes=20)
    assert stage.sent_to(OLA) == 1
    assert stage.kinds(OLA)[:3] == ["enrollment.created", "message.deferred", "message.accepted"]


@pytest.mark.parametrize(
    "said",
    [
        "550 5.4.5 Daily sending quota exceeded",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for external recipients",
        "550 5.7.705 Access denied, tenant has exceeded threshold",
        "550 5.7.708 Access denied, traffic not accepted from this IP",
        "550 5.2.252 SendAsDenied; ada@northwind.example not allowed to send",
    ],
    ids=lambda said: said[4:12].strip(),
)
def test_a_used_up_quota_pauses_the_mailbox_and_suppresses_nobody(stage: Stage, said: str) -> None:
    full = True
    stage.world.on_recipient(lambda who: said if full else None)
    stage.enroll(OLA)
    stage.advance(days=1)
    mailbox = stage.relance.mailboxes.list()[0]
    assert mailbox.state == "paused"
    assert said[4:] in mailbox.reason
    assert stage.relance.contacts.suppressions() == ()
    full = False
    stage.relance.mailboxes.resume(mailbox.address)
    stage.advance(days=1)
    assert stage.sent_to(OLA) == 1


def test_a_missing_word_is_named_before_anything_is_sent(stage: Stage) -> None:
    stage.mailbox()
    stage.relance.contacts.add(OLA, first_name="Ola")
    report = stage.relance.enroll(stage.publish(), [OLA])
    assert report.enrolled == 0
    assert in_english("company") in report.skipped[0].reason


def test_a_paused_person_gets_nothing_until_resumed(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.relance.pause(OLA, reason="they asked for a week")
    stage.advance(days=14)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "paused"
    stage.relance.resume(OLA)
    stage.advance(days=14)
    assert stage.sent_to(OLA) == 3


def test_a_stopped_person_gets_nothing_more(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.relance.stop(OLA)
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "stopped"


def test_a_suppressed_domain_is_never_written_to(stage: Stage) -> None:
    stage.mailbox()
    stage.contact(OLA)
    stage.relance.contacts.suppress("@acme.example", "a customer of ours")
    report = stage.relance.enroll(stage.publish(), [OLA])
    assert report.enrolled == 0
    assert "customer of ours" in report.skipped[0].reason


def test_a_suppression_made_after_enrolling_stops_what_is_planned(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.relance.contacts.suppress(OLA, "asked by telephone")
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "unsubscribed"


def test_a_paused_sequence_sends_nothing_and_goes_on_where_it_was(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.relance.sequences.pause(FOLLOW_UP["sequence"], "new prices")
    stage.advance(days=10)
    assert stage.sent_to(OLA) == 1
    stage.relance.sequences.resume(FOLLOW_UP["sequence"])
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_a_mailbox_never_sends_more_than_its_cap_in_24_hours(stage: Stage) -> None:
    stage.mailbox(daily_cap=2)
    people = [f"p{number}@firm{number}.example" for number in range(5)]
    stage.enroll(*people)
    stage.advance(hours=20)
    assert sum(stage.sent_to(person) for person in people) == 2
    stage.advance(days=5)
    assert all(stage.sent_to(person) >= 1 for person in people)


def test_what_the_salesperson_sends_by_hand_leaves_less_for_us(stage: Stage) -> None:
    stage.mailbox(daily_cap=2)
    stage.run()
    aunt = EmailMessage()
    aunt["From"], aunt["To"], aunt["Subject"], aunt["Message-ID"] = (
        ADA,
        "aunt@family.example",
        "Sunday",
        "<1@phone.example>",
    )
    aunt["Date"] = stage.clock.now()
    aunt.set_content("See you.")
    stage.place(ADA, aunt.as_bytes(), folder="Sent")
    stage.look()
    people = [f"p{number}@firm{number}.example" for number in range(3)]
    stage.enroll(*people)
    stage.advance(hours=10, minutes=30)  # half past nine, and the mail to the aunt left at ten
    assert sum(stage.sent_to(person) for person in people) == 1
    assert stage.relance.status().mailboxes[0].by_hand == 1
    stage.advance(hours=1)
    assert sum(stage.sent_to(person) for person in people) == 2


def test_mail_leaves_only_in_the_persons_own_working_hours(stage: Stage) -> None:
    stage.mailbox()
    stage.contact("bob@acme.example", zone="America/New_York")
    stage.enroll("bob@acme.example")
    stage.advance(days=12)
    for mail in stage.arrived("bob@acme.example"):
        local = mail.when.at.astimezone(__import__("zoneinfo").ZoneInfo("America/New_York"))
        assert 9 <= local.hour < 17
        assert local.weekday() < 5
