"""What the pages name is there: files, links, commands and their flags, settings, figures."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from relance import config
from relance.cli import tree
from relance.engine.reasons import Code
from relance.scheduler.monitoring import gauges, metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md"))
    if path.name != "corpus.md"
)
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`|^ {4}(.+)$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"(?<![\w./-])(?:relance|tests|docs|examples|benchmarks|requirements)/[\w./-]*\w")
COMMAND = re.compile(r"(?:^|[\s/])relance((?: +[^\s`#]+)+)", re.MULTILINE)
SETTING = re.compile(r"\bRELANCE_([A-Z_]+)\b")
OTHER_VARIABLES = {
    "PASSWORD",
    "TEST_PICTURES",
    "TEST_POSTGRES",
    "TEST_REDIS",
    "TEST_REQUIRE_ALL",
    "TEST_REWORDED",
}
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def test_every_code_of_a_reason_is_listed() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| .+ \|$", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE
    )
    assert {each.value for each in Code} <= set(rows)


def code_of(page: Path) -> Iterator[str]:
    for block, span, indented in CODE.findall(page.read_text("utf-8")):
        yield block or span or indented


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_a_page_names_is_there(page: Path) -> None:
    named = {found for code in code_of(page) for found in FILE.findall(code)}
    missing = sorted(
        name
        for name in named
        if not (ROOT / name).exists() and "*" not in name and not list(ROOT.glob(f"{name}*"))
    )
    assert not missing, f"{page.name} names {missing}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [
        target
        for target in targets
        if not target.startswith(("http", "mailto")) and not (page.parent / target).exists()
    ]
    assert not broken


def test_every_decision_is_listed_by_number_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def commands(page: Path) -> Iterator[list[str]]:
    for code in code_of(page):
        for found in COMMAND.findall(code):
            words = found.split()
            if re.fullmatch(r"[a-z]+(-[a-z]+)*", words[0]) and words[0] != "import":  # Python's own
                yield words


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_a_page_names_is_there_with_its_flags(page: Path) -> None:
    check_commands(page.name, commands(page))


def test_every_command_that_a_message_names_is_there_with_its_flags() -> None:
    for module in (ROOT / "relance").rglob("*.py"):
        found = re.findall(r"`relance( [a-z][^`]*)`", module.read_text("utf-8"))
        check_commands(module.name, (words for each in found if (words := each.split())[0].isalpha()))


@functools.cache
def tree_of_commands() -> Any:
    """Built once: it takes a tenth of a second, and there are hundreds of files."""
    return typer.main.get_command(tree.build())


def check_commands(page: str, named: Iterable[list[str]]) -> None:
    """Each is a command of ours, and its flags are."""
    root = tree_of_commands()
    for words in named:
        command: Any = root
        rest = list(words)
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        asked = " ".join(words)
        assert command is not root, f"{page}: `relance {asked}`"
        if hasattr(command, "commands") and rest and re.fullmatch(r"[a-z]+(-[a-z]+)*", rest[0]):
            raise AssertionError(f"{page}: `relance {asked}`")
        known = {"--help"} | {
            flag for option in command.params for flag in (*option.opts, *option.secondary_opts)
        }
        unknown = {word.strip("[].,;:") for word in rest if word.strip("[").startswith("--")} - known
        assert not unknown, f"{page}: `relance {asked}` has no {unknown}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_variable_a_page_names_is_a_setting(page: Path) -> None:
    named = set(SETTING.findall(page.read_text("utf-8")))
    assert {name.lower() for name in named - OTHER_VARIABLES} <= set(config.Settings.model_fields)


def test_the_figures_are_all_told_and_no_others() -> None:
    """Counters are shown with `_total`, histograms with `_bucket` and so on: the page gives the bare name."""
    figures = metrics.Meters()
    gauges.Gauges(None, figures)  # type: ignore[arg-type]  # asked of nothing here
    there = {family.name for family in figures.registry.collect()}
    told = set(re.findall(r"`(relance_\w+)`", (ROOT / "docs/operations.md").read_text("utf-8")))
    assert told == there
