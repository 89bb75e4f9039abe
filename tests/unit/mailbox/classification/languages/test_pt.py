"""Portuguese as it is written in automatic replies and in answers."""

import pytest

from tests.corpus import spoken

AWAY: list[tuple[str, str | None]] = [
    ("Obrigado pela sua mensagem. Estou de férias até sexta-feira, 21 de agosto, inclusive.", "2026-08-22"),
    ("Estou ausente do escritório e regresso na quarta-feira, 12 de agosto.", "2026-08-12"),
    ("Estarei ausente entre 3 e 16 de agosto.", "2026-08-17"),
    ("Estou em férias de 03/08/2026 até 16/08/2026. Retorno em 17/08/2026.", "2026-08-17"),
    ("Informo que estarei de férias a partir de 3 de agosto, retornando no dia 24 de agosto.", "2026-08-24"),
    ("Encontro-me em viagem de serviço, com acesso limitado ao e-mail.", None),
    ("Estou ausente. Em caso de urgência ligue 21 812 20 26.", None),
    ("Neste momento estou de licença médica, sem data prevista de retorno.", None),
]  # fmt: skip
LEFT: list[tuple[str, str | None]] = [
    ("Informamos que o João Melo já não trabalha connosco. Contacte geral@acme.example.", "geral@acme.example"),
    ("Não faço mais parte da equipe da Acme.", None),
    ("A Sra. Costa deixou a empresa. O seu substituto é rui@acme.example.", "rui@acme.example"),
    ("Este e-mail foi desativado.", None),
]  # fmt: skip
STOP = [
    "Por favor, remova o meu contacto da vossa lista.",
    "Não quero receber mais e-mails.",
    "Favor não enviar mais mensagens.",
    "Solicito a exclusão dos meus dados.",
    "Parem de me enviar e-mails.",
]  # fmt: skip
ANSWERS = [
    ("Tenho interesse, podemos falar na quinta?", "positive"),
    ("Quanto custa para vinte utilizadores?", "question"),
    ("Obrigado, mas não temos interesse.", "negative"),
    ("Volte a contactar-me em outubro.", "later"),
    ("Pode enviar mais informações?", "positive"),
    ("Não sou a pessoa certa, fale com o Rui.", "referral"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_notes_of_absence(text: str, day: str | None) -> None:
    spoken.check_away(text, day, "pt")


@pytest.mark.parametrize(("text", "substitute"), LEFT)
def test_notes_of_leaving(text: str, substitute: str | None) -> None:
    spoken.check_left(text, substitute)


@pytest.mark.parametrize("text", STOP)
def test_wishes_to_be_left_alone(text: str) -> None:
    spoken.check_stop(text)


@pytest.mark.parametrize(("text", "intent"), ANSWERS)
def test_ordinary_answers(text: str, intent: str) -> None:
    spoken.check_answer(text, intent)
