"""Every language file is whole, and says nothing that another language would misread."""

import pytest

from relance.mailbox.classification.languages import language, normalize

CODES = ["cs", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "uk"]


# Known by their plainest words: what else such a mail says is left to headers and structure.
PLAIN = ["da", "fi", "hu", "ja", "ko", "nb", "ro", "ru", "sk", "sv", "tr", "zh"]


def test_the_languages_are_there() -> None:
    assert [words.code for words in language.all_languages()] == sorted([*CODES, *PLAIN])


@pytest.mark.parametrize("code", PLAIN)
def test_a_plain_file_has_what_mail_programs_write(code: str) -> None:
    words = language.by_code(code)
    assert words is not None
    assert {"subject.automatic", "subject.answer", "quote.header", "quote.attribution"} <= set(words.phrases)
    assert set(words.months.values()) == set(range(1, 13))
    assert set(words.weekdays.values()) == set(range(7))


@pytest.mark.parametrize("code", CODES)
def test_a_file_has_every_topic_that_english_has(code: str) -> None:
    english, words = language.by_code("en"), language.by_code(code)
    assert english is not None
    assert words is not None
    needed = {topic for topic in english.phrases if not topic.startswith("numbers.")}
    assert needed - set(words.phrases) == set()
    assert set(words.months.values()) == set(range(1, 13))
    assert set(words.weekdays.values()) == set(range(7))


@pytest.mark.parametrize(
    "topic", ["absence.away", "left.phrases", "opt_out.phrases", "challenge.phrases", "absence.robot"]
)
@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "ok, thursday works",
        "thanks, no",
        "tak",
        "gerne",
        "d'accord",
        "va bene",
        "graag",
        "ano",
        "так",
        "",
    ],
)
def test_short_answers_are_not_misread(topic: str, text: str) -> None:
    assert language.find_any(topic, normalize.fold(text)) is None


def test_folding_keeps_every_position() -> None:
    text = "Zażółć gęślą jaźń – ĲßİŁ “x” Ґ ё\u00a0…"
    assert len(normalize.fold(text)) == len(text)
    assert normalize.fold("Będę ŁÓDŹ – É") == "bede lodz - e"
