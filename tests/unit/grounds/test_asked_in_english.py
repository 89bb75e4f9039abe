"""What a sentence says is asked so that the question is none where sentences are keys: `in_english` gives words that everything holds and
equals there, and so may not be asked for as absent, be counted, or stand within other words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
COUNTING = {"count", "find", "index", "partition", "replace", "rpartition", "split"}


def misused(source: str) -> Iterator[str]:
    """Every such question in a test's source, with its line. Pure."""
    for node in ast.walk(ast.parse(source)):
        if any(_is_asked(each) for each in _amiss(node)):
            yield f"{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]


def _amiss(node: ast.AST) -> list[ast.AST]:
    """The parts of it that may not be asked in English."""
    match node:
        case ast.Compare(ops=[ast.NotIn() | ast.NotEq()]):
            return [node.left, *node.comparators]
        case ast.UnaryOp(op=ast.Not()):
            return list(ast.walk(node.operand))
        case ast.Call(func=ast.Attribute(attr=name)) if name in COUNTING:
            return list(node.args)
        case ast.FormattedValue():
            return [node.value]
        case ast.Set():
            return list(node.elts)
    return []


def _is_asked(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "in_english"


def test_no_test_asks_in_english_for_what_is_not_said() -> None:
    found = {
        str(path.relative_to(TESTS)): list(misused(path.read_text("utf-8"))) for path in TESTS.rglob("*.py")
    }
    assert {name: odd for name, odd in found.items() if odd} == {}


@pytest.mark.parametrize(
    "asked",
    [
        'in_english("held") not in shown',
        'shown != in_english("held")',
        'not [each for each in shown if in_english("held") in each]',
        'shown.count(in_english("held")) == 2',
        'f"<b>{in_english("held")}" in shown'.replace('("held")', "('held')"),
        '{each.words for each in shown} == {in_english("held")}',
    ],
)
def test_each_such_question_is_found(asked: str) -> None:
    assert len(list(misused(f"assert {asked}"))) == 1
    assert list(misused('assert in_english("held") in shown')) == []
