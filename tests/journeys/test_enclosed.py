"""Somebody else answers with our mail, or an answer to it, as an attachment: nothing in the answer's own headers names us."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest

from tests.journeys.stage import ADA, Stage

OLA, ASSISTANT = "ola@acme.example", "assistant@elsewhere.example"


def enclosing(inner: bytes, *, as_file: bool) -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = ASSISTANT, ADA, "a question of mine"
    mail["Message-ID"] = "<a1@elsewhere.example>"
    mail.set_content("I answer for my colleague: call us on Tuesday.")
    if as_file:
        mail.add_attachment(inner, maintype="application", subtype="octet-stream", filename="mail.eml")
    else:
        mail.add_attachment(email.message_from_bytes(inner, policy=email.policy.SMTP))
    return mail.as_bytes()


@pytest.mark.parametrize("as_file", [False, True], ids=["a mail in a mail", "a file of a mail"])
def test_a_forwarded_mail_of_ours_stops_the_follow_up(stage: Stage, as_file: bool) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    [ours] = stage.arrived(OLA)
    stage.place(OLA, enclosing(ours.raw, as_file=as_file))
    stage.advance(days=20)
    assert (stage.state(OLA), stage.sent_to(OLA)) == ("replied", 1)
    [answer] = stage.relance.inbox.list()
    assert answer.matched_by == "named_mail"


def test_a_forwarded_answer_to_ours_stops_the_follow_up(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    [ours] = stage.arrived(OLA)
    answer = (
        f"From: {OLA}\r\nTo: {ASSISTANT}\r\nSubject: please take this\r\nMessage-ID: <o1@acme.example>\r\n"
        f"References: {ours.message_id}\r\n\r\nCan you answer her?\r\n"
    ).encode()
    stage.place(OLA, enclosing(answer, as_file=False))
    stage.advance(days=20)
    assert (stage.state(OLA), stage.sent_to(OLA)) == ("replied", 1)
