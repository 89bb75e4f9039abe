"""The public API is one list, written by hand: it is whole, it is documented, and it is cheap to import."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import relance
from relance import app, clock, config, errors
from relance.engine.context import Context
from relance.engine.definition.steps import KINDS

ROOT = Path(__file__).parents[2]
NOUNS = [
    each
    for each in (getattr(app, name) for name in app.__all__)
    if isinstance(each, type) and each.__module__.startswith(f"{app.__name__}.")
]
# `Relance` and what its attributes are: contacts, sequences, mailboxes and so on.


def test_the_list_is_what_is_there():
    fetched = {name for names in relance._ROOMS.values() for name in names}
    for_checkers = {
        alias.name
        for node in ast.walk(ast.parse(Path(relance.__file__).read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("relance.")
        for alias in node.names
    }
    assert set(relance.__all__) == fetched == for_checkers
    assert list(relance.__all__) == sorted(set(relance.__all__))


def test_every_kind_of_step_is_public():
    assert {step.__name__ for step in KINDS.values()} <= set(relance.__all__)


@pytest.mark.parametrize("name", relance.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    found = getattr(relance, name)
    own = "" if dataclasses.is_dataclass(found) and found.__doc__.startswith(f"{name}(") else found.__doc__
    assert own
    assert own.strip(), f"{name} has no docstring"


def methods(owner: type) -> Iterator[tuple[str, types.FunctionType]]:
    for name, found in vars(owner).items():
        found = found.fget if isinstance(found, property) else getattr(found, "function", found)
        if isinstance(found, types.FunctionType) and not name.startswith("_"):
            yield f"{owner.__name__}.{name}", found


METHODS = [pair for noun in NOUNS for pair in methods(noun)]


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_what_a_method_takes_and_returns_is_public_too(name, method):
    assert inspect.getdoc(method), f"{name} has no docstring"
    public = {getattr(relance, each) for each in relance.__all__}
    used = {each for hint in hints(method).values() for each in ours(hint)}
    assert used <= public, f"{name} speaks of {used - public}, which nobody can import from relance"


@pytest.mark.parametrize("name", relance.__all__)
def test_what_a_public_value_holds_is_public_too(name):
    found = getattr(relance, name)
    if not dataclasses.is_dataclass(found):
        return
    held = {
        each
        for field, hint in typing.get_type_hints(found).items()
        if not field.startswith("_")
        for each in ours(hint)
    }
    public = {getattr(relance, each) for each in relance.__all__}
    assert held <= public, f"{name} holds {held - public}, which nobody can import from relance"


def hints(method: types.FunctionType) -> dict[str, object]:
    """A method's annotations, without the Context that a service gives an operation of the engine; where a class has a method
    `list`, a `list[...]` beside it is the builtin."""
    found = typing.get_type_hints(method, localns={"list": list})
    return {name: hint for name, hint in found.items() if hint is not Context}


def ours(hint: object) -> Iterator[object]:
    if isinstance(hint, type) and hint.__module__.startswith("relance."):
        yield hint
    for each in typing.get_args(hint):
        yield from ours(each)


def test_every_error_is_public():
    kinds = {
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.RelanceError)
    }
    assert kinds <= {getattr(relance, name) for name in relance.__all__}


def test_importing_the_package_loads_no_room():
    code = "import sys, relance; print([name for name in sys.modules if name.startswith('relance.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Releance'"):
        relance.Releance  # noqa: B018 - asking is the point
    assert {"Relance", "Settings"} <= set(dir(relance))


def test_the_types_are_for_others_too():
    assert (resources.files("relance") / "py.typed").is_file()
    assert relance.Settings is config.Settings
    assert relance.Clock is clock.Clock


def test_the_command_line_takes_what_is_public_from_where_it_is_public():
    """It is a program like others: of the engine it names only what no other program needs."""
    inner = [
        f"{path.relative_to(ROOT)}: {each.name} of {node.module}"
        for path in sorted((ROOT / "relance" / "cli").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("relance.engine")
        for each in node.names
        if each.name in relance.__all__
    ]
    assert inner == []
