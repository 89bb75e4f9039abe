"""The bar: `check` names every mistake of a file in one run, of YAML, of shape, of words and of sense, each where it stands."""

from __future__ import annotations

import copy
import pathlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.definition import lint
from relance.engine.definition.reading import load, recovery
from relance.wording.sentence_codes import SentenceCode as Code

KNOWN = {"email", "first_name", "last_name", "company", "country", "custom.*"}
EXAMPLE = (pathlib.Path(__file__).parents[5] / "examples" / "first-meeting.yaml").read_text("utf-8")

TWELVE = """\
sequence: Spring
language: polish
send:
  days: mon-fry
steps:
  - id: intro
    subject: "A question, {{ frist_name }}"
    body: |
      Dear *|FNAME|*,
      see [our prices](ftp://a.example/prices).
    afer: 2 days
  - id: bump
    after: 3 dys
    thread: reply
    subject: Once more
    body: "Anything new
      at {{ compny }}?"
  - id: asked
    after: 2 days
    when: clicked("intr")
    then:
      - id: call
        task: Call [[whom]]
  - id: bump
    end: done
  - id: late
    task: Nobody does this
"""
PLANTED = [
    (2, 11, Code.VALUE_UNFIT), (4, 9, Code.VALUE_UNFIT), (7, 30, Code.FIELD_UNKNOWN), (9, 12, Code.FOREIGN_PLACEHOLDER),
    (10, 24, Code.LINK_UNUSABLE), (11, 5, Code.KEY_UNKNOWN), (12, 5, Code.CONTRADICTORY), (13, 12, Code.VALUE_UNFIT),
    (17, 13, Code.FIELD_UNKNOWN), (20, 11, Code.MAIL_UNKNOWN), (23, 20, Code.STILL_TO_WRITE), (24, 5, Code.WRITTEN_TWICE),
]  # fmt: skip

UNREADABLE = """\
sequence: Re: spring
steps:
  - id: intro
    subject: {{ company }}
    body: |
      Hi {{ frist_name }},
\tand welcome
    colour: red
  - id: bump
    after: 3 dys
    subject Once more
    body: *|FNAME|*
  - id: third
    after: 2 days
    thread: reply
      body: {{ compny }} it's "yours"
  - id: call
    task: @here {{ nobody }}
  - id: note
    task: "never closed
  - id: last
    task: Say hi to {{ frist_name }}
"""


def found(text: str) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.code) for each in lint.examine(text, KNOWN).problems]


def test_twelve_mistakes_of_both_sorts_are_named_in_one_run() -> None:
    assert [each for each in found(TWELVE) if each[2] != Code.STEP_NOT_REACHED] == [
        (*at, code.value) for *at, code in PLANTED
    ]
    assert len(PLANTED) == 12


def test_each_says_what_to_write() -> None:
    for each in lint.examine(TWELVE, KNOWN).problems:
        mends = each.hint or each.code in (Code.VALUE_UNFIT, Code.WRITTEN_TWICE, Code.CONTRADICTORY)
        assert mends, str(each)


def test_mistakes_of_yaml_hide_no_others() -> None:
    told = found(UNREADABLE)
    assert [line for line, _, code in told if code == Code.YAML_UNREADABLE] == [1, 4, 7, 11, 12, 16, 18, 20]
    assert [each for each in told if each[2] != Code.YAML_UNREADABLE] == [
        (6, 13, "field_unknown"),
        (8, 5, "key_unknown"),
        (10, 12, "value_unfit"),
        (12, 11, "foreign_placeholder"),
        (16, 16, "field_unknown"),
        (18, 20, "field_unknown"),
        (22, 24, "field_unknown"),
    ]


@pytest.mark.parametrize("quotes", ["„{}”", "“{}”", "«{}»", "‘{}’", '„{}"'])
def test_curly_quotes_around_a_text_are_doubted(quotes: str) -> None:
    plain = "sequence: X\nsteps:\n  - id: a\n    subject: {}\n    body: Hi\n"
    sound = lint.examine(plain.format(quotes.format("A question")), KNOWN)
    assert [(each.line, each.column, each.code) for each in sound.warnings] == [
        (4, 14, "quotes_read_as_text")
    ]
    broken = lint.examine(plain.format(quotes.format("Re: talk")), KNOWN)
    assert [(each.line, each.code) for each in broken.problems] == [(4, "yaml_unreadable")]
    inside = lint.examine(plain.format("The " + quotes.format("question") + " again"), KNOWN)
    assert inside.warnings == ()


@pytest.mark.parametrize("style", ["plain", "'", '"', "|", ">"])
def test_a_column_is_that_of_the_piece_however_the_text_is_written(style: str) -> None:
    words = 'Dear friend of ours, we write to you about it\'s \\ "and" more\n\n  - of {{ compny }}, ęół'
    if style == "plain":
        words = words.replace("\n\n  - of", " it is")
    data = {"sequence": "X", "steps": [{"id": "a", "subject": "s", "body": words}]}
    dumper = type("Styled", (yaml.SafeDumper,), {})
    if style != "plain":
        dumper.add_representer(
            str,
            lambda this, text: this.represent_scalar(
                "tag:yaml.org,2002:str", text, style if len(text) > 9 else None
            ),
        )
    text = yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=style != '"', width=30)
    [(line, column, _)] = found(text)
    assert text.splitlines()[line - 1][column - 1 :].startswith("compny")


@given(st.data())
def test_a_broken_key_contradicts_nothing(data: st.DataObject) -> None:
    plain = copy.deepcopy(load.read(EXAMPLE).data)
    step = data.draw(st.sampled_from(plain["steps"]))
    step[data.draw(st.sampled_from(sorted(step)))] = data.draw(st.sampled_from([["?"], {"?": 1}, 3.5]))
    text = yaml.dump(plain, sort_keys=False, allow_unicode=True)
    assert [code for _, _, code in found(text) if code == Code.CONTRADICTORY] == []


@given(
    st.integers(0, len(EXAMPLE)), st.integers(0, 3), st.text(alphabet="\t\"'{}[]*&!@%|>:#- \nab", max_size=3)
)
def test_whatever_is_typed_into_a_file_a_check_ends(at: int, gone: int, more: str) -> None:
    text = EXAMPLE[:at] + more + EXAMPLE[at + gone :]
    parsed, told = recovery.parse(text)
    assert parsed is not None or told
    assert all(0 <= each.line <= text.count("\n") + 2 for each in lint.examine(text, KNOWN).problems)
