"""A mistake that somebody made is told to them in a sentence, and to programs as a code with what stands in it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from relance import errors, wording
from relance.cli.terminal import show
from relance.engine.contacts import csv_reader, fields
from relance.engine.contacts.faults import RowFault
from relance.engine.definition import lint
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests.reworded import in_english

SEQUENCE = 'sequence: X\nsteps:\n  - id: intro\n    subject: Hi\n    body: "{}"\n'


def found(text: str) -> list[tuple[str, dict[str, object]]]:
    return [(each.code, dict(each.params)) for each in lint.examine(text, {"first_name"}).problems]


@pytest.mark.parametrize("language", wording.languages())
def test_a_program_knows_each_mistake_of_a_sequence_without_its_sentence(language):
    with wording.speaking(language):
        assert found(SEQUENCE.format("Hi {{ frist_name }}")) == [("field_unknown", {"name": "frist_name"})]
        assert found(SEQUENCE.format("x").replace("subject", "subjct")) == [
            ("key_unknown", {"key": "subjct"})
        ]
        assert found("sequence: X\n\tsteps: x") == [("yaml_unreadable", {})]
        assert found("sequence: X\nsequence: Y\nsteps:\n  - id: a\n    task: x\n") == [
            ("written_twice", {"key": "sequence"})
        ]
        assert found("") == [("file_empty", {})]


def test_the_code_and_what_stands_in_the_sentence_are_in_json(capsys):
    show.data(lint.examine(SEQUENCE.format("Hi {{ frist_name }}"), {"first_name"}, "x.yaml").problems)
    [told] = json.loads(capsys.readouterr().out)
    assert told["code"] == "field_unknown"
    assert told["params"] == {"name": "frist_name"}
    assert (told["where"], told["line"]) == ("x.yaml", 5)
    assert told["what"].startswith(in_english("step `intro`: `body`: There is no contact field"))


def test_one_that_is_moved_keeps_its_code():
    problem = errors.Problem(Text("`{key}` is missing.", key="id").coded(SentenceCode.KEY_MISSING))
    moved = replace(problem, line=7)
    assert (moved.code, moved.params, moved.line) == ("key_missing", {"key": "id"}, 7)
    assert moved in {moved}


def test_what_is_only_a_sentence_says_that_it_was_refused():
    [problem] = errors.Invalid(Text("Choose at least one mailbox.")).problems
    assert (problem.code, problem.params) == ("refused", {})
    assert errors.Problem("in somebody's words").code == "refused"


def test_files_and_fields_have_codes_too():
    with pytest.raises(errors.Invalid) as refused:
        csv_reader.read(b"PK\x03\x04", "people.xlsx")
    assert [each.code for each in refused.value.problems] == ["not_text"]
    with pytest.raises(fields.UnfitField) as unfit:
        fields.tidy("first_name", "A\x07da")
    assert [each.code for each in unfit.value.problems] == [RowFault.CONTROL_CHARACTER]
