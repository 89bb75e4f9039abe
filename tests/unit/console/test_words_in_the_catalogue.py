"""What a page, its script or its server says goes through the catalogue: no word stands in a template, a script or an answer by itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import relance

ROOT = Path(relance.__file__).parent
TEMPLATES = sorted((ROOT / "console/templates").rglob("*.html"))
SCRIPTS = [each for each in sorted((ROOT / "console/static").glob("*.js")) if ".min." not in each.name]
NAMES = {"Relance"}
"""What is the same in every language, beside what stands in `<code>`."""
SHOWN = ("title", "alt", "placeholder", "aria-label", "aria-description")


def words_of_its_own(template: str) -> list[str]:
    """The words that stand in a template outside `_()`, between its tags or in an attribute that people read."""
    plain = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "¤", plain, flags=re.DOTALL)
    plain = re.sub(r"<(code|script|style)\b.*?</\1>", "", plain, flags=re.DOTALL)
    read = re.findall(rf"\s(?:{'|'.join(SHOWN)})=\"([^\"]*)\"", plain)
    between = re.sub(r"\s(hx|data)-[\w-]+(=\"[^\"]*\")?", "", re.sub(r"<[^>]*>", "\n", plain)).splitlines()
    said = [re.sub(r"\s*¤\s*", " ", each).strip(" ·") for each in (*read, *between)]
    return [each for each in said if re.search(r"[^\W\d_]{2,}", each) and each not in NAMES]


def sentences_of_its_own(script: str) -> list[str]:
    """The texts of a script that read like words for people: two words with a blank between them."""
    code = re.sub(r"^\s*(//|\*|/\*).*$|\s//\s.*$", "", script, flags=re.MULTILINE)
    texts = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", code)
    return [found for each in texts for found in each if re.match(r"[A-Z][a-z]+ [a-z]+", found)]


def answers_of_its_own(source: str) -> list[str]:
    """What a server answers as plain text that is a literal sentence."""
    return [
        each.args[0].value
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.Call)
        and ast.unparse(each.func).endswith("Response")
        and each.args
        and isinstance(each.args[0], ast.Constant)
        and " " in str(each.args[0].value)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=[each.name for each in TEMPLATES])
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    assert words_of_its_own(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=[each.name for each in SCRIPTS])
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    assert sentences_of_its_own(path.read_text("utf-8")) == []


@pytest.mark.parametrize("room", ["console", "tracking", "scheduler"])
def test_a_server_answers_nothing_by_itself(room: str) -> None:
    found = {str(each): answers_of_its_own(each.read_text("utf-8")) for each in (ROOT / room).rglob("*.py")}
    assert {name: said for name, said in found.items() if said} == {}


def test_each_is_found() -> None:
    assert words_of_its_own('<p title="Gone away">{{ _("Here") }} and there</p>') == [
        "Gone away",
        "and there",
    ]
    assert (
        words_of_its_own('<p class="small">{{ _("Here") }} · {# nothing #}<code>relance run</code></p>') == []
    )
    assert sentences_of_its_own('say("Not saved yet"); // It says so\nlet a = "two-words"') == [
        "Not saved yet"
    ]
    assert answers_of_its_own('PlainTextResponse("It did not work.", 500)') == ["It did not work."]
