"""What people read is plain, standard business English: no phrase of a list stands in a text of these rooms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "relance"
PAGES = sorted(
    path for pattern in ("README.md", "CONTRIBUTING.md", "docs/*.md") for path in ROOT.parent.glob(pattern)
)
ROOMS = (
    "app",
    "cli",
    "config",
    "engine",
    "mailbox",
    "sandbox",
    "scheduler",
    "templates",
    "tracking",
    "wording",
)
"""The rooms that are read: all."""

ELSEWHERE = ("engine/db/migrations/",)
"""Folders of those rooms that are not read: what they say is said to nobody any more."""

FORBIDDEN = {
    r"\bcan not\b": "cannot",
    r"\bshall\b": "should, must, will",
    r"\bput off\b": "deferred, postponed",
    r"\bnobody (foresaw|foresees)\b": "unexpected",
    r"(?<!there )\b(is|are) no (?!longer)": "is not a",
    r"\bis none of\b": "is not one of",
    r"\bwhoever\b": "anyone who, somebody else",
    r"\bheld to be\b": "taken for",
    r"\bso it is with\b": "the same is true of",
    r"\bmend(s|ed|ing)?\b": "fix, correct",
    r"\bby hand of\b": "by",
    r"\b(look|looks) into\b": "check",
    r"\bheeds?\b": "follow, ignore",
    r"\bforesee(n|s)?\b|\bforesaw\b": "expect",
    r"\blies ahead\b|\bstretch of\b|\bbeyond all measure\b": "plain words",
}


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """String constants and f-strings (a value in it as {}), without docstrings."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.JoinedStr) and id(node) not in passed:
            passed.update(id(part) for part in node.values)
            yield (
                node.lineno,
                "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.lineno, node.value


def forbidden(source: str) -> list[str]:
    """What a source file says that people would not: its line, the phrase, and what to write."""
    return [
        f"{line}: {found[0]!r} in {text[:80]!r}; write {instead}"
        for line, text in _texts(ast.parse(source))
        for phrase, instead in FORBIDDEN.items()
        if " " in text and (found := re.search(phrase, text, re.IGNORECASE))
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_texts_are_plain_english(room: str) -> None:
    files = [
        path
        for path in sorted((ROOT / room).rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(ELSEWHERE)
    ]
    assert files
    assert [
        f"{path.relative_to(ROOT)}:{each}" for path in files for each in forbidden(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_pages_are_plain_english(page: Path) -> None:
    """As people read them: a phrase may go over the end of a line. What a command printed is its own."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    found = [re.search(rf".{{0,30}}(?:{phrase})", text, re.IGNORECASE) for phrase in FORBIDDEN]
    assert [each[0] for each in found if each] == []


@pytest.mark.parametrize(
    ("source", "phrases"),
    [
        ('raise E(f"{path} can not be read")', 1),
        ('raise E(f"{word} is no mail")', 1),
        ('raise E("there is no mail")', 0),
        ('raise E("it is no longer there")', 0),
        ('def f():\n    """It can not be."""', 0),
        ('x = ("so it is with 2 more. " f"{y} shall go")', 2),
    ],
)
def test_phrases_are_found_in_texts_and_not_in_docstrings(source: str, phrases: int) -> None:
    assert len(forbidden(source)) == phrases
