"""The tree of commands: a part of it, built for what was typed, is what the whole one has there."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from relance.cli import tree

ALL = [name for names, _ in tree._PARTS for name in names]


def names(root: typer.Typer) -> list[str]:
    return list(typer.main.get_command(root).commands)  # type: ignore[attr-defined]


def test_the_table_names_every_command_once():
    assert sorted(names(tree.build())) == sorted(ALL)
    assert len(set(ALL)) == len(ALL)


def registered(root: typer.Typer) -> int:
    below = [each.typer_instance for each in root.registered_groups]
    return len(root.registered_commands) + sum(registered(each) for each in below if each)


def test_a_tree_built_again_is_no_larger():
    assert registered(tree.build()) == registered(tree.build()) > len(ALL)


@pytest.mark.parametrize("name", ALL)
def test_a_part_holds_the_command_it_is_built_for(name):
    [found] = [each for each, _ in tree._PARTS if name in each]
    assert set(names(tree.build(["--home", "status", "--lang=pl", name, "list"]))) == set(found)


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["stat"], ["--home"], ["--home", "status"], ["--", "nonsense"]]
)
def test_whatever_calls_no_command_of_ours_gets_the_whole_tree(words):
    assert sorted(names(tree.build(words))) == sorted(ALL)


@pytest.mark.parametrize("words", [["status", "--help"], ["mailbox", "--help"], ["mailbox", "add", "-h"]])
def test_help_says_the_same(words):
    run = CliRunner()
    assert (
        run.invoke(tree.build(words), words).output == run.invoke(tree.build(), words).output
    )  # the root's own too
