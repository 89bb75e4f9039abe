"""One style a language: the same quotes everywhere, the same word for one thing, and errors that say what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from tests import catalogue

CODE = re.compile(
    r"`[^`]*`|\{\{\{\{.*?\}\}\}\}|\{%.*?%\}|<[^>]*>|\| \w+\([^)]*\)|\w+\[[^\]]*\]|in \[[^\]]*\]|== \"[^\"]*\"|\[\"[^\]]*\]"
    r"|--\w+ \"\"|\w+: \"[^\"]*\"|\(\"\)|\"…\"|\"\{value\}\"\."
)
"""What is typed as it stands, straight quotes included."""


def polish() -> Iterator[str]:
    for part in catalogue.translated("pl").values():
        for message in part:
            yield from (message.string,) if isinstance(message.string, str) else message.string


def english() -> Iterator[str]:
    for said, _ in catalogue.sentences():
        yield from (said,) if isinstance(said, str) else said


def test_english_quotes_are_straight_and_double() -> None:
    shown = [CODE.sub("", each) for each in english()]
    assert [each for each in shown if re.search(r"[“”„‘]|(?<!\w)'[^']+'(?!\w)", each)] == []


def test_polish_quotes_are_low_and_high() -> None:
    shown = [CODE.sub("", each) for each in polish()]
    assert [each for each in shown if re.search(r"[\"“‘]|(?<!\w)'[^']+'(?!\w)", each)] == []
    assert [each for each in polish() if each.count("„") != each.count("”")] == []


@pytest.mark.parametrize(
    ("other", "ours"),
    [(r"katalog\w*", "folder"), (r"worker\w*", "proces roboczy"), (r"scheduler\w*", "planista")],
)
def test_polish_has_one_word_for_one_thing(other: str, ours: str) -> None:
    found = [each for each in polish() if re.search(rf"\b{other}\b", CODE.sub("", each), re.IGNORECASE)]
    assert found == [], ours


def raised() -> Iterator[tuple[str, str]]:
    """The sentences that errors are raised with: the error's name, and the sentence."""
    for path in sorted(Path(relance.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and re.fullmatch(r"errors\.[A-Z]\w+", ast.unparse(call.func)):
                apart = any(each.arg in ("command", "page") for each in call.keywords)
                for said in _last(call.args[:1]):
                    yield call.func.attr + (APART if apart else ""), said  # type: ignore[attr-defined]
                beside = [each.value for each in call.keywords if each.arg in ("command", "page")]
                yield from ((APART, said) for said in _last(beside))


APART = " with what to do"


def _last(args: list[ast.expr]) -> Iterator[str]:
    """What an error ends with: the last literal of its Text."""
    for made in args:
        if isinstance(made, ast.Call) and ast.unparse(made.func) in ("Text", "Text.plural"):
            literals = [each.value for each in made.args if isinstance(each, ast.Constant)]
            yield from (str(each) for each in literals[-1:] if not isinstance(each, int))


def test_an_error_is_a_whole_sentence() -> None:
    found = set(raised())
    assert len(found) > 80
    assert {said for _, said in found if not re.search(r"[.!?}]$", said)} == set()


def test_what_is_not_found_comes_with_what_to_do() -> None:
    """Two sentences, or one that goes on: what there is not, and where to look; or what to do stands in a field of its own."""
    told = {said for name, said in raised() if name == "NotFound"}
    assert len(told) > 10
    assert sum(name == f"NotFound{APART}" for name, _ in raised()) > 15
    assert {said for said in told if not re.search(r"[.;:,] .+", said)} == set()
