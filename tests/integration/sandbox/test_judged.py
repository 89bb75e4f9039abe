"""What prospects mean is what the mailbox room understands: the audit and the engine must speak of the same answers."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.sandbox import record
from relance.sandbox.answers import phrases, writing
from relance.sandbox.cast import behaviour
from relance.sandbox.letters import letter
from relance.sandbox.servers import postoffice

NOW = dt.datetime(2026, 3, 4, 10, 30, tzinfo=dt.UTC)
PERSON, REP = "piotr.krol@firma.example", "ada@reps.example"
OURS = "Dzień dobry,\n\nczy możemy porozmawiać?\n\nAda\n\nNie chcesz więcej takich wiadomości? Wypisz się.\n"
RAW = (
    b"From: Ada Lind <ada@reps.example>\r\nTo: piotr.krol@firma.example\r\nSubject: Short question\r\n"
    b"Date: Wed, 04 Mar 2026 09:00:00 +0100\r\nMessage-ID: <m1@reps.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + OURS.replace("\n", "\r\n").encode()
)
TO = letter.read(RAW)
Fate = behaviour.Fate
LANGUAGES = sorted(phrases.BY_LANGUAGE)
MEANT = {
    Fate.POSITIVE: Kind.HUMAN,
    Fate.NEGATIVE: Kind.HUMAN,
    Fate.QUESTION: Kind.HUMAN,
    Fate.OPT_OUT: Kind.OPT_OUT,
    Fate.CALENDAR: Kind.CALENDAR,
}


def persona(fate: Fate, language: str, client: str = "gmail") -> behaviour.Persona:
    return behaviour.Persona(PERSON, "Piotr Król", language, "Europe/Warsaw", client, fate)


def judged(mail: postoffice.Mail) -> Classification:
    return classification.judge(
        message.read(mail.raw), received=NOW, own_addresses=[REP], sent=[OurMail(OURS)], mailed=[PERSON]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", behaviour.CLIENTS)
@pytest.mark.parametrize("fate", sorted(MEANT))
def test_answers(language: str, client: str, fate: Fate) -> None:
    for seed in range(4):
        mail = writing.answer(persona(fate, language, client), TO, NOW, seed)
        assert mail.kind in record.ANSWERS
        assert judged(mail).kind is MEANT[fate]


@pytest.mark.parametrize("language", LANGUAGES)
def test_machines(language: str) -> None:
    reader = persona(Fate.SILENT, language)
    until = dt.date(2026, 3, 14)
    absence = judged(writing.absence(reader, TO, NOW, until))
    assert (absence.kind, absence.until) == (Kind.OUT_OF_OFFICE, until + dt.timedelta(days=1))
    assert judged(writing.left_company(reader, TO, NOW)).kind is Kind.LEFT_COMPANY
    assert judged(writing.bounce(reader, TO, RAW, NOW)).kind is Kind.HARD_BOUNCE
    assert judged(writing.complaint(reader, TO, RAW, NOW)).kind is Kind.COMPLAINT
