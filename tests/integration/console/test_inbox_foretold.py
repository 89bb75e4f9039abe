"""Each key of the inbox says beforehand what it does to this person and to their colleagues."""

from __future__ import annotations

import re

import pytest

from relance.console.views.answers import foretelling
from relance.engine.inbound.corrections import foretold
from relance.engine.inbound.corrections.foretold import ForetoldEffect
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.states import Event, State
from relance.engine.store.sequences import enrollments
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.test_inbox import newest, state
from tests.reading import KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english

BOSS = "boss@sales.example"
ALL_STOP = engine_house.TRIAL + "stop:\n  company: any reply\n"


@pytest.fixture
def lake(console: Console) -> Console:
    """Kim answers, which stops Mia."""
    enrolled(console.app._context, KIM, MIA, text=ALL_STOP)
    wrote(console.app._context)
    hear(console.app._context, letter(KIM))
    assert (state(console, KIM), state(console, MIA)) == (State.REPLIED, State.STOPPED)
    console.join(BOSS)
    return console


def keys(console: Console, path: str, language: str = "en") -> dict[str, str]:
    """What stands below the name of each key."""
    with console.client(console.tokens[BOSS], headers={"accept-language": language}) as boss:
        shown = boss.get(path).text
    return dict(re.findall(r'data-key="(\w)"[^>]*>(?:(?!</button>).)*?<small>(.*?)</small>', shown))


def test_a_key_says_what_it_does_to_this_person_and_their_colleagues(lake: Console) -> None:
    said = keys(lake, f"/inbox?answer={newest(lake)}")
    assert said == {key: in_english(words) for key, words in {
        "a": "waits until they are back; 1 colleague goes on again",
        "l": "changes the ended sequence from replied to stopped; 1 colleague goes on again",
        "x": "the sequence goes on again; 1 colleague goes on again",
        "b": "never writes there again; changes the ended sequence from replied to bounced; 1 colleague goes on again",
        "o": "never writes to them again; changes the ended sequence from replied to unsubscribed",
    }.items()}  # fmt: skip
    with lake.client(lake.tokens[BOSS]) as boss:
        shown = boss.get(f"/inbox?answer={newest(lake)}").text
    rest = in_english("Unless a button says otherwise: the sequence has ended already.")
    [common] = re.findall(r'id="effect">(.*?)<', shown)
    assert common == rest
    lake.app.inbox.correct(newest(lake), kind="list mail")
    assert (state(lake, KIM), state(lake, MIA)) == (State.ACTIVE, State.ACTIVE)
    said = keys(lake, f"/inbox?answer={newest(lake)}")
    assert said["i"] == in_english("ends the sequence; stops 1 colleague")
    assert said["x"] == in_english("the sequence continues")


def test_who_answered_after_the_last_step_is_told_to_become_finished(console: Console) -> None:
    """They had every mail: once it was no answer of theirs, that is why it is over, whoever left the company or is away."""
    house = console.app._context
    enrolled(house, KIM)
    wrote(house)
    with house.database.write() as conn:
        done = {"step": None, "step_kind": "", "due_at": None}
        enrollments.apply(conn, [row(house).id], Event.COMPLETED, house.clock.now(), values=done)
    hear(house, letter(KIM))
    console.join(BOSS)
    said = keys(console, f"/inbox?answer={newest(console)}")
    words = in_english("changes the ended sequence from replied to finished, as every step is done")
    assert [said[key] for key in "alx"] == [words] * 3
    for kind in ("left the company", "out of office", "list mail"):
        console.app.inbox.correct(newest(console), kind=kind)
        assert state(console, KIM) is State.FINISHED
        console.app.inbox.undo(newest(console))
        assert state(console, KIM) is State.REPLIED


def test_no_english_stands_below_a_polish_key(lake: Console) -> None:
    polish = keys(lake, f"/inbox?answer={newest(lake)}&lang=pl", "pl")
    english = keys(lake, f"/inbox?answer={newest(lake)}&lang=en")
    assert len(polish) == len(english) == 5
    assert not set(polish.values()) & set(english.values())


def test_the_question_about_others_says_it_of_each(lake: Console, tab) -> None:
    hear(lake.app._context, letter(MIA, text="No, thank you."))
    mia = newest(lake)
    kim = min(each.id for each in lake.app.inbox.page().answers)
    done = lake.app.inbox.correct(kim, kind="list mail")
    with lake.client(lake.tokens[BOSS]) as boss:
        shown = boss.get(f"/inbox?undo={kim}-{done.answer.decision}&same=yes").text
    listed = re.search(rf"<strong>{re.escape(MIA)}</strong>: ([^<]*?) <span", shown)
    assert listed
    [[told]] = foretold.foretell(lake.app._context, mia, [Correction("list mail")])
    assert told.effect is ForetoldEffect.ENDED  # she answered herself, and Kim's answer had stopped her
    assert listed.group(1) == in_english("the sequence has ended already")


def test_every_effect_has_words() -> None:
    for words in (foretelling._OF_THEIRS, foretelling._OF_COLLEAGUES):
        assert {words[each](2) for each in ForetoldEffect} - {""}
