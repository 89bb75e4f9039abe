"""Output: tables for a terminal, plain columns for a pipe, JSON for programs. Untrusted text cannot steer the terminal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import itertools
import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import typer

from relance.wording import N_, _, day, moment

GAP, NOTHING = "  ", "–"
ATTRIBUTES = {
    "now": N_("now"), "states": N_("people"), "due now": N_("due now"), "next due": N_("next due"),
    "late follow ups": N_("follow-ups behind plan"), "follow ups late since": N_("oldest follow-up planned for"),
    "late first mails": N_("first mails behind plan"), "first mails late since": N_("oldest first mail planned for"),
    "held": N_("held"), "unknown mails": N_("mails in doubt"), "open tasks": N_("open tasks"),
    "waiting since": N_("waiting since"), "in doubt": N_("steps in doubt"), "unheard noes": N_("opt-outs not stored yet"),
    "id": N_("number"), "mailbox": N_("mailbox"), "email": N_("email"), "from address": N_("from"), "subject": N_("subject"),
    "received at": N_("received"), "kind": N_("kind"), "intent": N_("intent"), "until": N_("until"),
    "substitute": N_("substitute"), "language": N_("language"), "recipient": N_("recipient"), "status": N_("status code"),
    "rule": N_("rule"), "evidence": N_("because"), "intent evidence": N_("reason for the intent"), "notes": N_("notes"),
    "match": N_("match"), "matched by": N_("matched by"), "corrected": N_("corrected"), "judged kind": N_("kind by the rules"),
    "note": N_("note"), "judged intent": N_("intent by the rules"), "failure": N_("why it came back"), "stage": N_("how far ours had come"), "decision": N_("decision number"),
    "decided by": N_("decided by"), "decided at": N_("decided"), "kept": N_("effects kept"), "read": N_("read"), "read by": N_("read by"), "substitute state": N_("decision on the substitute"), "address": N_("address"),
    "name": N_("name"), "username": N_("user name"), "state": N_("state"), "reason": N_("reason"), "smtp": N_("SMTP"),
    "imap": N_("IMAP"), "daily cap": N_("limit in 24 hours"), "gap seconds": N_("seconds between mails"),
    "hourly cap": N_("limit in an hour"), "jitter seconds": N_("random seconds more"),
    "ramp up": N_("ramp-up"), "ramp days": N_("sending days so far"),
    "unknown policy": N_("mail in doubt"), "files sent": N_("files Sent copies"), "next turn at": N_("next check"),
    "synced at": N_("last check"), "sync error": N_("cannot be read"), "send error": N_("cannot send"),
    "plus addressing": N_("plus addressing"), "provider": N_("provider"), "aliases": N_("aliases"),
    "dkim domain": N_("DKIM: signed for"), "dkim selector": N_("DKIM: selector"), "dkim published": N_("DKIM: published in DNS"),
    "ehlo name": N_("name in the greeting"), "tracking host": N_("web address of the links"),
    "signature": N_("signature"), "signature html": N_("signature in HTML"),
    "offered": N_("possible aliases"), "refused by": N_("refused by"), "own certificate": N_("own certificate"),
    "on leave": N_("leave"),
    "sign in": N_("signs in by"), "sign in until": N_("sign in again by"), "sign in warning": N_("sign-in at risk"),
    "codes": N_("codes"), "quoted": N_("quoted"), "original": N_("as written"),
    "organisation": N_("organisation"), "first name": N_("first name"), "last name": N_("last name"),
    "company": N_("company"), "title": N_("title"), "phone": N_("phone"), "country": N_("country"), "zone": N_("time zone"),
    "fields": N_("custom fields"), "held by code": N_("held, by code"), "overdue": N_("overdue"), "today": N_("today"), "later": N_("later"),
    "sequence": N_("sequence"), "step": N_("step"), "variant": N_("variant"), "written at": N_("written"),
    "offered at": N_("offered"), "settled at": N_("settled"), "attempts": N_("attempts"), "code": N_("reply code"),
    "server reply": N_("the server said"),
}  # fmt: skip
# What `record` shows of Status, AnswerView, MailboxView, Contact and MessageView, by field; a test compares them.
SECRETS = ("secret", "password", "token")
LOCAL = "local"
# The fields of that name hold a time by somebody's clock: programs get it with that clock's offset.
FOR_PROGRAMS = "_why"
# What a sentence beside it says as data: people have read the sentence.


def say(words: str = "") -> None:
    """A line for a person or a program, on standard output."""
    typer.echo(clean(words))


def note(words: str) -> None:
    """A remark that is no result, on standard error."""
    typer.echo(clean(words), err=True)


def warnings(found: Iterable[object]) -> None:
    """What may surprise, on standard error, a line each."""
    for each in found:
        note(_("warning: {warning}", warning=each))


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


EXACT = 2**53 - 1
# The largest whole number that those who read numbers as IEEE 754 doubles keep as it is.


def as_data(value: Any) -> Any:
    """A value as JSON has it: dataclasses become objects, times ISO 8601 in UTC (a `local` one with the offset of its clock);
    secrets are left out.

    A number that JavaScript, jq and others would round is a string (I-JSON, RFC 7493 section 2.2): the id of every mail is.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _of_field(field.name, getattr(value, field.name))
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
    return value if value is None or _is_exact(value) else str(value)


