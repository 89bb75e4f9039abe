"""Modules that are loaded late are the ones that the type checker was told of."""

from __future__ import annotations

import ast
import sys
import threading
from pathlib import Path

import pytest

import relance
from relance import config, late

FILES = [
    path for path in Path(relance.__file__).parent.rglob("*.py") if "late.modules(" in path.read_text("utf-8")
]


def told(node: ast.If) -> dict[str, str]:
    """Full names of modules by their names here, of the imports for checkers."""
    return {
        alias.asname or alias.name: f"{line.module}.{alias.name}"
        for line in node.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    } | {
        alias.asname or alias.name: alias.name
        for line in node.body
        if isinstance(line, ast.Import)
        for alias in line.names
    }


def made(node: ast.If) -> dict[str, str]:
    """The same, of the modules that are really there."""
    found = {}
    for line in node.orelse:
        assert isinstance(line, ast.Assign)
        [target] = line.targets
        assert isinstance(target, ast.Tuple)
        assert isinstance(line.value, ast.Call)
        for name, full in zip(target.elts, line.value.args, strict=True):
            assert isinstance(name, ast.Name)
            assert isinstance(full, ast.Constant)
            found[name.id] = str(full.value)
    return found


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name != "late.py"], ids=lambda path: path.stem
)
def test_both_say_the_same(path):
    blocks = [
        node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.If) and node.orelse
    ]
    assert blocks
    for node in blocks:
        expected, found = told(node), made(node)
        assert found
        assert found.items() <= expected.items()


def test_a_module_is_loaded_at_the_first_look():
    sys.modules.pop("this", None)
    (zen,) = late.modules("this")
    assert "this" not in sys.modules
    assert zen.d["A"]
    assert "this" in sys.modules
    assert repr(zen) == "<late this>"


def test_many_threads_may_look_at_once(tmp_path, monkeypatch):
    (tmp_path / "slow_module.py").write_text("import time\ntime.sleep(0.05)\nvalue = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (slow,) = late.modules("slow_module")
    found = []
    threads = [threading.Thread(target=lambda: found.append(slow.value)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [1] * 8


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nobody'"):
        config.Nobody  # noqa: B018 - asking is the point
