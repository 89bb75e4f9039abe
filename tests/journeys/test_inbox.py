"""The inbox over all mailboxes: looked through, corrected, judged again, and what else comes back than plain answers."""

from __future__ import annotations

import email.utils

import pytest

from relance import errors
from relance.engine.inbound.corrections.inbox import ReplyFilter
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind
from relance.sandbox.record import Kind as Placed
from relance.sandbox.servers.postoffice import Mail
from tests.journeys.stage import ADA, FOLLOW_UP, Stage
from tests.reworded import in_english

OLA = "ola@acme.example"
JAN = "jan@acme.example"
ELSEWHERE = {"In-Reply-To": "<other@acme.example>", "References": "<other@acme.example>"}


def answers(stage: Stage, **wanted: object) -> list[str]:
    return [each.kind for each in stage.relance.inbox.list(ReplyFilter(**wanted))]  # type: ignore[arg-type]


def test_an_answer_is_listed_with_its_reason_and_its_words(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Yes, call me on Tuesday.")
    stage.look()
    found = stage.relance.inbox.list()
    assert [(each.email, each.kind, each.intent) for each in found] == [(OLA, "human answer", "positive")]
    assert "call me" in found[0].evidence.lower()
    assert found[0].matched_by == "named_mail"
    assert answers(stage, unread=True) == ["human answer"]
    stage.relance.inbox.show(found[0].id, mark_read=True)
    assert answers(stage, unread=True) == []
    assert answers(stage, kind="opt-out") == []
    assert answers(stage, email=OLA) == ["human answer"]
    with pytest.raises(errors.NotFound):
        stage.relance.inbox.show(4711)


def test_a_salesperson_corrects_a_wrong_stop_and_the_sequence_goes_on(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Thank you, your request was received by our team.")
    stage.look()
    assert stage.state(OLA) == "replied"
    number = stage.relance.inbox.list()[0].id
    done = stage.relance.inbox.correct(number, kind="auto-reply", note="their ticket system")
    assert (done.answer.kind, done.answer.judged_kind, done.answer.corrected) == (
        "auto-reply",
        "human answer",
        True,
    )
    assert done.effects == (in_english(f"{OLA}: replied → active"),)
    assert stage.state(OLA) == "active"
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_a_salesperson_corrects_a_missed_answer_and_nothing_more_is_sent(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "We have received your message.", headers={"Auto-Submitted": "auto-replied"})
    stage.look()
    assert stage.state(OLA) == "active"
    number = stage.relance.inbox.list()[0].id
    stage.relance.inbox.correct(number, kind="human answer", intent="negative")
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"
    assert answers(stage, intent="negative") == ["human answer"]


def test_what_an_opt_out_ended_is_not_reopened_by_a_correction(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Please remove me from your list.")
    stage.look()
    stage.relance.inbox.correct(stage.relance.inbox.list()[0].id, kind="human answer")
    stage.advance(days=20)
    assert stage.state(OLA) == "unsubscribed"
    assert stage.sent_to(OLA) == 1


def test_a_soft_match_holds_everybody_it_may_be_about_until_a_person_says_whose_it_is(stage: Stage) -> None:
    stage.enroll(OLA, JAN)
    stage.advance(hours=1)
    stage.answer(OLA, "About this: who are you?", sender="office@acme.example", headers=ELSEWHERE)
    stage.advance(days=20)
    assert (stage.state(OLA), stage.state(JAN)) == ("held", "held")
    assert (stage.sent_to(OLA), stage.sent_to(JAN)) == (1, 1)
    [waiting] = stage.relance.inbox.list(ReplyFilter(undecided=True))
    stage.relance.inbox.correct(waiting.id, kind="human answer", contact=JAN)
    assert stage.state(JAN) == "replied"
    assert answers(stage, undecided=True) == []


def test_a_soft_match_that_was_nothing_lets_everybody_go_on(stage: Stage) -> None:
    stage.enroll(OLA, JAN)
    stage.advance(hours=1)
    stage.answer(OLA, "About this: who are you?", sender="office@acme.example", headers=ELSEWHERE)
    stage.advance(days=6)
    [waiting] = stage.relance.inbox.list(ReplyFilter(undecided=True))
    stage.relance.inbox.correct(waiting.id, kind="list mail")
    stage.advance(days=20)
    assert (stage.sent_to(OLA), stage.sent_to(JAN)) == (3, 3)


def test_an_answer_from_a_private_address_that_quotes_us_holds_the_person(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = (
        "I read this at home, tell me more.\n\n> Hello Ola, one question.\n>\n> Sent to ola@acme.example\n"
    )
    stage.answer(OLA, words, sender="ola.nowak@gmail.com", headers=ELSEWHERE)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "held"


def test_a_forwarded_answer_holds_the_person_it_is_from(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = (
        "Ada, this came to the office.\n\n---------- Forwarded message ---------\n"
        f"From: Ola <{OLA}>\nSubject: Re: Fewer lost answers at Acme\n\nYes, call me on Tuesday.\n"
    )
    headers = {**ELSEWHERE, "Subject": "Fwd: Fewer lost answers at Acme"}
    stage.answer(OLA, words, sender="office@northwind.example", headers=headers)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "held"


def test_an_answer_to_the_token_in_our_address_is_found_without_any_other_key(stage: Stage) -> None:
    stage.mailbox(plus_addressing=True)
    stage.enroll(OLA)
    stage.advance(hours=1)
    reply_to = (stage.arrived(OLA)[0].header("reply-to") or "").strip("<>")
    assert reply_to.startswith("ada+")
    headers = {**ELSEWHERE, "To": reply_to, "Subject": "hello"}
    stage.answer(OLA, "Who is this?", sender="assistant@elsewhere.example", headers=headers)
    stage.advance(days=20)
    assert stage.state(OLA) == "replied"
    assert stage.sent_to(OLA) == 1


def test_an_old_mail_that_is_only_moved_now_stops_nothing(stage: Stage) -> None:
    stage.mailbox()
    stage.run()
    old = (
        f"From: {OLA}\r\nTo: {ADA}\r\nSubject: last year's order\r\nDate: {email.utils.format_datetime(stage.clock.now())}\r\n"
        "Message-ID: <old@acme.example>\r\n\r\nThanks for last year.\r\n"
    ).encode()
    stage.clock.advance(days=7)
    stage.enroll(OLA)
    stage.advance(hours=1)
    now = stage.clock.now()
    stage.clock.move_to(now)
    place_dated(stage, old, now.replace(year=2025))
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def place_dated(stage: Stage, raw: bytes, at: object) -> None:
    """Into the archive, with the arrival date it had where it lay before."""
    world = stage.world
    world._loop.call(world._reading.append(ADA, "Archive", raw, at))


def test_whoever_writes_by_hand_has_taken_over(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    date = email.utils.format_datetime(stage.clock.now())
    raw = (
        f"From: {ADA}\r\nTo: Ola <{OLA}>\r\nSubject: our call\r\nDate: {date}\r\n"
        "Message-ID: <hand@northwind.example>\r\n\r\nGood to talk to you!\r\n"
    )
    stage.world.place(ADA, Mail(raw.encode(), Placed.SENT_COPY, OLA, ADA, folder="Sent"))
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "paused"
    assert "our call" in stage.reason(OLA)
    assert answers(stage) == []
    assert answers(stage, by_hand=True) == ["own copy"]
    stage.relance.resume(OLA)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_an_answer_to_the_id_a_provider_gave_our_mail_is_found(stage: Stage) -> None:
    """As Outlook and SES do: another Message-ID on the wire, the date and the subject as we wrote them."""
    stage.mailbox("bea@northwind.example", "Bea")
    stage.world.add_rep("bea@northwind.example", "Bea", "correct horse", files_sent=False)
    stage.enroll(OLA)
    stage.advance(hours=1)
    [mail] = stage.arrived(OLA)
    theirs = "<0100018f@eu-west-1.amazonses.com>"
    copy = mail.raw.replace(mail.message_id.encode(), theirs.encode())
    stage.world.place("bea@northwind.example", Mail(copy, Placed.SENT_COPY, OLA, mail.rep, folder="Sent"))
    stage.look()
    headers = {"In-Reply-To": theirs, "References": theirs, "Subject": "hello"}
    stage.answer(OLA, "Yes.", sender="assistant@elsewhere.example", headers=headers)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"


def bounce(stage: Stage, status: str, words: str, sender: str = "mailer-daemon@northwind.example") -> bytes:
    last = stage.arrived(OLA)[-1]
    return (
        f"From: Mail Delivery System <{sender}>\r\nTo: {ADA}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Date: {email.utils.format_datetime(stage.clock.now())}\r\nMessage-ID: <b{status}{last.when.order}@northwind.example>\r\n"
        "Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.northwind.example\r\n\r\n"
        f"Final-Recipient: rfc822; {OLA}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {last.message_id}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_that_comes_back_later_ends_it_and_suppresses_the_address(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.place(OLA, bounce(stage, "5.1.1", "550 5.1.1 no such user"), kind=Placed.BOUNCE)
    stage.advance(days=20)
    assert stage.state(OLA) == "bounced"
    assert [each.value for each in stage.relance.contacts.suppressions()] == [OLA]
    number = stage.relance.inbox.list()[0].id
    stage.relance.inbox.correct(number, kind="auto-reply", note="a forwarder of theirs was broken")
    assert stage.relance.contacts.suppressions() == ()
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_a_bounce_about_our_reputation_holds_that_organisation_and_suppresses_nobody(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = "550 5.7.1 message rejected due to the reputation of the sender"
    stage.place(OLA, bounce(stage, "5.7.1", words), kind=Placed.BOUNCE)
    stage.advance(days=20)
    view = stage.relance.mailboxes.show(ADA)
    assert (view.state, view.refused_by) == ("active", ("acme.example",))
    assert stage.relance.contacts.suppressions() == ()
    assert stage.state(OLA) == "held"
    assert stage.sent_to(OLA) == 1
    assert stage.relance.mailboxes.retry(ADA, "acme.example", dry_run=True).going_on == (OLA,)
    assert stage.state(OLA) == "held"
    stage.relance.mailboxes.retry(ADA, "acme.example")
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3
    assert stage.relance.mailboxes.show(ADA).refused_by == ()


def test_a_quota_of_our_own_provider_pauses_the_mailbox_at_once(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = "550 5.4.5 Daily user sending limit exceeded"
    stage.place(OLA, bounce(stage, "5.4.5", words), kind=Placed.BOUNCE)
    stage.advance(days=20)
    assert stage.relance.mailboxes.show(ADA).state == "paused"
    assert (stage.state(OLA), stage.sent_to(OLA)) == ("held", 1)


def test_a_full_mailbox_is_tried_again(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.place(OLA, bounce(stage, "4.2.2", "452 4.2.2 mailbox full"), kind=Placed.BOUNCE)
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3
    assert answers(stage) == ["soft bounce"]


def test_a_complaint_ends_everything(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    last = stage.arrived(OLA)[-1]
    raw = (
        f"From: fbl@isp.example\r\nTo: {ADA}\r\nSubject: complaint\r\nMessage-ID: <c@isp.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is a complaint.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\nUser-Agent: isp/1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {last.message_id}\r\n\r\n--b--\r\n"
    )
    stage.place(OLA, raw.encode(), kind=Placed.COMPLAINT)
    stage.advance(days=20)
    assert stage.state(OLA) == "unsubscribed"
    assert stage.sent_to(OLA) == 1


def test_a_declined_invitation_is_an_answer(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    raw = (
        f"From: {OLA}\r\nTo: {ADA}\r\nSubject: Declined: our call\r\nMessage-ID: <i@acme.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: text/calendar; method=REPLY; charset="utf-8"\r\n\r\n'
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    )
    stage.place(OLA, raw.encode(), kind=Placed.CALENDAR)
    stage.advance(days=20)
    assert stage.state(OLA) == "replied"
    assert answers(stage) == ["calendar answer"]


def test_a_machine_that_confirms_receipt_stops_nothing(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "We have received your message.", headers={"Auto-Submitted": "auto-replied"})
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_who_left_the_company_is_not_written_to_and_who_follows_is_offered(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = "Ola Nowak no longer works for Acme. Please contact her successor Jan Lis at jan@acme.example."
    stage.answer(
        OLA, words, headers={"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: Ola has left"}
    )
    stage.advance(days=20)
    assert stage.state(OLA) == "stopped"
    [offer] = stage.relance.inbox.list(ReplyFilter(substitutes=True))
    assert offer.substitute == JAN
    taken = stage.relance.inbox.accept_substitute(offer.id)
    assert (taken.email, taken.company) == (JAN, "Acme")
    assert answers(stage, substitutes=True) == []


def test_better_rules_find_a_missed_answer_of_the_past(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "We have received your message.", headers={"Auto-Submitted": "auto-replied"})
    stage.look()

    def better(mail: InboundMail, **known: object) -> Classification:
        return Classification(Kind.HUMAN, "is person", "your message", intent="positive", version=99)

    monkeypatch.setattr("relance.mailbox.classification.judge", better)
    shown = stage.relance.inbox.rejudge()
    assert [(each.before, each.after) for each in shown.changes] == [
        (in_english("auto-reply"), in_english("human answer (interested)"))
    ]
    assert shown.changes[0].effects == (in_english(f"{OLA}: active → replied"),)
    assert stage.state(OLA) == "active"
    assert answers(stage) == ["auto-reply"]
    stage.relance.inbox.rejudge(apply=True)
    assert stage.state(OLA) == "replied"
    assert answers(stage) == ["human answer"]
    assert stage.relance.inbox.rejudge(apply=True).changes == ()
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1


def test_better_rules_reopen_what_was_stopped_by_mistake_only_when_told_to(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Ich bin nicht im Büro.")
    stage.look()
    before = stage.state(OLA)

    def better(mail: InboundMail, **known: object) -> Classification:
        return Classification(Kind.AUTO_REPLY, "is automatic", "nicht im Büro", version=99)

    monkeypatch.setattr("relance.mailbox.classification.judge", better)
    stage.relance.inbox.rejudge(apply=True)
    assert stage.state(OLA) == before
    monkeypatch.undo()


def test_the_bytes_are_dropped_after_their_time_and_the_judgement_stays(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA)
    stage.look()
    assert stage.relance.inbox.rejudge().looked == 1
    stage.clock.advance(days=91)
    stage.run()
    report = stage.relance.inbox.rejudge()
    assert (report.looked, report.without_raw) == (0, 1)
    assert answers(stage) == ["human answer"]


def test_a_correction_of_a_colleagues_interest_lets_the_company_go_on(stage: Stage) -> None:
    stage.enroll(OLA, JAN, definition={**FOLLOW_UP, "stop": {"company": "positive reply"}})
    stage.advance(hours=1)
    stage.answer(OLA, "Yes, call me on Tuesday.")
    stage.look()
    assert stage.state(JAN) == "stopped"
    stage.relance.inbox.correct(stage.relance.inbox.list()[0].id, intent="negative")
    assert (stage.state(OLA), stage.state(JAN)) == ("replied", "active")
