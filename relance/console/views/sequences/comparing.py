"""Two texts beside each other: which lines differ."""

from __future__ import annotations

import difflib

_AROUND = 2
# Lines that are shown around what was changed.


def against(text: str, other: str) -> list[tuple[str, str]]:
    """Every line of a text: "-" where it is not in the other one as it stands there, else " ". Pure."""
    lines = text.splitlines()
    same = difflib.SequenceMatcher(None, lines, other.splitlines(), autojunk=False).get_matching_blocks()
    kept = {block.a + number for block in same for number in range(block.size)}
    return [(" " if number in kept else "-", line) for number, line in enumerate(lines)]


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Lines with what happened to them: "+", "-", " ", and "…" where some are left out. Pure."""
    found: list[tuple[str, str]] = []
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=_AROUND, lineterm="")
    for line in list(lines)[2:]:
        if not line.startswith("@@"):
            found.append((line[:1], line[1:]))
        elif found:
            found.append(("…", ""))
    return found
