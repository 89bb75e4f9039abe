"""What people read is plain, standard business English, and plain Polish: no phrase of a list stands in what the program says, or its docs.

Read are the translations, the texts of every room, the pages of the console (templates and our own script), the docstrings of what is public, README,
CONTRIBUTING, docs, examples, and what the changelog says of the next release.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from tests import catalogue

ROOT = Path(__file__).parents[2] / "relance"
PAGES = sorted(
    path
    for pattern in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "CHANGELOG.md",
        "examples/*.yaml",
        "examples/*.py",
    )
    for path in ROOT.parent.glob(pattern)
)
OURS = sorted([*ROOT.rglob("console/templates/**/*.html"), *(ROOT / "console/static").glob("[!.]*.js")])
OURS = [path for path in OURS if not path.name.endswith(".min.js")]
ROOMS = (
    "app",
    "cli",
    "config",
    "console",
    "engine",
    "mailbox",
    "sandbox",
    "scheduler",
    "templates",
    "tracking",
    "wording",
)
"""The rooms that are read: all."""

ELSEWHERE = ("engine/db/migrations/", "engine/event_log/old_names.py")
"""Of those rooms, what is not read: it is said to nobody any more."""

FORBIDDEN = {
    r"\bcan not\b": "cannot",
    r"\bshall\b": "should, must, will",
    r"\bput off\b": "deferred, postponed",
    r"\bnobody (foresaw|foresees)\b": "unexpected",
    r"(?<!there )\b(is|are) no (?!longer)": "is not a",
    r"\bis none of\b": "is not one of",
    r"\bwhoever\b": "anyone who, somebody else",
    r"\bheld to be\b": "taken for",
    r"\bso it is with\b": "the same is true of",
    r"\bmend(s|ed|ing)?\b": "fix, correct",
    r"\bby hand of\b": "by",
    r"\b(look|looks) into\b": "check",
    r"\bheeds?\b": "follow, ignore",
    r"\bforesee(n|s)?\b|\bforesaw\b": "expect",
    r"\bnone is told\b|\bis told of\b": "is shown",
    r"\bstands? apart\b": "is shown separately",
    r"\bthrown away\b|\bthrows? away\b": "delete, discard",
    r"\bput right\b": "correct",
    r"\bof (yours|theirs)\b": "your, their",
    r"\banew\b": "again",
    r"\bis the one\?": "did you mean",
    r"\b(became|become|becomes|came) of\b": "happened to, result",
    r"\be-mail (address|report)\b": "email",
    r"\bthe log of the\b": "the ...'s log",
    r"; else (the|from|in|by|it|a|all|nobody|this)\b|(?-i:\. Else\b)": "(default: …)",
    r"\bwritten to again\b": "contacted again",
    r"\bmails? (have|has) left\b|\breply leaves\b": "is sent",
    r"\bis (another|a different) one than\b": "is different from",
    r"\blies ahead\b|\bstretch of\b|\bbeyond all measure\b": "plain words",
    r"\bno \w+ fits\b": "matches",
    r"\b(is leaving|leaves in|leaves even|waits to leave|(has|have|had) not left( yet)?)\b": "is sent",
    r"\b(log|page) says more\b": "has the details",
    r"\bis found by (who|the name)\b": "search by",
    r"\bmust stand in\b|(?-i:\bWhat stands there\b)|\baddress stands where\b": "appear, contents, there is",
    r"\bat (their|its) line\b": "on the line",
    r"\b(address|domain|mail|entry) a line\b|, one a line\b": "one per line",
    r"\bcomes? of each\b": "happens to",
    r"\bfar off\b": "a long time away",
    r"\b(by|with) any(body|one) of\b|\bdone with (anybody|any of them)\b": "for anybody",
    r"\bdecided for (a|the|held)\b": "decided about",
    r"\bis in no sequence\b|\bare in no sequence\b": "is not in any sequence",
    r"(?<!let )(?<!held )\bpeople go on\b|\bperson goes on\b|\bsending goes on\b": "continue",
    r"\bis no longer known here\b": "is no longer available",
    r"\bthis form is too old\b": "is out of date",
    r"\bstays so\b": "stays that way",
    r"\bcame back, by\b|\blist what came back\b": "came in (what comes back is a bounce)",
    r"\bhits? by (a )?machines?\b": "opens and clicks by machines",
    r"\bis suppressed\b(?!\.)": "is on the do-not-contact list",
}


POLISH = {
    r"\bodnośnik\w*": "link",
    r"\bmówi (dziennik|serwer|strona)|\b(dziennik|serwer|strona) mówi": "szczegóły są w dzienniku, odpowiedź serwera",
    r"\bsprzedawc\w+": "handlowiec",
    r"\bpoproś menedżera\.": "zwróć się do menedżera (poprosić trzeba o coś)",
    r"\bprzydziel mnie\b": "przydziel mi",
    r"\bzarzuc(ona|ono|ić)\b": "zaniechana, zaniechano",
    r"\bdzień bankowy\b": "święto bankowe (dzień bankowy to dzień pracy banku)",
    r"(?<!e-)\b(mail|maile|maila|maili|mailem|mailach)\b": "wiadomość",
    r"\bniepewn\w+ wiadomoś\w+|\bwiadomoś\w+ niepewn\w+": "wiadomość o nieznanym losie",
    r"\b(posiada|dedykowan\w+|w oparciu o|w dniu dzisiejszym|póki co|odnośnie)\b": "zwykłe słowo",
    r"\bilość (osób|wiadomości|kontaktów|kroków|odpowiedzi)\b": "liczba",
    r"\b(dokonaj|dokonać|dokonano)\b": "zwykły czasownik",
    r"\bproszę kliknąć tutaj\b|\bkliknij tutaj\b": "nazwa tego, co się otworzy",
    r"\bnic nie stoi\b|\bnie idzie dwa razy\b": "nic nie jest wstrzymane, nie zostaje wysłane dwa razy",
    r"\btego okna nikt\b|\bnieproszon\w+": "nie dosłownie z angielskiego",
    r"(?<!kontakt )\{email\} \w+łby\b": "bez rodzaju osoby",
    r"(?<![\w`-])(the|and|with|your|please|is|are)(?![\w`-])": "po polsku",
}
"""What Polish does not say, and what it says instead: calques, second words for one thing, a gender nobody knows, English left over."""

ENGLISH_ON_PURPOSE = re.compile(
    r"`[^`]*`|„[^”]*”|\"[^\"]*\"|\{%.*?%\}|\{\{.*?\}\}|\bis (\{name\}|defined|undefined|number|string)\b"
)
"""What a program reads, or what a document is called."""


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """String constants and f-strings (a value in it as {}), without docstrings."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.JoinedStr) and id(node) not in passed:
            passed.update(id(part) for part in node.values)
            yield (
                node.lineno,
                "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.lineno, node.value


def forbidden(source: str) -> list[str]:
    """What a source file says that people would not: its line, the phrase, and what to write."""
    return [
        f"{line}: {found[0]!r} in {text[:80]!r}; write {instead}"
        for line, text in _texts(ast.parse(source))
        for phrase, instead in FORBIDDEN.items()
        if " " in text and (found := re.search(phrase, text, re.IGNORECASE))
    ]


def phrases_of(text: str) -> list[str]:
    """What a page says that people would not, with some of what stands before it."""
    found = [re.search(phrase, text, re.IGNORECASE) for phrase in FORBIDDEN]
    return [text[max(0, each.start() - 30) : each.end()] for each in found if each]


@pytest.mark.parametrize("room", ROOMS)
def test_texts_are_plain_english(room: str) -> None:
    files = [
        path
        for path in sorted((ROOT / room).rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(ELSEWHERE)
    ]
    assert files
    assert [
        f"{path.relative_to(ROOT)}:{each}" for path in files for each in forbidden(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_pages_are_plain_english(page: Path) -> None:
    """As people read them: a phrase may go over the end of a line. What a command printed is its own."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert phrases_of(re.sub(r"\s+", " ", text)) == []


@pytest.mark.parametrize(
    ("source", "phrases"),
    [
        ('raise E(f"{path} can not be read")', 1),
        ('raise E(f"{word} is no mail")', 1),
        ('raise E("there is no mail")', 0),
        ('raise E("it is no longer there")', 0),
        ('def f():\n    """It can not be."""', 0),
        ('x = ("so it is with 2 more. " f"{y} shall go")', 2),
    ],
)
def test_phrases_are_found_in_texts_and_not_in_docstrings(source: str, phrases: int) -> None:
    assert len(forbidden(source)) == phrases


def test_phrases_are_found_in_pages_with_what_stands_before() -> None:
    page = "a page that is long enough, and has two: it can not be, whoever reads it"
    assert phrases_of(page) == [
        " long enough, and has two: it can not",
        ", and has two: it can not be, whoever",
    ]


@pytest.mark.parametrize("path", OURS, ids=[path.name for path in OURS])
def test_the_console_is_plain_english(path: Path) -> None:
    """Templates and the script that is ours, whole: comments are few, and read by people as well."""
    assert phrases_of(re.sub(r"\s+", " ", path.read_text("utf-8"))) == []


def test_there_are_pages_of_the_console_to_read() -> None:
    assert {"inbox.html", "editor.js", "console.js"} <= {path.name for path in OURS}


def test_the_translations_are_plain_polish() -> None:
    told = [
        each
        for name, part in catalogue.translated("pl").items()
        if name != catalogue.RETIRED
        for message in part
        for each in ((message.string,) if isinstance(message.string, str) else message.string)
    ]
    assert len(told) > 2000
    shown = {each: ENGLISH_ON_PURPOSE.sub("", each).replace("{mail}", "") for each in told}
    assert {
        each: (found[0], instead)
        for each, plain in shown.items()
        for phrase, instead in POLISH.items()
        if (found := re.search(phrase, plain, re.IGNORECASE))
    } == {}


def public() -> dict[str, str]:
    """The docstrings a user of the library reads: of what `relance` exports, and of its public methods."""
    found = {}
    for name in relance.__all__:
        made = getattr(relance, name)
        found[name] = inspect.getdoc(made) or "" if inspect.isclass(made) or inspect.isroutine(made) else ""
        for each, value in vars(made).items() if inspect.isclass(made) else ():
            if not each.startswith("_") and (inspect.isroutine(value) or isinstance(value, property)):
                found[f"{name}.{each}"] = inspect.getdoc(value) or ""
    return found


def test_public_docstrings_are_plain_english() -> None:
    told = public()
    assert len(told) > 150
    assert {
        name: found[0]
        for name, words in told.items()
        for phrase in FORBIDDEN
        if (found := re.search(phrase, " ".join(words.split()), re.IGNORECASE))
    } == {}
