from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import errors
from relance.engine.contacts import columns, csv_reader
from tests.reworded import in_english, worded

POLISH = "E-mail;Imię\nłukasz@firma.example;Łukasz Żółć\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    sheet = csv_reader.read(POLISH.encode(encoding))
    assert sheet.header == ("E-mail", "Imię")
    assert next(sheet.rows()).cells[1] == "Łukasz Żółć"


def test_western_text_is_read_as_such() -> None:
    sheet = csv_reader.read("Email,Prénom\na@b.example,Hélène Müller\n".encode("cp1252"))
    assert next(sheet.rows()).cells == ("a@b.example", "Hélène Müller")


@pytest.mark.parametrize("delimiter", csv_reader.DELIMITERS)
def test_every_usual_delimiter_is_found(delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in (("email", "name"), ("a@b.example", '"x, y; z"'), ("c@d.example", ""))
    )
    sheet = csv_reader.read(text.encode())
    assert sheet.delimiter == delimiter
    assert next(sheet.rows()).cells == ("a@b.example", "x, y; z")


def test_a_first_line_may_name_the_delimiter() -> None:
    sheet = csv_reader.read(b"sep=;\r\nemail;name\r\na@b.example;x,y\r\n")
    assert (sheet.delimiter, sheet.header) == (";", ("email", "name"))
    assert next(sheet.rows()) == csv_reader.CsvRow(3, ("a@b.example", "x,y"))


def test_an_open_quotation_mark_costs_its_own_row_only() -> None:
    rows = list(
        csv_reader.read(
            b'email,note\na@b.example,"open\nb@b.example,fine\n\n"c@b.example","two\nlines"\n'
        ).rows()
    )
    assert [row.line for row in rows] == [2, 3, 5]
    assert in_english("do not match") in str(rows[0].problem)
    assert rows[2].cells[1] == "two\nlines"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04....", "workbook"),
        (b"a\0b", "not a text file"),
    ],
)
def test_what_is_no_csv_is_said_so(data: bytes, said: str) -> None:
    with pytest.raises(errors.Invalid, match=worded(said)):
        csv_reader.read(data)


@given(st.text(max_size=30))
def test_a_neutral_cell_is_no_formula_and_reads_back(cell: str) -> None:
    neutral = csv_reader.neutral(cell)
    assert not neutral.startswith(csv_reader.FORMULA)
    if not cell.startswith("'"):
        assert csv_reader.original(neutral) == cell


@example(b";")
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(errors.Invalid):
        list(csv_reader.read(data).rows())


@given(st.text(max_size=40))
def test_every_column_becomes_a_name_templates_know(title: str) -> None:
    name = columns.variable(title)
    assert name == "" or (name.isidentifier() and name.isascii() and name == name.lower())
    assert columns.variable(name) == name


def test_columns_are_known_by_the_names_people_give_them() -> None:
    found = columns.read(
        ["Vorname", "Nachname", "E-Mail-Adresse", "Firma", "Bundesland", "E-mail", "Umsatz €", ""]
    )
    assert found.known == {"first_name": 0, "last_name": 1, "email": 2, "company": 3}
    assert found.own == {"state": 4, "e_mail": 5, "umsatz": 6, "column_8": 7}


def test_a_header_without_addresses_says_what_to_do() -> None:
    with pytest.raises(errors.Invalid, match=worded("Rename it to email")):
        columns.read(["name", "emial"])
    with pytest.raises(errors.Invalid, match=worded("Put a line above it")):
        columns.read(["ada@acme.example", "Ada"])


def test_a_long_file_is_made_some_rows_at_a_time() -> None:
    """Whoever sends it on never has more of it than a piece."""
    read = []

    def rows() -> Iterator[tuple[str, ...]]:
        for number in range(3 * csv_reader.ROWS_AT_ONCE):
            read.append(number)
            yield (f"ł{number}", "=1+1")

    pieces = csv_reader.pieces(rows())
    first = next(pieces)
    assert len(read) == csv_reader.ROWS_AT_ONCE
    assert first.startswith("\ufeffł0,'=1+1\r\n".encode())
    assert first + b"".join(pieces) == csv_reader.table((f"ł{number}", "=1+1") for number in read)
    assert csv_reader.table([]) == b""
