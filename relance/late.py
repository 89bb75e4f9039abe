"""Modules that are loaded when something of them is first asked for: what a process does not do, it does not load.

For the few that open the rooms (`relance.app`, the engine's context), of which each process needs a part::

    if TYPE_CHECKING:
        from relance.engine import tick, turn
    else:
        tick, turn = late.modules("relance.engine.tick", "relance.engine.turn")
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Late:
    """A module, loaded at the first look into it. Safe to share between threads, as `import` is."""

    __slots__ = ("_found", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._found is None:
            with loading():
                self._found = importlib.import_module(self._name)
        return getattr(self._found, name)

    def __repr__(self) -> str:
        return f"<late {self._name}>"


def modules(*names: str) -> tuple[Any, ...]:
    """One for each full name."""
    return tuple(map(Late, names))


def names(package: str, files: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A package's `__getattr__` (PEP 562) that fetches each of these names from its file the first time."""
    file_of = {name: f"{package}.{file}" for file, offered in files.items() for name in offered}

    def fetch(name: str) -> Any:
        if name not in file_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with loading():
            found = getattr(importlib.import_module(file_of[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return fetch


@contextlib.contextmanager
def hidden(*names: str) -> Iterator[None]:
    """While others are loaded that would load these where they are installed, and do as well without. For the start of a
    process: whoever else asks for them meanwhile is told that they are not there."""
    away = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(away))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in away:
            del sys.modules[name]


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """While modules are read, hardly anything of what they make is garbage: looking for it takes a seventh of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()
