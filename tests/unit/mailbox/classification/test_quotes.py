"""What a judgement quotes is what they wrote, letter for letter: rules look at folded text, people read their own."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox import classification
from relance.mailbox.classification import rule_names, rules
from relance.mailbox.classification.chain import RULES
from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text
from tests.unit.mailbox.classification.test_judge import PLAIN, RECEIVED


def judge(**changes: object) -> Classification:
    mail = dataclasses.replace(PLAIN, **changes)  # type: ignore[arg-type]
    return classification.judge(mail, received=RECEIVED, own_addresses=["jan@us.example"])


def on_one_line(text: str) -> str:
    return " ".join(normalize.tidy(text).split())


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Dzień dobry, proszę o usunięcie mojego adresu z listy mailingowej.", "usunięcie"),
        ("Dobrý den, prosím, odhlaste mě z odběru, děkuji.", "odhlaste mě"),
        ("İyi günler! İlgilenmiyorum, lütfen UNSUBSCRIBE İSTANBUL", "UNSUBSCRIBE"),
        ("STOP", "STOP"),
        ("Bitte löschen Sie meine Daten und schreiben Sie mir nicht mehr.", "löschen"),
    ],
)
def test_a_wish_is_quoted_with_its_accents(text: str, evidence: str) -> None:
    found = judge(text=text)
    assert evidence in found.evidence
    assert found.evidence in on_one_line(text)


@pytest.mark.parametrize(
    ("text", "intent", "evidence"),
    [
        (
            "Dziękuję, ale nie jesteśmy zainteresowani Państwa ofertą.",
            "negative",
            "Dziękuję, ale nie",
        ),
        ("Děkuji, ale nemáme zájem o vaše řešení.", "negative", "nemáme zájem"),
        ("Cela m'intéresse, merci.", "positive", "intéresse"),
        ("İYİ GÜNLER, not interested, ŞİMDİ DEĞİL.", "negative", "not interested"),
    ],
)
def test_what_an_intent_rests_on_is_quoted_with_its_accents(text: str, intent: str, evidence: str) -> None:
    found = judge(text=text)
    assert (found.kind, found.intent) == (Kind.HUMAN, intent)
    assert evidence in found.intent_evidence
    assert found.intent_evidence in on_one_line(text)


def test_a_machines_words_are_quoted_with_their_accents() -> None:
    marks = (("auto-submitted", "auto-replied"),)
    away = judge(headers=marks, text="Ich bin bis 12.8. nicht im Büro. Grüße")
    assert away.kind is Kind.OUT_OF_OFFICE
    assert "Büro" in away.evidence
    left = judge(headers=marks, text="Pani Żaneta już nie pracuje w naszej spółce.")
    assert left.kind is Kind.LEFT_COMPANY
    assert left.evidence in "Pani Żaneta już nie pracuje w naszej spółce."
    subject = "Automatyczna odpowiedź: Łączność"
    assert judge(subject=subject, text="Ż", in_reply_to=()).evidence in subject


PHRASES = (
    "nie jesteśmy zainteresowani", "proszę mnie wypisać z listy", "jestem na urlopie do 12 sierpnia", "nemáme zájem",
    "prosím odhlaste mě", "ne m'écrivez plus", "wir haben kein Interesse", "Ruf mich nächste Woche an?", "İlgilenmiyorum",
    "İSTANBUL", "unsubscribe", "STOP", "call me on Tuesday", "maybe next quarter", "zadzwoń po świętach", "¿cuánto cuesta?",
    "\u00a0", "ŁÓDŹ", "e\u0301te\u0301", "´", "ﬁ", "\n", "\n\n", "„Żółć”", "«été»", ". ", "! ", '"', "  ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PHRASES) | st.text(max_size=12), max_size=12).map(" ".join)


def words_of(text: str) -> str:
    """Letters and digits as they are written; what stands between them may be left out of a quote."""
    return re.sub(r"\W+", " ", on_one_line(text.removesuffix("…"))).strip()


@given(text=TEXTS, subject=TEXTS, automatic=st.booleans())
def test_every_quote_is_a_piece_of_their_own_words(text: str, subject: str, automatic: bool) -> None:
    marks = (("auto-submitted", "auto-replied"),) if automatic else ()
    found = judge(text=text, subject=subject, headers=marks, in_reply_to=())
    theirs = [
        on_one_line(text),
        on_one_line(subject),
    ]
    for quoted in (found.evidence, found.intent_evidence):
        if isinstance(quoted, Text):
            assert quoted == Text("marked {mark}", mark="Auto-Submitted: auto-replied")
            continue
        assert any(words_of(quoted) in words_of(each) for each in theirs), quoted


@given(st.text(max_size=60))
def test_folding_keeps_every_place(text: str) -> None:
    folded = normalize.folded(text)
    assert len(folded) == len(text) == len(folded.original)
    assert folded == normalize.fold(text)


LETTERS = st.text(st.sampled_from("aĄİß \t\n.’"), max_size=30).map(normalize.folded)


@given(LETTERS, st.integers(-35, 35), st.integers(-35, 35))
def test_every_piece_knows_its_original(folded: Folded, start: int, end: int) -> None:
    piece = folded[start:end]
    assert (str(piece), piece.original) == (
        str.__getitem__(folded, slice(start, end)),
        folded.original[start:end],
    )
    assert str(folded.strip(" .")) == str.strip(folded, " .")
    assert str(folded.squeezed()) == " ".join(str.split(folded))
    assert str(folded.replaced(re.compile(r"a|\s"), "_")) == re.sub(r"a|\s", "_", folded)
    assert [str(each) for each in folded.parts(re.compile(r"\n"))] == str.split(folded, "\n")
    for made in (
        folded.strip(),
        folded.squeezed(),
        folded.replaced(re.compile("a"), "_"),
        normalize.quote(folded, 9),
    ):
        assert isinstance(made, Folded)
        assert normalize.fold(made.original.removesuffix("…")).split() == made.removesuffix("…").split()


REPORT = "multipart/report"


@pytest.mark.parametrize(
    ("marks", "mail", "mark"),
    [
        ((), {"calendar_method": "REQUEST"}, "METHOD:REQUEST"),
        ((), {"feedback_type": "abuse", "content_type": REPORT}, "Feedback-Type: abuse"),
        ((("auto-submitted", "auto-generated"),), {}, "Auto-Submitted: auto-generated"),
        ((("list-id", "<news.example>"),), {}, "list-id: <news.example>"),
    ],
)
def test_what_programs_tell_each_other_is_nobodys_words(
    marks: tuple[tuple[str, str], ...], mail: dict[str, str], mark: str
) -> None:
    found = judge(text="Hello there", headers=marks, in_reply_to=(), **mail)
    assert found.evidence == Text("marked {mark}", mark=mark)


def test_every_rule_has_a_name_for_people() -> None:
    kept = {rule.__name__.replace("_", " ") for rule, _kind in RULES}
    assert kept | {"is beyond rules"} == set(rule_names.NAMES)
    assert rules.is_person in {rule for rule, _kind in RULES}
    assert language.all_languages()
