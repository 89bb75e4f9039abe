"""A sentence that says how something stands and the reason behind it do not say the same: in no language, for no reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from relance import wording
from relance.engine import reasons
from relance.engine.event_log import old_names
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Code, because
from relance.engine.reporting import codes, concerns, timeline
from relance.engine.store.events import StoredEvent
from relance.mailbox.parsing.inbound import Kind
from relance.wording import Text

STEM = 5
"""Words that begin alike are the same word in two forms: "pause" and "paused", "wstrzymana" and "wstrzymane"."""
MANY = {"mailbox", "skrzy", "wiado"}


def said_twice(sentence: str) -> set[str]:
    """What stands in both halves of a sentence, before and behind the colon, besides what is quoted or somebody's name."""
    frame, _, rest = re.sub(r"„[^”]*”|\"[^\"]*\"|\S+@\S+|\([^)]*@[^)]*\)", " ", sentence).partition(": ")
    first, second = ({each[:STEM] for each in re.findall(r"\w{4,}", part.lower())} for part in (frame, rest))
    return (first & second) - MANY


def of_mailboxes() -> Iterator[Text | str]:
    for code in (Code.PAUSED, Code.STOPPED):
        for own in ({}, {"text": "on holiday"}):
            for doer in ({}, {"by": "smith", "by_kind": "person"}, {"by": "crm", "by_kind": "program"}):
                yield reasons.mailbox_paused("ada@sales.example", because(code, **own, **doer))


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_paused_mailbox_is_said_to_be_paused_once(language: str) -> None:
    with wording.speaking(language):
        shown = [str(each) for each in of_mailboxes()]
        facts = [
            concerns.MailboxFacts("ada@sales.example", "paused", words, paused_by=by)
            for words in ("", "on holiday")
            for by in ("", "smith")
        ]
        shown += [concerns._paused(each) for each in facts]
    assert [(each, found) for each in shown if (found := said_twice(each))] == []


@pytest.mark.wording
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("code", [Code.PAUSED, Code.STOPPED])
def test_beside_the_name_of_a_state_nobody_is_said_to_have_paused_it_again(language: str, code: Code) -> None:
    """A chip says "paused"; beside it stands who did it, and why."""
    with wording.speaking(language):
        state = str(codes.text("person", code.value))
        for own in ({}, {"text": "on holiday"}):
            for doer in ({}, {"by": "smith", "by_kind": "person"}, {"by": "crm", "by_kind": "program"}):
                told = reasons.beside(code.value, [because(code, **own, **doer)])
                assert not said_twice(f"{state}: {told}"), told
                assert all(each in told for each in (*own.values(), doer.get("by", "")))


@pytest.mark.wording
def test_what_else_there_is_to_say_stands_beside_the_name_of_a_state_as_it_is() -> None:
    away, paused = because(Code.OUT_OF_OFFICE), because(Code.PAUSED, by="smith", by_kind="person")
    assert reasons.beside("away", [away]) == "is out of office"
    assert reasons.beside("held", [paused, away]) == "paused by smith; also: is out of office"
    assert reasons.beside("paused", [paused]) == "by smith"
    assert reasons.beside("paused", []) == ""


@pytest.mark.wording
@pytest.mark.parametrize("language", ["en", "pl"])
def test_that_somebody_is_on_the_list_is_said_once(language: str) -> None:
    added = because(Code.DO_NOT_CONTACT, by="smith", by_kind="person")
    with wording.speaking(language):
        for code in (Code.SUPPRESSED, Code.ADDRESS_SUPPRESSED):
            for why in (added, because(Code.DO_NOT_CONTACT)):
                told = because(code, why=why).words
                assert not {each for each in ("list", "nie pisać") if told.count(each) > 1}, told


@pytest.mark.parametrize(
    ("kind", "code"),
    [(EventKind.SUPPRESSION_ADDED, Code.DO_NOT_CONTACT), (EventKind.ENROLLMENT_PAUSED, Code.PAUSED)],
)
def test_an_event_that_names_the_deed_and_the_doer_has_nothing_to_add_but_their_words(
    kind: EventKind, code: Code
) -> None:
    """ "Put on the do-not-contact list", smith: not "added by smith" as well."""
    for own in ({}, {"text": "a competitor"}):
        why = because(code, by="smith", by_kind="person", **own)
        data = {"reason": why.words, "why": why.row()}
        at = dt.datetime(2026, 6, 11, tzinfo=dt.UTC)
        assert timeline.view(StoredEvent(1, at, kind.value, None, "", data)).words == own.get("text", "")


@pytest.mark.wording
def test_the_words_of_who_paused_it_stand_behind_their_name() -> None:
    by = {"by": "smith", "by_kind": "person"}
    told = [
        str(reasons.mailbox_paused("a@b.example", because(Code.PAUSED, **more)))
        for more in (by, {**by, "text": "on holiday"}, {"text": "on holiday"})
    ]
    assert told == [
        "The mailbox a@b.example was paused by smith.",
        "The mailbox a@b.example was paused by smith: on holiday.",
        "The mailbox a@b.example is paused: on holiday.",
    ]


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("kind", Kind)
def test_what_came_in_is_named_once(language: str, kind: Kind) -> None:
    """ "complaint received (complaint)": where the title of an event names the kind of mail, nothing stands behind it."""
    title = next((each for each, kinds in old_names._MAILS.items() if kind.value in kinds), None)
    if title is None:
        return
    event = StoredEvent(
        1, dt.datetime(2026, 6, 11, tzinfo=dt.UTC), title.value, None, "", {"kind": kind.value}
    )
    with wording.speaking(language):
        first, _, behind = timeline.view(event).title.partition(" (")
    stems = {each[:4] for each in re.findall(r"\w{4,}", first.replace("received", ""))}
    named = {each[:4] for each in re.findall(r"\w{4,}", behind)}
    assert not named or not named <= stems
