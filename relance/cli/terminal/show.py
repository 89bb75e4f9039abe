"""Output: tables for a terminal, plain columns for a pipe, JSON for programs. Untrusted text cannot steer the terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import typer

from relance.wording import N_, _, day, moment

GAP = "  "
ATTRIBUTES = {
    "now": N_("now"), "states": N_("people"), "due now": N_("due now"), "next due": N_("next due"),
    "held": N_("held"), "unknown mails": N_("mails in doubt"), "open tasks": N_("open tasks"),
    "waiting since": N_("waiting since"), "in doubt": N_("steps in doubt"), "unheard noes": N_("opt-outs not stored yet"),
    "id": N_("number"), "mailbox": N_("mailbox"), "email": N_("email"), "from address": N_("from"), "subject": N_("subject"),
    "received at": N_("received"), "kind": N_("kind"), "intent": N_("intent"), "until": N_("until"),
    "substitute": N_("substitute"), "language": N_("language"), "recipient": N_("recipient"), "status": N_("status code"),
    "rule": N_("rule"), "evidence": N_("because"), "intent evidence": N_("intent because"), "notes": N_("notes"),
    "match": N_("match"), "matched by": N_("matched by"), "corrected": N_("corrected"), "judged kind": N_("kind by the rules"),
    "note": N_("note"), "read": N_("read"), "substitute state": N_("decided about them"), "address": N_("address"),
    "name": N_("name"), "username": N_("user name"), "state": N_("state"), "reason": N_("reason"), "smtp": N_("SMTP"),
    "imap": N_("IMAP"), "daily cap": N_("mails in 24 hours"), "gap seconds": N_("seconds between mails"),
    "unknown policy": N_("mail in doubt"), "files sent": N_("files Sent copies"), "next turn at": N_("next turn"),
    "synced at": N_("last read"), "sync error": N_("cannot be read"), "send error": N_("cannot send"),
    "plus addressing": N_("plus addressing"), "provider": N_("provider"), "aliases": N_("aliases"),
    "offered": N_("possible aliases"), "refused by": N_("refused by"), "original": N_("as written"),
    "organisation": N_("organisation"), "first name": N_("first name"), "last name": N_("last name"),
    "company": N_("company"), "title": N_("title"), "phone": N_("phone"), "country": N_("country"), "zone": N_("time zone"),
    "fields": N_("own fields"),
}  # fmt: skip
# What `record` shows of Status, AnswerView, MailboxView and Contact, by field; a test compares them.
SECRETS = ("secret", "password", "token")


def say(words: str = "") -> None:
    """A line for a person or a program, on standard output."""
    typer.echo(clean(words))


def note(words: str) -> None:
    """A remark that is no result, on standard error."""
    typer.echo(clean(words), err=True)


def problem(words: str) -> None:
    """An error, on standard error; the first word says whose."""
    for line in words.splitlines() or [""]:
        typer.echo(f"relance: {clean(line)}", err=True)


def clean(text: object) -> str:
    """Text without what could steer a terminal or reorder what is read: controls, escapes, bidirectional overrides."""
    return "".join(char if _harmless(char) else " " for char in str(text))


def _harmless(char: str) -> bool:
    return char == "\n" or (unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") and char not in BIDI)


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def as_data(value: Any) -> Any:
    """A value as JSON has it: dataclasses become objects, times ISO 8601 in UTC; secrets are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: as_data(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.repr and field.name not in SECRETS
        }
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, (dt.date, dt.time, PurePath)):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(as_data(key)): as_data(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return None  # sealed passwords and raw mails have no place here
    if isinstance(value, Collection) and not isinstance(value, str):
        return [as_data(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def data(value: Any) -> None:
    """A value as one JSON document. Text is escaped to ASCII, which no terminal obeys."""
    typer.echo(json.dumps(as_data(value), indent=2))


def cell(value: Any) -> str:
    """A value as one cell of a table, on one line."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(key)}: {cell(item)}" for key, item in value.items()) or "–"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(cell(item) for item in value) or "–"
    return " ".join(clean(value).split())


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows under their heads. On a terminal long cells fold to its width; in a pipe nothing is cut off."""
    heads = [_(head) for head in heads]
    cells = [[cell(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(heads, cells)
    else:
        _plain_table(heads, cells)


def _plain_table(heads: Sequence[str], cells: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in [list(heads), *cells]) for column in range(len(heads))]
    for row in [[head.upper() for head in heads], *cells]:
        line = GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())


def _rich_table(heads: Sequence[str], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in cells:
        made.add_row(*(Text(text) for text in row))  # Text, not str: no markup from a contact's name
    Console().print(made)


def listing(items: Iterable[Any], columns: Mapping[str, str], *, as_json: bool, empty: str) -> None:
    """Several values: a table of `columns` (attribute or path of attributes, by head), or JSON with all of them.

    A path such as `state|mailbox` leads to a code, which is shown as people read it (`relance.engine.reporting.codes`).
    """
    found = list(items)
    if as_json:
        data(found)
    elif found:
        table(list(columns), [[_reach(item, path) for path in columns.values()] for item in found])
    else:
        note(empty)


def record(
    item: Any,
    *,
    as_json: bool,
    leave_out: Collection[str] = (),
    coded: Mapping[str, str] | None = None,
) -> None:
    """One value: a line an attribute, or JSON. `coded`: attributes that hold a code, and what it is about."""
    if as_json:
        data(item)
        return
    names = {
        field.name: label(field.name)
        for field in dataclasses.fields(item)
        if field.repr and field.name not in SECRETS and field.name not in leave_out
    }
    width = max(map(len, names.values()), default=0)
    about = coded or {}
    for name, head in names.items():
        value = getattr(item, name)
        shown = _decoded(value, about[name]) if name in about else value
        typer.echo(f"{head.ljust(width)}{GAP}{cell(shown)}")


def label(field: str) -> str:
    """What a field is called where people read it."""
    name = field.replace("_", " ")
    return _(ATTRIBUTES.get(name, name))


def _reach(item: Any, path: str) -> Any:
    names, _bar, about = path.partition("|")
    for name in names.split("."):
        item = item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)
    return _decoded(item, about) if about else item


def _decoded(value: Any, about: str) -> Any:
    """A code as people read it; where codes are counted, each of them."""
    from relance.engine.reporting import codes

    if isinstance(value, Mapping):
        return {codes.text(about, code): number for code, number in value.items()}
    if isinstance(value, (list, tuple)):
        return [codes.text(about, each) for each in value]
    return codes.text(about, value) if value else value
