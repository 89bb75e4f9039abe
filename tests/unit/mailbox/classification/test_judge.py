"""The table as a whole: guards, evidence, and that nothing escapes it."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mailbox import classification
from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, DeliveryReport, InboundMail, Kind
from relance.wording import Text

RECEIVED = dt.datetime(2026, 8, 3, 9, 0, tzinfo=dt.UTC)
PLAIN = InboundMail(
    message_id="<a@acme.example>", from_address="anna@acme.example", from_name="Anna", to=("jan@us.example",),
    subject="Re: a call", date=None, in_reply_to=("<m@us.example>",), references=(), headers=(),
    content_type="text/plain", content_params=(), text="Yes please",
)  # fmt: skip


def judge(mail: InboundMail = PLAIN, **changes: object) -> Classification:
    changed = dataclasses.replace(mail, **changes)  # type: ignore[arg-type]
    return classification.judge(
        changed, received=RECEIVED, own_addresses=["Jan@us.example"], mailed=["anna@acme.example"]
    )


def test_a_judgement_explains_itself() -> None:
    found = judge(text="Not interested, thanks.\n")
    assert (found.kind, found.intent, found.rule) == (Kind.HUMAN, "negative", "is person")
    assert "Not interested" in found.evidence
    assert found.version == classification.VERSION


def test_an_automatic_mark_that_says_no_is_none() -> None:
    assert judge(headers=(("auto-submitted", "no"), ("x-autoreply", "no"))).kind is Kind.HUMAN


def test_what_a_machine_only_forwarded_was_written_by_a_person() -> None:
    assert judge(headers=(("auto-submitted", "auto-forwarded"),)).kind is Kind.HUMAN


def test_an_instruction_to_other_machines_marks_nobody_as_one() -> None:
    assert judge(headers=(("x-auto-response-suppress", "All"),)).kind is Kind.HUMAN


@pytest.mark.parametrize("word", ["unsubscribe", "STOP", "wypisz mnie", "abmelden"])
def test_one_word_is_an_opt_out(word: str) -> None:
    assert judge(text=word).kind is Kind.OPT_OUT


def test_a_forwarded_address_is_reported_by_the_one_we_mailed() -> None:
    report = DeliveryReport(
        "ania@private.example", "anna@acme.example", "failed", "5.1.1", "550 5.1.1 no such user"
    )
    found = judge(
        from_address="mailer-daemon@private.example", subject="Undelivered", in_reply_to=(), reports=(report,)
    )
    assert (found.kind, found.recipient, found.status) == (Kind.HARD_BOUNCE, "anna@acme.example", "5.1.1")


def test_a_report_in_a_persons_mail_is_an_attachment() -> None:
    report = DeliveryReport("x@us.example", None, "failed", "5.1.1", None)
    assert judge(content_type="multipart/mixed", reports=(report,)).kind is Kind.HUMAN


def test_a_complaint_in_a_persons_mail_is_an_attachment() -> None:
    assert judge(content_type="multipart/mixed", feedback_type="abuse").kind is Kind.HUMAN
    report = dataclasses.replace(PLAIN, content_type="multipart/report", in_reply_to=(), subject="FW: a call")
    assert judge(report, feedback_type="abuse").kind is Kind.COMPLAINT


def test_outlook_names_who_complained_whatever_the_subject() -> None:
    named = DeliveryReport("anna@acme.example", None, None, None, None)
    found = judge(
        from_address="staff@outlook.example", subject="FW: a call", in_reply_to=(), reports=(named,)
    )
    assert (found.kind, found.recipient) == (Kind.COMPLAINT, "anna@acme.example")
    assert judge(reports=(named,)).kind is Kind.HUMAN  # a person who forwards one


def test_our_own_mail_is_ours_unless_a_group_wrote_its_address_over_a_persons() -> None:
    assert judge(from_address="jan@us.example").kind is Kind.OWN_COPY
    assert (
        judge(from_address="jan@us.example", headers=(("x-original-from", "anna@acme.example"),)).kind
        is Kind.HUMAN
    )


def test_answer_text_is_the_persons_own_words() -> None:
    mail = dataclasses.replace(
        PLAIN, text="Yes\n\nOn Mon, Aug 3, 2026 at 9:04 AM Jan <jan@us.example> wrote:\n> STOP\n"
    )
    assert classification.answer_text(mail) == "Yes"


HEADERS = st.lists(st.tuples(st.sampled_from(["auto-submitted", "return-path", "precedence", "list-id", "x-mailer"]), st.text(max_size=40)), max_size=4)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), HEADERS, st.none() | st.emails())
def test_every_mail_is_judged(
    text: str, subject: str, headers: list[tuple[str, str]], sender: str | None
) -> None:
    found = judge(text=text, subject=subject, headers=tuple(headers), from_address=sender)
    assert found.kind in Kind
    assert found.until is None or RECEIVED.date() - dt.timedelta(days=1) <= found.until


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_judged(raw: bytes) -> None:
    assert classification.judge(message.read(raw), received=RECEIVED, own_addresses=[]).kind in Kind


@pytest.mark.parametrize(
    "piece", ["a", "On ", "14 august ", "for urgent ", "> ", "From: x\n", "550 5.1.1 user ", "+1 "]
)
def test_endless_text_is_judged(piece: str) -> None:
    assert judge(text=piece * (60_000 // len(piece))).kind in Kind


def test_bytes_that_are_no_mail_are_unreadable() -> None:
    found = classification.judge(message.read(bytes(range(256)) * 3), received=RECEIVED, own_addresses=[])
    assert (found.kind, found.language) == (Kind.UNREADABLE, None)
    odd = (Defect.NO_EMPTY_LINE, Defect.CHARSET, Defect.NO_SENDER, Defect.NO_HEADERS)
    told = (Oddity(each).text for each in odd)
    assert found.evidence == Text.together(*told, by="; ")


def test_a_daemon_nobody_understands_proves_no_address_dead() -> None:
    found = judge(from_address="mailer-daemon@acme.example", subject="???", text="Hmm.", in_reply_to=())
    assert found.kind is Kind.SOFT_BOUNCE


def test_a_footer_that_calls_itself_automatic_makes_no_machine() -> None:
    footer = "This is an automatically generated footer. Do not reply to this address.\nAutomatic reply."
    assert judge(text=f"Yes please.\n\n{footer}").kind is Kind.HUMAN


def test_a_robot_says_it_and_says_something_else_of_robots() -> None:
    text = "Anna is out of the office until 14 August.\n\nThis is an automatic reply."
    found = judge(text=text)
    assert (found.kind, found.until) == (Kind.OUT_OF_OFFICE, dt.date(2026, 8, 15))


def test_a_gateway_that_loses_the_envelope_sender_makes_no_machine() -> None:
    path = (("return-path", "<>"),)
    assert judge(headers=path, text="Thanks Jan, let me check with the team.").kind is Kind.HUMAN
    assert judge(headers=path, text="Thank you for your message. I am away.").kind is Kind.OUT_OF_OFFICE


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("We signed with others on 14 August 2026. Call me in October.", dt.date(2026, 10, 1)),
        ('Peter answered: "I am out of the office until 20 August". Who signs instead?', None),
        ("Our office moves on 1 September. What does it cost?", None),
        ("I am on vacation until 21 August, let's talk then.", dt.date(2026, 8, 22)),
    ],
)
def test_a_persons_day_is_the_one_their_words_name(text: str, until: dt.date | None) -> None:
    found = judge(text=text)
    assert (found.kind, found.until) == (Kind.HUMAN, until)


def test_a_report_speaks_of_nobody_it_came_to() -> None:
    found = judge(
        from_address="mailer-daemon@mx.example", to=("jan@private.example",), in_reply_to=(), subject="failure notice",
        text="Dear jan@private.example, your mail to an.na@acme.example could not be delivered.",
    )  # fmt: skip
    assert (found.kind, found.recipient) == (Kind.HARD_BOUNCE, "an.na@acme.example")


def test_bulk_of_a_person_we_mailed_who_speaks_to_us_is_an_answer() -> None:
    bulk = (("precedence", "bulk"), ("list-unsubscribe", "<https://x.example/u>"))
    assert judge(headers=bulk, in_reply_to=(), subject="Hi", text="Can you call me?").kind is Kind.HUMAN
    assert judge(headers=bulk, in_reply_to=(), subject="News", text="Ten tips.").kind is Kind.LIST_MAIL
