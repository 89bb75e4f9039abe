"""`relance --lang pl explain`: no reason, state, kind or sentence that it can print has an English word in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from relance import wording
from relance.engine import reasons, states
from relance.engine.reasons import Code, because
from relance.engine.reasons.matches import MatchKey
from relance.engine.reasons.sentences import FIELDS as NAMED
from relance.engine.reporting import codes
from relance.engine.schedule import waits
from relance.engine.sequences.publish import SENDER
from relance.engine.store.contacts.contacts import FIELDS
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.mailbox.smtp import replies
from relance.wording import Text
from tests import catalogue, english
from tests.reworded import in_english

PLACE = re.compile(r"\{(\w+)\}")
TYPED = re.compile(r"\{+[^{}]*\}+|\{%.*?%\}|\"[^\"]*\"|\| \w+\(|X-Forwarded-For|\bWas\b")
"""What stands in a translation as it is typed or put in."""
NESTED = ("why", "first", "then", "told", "said", "fault", "touched", "wait")
"""Parameters that are reasons or texts themselves: what stands in them is held by its own row of this test."""


PLACES = re.compile(r"\b(subject|body|values|stop)\b")
"""Where a value can be missing, as the program names it."""


def matches() -> list[str]:
    """What a mail can have been matched by."""
    return [each.value for each in MatchKey]


def samples(code: Code, name: str) -> list[Any]:
    """Everything a list of ours can put there, or one word that no language has."""
    if name == "state":
        person = code is Code.NOT_SENDABLE
        mailbox = code is Code.MAILBOX_NOT_ACTIVE
        return list(states.STATES if person else codes.MAILBOX if mailbox else codes.TABLES["message"])
    if name in NESTED:
        return [because(Code.COMPLETED)]  # any other
    return {
        "kind": [each.value for each in Kind],
        "intent": [each.value for each in Intent],
        "match": matches(),
        "place": ["subject", "body", "values", "stop", "qqq"],
        "until": [dt.date(2026, 6, 11)],
        "since": [dt.datetime(2026, 6, 11, 9, 30, tzinfo=dt.UTC)],
        "count": [1, 3, 25],
    }.get(name, ["qqq"])


def said(code: Code) -> Iterator[str]:
    """A reason as it can read: with each thing that can stand in each place, and with what can stand around it."""
    pattern = reasons.SENTENCES[code]
    names = {*PLACE.findall(pattern.msgid), *PLACE.findall(getattr(pattern, "many", ""))}
    usual = {name: samples(code, name)[0] for name in names}
    yield because(code, **usual).words
    for name in names:
        yield from (because(code, **{**usual, name: each}).words for each in samples(code, name))
    yield because(code, **usual, intent=Intent.POSITIVE.value, to="q@q.example", quote="qqq").words
    yield because(code, **usual, back="q@q.example").words


@pytest.mark.parametrize("code", Code)
def test_no_reason_has_an_english_word(code: Code) -> None:
    with wording.speaking("pl"):
        shown = list(said(code))
    assert len(shown) >= 3
    own = reasons.SENTENCES[code]
    if PLACE.sub("", own.msgid).strip(" ()"):
        assert shown[0] != _english(code)
    assert [(each, found) for each in shown if (found := english.words(each))] == []
    assert [each for each in shown if PLACE.search(each) or PLACES.search(each)] == []


def _english(code: Code) -> str:
    with wording.speaking("en"):
        return next(said(code))


def translations() -> Iterator[tuple[str, Any, str]]:
    for name, part in catalogue.translated("pl").items():
        for message in part:
            forms = (message.string,) if isinstance(message.string, str) else message.string
            yield from ((name, message.id, form) for form in forms if message.id)


AS_TYPED = {"addresses and networks of your own web servers", "must be yes or no", "is not a country with known", "since when (since)",
            "You can ask: is defined", "default needs the text"}  # fmt: skip
"""Sentences whose translation names what is typed into a file, which is English."""


def test_no_translation_has_an_english_word() -> None:
    """Whatever `explain` prints beside reasons (and everything else that is printed) comes from these."""
    odd = [
        (name, form, found)
        for name, msgid, form in translations()
        if (found := english.words(TYPED.sub(" ", form)))
        and not any(typed in str(msgid) for typed in AS_TYPED)
    ]
    assert odd == []


@pytest.mark.parametrize("about", sorted(codes.TABLES))
def test_no_code_is_shown_in_english(about: str) -> None:
    table = codes.TABLES[about]
    with wording.speaking("pl"):
        shown = {code: str(codes.text(about, code)) for code in table}
    assert [each for each in shown.items() if english.words(each[1])] == []
    assert {code for code, words in shown.items() if words == str(code)} <= SAME_IN_BOTH


SAME_IN_BOTH = {"smtp", "imap", "program"}


def test_a_servers_words_are_quoted_as_the_reader_quotes() -> None:
    quoted = replies.shown(535, "5.7.8 failed")
    assert in_english('"535 5.7.8 failed"') == str(quoted)
    with wording.speaking("pl"):
        assert str(Text.read(quoted.row())) == "„535 5.7.8 failed”"


def test_a_wait_among_colleagues_is_told_in_polish() -> None:
    why = because(
        Code.COLLEAGUE_SLOWS,
        email="q@q.example",
        told=because(Code.ANSWERED),
        wait=waits.parse("3 business days").text,
    )
    with wording.speaking("pl"):
        assert "3 dni robocze" in reasons.of_row(why.row()).words


def test_a_missing_field_is_called_as_people_call_it() -> None:
    why = because(Code.VALUE_MISSING, names="first_name, custom.favourite_cake", place="intro")
    assert reasons.missing([why]) == ("first_name", "custom.favourite_cake")
    with wording.speaking("pl"):
        assert why.words == "brak danych: imię, favourite cake (potrzebne w: intro)"


def test_every_field_of_a_contact_has_a_name_for_people() -> None:
    assert {*FIELDS, *SENDER} - {"sender_address"} <= set(NAMED)  # an address is never missing
