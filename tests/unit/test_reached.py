"""Nothing in the package is there for tests alone: whatever a module defines is reached from the package, or is public.

Read from the source: names that a module defines, and by which imports others reach them. What the tests need for
themselves stands in `tests`.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import relance

ROOT = Path(__file__).parents[2]
LAZY = "relance.engine.db.postgresql"  # loaded by hand where it is needed, so that no import names it
BEGUN = "relance.console."  # its next pages take what its first ones do not need yet
SAID = "relance.cli.terminal.speech.USAGE"  # marked for translators alone
FOR_OTHERS = frozenset({"group.command", "group.callback", "compiles"})
# Decorators that hand a function to somebody who calls it.


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package but the migrations, by name."""
    found = {}
    for path in (ROOT / "relance").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if ".migrations." not in name:
            found[name] = ast.parse(path.read_text("utf-8"))
    return found


def defined(tree: ast.Module) -> dict[str, ast.stmt]:
    """What stands at the top level, by name."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def handed_on(node: ast.stmt) -> bool:
    return any(
        ast.unparse(each).startswith(tuple(FOR_OTHERS)) for each in getattr(node, "decorator_list", [])
    )


def imports(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """(the name here, the module, the name there) of each import from the package; "" there: the module itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in modules():
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                here = each.asname or each.name
                yield (here, whole, "") if whole in modules() else (here, node.module or "", each.name)


def reached() -> set[tuple[str, str]]:
    """(module, name) of everything that is named somewhere in the package but in its own definition."""
    found = set()
    for module, tree in modules().items():
        known = {here: (there, name) for here, there, name in imports(tree)}
        found |= {place for place in known.values() if place[1]}
        own = defined(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((known.get(node.value.id, ("", ""))[0], node.attr))
            elif isinstance(node, ast.Name) and node.id in own and not _within(own[node.id], node):
                found.add((module, node.id))
            elif isinstance(node, ast.Constant) and node.value in own:
                found.add((module, str(node.value)))  # named as a text: a tool or `__getattr__` looks it up
    return found


def _within(definition: ast.stmt, node: ast.Name) -> bool:
    return definition.lineno <= node.lineno <= (definition.end_lineno or 0)


def test_nothing_is_there_for_tests_alone() -> None:
    there = reached()
    alone = [
        f"{module}.{name}"
        for module, tree in modules().items()
        for name, node in defined(tree).items()
        if (module, name) not in there and not name.startswith("__") and not handed_on(node)
    ]
    public = {*relance.__all__, SAID.rpartition(".")[2]}
    told = [each for each in alone if not each.startswith((LAZY, BEGUN))]
    assert [each for each in told if each.rpartition(".")[2] not in public] == []
