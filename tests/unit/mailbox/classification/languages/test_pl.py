"""Polish as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Dziękuję za wiadomość. Jestem na urlopie do piątku 21.08. W pilnych sprawach proszę dzwonić do sekretariatu.", "2026-08-22"),
    ("Uprzejmie informuję, że od 3.08.2026 do 16.08.2026 przebywam na urlopie wypoczynkowym.", "2026-08-17"),
    ("Witam, w biurze będę ponownie w środę 12 sierpnia.", "2026-08-12"),
    ("Jestem w podróży służbowej i mam ograniczony dostęp do poczty. Odpowiem najszybciej jak to możliwe.", None),
    ("Jestem nieobecny. Proszę o kontakt pod numerem 22 618 05 12.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Informujemy, że Pan Marek Zając nie jest już pracownikiem naszej firmy. Prosimy o kontakt: biuro@acme.example", "biuro@acme.example"),
    ("Dzień dobry, od 1 lipca nie pracuję w Acme.", None),
]  # fmt: skip
STOP = [
    "Proszę o usunięcie mojego adresu z Państwa bazy.",
    "Nie życzę sobie kolejnych wiadomości.",
    "Proszę już do mnie nie pisać.",
]  # fmt: skip
ANSWERS = [
    ("Dzień dobry, proszę o przesłanie cennika.", "positive"),
    ("Ile to kosztuje przy 20 użytkownikach?", "question"),
    ("Dziękuję, nie jesteśmy zainteresowani.", "negative"),
    ("Proszę wrócić do tematu we wrześniu.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "pl")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
