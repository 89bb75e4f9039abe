"""What a person writes from the inbox becomes a mail: their words and nothing else, in the thread, whatever anybody wrote."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import wording
from relance.engine.inbound.answering import service, writing
from relance.engine.inbound.answering.writing import Answered
from relance.mailbox.classification import quoting
from relance.mailbox.composing import compose
from relance.mailbox.composing.final_check import UnfitMail
from relance.mailbox.parsing.inbound import Kind

AT = dt.datetime(2026, 3, 2, 9, 5, tzinfo=dt.UTC)
THEIRS = Answered(
    "Kim Lake",
    "kim@lake.example",
    "Re: Offer",
    AT,
    "<2@world.example>",
    ("<1@sales.example>",),
    "Yes.\n\nWhen?",
)


def test_the_words_stand_above_what_they_answer() -> None:
    text = writing.text("Tuesday?\r\n\r\n", THEIRS, quote=True)
    own, _, quoted = text.partition("\n\n")
    assert own == "Tuesday?"
    assert quoted.split("\n")[1:] == ["> Yes.", ">", "> When?"]
    assert "Kim Lake" in quoted.split("\n")[0]
    assert writing.text("Tuesday?", THEIRS, quote=False) == "Tuesday?"


def test_a_signature_stands_between_the_words_and_the_quote_once() -> None:
    assert writing.text("Tuesday?", THEIRS, quote=False, sign="Ada\nLake") == "Tuesday?\n\n-- \nAda\nLake"
    assert writing.text("Tuesday?\nAda", THEIRS, quote=False, sign="Ada") == "Tuesday?\nAda"
    quoting = writing.text("Tuesday?", THEIRS, quote=True, sign="Ada")
    assert quoting.startswith("Tuesday?\n\nAda\n\n")
    assert "-- " not in quoting  # programs hide what stands below it


def test_what_is_quoted_already_is_marked_once_more() -> None:
    deep = dataclasses.replace(THEIRS, words="Yes.\n> Again?")
    assert writing.text("Good.", deep, quote=True).endswith("> Yes.\n>> Again?")


@pytest.mark.wording
@pytest.mark.parametrize(
    ("language", "above"),
    [
        ("en", "On Mon 2 March 2026 09:05 UTC, Kim Lake wrote:"),
        ("pl", "pon., 2 marca 2026, 09:05 UTC, Kim Lake pisze:"),
        ("", "2026-03-02 09:05+00:00, Kim Lake <kim@lake.example>:"),
        ("de", "2026-03-02 09:05+00:00, Kim Lake <kim@lake.example>:"),
    ],
)
@pytest.mark.parametrize("reads", ["en", "pl"])
def test_the_line_above_the_quote_is_in_the_language_of_the_mails_before(
    language: str, above: str, reads: str
) -> None:
    """Not in that of who answers: the recipient reads it."""
    with wording.speaking(reads):
        text = writing.text("Tak.", dataclasses.replace(THEIRS, language=language), quote=True)
    assert text.split("\n")[2].startswith(above)
    assert writing.without_quote(text) == "Tak."
    assert quoting.split(text).own.strip() == "Tak."  # programs know it for what it is, too


@pytest.mark.parametrize(
    ("theirs", "ours", "subject"),
    [
        ("Re: Offer", "Offer", "Re: Offer"),
        ("Odp: Re: AW: Offer", "", "Re: Offer"),
        ("Offer", "", "Re: Offer"),
        ("", "Offer", "Re: Offer"),
        ("  ", "Re: Offer", "Re: Offer"),
        ("Re:", "", "Re: ..."),
    ],
)
def test_the_subject_is_that_of_the_thread(theirs: str, ours: str, subject: str) -> None:
    assert writing.subject(theirs, ours) == subject


def test_it_is_threaded_under_what_it_answers() -> None:
    assert writing.thread(THEIRS) == ("<2@world.example>", ("<1@sales.example>", "<2@world.example>"))
    bad = dataclasses.replace(
        THEIRS, message_id="<a b@x>", references=("<ok@x.example>", "no id", "<x\r\nBcc: y@z>")
    )
    assert writing.thread(bad) == (None, ("<ok@x.example>",))


WORDS = st.text(st.characters(codec="utf-8"), max_size=300)


@given(
    words=WORDS, theirs=WORDS, subject=WORDS, name=WORDS, named=WORDS, references=st.lists(WORDS, max_size=4)
)
def test_nothing_that_anybody_wrote_becomes_a_header(
    words: str, theirs: str, subject: str, name: str, named: str, references: list[str]
) -> None:
    answered = Answered(name, "kim@lake.example", subject, AT, f"<{named}>", tuple(references), theirs)
    parent, thread = writing.thread(answered)
    draft = compose.MailDraft(
        from_name="Ada",
        from_address="ada@sales.example",
        to_name=name,
        to_address="kim@lake.example",
        subject=writing.subject(subject, ""),
        text=writing.text(words, answered, quote=True),
        html=None,
        message_id="<own@sales.example>",
        date=AT,
        in_reply_to=parent,
        references=thread,
    )
    try:
        raw = compose.compose(draft)
    except UnfitMail:
        return
    found = email.message_from_bytes(raw, policy=email.policy.default)
    mine = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version"}
    assert {key.lower() for key in found} <= mine | {"content-type", "content-transfer-encoding"}
    assert found.get_all("to") is not None
    assert len(found.get_all("to") or []) == 1
    assert found["message-id"].strip() == "<own@sales.example>"


@given(WORDS)
def test_words_are_no_template_and_stay_as_they_are(words: str) -> None:
    said = writing.tidy(f"{{{{ password }}}} {words} {{% raw %}}")
    assert "{{ password }}" in writing.text(said, THEIRS, quote=False)


def test_who_reads_no_answer_gets_none() -> None:
    nobody = {kind for kind, worth in service.WORTH_ANSWERING.items() if not worth}
    assert nobody == {
        Kind.HARD_BOUNCE,
        Kind.SOFT_BOUNCE,
        Kind.BLOCKED,
        Kind.COMPLAINT,
        Kind.RECEIPT,
        Kind.OWN_COPY,
    }
