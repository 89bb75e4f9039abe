"""Ukrainian as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Дякую за повідомлення. Я у відпустці до п’ятниці, 21 серпня, включно.", "2026-08-22"),
    ("Мене немає в офісі, повертаюсь у середу, 12 серпня.", "2026-08-12"),
    ("З 3 по 16 серпня перебуваю у щорічній відпустці.", "2026-08-17"),
    ("Буду на роботі 24 серпня, зараз у відпустці.", "2026-08-24"),
    ("Я на лікарняному до 09.08.2026.", "2026-08-10"),
    ("В отпуске до 14 августа.", "2026-08-15"),
    ("Я у відрядженні, відповім пізніше.", None),
    ("Мене тимчасово немає на місці. Телефон 044 812 20 26.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Повідомляємо, що Петро Бондар у нас більше не працює. Пишіть на info@acme.example.", "info@acme.example"),
    ("Я вже не працюю в цій компанії.", None),
    ("Олена звільнилася. З усіх питань звертайтеся: ivan@acme.example", "ivan@acme.example"),
    ("Ця поштова скринька більше не обслуговується.", None),
]  # fmt: skip
STOP = [
    "Будь ласка, видаліть мою адресу з вашої бази.",
    "Більше не пишіть мені.",
    "Не хочу отримувати ваші листи.",
    "Відпишіть мене від розсилки.",
    "Припиніть надсилати мені спам.",
]  # fmt: skip
ANSWERS = [
    ("Цікаво, давайте зідзвонимось у четвер.", "positive"),
    ("Скільки це коштує для двадцяти користувачів?", "question"),
    ("Дякую, нам це не цікаво.", "negative"),
    ("Напишіть мені у жовтні.", "later"),
    ("Надішліть більше інформації.", "positive"),
    ("Це не до мене, зверніться до колеги.", "referral"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "uk")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
