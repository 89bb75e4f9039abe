"""English as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Thanks for your note. I'm on PTO through Wednesday, August 12 and will reply when I'm back.", "2026-08-13"),
    ("I am out of the office starting 3 August 2026 and returning 24 August 2026.", "2026-08-24"),
    ("I'm on paternity leave and back at my desk on 7 September.", "2026-09-07"),
    ("I am currently travelling for work with patchy access to email. Please expect a delay.", None),
    ("I am away from my desk. In an emergency ring 020 7946 0812.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Please note that Mark Hill no longer works here. Contact sue.lane@acme.example for anything commercial.", "sue.lane@acme.example"),
    ("I have retired as of 30 June 2026.", None),
]  # fmt: skip
STOP = [
    "Please take me off your list.",
    "Do not contact me again.",
    "Kindly remove my details from your database.",
]  # fmt: skip
ANSWERS = [
    ("Sounds interesting, can we talk on Thursday?", "positive"),
    ("How does this differ from what our CRM does?", "question"),
    ("Thanks, but we are all set with our current vendor.", "negative"),
    ("Not the right time, try me again in October.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "en")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
