"""Somebody whom two salespeople write to: each sees that the other does, and nothing that was written in the other's mailbox."""

from __future__ import annotations

import html

import pytest

from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from tests import engine_house
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.reading import KIM, hear, letter, wrote
from tests.reworded import in_english

ANN, BEN = "ann@sales.example", "ben@sales.example"
WORDS = "I am no longer interested in the Zaunkoenig."


@pytest.fixture
def shared(console: Console) -> Console:
    """Kim answered Ben, and is in a sequence of Ann's, too."""
    house = console.app._context
    for each in (ANN, BEN):
        console.join(each, "salesperson")
    held_people.prepared(house, KIM, mailbox=BEN)
    engine_house.add_mailbox(house, ANN)
    for each in (ANN, BEN):
        console.app.mailboxes.assign(each, each)
    mail = wrote(house, KIM)
    hear(house, letter(KIM, subject="Re: Zaunkoenig", text=WORDS, In_Reply_To=mail.message_id), mailbox=BEN)
    publish.publish(house, "sequence: Winter\nsteps:\n  - {id: one, subject: Hi, body: Hi}\n")
    assert enroll.enroll(house, EnrollRequest("Winter", [KIM], [ANN])).enrolled == 1
    return console


@pytest.mark.parametrize(
    ("language", "title", "whose"),
    [
        ("en", "Reply received", "in a colleague's mailbox"),
        ("pl", "Otrzymano odpowiedź", "w skrzynce innej osoby z zespołu"),
    ],
)
def test_that_there_was_an_answer_is_seen_and_not_what_it_said(
    shared: Console, language: str, title: str, whose: str
) -> None:
    with shared.client(shared.tokens[ANN]) as ann, shared.client(shared.tokens[BEN]) as ben:
        hers, his = (html.unescape(each.get(f"/contacts/{KIM}?lang={language}").text) for each in (ann, ben))
    assert (in_english(title) if language == "en" else title) in hers
    assert (in_english(whose) if language == "en" else whose) in hers
    assert "Zaunkoenig" not in hers
    assert "/inbox?answer=" not in hers
    assert WORDS in his


def test_a_manager_reads_it_all(shared: Console) -> None:
    with shared.client(shared.join("boss@sales.example")) as boss:
        shown = html.unescape(boss.get(f"/contacts/{KIM}").text)
    assert WORDS in shown
    assert "colleague's mailbox" not in shown


@pytest.mark.wording
@pytest.mark.parametrize(
    ("language", "none", "one", "counted"),
    [
        ("en", "0 of your people enrolled", "1 of your people enrolled", "count your own people"),
        ("pl", "0 Twoich osób", "1 Twoja osoba", "tylko Twoje osoby"),
    ],
)
def test_whose_the_numbers_of_a_sequence_are_is_said(
    shared: Console, language: str, none: str, one: str, counted: str
) -> None:
    with shared.client(shared.tokens[ANN]) as ann, shared.client(shared.join("boss@sales.example")) as boss:
        assert none in ann.get(f"/sequences/Spring%20offer?lang={language}").text
        assert one in ann.get(f"/sequences/Winter?lang={language}").text
        assert counted in ann.get(f"/sequences?lang={language}").text
        assert counted not in boss.get(f"/sequences?lang={language}").text
        assert "1 person enrolled" in boss.get("/sequences/Spring%20offer?lang=en").text
