"""Nobody is advised to type what does not exist: every command and flag that a message, a help text or a translation names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from babel.messages import pofile

from relance.cli import tree
from tests.unit.test_docs import check_commands

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "relance").rglob("*.py"))
CATALOGUES = sorted((ROOT / "relance").rglob("*.po"))
NAMED = re.compile(r"(?<![\w./@:-])relance((?: +[^\s`.;:,()]+)+)")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
NO_COMMANDS = {"import", "message", "tracking"}
# Python's own word, and what keys are derived for.
A_WORD = re.compile(r"[a-z]+(-[a-z]+)*")


def sentences(module: Path) -> Iterator[str]:
    """Every text of a module as it is when it runs: parts put together, places in it as PLACE."""
    found = ast.parse(module.read_text("utf-8"))
    parts = set()
    for node in ast.walk(found):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(each) for each in node.values}
            yield "".join(
                str(each.value) if isinstance(each, ast.Constant) else "PLACE" for each in node.values
            )
    for node in ast.walk(found):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def translated(catalogue: Path) -> Iterator[str]:
    with catalogue.open("rb") as file:
        for message in pofile.read_po(file):
            for words in (message.id, message.string):
                yield from (words,) if isinstance(words, str) else words


def commands(text: str) -> Iterator[list[str]]:
    for found in NAMED.findall(text):
        words = found.split()
        if A_WORD.fullmatch(words[0]) and words[0] not in NO_COMMANDS:
            yield words


def every_command(command: Any) -> Iterator[Any]:
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from every_command(each)


FLAGS = {"--help"} | {
    flag
    for command in every_command(typer.main.get_command(tree.build()))
    for option in command.params
    for flag in (*option.opts, *option.secondary_opts)
}


def check(where: str, texts: Iterator[str]) -> int:
    """Returns how many commands were named."""
    count = 0
    for text in texts:
        for words in commands(text):
            check_commands(where, [words])
            count += 1
        unknown = set(FLAG.findall(text)) - FLAGS
        assert not unknown, f"{where}: no command has {unknown}: {text[:80]}"
    return count


def test_every_command_and_flag_that_a_text_of_the_program_names_is_there() -> None:
    assert sum(check(str(each.relative_to(ROOT)), sentences(each)) for each in MODULES) > 50


@pytest.mark.parametrize(
    "catalogue", CATALOGUES, ids=[f"{each.parent.name}/{each.name}" for each in CATALOGUES]
)
def test_a_translation_names_the_commands_of_the_sentence(catalogue: Path) -> None:
    check(catalogue.name, translated(catalogue))
    with catalogue.open("rb") as file:
        for message in pofile.read_po(file):
            said = message.id if isinstance(message.id, str) else message.id[0]
            told = [message.string] if isinstance(message.string, str) else list(message.string)
            for each in filter(None, told):
                assert quoted(said) <= quoted(each), f"{said!r} becomes {each!r}"


def quoted(text: str) -> set[str]:
    """The commands in a sentence, without what a person fills in."""
    return {
        " ".join(word for word in words if A_WORD.fullmatch(word) or FLAG.fullmatch(word))
        for each in re.findall(r"`(relance [^`]*)`", text)
        for words in commands(each)
    }


@pytest.mark.parametrize(
    "words",
    [
        "Say `relance mailbox paus` first.",
        "Say relance unknwon resolve first.",
        "`relance mailbox pause --hard` pauses.",
        "Use --forcefully.",
    ],
)
def test_an_unknown_command_is_noticed(words: str) -> None:
    with pytest.raises(AssertionError):
        check("here", iter([words]))
