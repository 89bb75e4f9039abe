"""Italian as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Sono in ferie fino a venerdì 21 agosto incluso.", "2026-08-22"),
    ("Sono fuori ufficio e rientrerò mercoledì 12 agosto.", "2026-08-12"),
    ("Dal 3 al 16 agosto sono assente per ferie.", "2026-08-17"),
    ("Sono in trasferta e leggo la posta saltuariamente.", None),
    ("Al momento sono assente. Per urgenze chiamare lo 02 1208 2026.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Vi informiamo che Paolo Riva non fa più parte della nostra azienda. Scrivete a vendite@acme.example.", "vendite@acme.example"),
    ("Ho lasciato l'azienda a giugno.", None),
]  # fmt: skip
STOP = [
    "Vi prego di cancellarmi dalla vostra lista.",
    "Non desidero ricevere altre email.",
    "Chiedo la cancellazione dei miei dati personali.",
]  # fmt: skip
ANSWERS = [
    ("Mi interessa, possiamo sentirci giovedì?", "positive"),
    ("Quanto costa per venti utenti?", "question"),
    ("Grazie, ma non siamo interessati.", "negative"),
    ("Mi ricontatti a ottobre.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "it")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
