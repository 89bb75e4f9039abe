"""What is locked by hash: every requirement with an extra has its own line, or pip looks for a newer one without a hash."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LINE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^]]*)\])?==", re.MULTILINE)
FILES = ("base.txt", "dev.txt")
Extras = dict[str, set[str]]


def locked(text: str) -> Extras:
    """Each package of a lock, with the extras its lines name."""
    found: Extras = defaultdict(set)
    for name, extras in LINE.findall(text):
        found[canonicalize_name(name)] |= {each.strip() for each in extras.split(",") if each.strip()}
    return found


def asked_by(package: str, extras: set[str]) -> list[Requirement]:
    """What an installed package requires here, with these extras of its own."""
    told = map(Requirement, metadata.requires(package) or ())
    return [
        each
        for each in told
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


def ours() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [Requirement(line) for line in project["project"]["dependencies"]]


def wanting(text: str) -> dict[str, set[str]]:
    """The extras that something locked asks for and no line of the lock names; empty: pip has a hash for all of them."""
    lines = locked(text)
    found: dict[str, set[str]] = {}
    requirements = ours()
    for package, extras in lines.items():
        try:
            requirements += asked_by(package, extras)
        except metadata.PackageNotFoundError:
            continue  # for other platforms
    for each in requirements:
        missing = each.extras - lines[canonicalize_name(each.name)]
        if missing:
            found[each.name] = missing
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_extra_that_is_asked_for_has_its_line(name: str) -> None:
    assert wanting((ROOT / "requirements" / name).read_text("utf-8")) == {}


def test_a_lock_without_its_extras_is_noticed() -> None:
    """As `uv pip compile` writes it by itself, and as it stood here: right on the day it was made, wrong ever after."""
    text = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    stripped = LINE.sub(lambda line: f"{line[1]}==", text)
    assert wanting(stripped)["coverage"] == {"toml"}
    assert "dramatiq" in wanting(stripped)


@pytest.mark.parametrize("name", FILES)
def test_every_line_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text("utf-8").strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
