"""The sentences of the source against their translations: `make catalogue` lists what is wrong, and `--add` writes stubs.

A sentence is what stands in `_(…)`, `n_(…)`, `N_(…)`, `Text(…)`, `Text.plural(…)` or `Text.within(…)`, or what the command's
help prints. It is a literal: one that is put together (an f-string, a name) cannot be translated, and is told.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

import relance
from relance import wording
from relance.wording import catalogue

PACKAGE = Path(relance.__file__).parent
PLACE = re.compile(r"\{(\w+)\}")
ONE, PLURAL, WITHIN = ("_", "N_", "Text"), ("n_", "plural"), ("within",)
RETIRED = "retired.po"
# The part of a language that holds sentences nobody says any more: rows of the database still do.
OPEN_CALLS = ("_", "Text")
# Calls that may take a name as well: a constant that N_ has marked.
MACHINERY = PACKAGE / "wording" / "text.py"
# What makes sentences out of what is handed in: of its calls only those count that say one themselves.
Key = tuple[str | tuple[str, str], str | None]
# The sentence (or both its forms) and its context.


def sentences(package: Path = PACKAGE) -> dict[Key, list[str]]:
    """Every sentence of the source, with its places (`file:line`)."""
    found: dict[Key, list[str]] = defaultdict(list)
    for path in sorted(package.rglob("*.py")):
        where = path.relative_to(package.parent)
        for line, key in of_source(path.read_text("utf-8"), machinery=path == MACHINERY):
            found[key].append(f"{where}:{line}")
    for path in sorted(package.rglob("console/templates/**/*.html")):
        for line, key in of_template(path.read_text("utf-8")):
            found[key].append(f"{path.relative_to(package.parent)}:{line}")
    for sentence in of_help() if package == PACKAGE else ():
        found[sentence, None].append("relance/cli/help:0")
    return found


def of_help() -> Iterator[str]:
    """What the command's help prints: docstrings by paragraph, the help of options, and what stands for their values."""
    from typer.main import get_command

    from relance.cli import tree
    from relance.cli.terminal import speech

    for command in speech.tree(get_command(tree.build())):
        yield from (" ".join(each.split()) for each in (command.help or "").split("\n\n") if each.strip())
        for param in command.params:
            yield from filter(None, (getattr(param, "help", None), getattr(param, "metavar", None)))


def of_template(source: str) -> Iterator[tuple[int, Key]]:
    """The sentences of a page's template: what stands in `_(…)` and `n_(…)`. Raises ValueError where one is no literal."""
    for call in jinja2.Environment().parse(source).find_all(jinja2.nodes.Call):
        name = call.node.name if isinstance(call.node, jinja2.nodes.Name) else ""
        if name not in ("_", "n_"):
            continue
        wanted = call.args[: 1 if name == "_" else 2]
        literals = [each.value for each in wanted if isinstance(each, jinja2.nodes.Const)]
        if name == "_" and isinstance(wanted[0], jinja2.nodes.Name):
            continue  # a constant, marked where it is written
        if len(literals) < len(wanted):
            raise ValueError(f"line {call.lineno}: {name}() wants a sentence as a literal")
        yield call.lineno, (literals[0] if name == "_" else (literals[0], literals[1]), None)


def of_source(source: str, *, machinery: bool = False) -> Iterator[tuple[int, Key]]:
    """The sentences of one file with their lines. Raises ValueError where one is no literal."""
    tree = ast.parse(source)
    ours = {name: original for node in ast.walk(tree) for name, original in _imported(node)}
    ours |= {"Text": "Text"} if machinery else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _marks(node.func, ours)):
            try:
                yield from ((node.lineno, key) for key in _keys(name, node))
            except ValueError:
                if not machinery:
                    raise


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names a file has from the room (other rooms have a `Text` of their own), and what they are called there."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[:2] == ["relance", "wording"]:
        yield from ((each.asname or each.name, each.name) for each in node.names)
    if isinstance(node, ast.ImportFrom) and node.module == "relance":
        yield from ((each.asname or each.name, each.name) for each in node.names if each.name == "wording")


def _marks(func: ast.expr, ours: Mapping[str, str]) -> str | None:
    """The name of a marking call: a bare one, a method of Text, or either behind `wording.`."""
    first, *behind = _dotted(func)
    name = ours.get(first)
    if name == "wording" and behind:
        name, *behind = behind
    if name == "Text" and behind:
        return behind[0] if behind[0] in ("plural", "within") else None
    return name if name in (*ONE, "n_") and not behind else None


def _dotted(func: ast.expr) -> Iterator[str]:
    if isinstance(func, ast.Attribute):
        yield from _dotted(func.value)
        yield func.attr
    else:
        yield func.id if isinstance(func, ast.Name) else ""


