"""Times are shown in one place (`relance.wording.dates`), by the clock of the workspace."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "relance"
ELSEWHERE = {
    "wording/dates.py",  # the place
    "engine/schedule/calendar.py",  # a contact's own clock, in whose zone mail goes
    "engine/reporting/enrollment_facts.py",  # the same clock, named beside each time
    "sandbox/answers/quoting.py",  # how invented people's mail programs quote
    "sandbox/answers/writing.py",  # a calendar answer as RFC 5545 has it
}
MODULES = [each for each in sorted(ROOT.rglob("*.py")) if str(each.relative_to(ROOT)) not in ELSEWHERE]


def of_its_own(module: Path) -> list[int]:
    """The lines that write a time by a format of their own, or by the machine's clock."""
    found = ast.walk(ast.parse(module.read_text("utf-8")))
    return sorted(node.lineno for node in found if _writes_a_time(node))


def _writes_a_time(node: ast.AST) -> bool:
    if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        return any(
            isinstance(each, ast.Constant) and "%" in str(each.value) for each in node.format_spec.values
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "strftime" or (node.func.attr == "astimezone" and not node.args)
    return False


@pytest.mark.parametrize("module", MODULES, ids=[str(each.relative_to(ROOT)) for each in MODULES])
def test_nobody_writes_a_time_of_their_own(module: Path) -> None:
    assert of_its_own(module) == []


def test_a_time_of_its_own_is_noticed(tmp_path: Path) -> None:
    module = tmp_path / "m.py"
    module.write_text('a = f"{at:%H:%M}"\nb = at.astimezone()\nc = at.strftime("x")\nd = f"{count:>5}"\n')
    assert of_its_own(module) == [1, 2, 3]
