"""Every table of the command on a terminal of 80 columns, in each language: its headings whole, no line longer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from relance import wording
from relance.cli.terminal import show

HOME = Path(relance.__file__).parent / "cli"
WIDTH = 80


def tables() -> Iterator[tuple[str, ...]]:
    """The headings of each: dicts whose keys are `N_("…")`, and what `show.table` is given."""
    for path in sorted(HOME.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            keys = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
            marked = tuple(_marked(key) for key in keys)
            if len(marked) > 2 and all(marked):
                yield marked


def _marked(node: ast.expr | None) -> str:
    if (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "N_"
        and isinstance(node.args[0], ast.Constant)
    ):
        return str(node.args[0].value)
    return ""


ALL = sorted(set(tables()))


def test_they_are_found() -> None:
    assert len(ALL) > 12


@pytest.mark.wording
@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("cell", ["7", "ada@northwind.example", "a long reason that goes on and on " * 4])
@pytest.mark.parametrize("heads", ALL, ids=lambda heads: "-".join(heads)[:40])
def test_no_heading_is_cut(
    heads: tuple[str, ...],
    cell: str,
    language: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(show, "terminal_width", lambda: WIDTH)
    with wording.speaking(language):
        show.table(heads, [[cell] * len(heads)] * 3)
        wanted = [wording.Text(head) for head in heads]
        shown = capsys.readouterr().out
        words = {word for head in wanted for word in str(head).lower().split()}
        assert words - set(shown.lower().split()) == set()
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []


@pytest.mark.wording
@pytest.mark.parametrize("language", wording.languages())
def test_the_funnel_keeps_its_numbers_side_by_side(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "terminal_width", lambda: WIDTH)
    [heads] = [each for each in ALL if {"opened", "unsubscribed"} <= set(each)]
    steps = ("intro", "bump", "saw-pricing", "call", "goodbye")
    with wording.speaking(language):
        show.table(heads, [[step, *(["144"] * (len(heads) - 1))] for step in steps])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[-len(steps) :] == list(steps)
    assert all(line.split()[-len(steps) :] == ["144"] * len(steps) for line in lines[1:])
    assert len(lines) == len(heads)