def _keys(name: str, call: ast.Call) -> list[Key]:
    wanted = 1 if name in ONE else 2
    literals = [_literal(each) for each in call.args[:wanted]]
    if name in OPEN_CALLS and len(literals) == 1 and literals[0] is None and isinstance(call.args[0], _NAMES):
        return []  # a constant, marked where it is written
    if name in WITHIN and len(literals) == 2 and literals[1] is None and isinstance(call.args[1], _NAMES):
        return []  # the same
    if len(literals) < wanted or None in literals:
        raise ValueError(
            f"line {call.lineno}: {name}() wants a sentence as a literal: {ast.unparse(call)[:100]}"
        )
    first, *more = [str(each) for each in literals]
    if name in WITHIN:
        return [(more[0], first)]
    return [((first, more[0]) if more else first, None)]


_NAMES = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def translated(language: str) -> dict[str, Catalog]:
    """The parts of a language by name, as they are written."""
    parts = {}
    for part in catalogue.parts(language):
        with part.open("rb") as file:
            parts[part.name] = read_po(file, locale=language)
    return parts


def faults(language: str, wanted: Iterable[Key], parts: dict[str, Catalog]) -> list[str]:
    """What is wrong with a language, a line each; nothing when every sentence can be read in it."""
    found, known = [], {}
    for name, part in parts.items():
        found += [f"{name}: obsolete: {key!r}" for key in part.obsolete]
        for message in part:
            if not message.id:
                continue
            key = (_id(message), message.context)
            found += [f"{name}: {fault}: {key[0]!r}" for fault in _faults_of(message, part)]
            if key in known and known[key].string != message.string:
                found.append(f"{name}: translated otherwise in another part: {key[0]!r}")
            known[key] = message
    wanted = set(wanted)
    found += [f"{language}: missing: {key[0]!r}" for key in sorted(wanted - set(known), key=str)]
    gone = {(_id(message), message.context) for message in parts.get(RETIRED, ()) if message.id}
    found += [f"{RETIRED}: is said again: {key[0]!r}" for key in sorted(gone & wanted, key=str)]
    unsaid = sorted(set(known) - wanted - gone, key=str)
    found += [f"{language}: nobody says this any more: {key[0]!r}" for key in unsaid]
    return found


def _id(message: Message) -> Any:
    return tuple(message.id) if message.pluralizable else message.id


def _faults_of(message: Message, part: Catalog) -> Iterator[str]:
    ids = message.id if message.pluralizable else (message.id,)
    forms = message.string if message.pluralizable else (message.string,)
    if message.fuzzy:
        yield "fuzzy"
    if message.pluralizable and len(forms) != part.num_plurals:
        yield f"{len(forms)} of {part.num_plurals} plural forms"
    if not all(forms):
        yield "not translated" if not any(forms) else "a plural form is missing"
        return
    wanted = {*PLACE.findall(ids[-1])}
    for form in forms:
        if {*PLACE.findall(form)} ^ wanted - ({"count"} if message.pluralizable else set()):
            if message.pluralizable and {*PLACE.findall(form)} | {"count"} == wanted | {"count"}:
                continue
            yield f"other places than {sorted(wanted)}"
            return


def add(language: str, wanted: dict[Key, list[str]], parts: dict[str, Catalog]) -> list[str]:
    """Write a stub for every sentence that is missing, into the part of its room; returns the parts that changed."""
    known = {(_id(message), message.context) for part in parts.values() for message in part if message.id}
    folder = Path(catalogue.__file__).parent / "locale" / language
    changed = set()
    for (msgid, context), places in wanted.items():
        if (msgid, context) in known:
            continue
        name = f"{_room(places[0])}.po"
        part = parts.setdefault(name, Catalog(locale=language, fuzzy=False))
        part.add(msgid, context=context)
        changed.add(name)
    for name in changed:
        with (folder / name).open("wb") as file:
            file.write(_written(parts[name]))
    return sorted(changed)


def _room(place: str) -> str:
    parts = Path(place.partition(":")[0]).parts
    return Path(parts[1]).stem if len(parts) > 1 else "relance"


HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def _written(part: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, part, width=0, omit_header=True)
    return HEADER.format(language=part.locale, plural=part.plural_forms).encode() + out.getvalue()


def main() -> int:
    """List what is wrong with every language; 1 when anything is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--add", action="store_true", help="write stubs for what is missing")
    wanted = sentences()
    wrong = 0
    for language in wording.languages()[1:]:
        if asked.parse_args().add:
            print("\n".join(f"stubs written: {name}" for name in add(language, wanted, translated(language))))
        found = faults(language, wanted, translated(language))
        print("\n".join(found) or f"{language}: all {len(wanted)} sentences are translated.")
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
