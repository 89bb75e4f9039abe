from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from relance import errors
from relance.engine.contacts import importer
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from tests.reworded import in_english, worded

PEOPLE = """E-mail;Imię;Nazwisko;Firma;Kraj;Liczba handlowców
ada@acme.example;Ada;Nowak;Acme Sp. z o.o.;Polska;12
ALAN@Acme.example ; Alan ;Turing;"Acme; Poznań";PL;
not an address;Bob;;;;
ada@acme.example;Ada;Again;;;
"""


def written(folder: Path, text: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_good_rows_are_kept_and_bad_ones_explained(house: Context, tmp_path: Path) -> None:
    seen: list[int] = []
    report = importer.import_file(house, written(tmp_path, PEOPLE), progress=seen.append)
    assert (report.read, report.added, report.updated, report.unchanged) == (4, 2, 0, 0)
    assert [each.line for each in report.rejected] == [4, 5]
    assert in_english("is already in line 2") in report.rejected[1].reason
    assert report.unknown_columns == {"liczba_handlowcow": "Liczba handlowców"}
    assert seen == [4]
    ada = contact_service.show(house, "Ada@ACME.example")
    assert (ada.first_name, ada.organisation, ada.fields) == (
        "Ada",
        "acme.example",
        {"liczba_handlowcow": "12"},
    )
    assert contact_service.show(house, "alan@acme.example").company == "Acme; Poznań"


def test_importing_the_same_file_again_changes_nothing(house: Context, tmp_path: Path) -> None:
    path = written(tmp_path, PEOPLE)
    importer.import_file(house, path)
    again = importer.import_file(house, path)
    assert (again.added, again.updated, again.unchanged, len(again.rejected)) == (0, 0, 2, 2)


def test_empty_cells_never_erase_and_new_values_are_merged(house: Context, tmp_path: Path) -> None:
    importer.import_file(house, written(tmp_path, "email,company,size,city\na@b.example,Acme,5,Łódź\n"))
    report = importer.import_file(house, written(tmp_path, "email,company,size\na@b.example,,6\n"))
    assert (report.updated, report.unchanged) == (1, 0)
    found = contact_service.show(house, "a@b.example")
    assert found.company == "Acme"
    assert found.fields == {"size": "6", "city": "Łódź"}


def test_a_dry_run_counts_and_writes_nothing(house: Context, tmp_path: Path) -> None:
    report = importer.import_file(house, written(tmp_path, PEOPLE), dry_run=True)
    assert (report.added, report.dry_run, report.errors_file) == (2, True, None)
    assert contact_service.page(house) == []
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["people.csv"]


def test_rejected_rows_can_be_mended_and_imported_as_they_are(house: Context, tmp_path: Path) -> None:
    text = "email,phone,formula\nbroken,+48 22 1,=HYPERLINK(1)\n"
    report = importer.import_file(house, written(tmp_path, text))
    assert report.errors_file == tmp_path / "people.rejected.csv"
    rows = list(csv.reader(report.errors_file.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["rejected_line", "rejected_reason", "rejected_code", "email", "phone", "formula"]
    assert rows[1][0] == "2"
    assert rows[1][4:] == ["'+48 22 1", "'=HYPERLINK(1)"]
    mended = report.errors_file.read_text("utf-8-sig").replace(",broken,", ",bob@acme.example,")
    again = importer.import_file(house, written(tmp_path, mended, "mended.csv"))
    assert (again.added, again.rejected) == (1, ())
    bob = contact_service.show(house, "bob@acme.example")
    assert (bob.phone, bob.fields) == ("+48 22 1", {"formula": "=HYPERLINK(1)"})


def test_no_file_of_rejected_rows_when_there_are_none(house: Context, tmp_path: Path) -> None:
    report = importer.import_file(house, written(tmp_path, "email\na@b.example\n"))
    assert report.errors_file is None
    assert not (tmp_path / "people.rejected.csv").exists()


@pytest.mark.parametrize(
    ("row", "reason", "code"),
    [
        ("a@b.example,Ad\x00a,", "first name contains the control character U+0000", "control_character"),
        ("a@b.example,Ad\u202ea,", "control character U+202E", "control_character"),
        ("a@b.example,Ada,Warsaw", "did you mean Europe/Warsaw?", "unknown_zone"),
        ("a@b.example,Ada,Europe/Warsaw,more", "has 4 cells, the header only 3", "too_many_cells"),
        ("a@b.example," + "x" * 301 + ",", "first name is longer than 300", "too_long"),
        ("bob@evil.example <a@b.example>,Ada,", "more than one", "not_an_address"),
        ('a@b.example,"Ada,', "never closed", "not_csv"),
        (",Ada,", "The address is empty", "not_an_address"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_kept_says_why(
    house: Context, tmp_path: Path, row: str, reason: str, code: str
) -> None:
    text = f"email,first_name,zone\n{row}\nfine@b.example,Fine,\n"
    data = text.replace("\x00", "\x01") if "U+0000" in reason else text
    report = importer.import_file(house, written(tmp_path, data))
    assert report.added == 1
    assert in_english(reason.replace("U+0000", "U+0001")) in report.rejected[0].reason
    assert (report.rejected[0].line, report.rejected[0].code) == (2, code)


def test_an_unknown_country_is_kept_and_told(house: Context, tmp_path: Path) -> None:
    report = importer.import_file(house, written(tmp_path, "email,country\na@b.example,Atlantis\n"))
    assert report.added == 1
    assert "Atlantis" in report.warnings[0]


def test_many_rows_go_in_batches(house: Context, tmp_path: Path) -> None:
    rows = "".join(f"p{number}@acme.example,P{number}\n" for number in range(1203))
    seen: list[int] = []
    report = importer.import_file(house, written(tmp_path, "email,first name\n" + rows), progress=seen.append)
    assert (report.added, seen) == (1203, [500, 1000, 1203])


def test_a_file_that_is_not_there_is_said_so(house: Context, tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound, match=worded("there is no file")):
        importer.import_file(house, tmp_path / "nobody.csv")
    with pytest.raises(errors.Invalid, match=worded("is a folder")):
        importer.import_file(house, tmp_path)


def test_where_the_rejected_rows_cannot_be_written_the_import_stands(house: Context, tmp_path: Path) -> None:
    report = importer.import_file(
        house, written(tmp_path, PEOPLE), errors_to=tmp_path / "no" / "such" / "folder.csv"
    )
    assert report.added == 2
    assert report.errors_file is None
    assert in_english("could not be written") in report.warnings[0]


def test_two_who_import_at_once_keep_everybody_once(house: Context, tmp_path: Path) -> None:
    rows = "".join(f"p{number}@acme.example,P{number}\n" for number in range(300))
    path = written(tmp_path, "email,first name\n" + rows)
    with ThreadPoolExecutor(2) as hands:
        reports = list(hands.map(lambda _: importer.import_file(house, path), range(2)))
    assert sum(each.added for each in reports) == 300
    assert sum(each.unchanged for each in reports) == 300