def _of_field(name: str, value: Any) -> Any:
    if name == LOCAL and isinstance(value, dt.datetime):
        return value.isoformat()
    return as_data(value)


def _is_exact(value: object) -> bool:
    """Whether it is a number (or a truth) that every reader of JSON keeps as it is."""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) <= EXACT)


def data(value: Any) -> None:
    """A value as one JSON document. Text is escaped to ASCII, which no terminal obeys."""
    typer.echo(json.dumps(as_data(value), indent=2))


def cell(value: Any) -> str:
    """A value as one cell of a table, on one line."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(key)}: {cell(item)}" for key, item in value.items()) or NOTHING
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(cell(item) for item in value) or NOTHING
    return " ".join(clean(value).split())


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows under their heads. Where they do not fit a terminal, each row below the other; in a pipe nothing is cut off."""
    heads = [_(head) for head in heads]
    cells = [[cell(value) for value in row] for row in rows]
    width = terminal_width()
    if width is None:
        lines: Iterable[str] = _plain_table(heads, cells)
    else:
        lines = (
            _fitted_table(heads, cells, width) or _turned(heads, cells, width) or _cards(heads, cells, width)
        )
    for line in lines:
        typer.echo(line.rstrip())


def terminal_width() -> int | None:
    """How many letters fit on a line, where somebody looks at a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _plain_table(heads: Sequence[str], cells: list[list[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in [list(heads), *cells]) for column in range(len(heads))]
    yield from (_line(row, widths) for row in [[head.upper() for head in heads], *cells])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True))


NARROWEST = 28
# So narrow a column of long texts may get; where even that is too much, each row stands by itself.


def _fitted_table(heads: Sequence[str], cells: list[list[str]], width: int) -> list[str] | None:
    """The table in so many letters, the longest column folded; None where it does not fit."""
    rows = [[head.upper() for head in heads], *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    room = width - len(GAP) * (len(widths) - 1)
    longest = max(range(len(widths)), key=widths.__getitem__)
    left = room - (sum(widths) - widths[longest])
    if left < min(NARROWEST, widths[longest]):
        return None
    widths[longest] = min(widths[longest], left)
    return [line for row in rows for line in _folded_row(row, widths)]


def _folded_row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    folded = [_wrapped(text, width) for text, width in zip(row, widths, strict=True)]
    for line in itertools.zip_longest(*folded, fillvalue=""):
        yield _line(line, widths)


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines; an address stays whole, so that it can be copied."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _turned(heads: Sequence[str], cells: list[list[str]], width: int) -> list[str] | None:
    """The table with its rows as columns, so that numbers can still be compared; None where that does not fit either."""
    if len(cells) < 2:
        return None
    rows = [list(row) for row in zip(heads, *cells, strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > width:
        return None
    return [_line(row, widths) for row in rows]


def _cards(heads: Sequence[str], cells: list[list[str]], width: int) -> Iterator[str]:
    """Each row as lines of its own, without what is empty."""
    for number, row in enumerate(cells):
        if number:
            yield ""
        yield from pairs(
            [(head, text) for head, text in zip(heads, row, strict=True) if text != NOTHING], width
        )


def pairs(named: Sequence[tuple[str, str]], width: int | None) -> Iterator[str]:
    """Values behind their names, a line each; folded beside the names where a terminal is narrow."""
    indent = max((len(name) for name, _value in named), default=0) + len(GAP)
    for name, value in named:
        room = None if width is None else max(width - indent, NARROWEST)
        first, *more = [value] if room is None else _wrapped(value, room)
        yield f"{name.ljust(indent)}{first}"
        yield from (f"{' ' * indent}{line}" for line in more)


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


def page(items: Iterable[Any], columns: Mapping[str, str], cursor: str, *, as_json: bool, empty: str) -> None:
    """`listing` of one page; where it is not the last, how to see the next is noted."""
    listing(items, columns, as_json=as_json, empty=empty)
    if cursor:
        note(_("There are more: add --after {cursor} to continue.", cursor=cursor))


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
        if field.repr and field.name not in (*SECRETS, *leave_out) and not field.name.endswith(FOR_PROGRAMS)
    }
    about = coded or {}
    values = {name: getattr(item, name) for name in names}
    shown = [
        (head, cell(_decoded(values[name], about[name]) if name in about else values[name]))
        for name, head in names.items()
    ]
    for line in pairs(shown, terminal_width()):
        typer.echo(line)


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
