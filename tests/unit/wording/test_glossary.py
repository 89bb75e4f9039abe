"""One thing, one word: what the translations call the things of `docs/glossary.md`, in every sentence of every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relance import wording
from relance.engine.reporting import codes
from tests import catalogue

WORDS = {  # the glossary's word: where English says it, what Polish must say then, and what it must not
    "sequence": (r"\bsequences?\b", r"sekwencj|^osoby, |^zapis\b|kontakt", r"kampani"),
    "step": (r"\bsteps?\b(?! verification)", r"krok|wątpliwości|wiadomość z terminem", r"etap"),
    "mailbox": (r"\bmailbox(es)?\b", r"skrzyn|folderu wysłanych", r"konto pocztowe"),
    "contact": (r"\bcontacts\b", r"kontakt|osob|osób", r"lead"),
    "enrolled": (r"\benrol", r"zapis|sekwencj|uczestni|w toku", r"enrol"),
    "follow-up": (r"\bfollow-ups?\b", r"kolejn|przypominaj", r"follow"),
    "answer": (r"\banswers\b(?! (them|it))", r"odpow|odezw", r"\breplik"),
    "task": (r"\btasks?\b", r"zada", r"\btask"),
    "held": (r"\b(is|are|be) held\b|\bheld for\b", r"decyzj|wstrzym(an|uj)", r"zatrzyman"),
    "paused": (r"\bpaused?\b", r"wstrzym", r"pauz"),
    "let go on": (r"\blet (them |people |held people )?go on\b", r"wzn", r"puść"),
    "out of office": (r"\bout of office\b", r"nieobecn", r"poza biurem"),
    "bounce": (r"\bbounces?\b(?!\w)|\bsuppressed bounce", r"zwrot|błędn|odbi", r"zwrotk"),
    "opt-out": (r"\bopt(ed)?[ -]outs?\b", r"rezygn", r"opt"),
    "do-not-contact list": (r"\bdo-not-contact list\b|\bsuppress", r"nie pisać", r"wyklucz"),
    "variant": (r"\bvariants?\b", r"warian", r"wersja b"),
    "draft": (r"\bdrafts?\b", r"szkic", r"brudnopis"),
    "publish": (r"\bpublish", r"publik", r"wydan"),
    "limit": (r"\blimit\b|\bcap\b", r"limit|dopuszcza|najwyżej|ogranicz", r"\bkap"),
}
CODE = re.compile(r"`[^`]*`|\{\w+\}|--[\w-]+|relance [a-z ]+")
"""What is typed as it stands, and what is put in: no words of the sentence."""


@pytest.mark.parametrize("word", WORDS)
def test_polish_uses_one_word_for_one_thing(word: str) -> None:
    english, must, never = WORDS[word]
    odd = []
    for part in catalogue.translated("pl").values():
        for message in part:
            said = CODE.sub("", message.id if isinstance(message.id, str) else " ".join(message.id))
            told = CODE.sub(
                "", message.string if isinstance(message.string, str) else " ".join(message.string)
            )
            if re.search(english, said, re.IGNORECASE) and (
                not re.search(must, told, re.IGNORECASE) or re.search(never, told, re.IGNORECASE)
            ):
                odd.append((said, told))
    assert odd == []


GLOSSARY = Path(catalogue.PACKAGE.parent / "docs" / "glossary.md")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", GLOSSARY.read_text("utf-8"), re.MULTILINE)[1:]


def test_the_table_of_the_docs_is_the_one_that_is_held_to() -> None:
    assert [english for english, _ in ROWS] == [*WORDS]
    assert [
        polish
        for english, polish in ROWS
        if not re.search(WORDS[english][1], polish, re.IGNORECASE)
        or re.search(WORDS[english][2], polish, re.IGNORECASE)
    ] == []


def test_held_and_paused_are_told_apart() -> None:
    with wording.speaking("pl"):
        assert (str(codes.text("person", "held")), str(codes.text("person", "paused"))) == (
            "do decyzji",
            "wstrzymane",
        )
