"""Where a server may come from: an address in the environment, the system's binaries, a wheel that carries them."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

NOT_RUN = "NOT RUN: "
REQUIRE_ALL = "RELANCE_TEST_REQUIRE_ALL"
# Debian keeps daemons where a plain user's PATH does not look.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def not_run(reason: str) -> NoReturn:
    """Skip this test loudly: the closing line counts it, and RELANCE_TEST_REQUIRE_ALL=1 makes it a failure."""
    pytest.skip(f"{NOT_RUN}{reason}")


def address(variable: str) -> str | None:
    """The address of a running server a developer gave in the environment, if any."""
    return os.environ.get(variable) or None


def binary(name: str) -> Path | None:
    """A program of the system, also from the folders of the daemons."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def in_wheel(package: str, *parts: str) -> Path | None:
    """A path inside an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations)), *parts)
    return path if path.exists() else None


def newest_first(pattern_root: str, pattern: str) -> Iterator[Path]:
    """Folders like /usr/lib/postgresql/15/bin, the highest version number first."""
    found = Path(pattern_root).glob(pattern)
    yield from sorted(
        found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], reverse=True
    )
