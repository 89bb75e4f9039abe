"""A file of contacts as people keep them: from bytes to rows with their lines, whatever wrote it. Pure but for `load`."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from relance import errors
from relance.engine.definition.reading import files
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode
from relance.wording.text import text_of

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200
MAX_RECORD_LINES = (
    50  # of one row: more lines in one quoted cell mean that its quotation mark was never closed
)
DELIMITERS = (",", ";", "\t", "|")
FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width forms too."""

ROWS_AT_ONCE = 1000
_SNIFFED_LINES = 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS = Text('Open it in your spreadsheet and save it as "CSV UTF-8".')


@dataclass(frozen=True)
class CsvRow:
    """One row: the line it begins on (from 1) and its cells; `problem` where it cannot be read as a row."""

    line: int
    cells: tuple[str, ...]
    problem: Text | str = ""


@dataclass(frozen=True)
class Sheet:
    """A file that was read: its header, and how it was written."""

    header: tuple[str, ...]
    encoding: str
    delimiter: str
    lines: Sequence[str]
    start: int  # index of the first line after the header

    def rows(self) -> Iterator[CsvRow]:
        """Every row that is not empty, in order."""
        for row in _records(self.lines, self.start, self.delimiter):
            if row.problem or any(cell.strip() for cell in row.cells):
                yield row


def load(path: Path) -> Sheet:
    """Read a file; raises `errors.NotFound` or `errors.Invalid` with a sentence."""
    data = files.content(
        path,
        MAX_BYTES,
        folder=Text("{path} is a folder. Give the CSV file in it.", path=path),
        larger=Text("{path} is larger than {size} MB. Split it.", path=path, size=MAX_BYTES // 1024 // 1024),
    )
    return read(data, path.name)


def read(data: bytes, where: str = "") -> Sheet:
    """Decode and find the header; raises `errors.Invalid`."""
    text, encoding = _decoded(data, where)
    lines = list(io.StringIO(text, newline=""))
    if not any(line.strip() for line in lines):
        raise errors.Invalid([errors.Problem(Text("it is empty.").coded(SentenceCode.FILE_EMPTY), where)])
    if len(lines) > MAX_ROWS:
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("more than {limit} lines. Split it.", limit=MAX_ROWS).coded(SentenceCode.TOO_LARGE),
                    where,
                )
            ]
        )
    start, named = _named_delimiter(lines)
    delimiter = named or _sniffed(lines[start : start + _SNIFFED_LINES])
    records = _records(lines, start, delimiter)
    first = next((row for row in records if row.problem or any(row.cells)), None)
    if first is None:
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("it contains nothing but separators.").coded(SentenceCode.FILE_EMPTY), where
                )
            ]
        )
    if first.problem:
        raise errors.Invalid(
            [errors.Problem(text_of(first.problem).coded(SentenceCode.NOT_CSV), where, "", first.line)]
        )
    if len(first.cells) > MAX_COLUMNS:
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("more than {limit} columns.", limit=MAX_COLUMNS).coded(SentenceCode.TOO_LARGE),
                    where,
                    "",
                    first.line,
                )
            ]
        )
    return Sheet(first.cells, encoding, delimiter, lines, first.line)


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `original` gives back what it was."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def original(cell: str) -> str:
    """A cell as it was before `neutral`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def table(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> bytes:
    """A CSV file for a spreadsheet, whose cells are no formulas, with the mark by which Excel knows UTF-8."""
    return b"".join(pieces(rows, delimiter=delimiter))


def pieces(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> Iterator[bytes]:
    """The same file, some rows at a time: who sends it on keeps no more of it than that."""
    waiting, encoding = iter(rows), "utf-8-sig"
    while some := list(itertools.islice(waiting, ROWS_AT_ONCE)):
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=delimiter).writerows([*map(neutral, row)] for row in some)
        yield file.getvalue().encode(encoding)
        encoding = "utf-8"


# Bytes to text.


def _decoded(data: bytes, where: str) -> tuple[str, str]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strictly(data, name, where), name.removesuffix("-sig")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("this is a workbook, not a CSV file.").coded(SentenceCode.NOT_TEXT), where, _SAVE_AS
                )
            ]
        )
    if b"\0" in data:
        raise errors.Invalid(
            [errors.Problem(Text("this is not a text file.").coded(SentenceCode.NOT_TEXT), where, _SAVE_AS)]
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        name = _old_encoding(data)
        return _strictly(data, name, where), name


def _strictly(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        what = Text("this is not {encoding} text.", encoding=encoding).coded(SentenceCode.NOT_TEXT)
        raise errors.Invalid([errors.Problem(what, where, _SAVE_AS, line)]) from None


def _old_encoding(data: bytes) -> str:
    """cp1250 where its letters stand for what would be symbols in cp1252 (ł is ³ there, ą is ¹); else cp1252."""
    central = sum(data.count(byte) for byte in _LETTER_ONLY_IN_1250)
    western = sum(data.count(byte) for byte in _UNDEFINED_IN_1250)
    return "cp1250" if central > western else "cp1252"


_LETTER_ONLY_IN_1250 = tuple(bytes([code]) for code in b"\xb9\xb3\xa3\xbf\xaf\xa5\xbe\xbc\x8f\x9d\x8d")
_UNDEFINED_IN_1250 = tuple(bytes([code]) for code in b"\x83\x88\x98")


# Text to rows.


def _named_delimiter(lines: Sequence[str]) -> tuple[int, str]:
    """Spreadsheets may say the delimiter on a first line of its own: sep=;"""
    first = lines[0].strip().strip('"').lower()
    named = first.removeprefix("sep=")
    if first.startswith("sep=") and named in (";", ",", "|", "", "\\t"):
        return 1, named if named in DELIMITERS else "\t"
    return 0, ""


def _sniffed(lines: Sequence[str]) -> str:
    """The delimiter that gives the header most columns, and the rows after it as many as the header."""
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    counts = [len(row.cells) for row in _records(lines, 0, delimiter) if row.cells]
    if not counts or counts[0] == 1:
        return (0, 0)
    return counts[0], counts.count(counts[0])


def _records(lines: Sequence[str], index: int, delimiter: str) -> Iterator[CsvRow]:
    """Every row from line `index` on. One that cannot be read costs its first line only, never the rest of the file."""
    while index < len(lines):
        row, used = _record(lines, index, delimiter)
        yield row
        index += used


def _record(lines: Sequence[str], index: int, delimiter: str) -> tuple[CsvRow, int]:
    reader = csv.reader(
        lines[index : index + MAX_RECORD_LINES], delimiter=delimiter, strict=True, skipinitialspace=True
    )
    try:
        cells = tuple(next(reader))
    except csv.Error as wrong:
        text = lines[index].rstrip("\r\n")
        return CsvRow(index + 1, (text,), _quoting(str(wrong))), 1
    return CsvRow(index + 1, cells), max(1, reader.line_num)


def _quoting(said: str) -> Text:
    if "unexpected end" in said:
        return Text('a quotation mark (") opens here and is never closed.')
    if "expected after" in said:
        return Text(
            "the quotation marks (\") in this row do not match; double those that are part of a cell's text."
        )
    return Text("this row cannot be read: {words}", words=ended(said))
