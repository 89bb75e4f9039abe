"""Dutch as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Bedankt voor uw bericht. Ik ben op vakantie t/m vrijdag 21 augustus.", "2026-08-22"),
    ("Ik ben er even tussenuit. Woensdag 12 augustus ben ik weer op kantoor.", "2026-08-12"),
    ("Van 3 augustus tot en met 16 augustus ben ik afwezig.", "2026-08-17"),
    ("Ik ben met verlof en lees mijn mail niet. Op 24 augustus ben ik terug.", "2026-08-24"),
    ("In verband met vakantie ben ik afwezig tot en met 9 augustus.", "2026-08-10"),
    ("Momenteel ben ik op zakenreis met beperkte toegang tot mijn e-mail.", None),
    ("Ik ben vandaag niet bereikbaar. Bel bij spoed 020 812 20 26.", "2026-08-04"),
    ("Wegens ziekte ben ik voorlopig afwezig.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Kees de Wit werkt niet meer bij Acme. U kunt terecht bij info@acme.example.", "info@acme.example"),
    ("Ik ben per 1 juli uit dienst.", None),
    ("Petra is niet langer in dienst van Acme; neem contact op met mark@acme.example.", "mark@acme.example"),
    ("Dit e-mailadres is niet meer in gebruik.", None),
]  # fmt: skip
STOP = [
    "Graag mij uit uw bestand verwijderen.",
    "Stuur mij geen mails meer.",
    "Wilt u mij niet meer benaderen?",
    "Ik wil geen reclame ontvangen.",
    "Haal me van de lijst af.",
]  # fmt: skip
ANSWERS = [
    ("Klinkt goed, bel me donderdag even.", "positive"),
    ("Wat kost dit voor twintig gebruikers?", "question"),
    ("Bedankt, maar we hebben geen interesse.", "negative"),
    ("Neem in oktober nog eens contact op.", "later"),
    ("Stuur maar wat meer informatie.", "positive"),
    ("Daar ga ik niet over, mijn collega Tom wel.", "referral"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "nl")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
