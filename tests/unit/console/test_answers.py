"""What the inbox says of an answer: the beginning of a long one, and once what most decisions do."""

from __future__ import annotations

from dataclasses import replace

from relance.console.views.answers import beside, foretelling
from relance.console.views.answers.deciding import ACTS


def test_a_short_answer_has_no_beginning() -> None:
    assert beside.beginning("Call me on Tuesday.\n" * 20) == ""


def test_a_long_answer_begins_with_whole_words_and_few_lines() -> None:
    words = "tomorrow at nine " * 4000
    begun = beside.beginning(words)
    assert len(begun) < beside.LONG
    assert begun.endswith((" tomorrow …", " at …", " nine …"))
    assert beside.beginning("a\n" * 500).count("a") == beside.LONG_LINES * 3 // 4
    assert len(beside.beginning("a" * 62_000)) < beside.LONG


def test_what_every_decision_does_is_said_once() -> None:
    acts = [replace(each, effect="E", means="W; E" if each.lasts else "E") for each in ACTS]
    told = foretelling.told_once(acts)
    assert (told.common, told.always) == ("E", True)
    assert ["E" in each.means for each in told.acts] == [False] * len(ACTS)
    assert [bool(each.means) for each in told.acts] == [each.lasts for each in ACTS]


def test_a_decision_that_does_otherwise_says_so_itself() -> None:
    acts = [
        replace(each, effect="F" if each.key == "a" else "E", means="F", idle=each.key != "a")
        for each in ACTS
    ]
    told = foretelling.told_once(acts)
    assert (told.common, told.always) == ("E", False)
    assert [each.means for each in told.acts if each.key == "a"] == ["F"]
    ends = foretelling.told_once([replace(each, idle=False) for each in acts])
    assert (ends.common, all(each.means for each in ends.acts)) == ("", True), "who ends something says so"
    assert foretelling.told_once([replace(each, effect=each.key) for each in ACTS]).common == ""
