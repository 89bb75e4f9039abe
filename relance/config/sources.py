"""Where the value of a setting came from."""

from __future__ import annotations

import contextlib
import enum
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from relance.config.places import FILE_NAME, PREFIX
from relance.wording import Text


class SettingSource(enum.Enum):
    """Where a value came from."""

    CALLER = enum.auto()
    ENVIRONMENT = enum.auto()
    FILE = enum.auto()
    DEFAULT = enum.auto()


def place(name: str, given: Collection[str], home: Path) -> SettingSource:
    """Of a setting of that home; `given`: those that the caller names."""
    if name in given:
        return SettingSource.CALLER
    if os.environ.get(variable(name)):  # noqa: TID251 - this is the place
        return SettingSource.ENVIRONMENT
    with contextlib.suppress(OSError, ValueError, RecursionError):
        if name in tomllib.loads((home / FILE_NAME).read_text(encoding="utf-8")):
            return SettingSource.FILE
    return SettingSource.DEFAULT


def variable(name: str) -> str:
    """The variable of the environment that sets it."""
    return (PREFIX + name).upper()


def told(name: str, given: Mapping[str, str | None], home: Path) -> Text:
    """The same as `place`, in words; `given` names the option that gave it, if one did."""
    found = place(name, given, home)
    if found is SettingSource.CALLER:
        option = given[name]
        return Text.prose(option) if option else Text("given by the caller")
    if found is SettingSource.ENVIRONMENT:
        return Text("environment {variable}", variable=variable(name))
    return Text.prose(home / FILE_NAME) if found is SettingSource.FILE else Text("default")
