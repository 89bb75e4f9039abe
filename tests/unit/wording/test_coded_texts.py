"""A sentence may carry the code by which programs decide: it is stored beside the words, and read in any language."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle

import pytest

from relance import wording
from relance.engine import reasons
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

PLAIN = Text(
    "The IMAP server {place} did not answer in time while {doing}. It will be tried again.",
    place="a:1",
    doing="x",
)
SENTENCES = {
    "plain": PLAIN,
    "plural": Text.plural("{count} day", "{count} days", 3),
    "within": Text.within("person", "held"),
    "prose": Text.prose("no such user"),
    "together": Text.together(Text("cut off"), Text.prose("x"), by="; "),
    "ended": ended(Text("cut off")),
}


@pytest.mark.parametrize("said", SENTENCES.values(), ids=SENTENCES)
def test_a_code_is_stored_beside_the_words_and_comes_back(said: Text) -> None:
    coded = said.coded(SentenceCode.NO_ANSWER)
    back = Text.read(json.loads(json.dumps(coded.row())))
    assert (back.code, str(back), back) == ("no_answer", str(said), coded)
    assert said.code == ""
    assert bool(coded) is bool(said)
    with wording.speaking("pl"):
        assert str(back) == str(said)


def test_an_earlier_release_reads_the_words_as_before() -> None:
    """It asks `code` for the kind of row, `text` and `params`, and passes over what it does not know."""
    row = PLAIN.coded(SentenceCode.NO_ANSWER).row()
    assert {name: value for name, value in row.items() if name != "known_as"} == PLAIN.row()


def test_a_coded_sentence_is_another_than_the_same_without() -> None:
    coded = PLAIN.coded("a")
    assert coded != PLAIN
    assert coded == PLAIN.coded("a") != PLAIN.coded("b")
    assert len({coded, PLAIN.coded("a"), PLAIN}) == 2
    assert pickle.loads(pickle.dumps(coded)) == copy.deepcopy(coded) == coded


def test_words_around_a_coded_sentence_have_its_code() -> None:
    coded = PLAIN.coded("a")
    for said in (ended(coded), Text.together("first", coded, "then"), ended(Text.together(coded, "x"))):
        assert (said.code, said.params) == ("a", PLAIN.params)
        assert Text.read(said.row()).code == "a"
    assert Text.together("a", "b").params == {}


def test_a_program_gets_the_code_and_what_stands_in_the_places() -> None:
    places = {
        "day": dt.date(2026, 3, 5),
        "span": dt.timedelta(minutes=2),
        "who": Text.prose("Ada"),
        "many": 2,
    }
    found = reasons.why_of(Text("{day} {span} {who} {many}", **places).coded("a"))
    assert found == reasons.Why("a", {"day": "2026-03-05", "span": 120.0, "who": "Ada", "many": 2})
    assert reasons.why_of(Text.plural("{count} day", "{count} days", 3).coded("a")) == reasons.Why(
        "a", {"count": 3}
    )
    assert json.loads(json.dumps(found.params)) == found.params


def test_what_an_earlier_release_kept_has_no_code_to_tell() -> None:
    assert reasons.why_of(Text.read(PLAIN.row())) == reasons.Why("unsaid")
    assert reasons.why_of(Text.read("no such user")) == reasons.Why("unsaid")
    assert reasons.why_of(Text.read("")) is None
    assert reasons.whys_of([]) == ()
