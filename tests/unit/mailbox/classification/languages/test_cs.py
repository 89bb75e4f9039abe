"""Czech as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Děkuji za zprávu. Do pátku 21. 8. mám dovolenou.", "2026-08-22"),
    ("Jsem mimo kancelář, vracím se ve středu 12. srpna.", "2026-08-12"),
    ("Od 3. 8. do 16. 8. 2026 jsem nepřítomna.", "2026-08-17"),
    ("V době od 3. do 14. srpna čerpám řádnou dovolenou.", "2026-08-15"),
    ("Dovolená do 9.8. včetně.", "2026-08-10"),
    ("Jsem na pracovní cestě a k e-mailu se dostanu jen občas.", None),
    ("Momentálně jsem v pracovní neschopnosti.", None),
    ("Nejsem přítomen, volejte 224 812 026.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Pan Dvořák již není zaměstnancem naší společnosti. Pište na info@acme.example.", "info@acme.example"),
    ("Od 1. července již ve firmě nepracuji.", None),
    ("Kolegyně Malá u nás již nepracuje, její agendu převzal petr@acme.example.", "petr@acme.example"),
    ("Tato e-mailová adresa již není používána.", None),
]  # fmt: skip
STOP = [
    "Prosím o vyřazení z vaší databáze.",
    "Neposílejte mi už žádné e-maily.",
    "Nepřeji si dostávat vaše nabídky.",
    "Odhlaste mě prosím.",
    "Přestaňte mi psát.",
]  # fmt: skip
ANSWERS = [
    ("Zní to zajímavě, zavolejte mi ve čtvrtek.", "positive"),
    ("Kolik to stojí pro dvacet uživatelů?", "question"),
    ("Děkuji, nemáme zájem.", "negative"),
    ("Ozvěte se prosím v říjnu.", "later"),
    ("Pošlete mi více informací.", "positive"),
    ("Tohle nemám na starosti, obraťte se na kolegu.", "referral"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "cs")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
