"""What servers say at once, as it stands in a report: nobody is taken for a dead address who is none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from relance.mailbox.parsing.inbound import Kind
from tests.corpus.returned import laid_out

TABLES = Path(__file__).parents[4] / "corpus" / "refusals"
ROWS = [
    row
    for table in sorted(TABLES.glob("*.tsv"))
    for row in csv.DictReader(table.read_text("utf-8").splitlines(), delimiter="\t")
    if row["stage"] != "auth"
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["words"][:40])
def test_whose_trouble_a_refusal_is_when_it_comes_back(row: dict[str, str]) -> None:
    said = f"{row['code']} {row['words']}"
    report = (
        f"Final-Recipient: rfc822; kim@lake.example\nAction: failed\nStatus: {row['code'][0]}.0.0\n"
        f"Remote-MTA: dns; mx.lake.example\nDiagnostic-Code: smtp; {said}"
    )
    text = f"<kim@lake.example>: host mx.lake.example[192.0.2.1] said: {said}"
    found = laid_out.judged({"name": "x", "text": text, "report": report})
    assert (found.kind is Kind.HARD_BOUNCE) == (row["speaks_of"] == "recipient")
