"""French as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Bonjour, je suis en congés jusqu'au vendredi 21 août inclus.", "2026-08-22"),
    ("Absente ce jour, je serai de retour au bureau le mercredi 12 août.", "2026-08-12"),
    ("Je suis absent du 3 au 16 août 2026.", "2026-08-17"),
    ("Je suis en déplacement professionnel et ne consulte mes mails que ponctuellement.", None),
    ("Je suis actuellement absent. Pour toute urgence : 01 42 08 12 26.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Monsieur Martin ne travaille plus chez Acme. Merci d'écrire à contact@acme.example.", "contact@acme.example"),
    ("Je ne fais plus partie des effectifs de la société.", None),
]  # fmt: skip
STOP = [
    "Merci de me retirer de votre liste.",
    "Je ne souhaite plus recevoir vos messages.",
    "Veuillez supprimer mes données personnelles.",
]  # fmt: skip
ANSWERS = [
    ("Cela m'intéresse, pouvez-vous m'appeler jeudi ?", "positive"),
    ("Quel est le prix pour vingt personnes ?", "question"),
    ("Merci mais nous ne sommes pas intéressés.", "negative"),
    ("Recontactez-moi à la rentrée.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "fr")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
