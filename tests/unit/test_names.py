"""One class, one name: who reads a name anywhere in the program need not ask which of two it is."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "relance"
PORT = "the port, and what fits it"
ALLOWED = {
    "Inbox": PORT,
    "Outbox": PORT,
    "TickReport": PORT,
    "TurnReport": PORT,
    "Usage": PORT,
    "TaskOutcome": "the choices of the command line, which is quick to start without the engine, and the engine's own",
    "TaskTime": "the choices of the command line, which is quick to start without the engine, and the engine's own",
    "UnreadMail": "the public name of a mail that a server does not give, and the event that tells of it",
}
# Names of two classes, and why.


def named() -> dict[str, list[str]]:
    """The top-level classes by their names, without those that are private to a file, and without the sandbox."""
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT)
        if where.parts[0] != "sandbox":
            for each in ast.parse(path.read_text()).body:
                if isinstance(each, ast.ClassDef) and not each.name.startswith("_"):
                    found[each.name].append(str(where))
    return found


def test_no_two_classes_have_one_name():
    twice = {name: where for name, where in named().items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in ALLOWED or len(where) > 2} == {}
    assert sorted(ALLOWED) == sorted(twice)  # what is allowed no longer occurs


BARE = frozenset({"FADE", "GRACE", "KEPT", "LOOKS", "MOST", "SLACK"})
# They say how much, and not of what: MAX_DRAFTS, GRACE_PERIOD.


def test_a_number_says_what_it_is_of():
    bare = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.parse(path.read_text()).body
        for name in assigned(node)
        if name.lstrip("_") in BARE
    ]
    assert bare == []


def assigned(node: ast.stmt) -> list[str]:
    """The names that a line of a module gives to something."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]
