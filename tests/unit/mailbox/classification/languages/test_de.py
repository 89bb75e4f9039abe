"""German as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich Freitag, 21.08.2026, im Urlaub.", "2026-08-22"),
    ("Ich bin derzeit nicht im Haus und ab Mittwoch, den 12. August, wieder für Sie da.", "2026-08-12"),
    ("Vom 03.08.2026 bis zum 16.08.2026 bin ich nicht erreichbar.", "2026-08-17"),
    ("Ich bin auf Geschäftsreise und kann E-Mails nur unregelmäßig lesen.", None),
    ("Ich bin zurzeit krank. Bitte rufen Sie unsere Zentrale an: 089 1208 2026.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Herr Weber ist nicht mehr bei uns beschäftigt. Bitte schreiben Sie an vertrieb@acme.example.", "vertrieb@acme.example"),
    ("Frau Lang hat unser Unternehmen verlassen.", None),
]  # fmt: skip
STOP = [
    "Bitte streichen Sie mich aus Ihrem Verteiler.",
    "Bitte keine weiteren E-Mails.",
    "Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.",
]  # fmt: skip
ANSWERS = [
    ("Klingt spannend, lassen Sie uns telefonieren.", "positive"),
    ("Was kostet das pro Nutzer?", "question"),
    ("Danke, wir haben keinen Bedarf.", "negative"),
    ("Melden Sie sich bitte im Oktober noch einmal.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "de")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
