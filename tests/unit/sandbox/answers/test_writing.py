"""What prospects write: well-formed, in thread, and quoting as each mail program in each language does."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox.parsing import message
from relance.sandbox import record
from relance.sandbox.answers import phrases, quoting, writing
from relance.sandbox.cast import behaviour
from relance.sandbox.letters import letter

NOW = dt.datetime(2026, 3, 4, 10, 30, tzinfo=dt.UTC)
PERSON = "piotr.krol@firma.example"
RAW = (
    b"From: Ada Lind <ada@reps.example>\r\nTo: piotr.krol@firma.example\r\nSubject: Re: Short question\r\n"
    b"Date: Wed, 04 Mar 2026 09:00:00 +0100\r\nMessage-ID: <m2@reps.example>\r\nReferences: <m1@reps.example>\r\n\r\n"
    b"Hello Piotr,\r\n\r\ncan we talk?\r\n"
)
TO = letter.read(RAW)
Fate = behaviour.Fate
LANGUAGES = sorted(phrases.BY_LANGUAGE)


def persona(
    fate: Fate = Fate.POSITIVE, language: str = "en", client: str = "gmail", zone: str = "Europe/Warsaw"
) -> behaviour.Persona:
    return behaviour.Persona(PERSON, "Piotr Król", language, zone, client, fate)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", behaviour.CLIENTS)
@pytest.mark.parametrize("fate", sorted(behaviour.ANSWERING))
def test_every_answer_is_a_whole_mail_in_thread(language: str, client: str, fate: Fate) -> None:
    written = writing.answer(persona(fate, language, client), TO, NOW, seed=1)

    found = message.read(written.raw)

    assert found.defects == ()
    assert found.from_address == PERSON
    assert found.in_reply_to == ("<m2@reps.example>",)
    assert found.references == ("<m1@reps.example>", "<m2@reps.example>")
    assert any(words in found.text for words in phrases.BY_LANGUAGE[language].answers[fate])
    assert "can we talk?" in found.text
    assert found.subject.count("Short question") == 1
    assert b"\r\n" in written.raw
    assert b"\n" not in written.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("language", "client", "line"),
    [
        ("en", "gmail", "On Wed, Mar 4, 2026 at 09:00 Ada Lind <ada@reps.example> wrote:"),
        ("pl", "gmail", "śr., 4 mar 2026 o 09:00 Ada Lind <ada@reps.example> napisał(a):"),
        (
            "pl",
            "apple",
            "Wiadomość napisana przez Ada Lind <ada@reps.example> w dniu 4 mar 2026, o godz. 09:00:",
        ),
        ("de", "thunderbird", "Am 4.03.2026 um 09:00 schrieb Ada Lind:"),
        ("fr", "gmail", "Le mer. 4 mars 2026 à 09:00, Ada Lind <ada@reps.example> a écrit :"),
        ("es", "gmail", "El mié, 4 mar 2026 a las 09:00, Ada Lind (<ada@reps.example>) escribió:"),
    ],
)
def test_attribution_lines(language: str, client: str, line: str) -> None:
    assert quoting.attribution(persona(language=language, client=client), TO) == line


def test_outlook_quotes_with_a_block_of_headers_and_translates_the_prefix() -> None:
    reader = persona(language="de", client="outlook")

    assert quoting.subject(reader, TO) == "AW: Short question"
    assert "Von: Ada Lind <ada@reps.example>\nGesendet: 04.03.2026 09:00\nAn: Piotr Król" in quoting.text(
        reader, TO, "Ja."
    )
    assert "> " not in quoting.text(reader, TO, "Ja.")


@pytest.mark.parametrize(
    ("language", "until"),
    [
        ("en", "until 14 March 2026"),
        ("pl", "do 14 marca 2026"),
        ("de", "bis zum 14.03.2026"),
        ("fr", "jusqu'au 14 mars 2026"),
        ("es", "hasta el 14 de marzo de 2026"),
    ],
)
def test_an_absence_note_names_its_end(language: str, until: str) -> None:
    note = writing.absence(persona(language=language), TO, NOW, dt.date(2026, 3, 14))
    found = message.read(note.raw)

    assert until in found.text
    assert found.header("auto-submitted") == "auto-generated"
    assert note.kind is record.Kind.OUT_OF_OFFICE


def test_a_bounce_and_a_complaint_return_our_id_and_name_the_person() -> None:
    bounce = message.read(writing.bounce(persona(Fate.BOUNCE), TO, RAW, NOW).raw)
    complaint = message.read(writing.complaint(persona(Fate.COMPLAINT), TO, RAW, NOW).raw)

    assert [(one.final_recipient, one.action, one.status) for one in bounce.reports] == [
        (PERSON, "failed", "5.1.1")
    ]
    assert bounce.returned_ids == complaint.returned_ids == ("<m2@reps.example>",)
    assert complaint.feedback_type == "abuse"


def test_an_answer_can_come_from_a_colleague_and_repeats_for_the_same_seed() -> None:
    reader = behaviour.Persona(
        PERSON, "Piotr Król", "pl", "Europe/Warsaw", "gmail", Fate.NEGATIVE, colleague=("Ewa", "ewa@firma.example")
    )  # fmt: skip
    first = writing.answer(reader, TO, NOW, seed=3)

    assert (first.from_address, first.person) == ("ewa@firma.example", PERSON)
    assert (
        message.read(first.raw).message_id
        == message.read(writing.answer(reader, TO, NOW, seed=3).raw).message_id
    )
