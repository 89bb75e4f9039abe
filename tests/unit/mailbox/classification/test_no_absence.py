"""What a machine says with a date beside it, and is no absence: a request's answer, a mailbox that is shut, somebody who left."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus import written

RECEIVED = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


def judged(text: str) -> Classification:
    headers = {"From": "A. Veld <a.veld@veld.example>", "Subject": "Re: Offer"}
    headers |= {"Message-ID": "<1@veld.example>", "Auto-Submitted": "auto-replied"}
    return written.judged(text, RECEIVED, headers)


@pytest.mark.parametrize(
    "text",
    [
        "Your ticket #482211 has been created. We will answer by 20 November.",
        "Request 88123 was received and will be answered until Friday 20 November.",
        "Vielen Dank für Ihre Anfrage (Ticket 5523341). Wir melden uns bis zum 20. November bei Ihnen.",
        "Hiermit bestätigen wir den Eingang Ihrer Anfrage. Bearbeitung bis 20.11.2026.",
        "Votre demande n° 44521 a bien été reçue. Réponse avant le 20 novembre.",
        "Zgłoszenie nr 445210 zostało przyjęte. Odpowiemy do 20 listopada.",
        "Our e-mail addresses change on 20 November: from then on write to @new.example.",
        "Meine E-Mail-Adresse ändert sich zum 1. Dezember. Die neue Adresse lautet a.veld@new.example.",
        "Mon adresse change à partir du 1er décembre : a.veld@new.example",
        "Mój adres e-mail zmienia się od 1 grudnia. Nowy adres: a.veld@new.example",
        "Mi dirección de correo cambia a partir del 1 de diciembre: a.veld@new.example",
        "We have moved! From 20 November you find us at Harbour Street 5.",
        "I will be leaving Acme on 30 November. Please contact Kim from then on.",
    ],
)
def test_a_promise_or_a_change_is_no_absence(text: str) -> None:
    found = judged(text)
    assert found.kind in {Kind.AUTO_REPLY, Kind.LEFT_COMPANY}
    assert found.until is None


@pytest.mark.parametrize(
    "text",
    [
        "I left Acme in September. Please write to Kim (kim@veld.example).",
        "Ich habe das Unternehmen zum 30. September verlassen. Bitte wenden Sie sich an info@veld.example.",
        "J'ai quitté la société en septembre. Contactez Paul.",
        "Z końcem września odszedłem z firmy. Proszę o kontakt z Ewą.",
    ],
)
def test_who_left_is_not_away(text: str) -> None:
    assert judged(text).kind is Kind.LEFT_COMPANY


def test_who_left_for_the_holidays_is_away() -> None:
    found = judged("I have left for my holidays and return on 30 November.")
    assert (found.kind, found.until) == (Kind.OUT_OF_OFFICE, dt.date(2026, 11, 30))
