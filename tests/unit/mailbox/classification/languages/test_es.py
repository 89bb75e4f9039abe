"""Spanish as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Estoy de vacaciones hasta el viernes 21 de agosto, inclusive.", "2026-08-22"),
    ("Estoy fuera de la oficina y volveré el miércoles 12 de agosto.", "2026-08-12"),
    ("Del 3 al 16 de agosto estaré ausente por vacaciones.", "2026-08-17"),
    ("Me encuentro de viaje de trabajo con acceso limitado al correo electrónico.", None),
    ("Estoy ausente. Si es urgente, llame al 91 208 12 26.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Le informamos de que Pedro Ruiz ya no forma parte de la empresa. Escriba a ventas@acme.example.", "ventas@acme.example"),
    ("He dejado de trabajar en Acme.", None),
]  # fmt: skip
STOP = [
    "Por favor, denme de baja de su lista.",
    "No me envíen más correos.",
    "Solicito la eliminación de mis datos personales.",
]  # fmt: skip
ANSWERS = [
    ("Me interesa, ¿podemos hablar el jueves?", "positive"),
    ("¿Cuánto cuesta para veinte usuarios?", "question"),
    ("Gracias, pero no nos interesa.", "negative"),
    ("Escríbame de nuevo en octubre.", "later"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "es")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
