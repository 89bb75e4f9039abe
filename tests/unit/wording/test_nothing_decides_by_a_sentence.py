"""No condition of the program reads a sentence: a translation or a better word would change what is decided."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from tests import catalogue

PACKAGE = Path(relance.__file__).parent
SHOWN = ("text", "reason", "words")
# Attributes under which our errors and rows keep a Text.
ASKS = ("startswith", "endswith", "match", "fullmatch", "search", "find", "index", "count")
SPACED = re.compile(r"\S\s+\S")
OLD, POLICY, KIND, THEIRS = (
    "reads once what an earlier version stored as a sentence",
    "a value of the setting, shown by the same words",
    "a kind of mail as the database has it, shown by the same words",
    "the words are those of Jinja, which has no other way to name the value",
)
ALLOWED = {
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: words == 'stopped by a person'": OLD,
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: '; also: ' in words": OLD,
    "engine/sending/doubt/in_doubt.py: policy == 'assume sent'": POLICY,
    "engine/sending/doubt/in_doubt.py: policy == 'send again'": POLICY,
    "engine/store/inbound/replies.py: inbound.c.kind != 'own copy'": KIND,
    "templates/compiling.py: re.search(\"'([^']+)' is undefined\", str(error))": THEIRS,
}
# `file: what is asked`, and why it may.


def literal(node: ast.expr) -> list[str]:
    """The texts that are written there: one, or those of a tuple, list or set."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [text for each in node.elts for text in literal(each)]
    return []


def asked(node: ast.AST) -> list[ast.expr]:
    """What is held against each other there: both sides of a comparison, a text and what it is asked for."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
        return [node.func.value, *node.args]
    if isinstance(node, ast.MatchValue):
        return [node.value]
    return []


def rendered(node: ast.expr) -> bool:
    """Whether it is a sentence made of one of ours: `str(error)`, `str(x.text)`, `x.reason.partition(…)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
        inner = node.args[0]
        caught = isinstance(inner, ast.Name) and inner.id in ("error", "fault", "refused", "wrong", "caught")
        return caught or (isinstance(inner, ast.Attribute) and inner.attr in SHOWN)
    return False


def decisions(source: str, sentences: frozenset[str]) -> Iterator[str]:
    """Each condition that holds a literal of the catalogue, or a sentence of ours against any literal."""
    for node in ast.walk(ast.parse(source)):
        sides = asked(node)
        texts = [text for side in sides for text in literal(side) if text]
        if sentences & set(texts) or (texts and any(rendered(side) for side in sides)):
            yield ast.unparse(node)


def sentences() -> frozenset[str]:
    """What the catalogue has that is a sentence. A word alone ("mail") is also a value of a column or a key of a file."""
    found = [
        text for key in catalogue.sentences() for text in (key[0] if isinstance(key[0], tuple) else [key[0]])
    ]
    return frozenset(text for text in found if SPACED.search(text))


def test_no_condition_of_the_program_reads_a_sentence() -> None:
    known = sentences()
    assert len(known) > 1000
    found = [
        f"{path.relative_to(PACKAGE)}: {asking}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for asking in decisions(path.read_text("utf-8"), known)
    ]
    assert [each for each in found if each not in ALLOWED] == []
    assert set(ALLOWED) <= set(found)


@pytest.mark.parametrize(
    "source",
    [
        'x == "no such user"',
        'x in ("a", "no such user")',
        '"no such user" in told',
        'x.startswith("no such user")',
        're.match("no such user", x)',
        'match x:\n    case "no such user": pass',
        'str(error) == "else"',
        '"else" in str(fault.text)',
        'str(row.reason).startswith("else")',
    ],
)
def test_each_way_to_ask_a_sentence_is_found(source: str) -> None:
    assert list(decisions(source, frozenset({"no such user"}))) != []


@pytest.mark.parametrize("source", ['x == "mail"', "str(error) == known", '_("no such user")', 'x == ""'])
def test_codes_values_and_what_is_only_shown_are_not(source: str) -> None:
    assert list(decisions(source, frozenset({"no such user"}))) == []
