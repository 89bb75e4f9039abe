"""What to type stands apart: a page of the console says nothing of commands, and an error has a field of its own for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.wording import Text

ROOT = Path(__file__).parents[2]
BEFORE_ANY_PAGE = ("cli", "config", "sandbox", "scheduler", "engine/db")
# Rooms whose errors are told to who starts something, or where there is no database to serve a page from.
_COMMAND = re.compile(r"`(relance |--)|relance [a-z]+ [a-z-]+`")
_ASIDE = {
    "relance console invite": "the way in, before anybody can sign in",
}


def _errors() -> Iterator[tuple[str, str]]:
    """The sentences of errors: where, and what is said."""
    for file in sorted((ROOT / "relance").rglob("*.py")):
        room = file.relative_to(ROOT / "relance").as_posix()
        if not room.startswith(BEFORE_ANY_PAGE):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("errors.") and node.args:
                    for said in ast.walk(node.args[0]):
                        if isinstance(said, ast.Constant) and isinstance(said.value, str):
                            yield f"{room}:{said.lineno}", said.value


def test_no_sentence_of_an_error_names_a_command() -> None:
    found = list(_errors())
    assert len(found) > 100
    assert [each for each in found if _COMMAND.search(each[1])] == []


def test_no_sentence_of_the_console_names_a_command() -> None:
    named = []
    for file in sorted((ROOT / "relance/console").rglob("*")):
        if file.suffix in (".py", ".html"):
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                if (
                    re.search(r"`relance |`--", line)
                    and '"""' not in line
                    and not any(map(line.__contains__, _ASIDE))
                ):
                    named.append(f"{file.name}:{number}")
    assert named == []


@pytest.mark.wording
def test_an_error_says_what_to_do_where_it_is_told() -> None:
    gone = errors.NotFound(
        Text("Gone."), command=Text("`relance x` shows it."), page=Text("The page shows it.")
    )
    assert (str(gone), str(gone.on_page), str(gone.sentence)) == (
        "Gone. `relance x` shows it.",
        "Gone. The page shows it.",
        "Gone.",
    )
    wrong = errors.Invalid(Text("Wrong."), command=Text("`relance y` mends it."), page=Text("Mend it there."))
    assert (str(wrong), str(wrong.on_page)) == ("Wrong. `relance y` mends it.", "Wrong. Mend it there.")
    two = errors.Invalid([errors.Problem("a", command="`b`"), errors.Problem("c", hint="d")])
    assert (str(two), str(two.on_page)) == ("a `b`\nc d", "a\nc d")
