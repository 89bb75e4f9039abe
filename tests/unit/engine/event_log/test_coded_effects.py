"""Effects and corrections are stored as codes; sentences of earlier releases still read."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from relance import wording
from relance.engine.event_log.base import shown
from relance.engine.event_log.effects import Effect, EffectCode
from relance.engine.event_log.of_mails import ReplyCorrected
from relance.engine.event_log.of_people import EnrollmentStopped
from relance.engine.reasons import Code, because
from relance.wording import Text
from tests.reworded import in_english

BACK = Effect(EffectCode.BACK_ON, {"email": "ola@x.example", "state": "away", "day": dt.date(2026, 3, 5)})
CORRECTED = because(Code.CORRECTED, kind="human", before="auto_reply", by="Ada", by_kind="user")


def test_a_correction_keeps_codes_and_is_read_in_the_readers_language() -> None:
    stored = json.loads(json.dumps(ReplyCorrected(CORRECTED, "auto_reply", "human", [BACK]).row()))
    assert stored["effects"] == [
        {"effect": "back_on", "params": {"email": "ola@x.example", "state": "away", "day": "2026-03-05"}}
    ]
    assert stored["why"]["code"] == "corrected"
    assert stored["why"]["params"] == {
        "kind": "human",
        "before": "auto_reply",
        "by": "Ada",
        "by_kind": "user",
    }
    with wording.speaking("pl"):
        told = shown(stored)
    assert told["effects"][0].startswith("ola@x.example: nieobecn")
    assert "5 marca 2026" in told["effects"][0]
    assert told["words"].startswith("decyzja (Ada): ")
    assert "Ada" in told["words"]


def told(kind: str, before: str, code: Code = Code.CORRECTED, **more: str) -> str:
    return because(code, kind=kind, before=before, by="Ada Lind", by_kind="user", **more).words


@pytest.mark.wording
def test_who_says_what_had_been_read_confirms_it() -> None:
    positive = {"kind_intent": "positive", "before_intent": "positive"}
    assert told("human answer", "human answer", **positive) == "Ada Lind confirmed: Interested"
    assert told("out of office", "out of office") == "Ada Lind confirmed: Out of office"
    nameless = because(Code.CORRECTED, kind="opt-out", before="opt-out")
    assert nameless.words == "a person confirmed: Opt-out"
    with wording.speaking("pl"):
        assert told("human answer", "human answer", **positive) == "potwierdzone (Ada Lind): Zainteresowanie"


@pytest.mark.wording
def test_not_about_us_is_not_told_as_list_mail() -> None:
    read = {"before_intent": "positive"}
    expected = "Ada Lind decided: Not about us; it was first read as: interested"
    assert told("list mail", "human answer", **read) == expected
    undone = told("human answer", "list mail", Code.CORRECTION_UNDONE, kind_intent="positive")
    assert undone == "Ada Lind took back: Not about us; again read as: interested"
    assert told("human answer", "list mail", kind_intent="later") == (
        "Ada Lind decided: later; it was first read as: list mail"
    )


def test_what_an_earlier_release_stored_still_reads() -> None:
    old = {
        "words": Text("now: {kind}, by {by}; the rules said: {before}", kind="a", by="b", before="c").row()
    }
    effects = [
        Text("{state}, back {day}", state="x", day=dt.date(2026, 3, 5)).row(),
        {"effect": "later release"},
    ]
    with wording.speaking("pl"):
        told = shown({**old, "effects": effects})
    assert told["words"] == "teraz: a (decyzja: b); według reguł: c"
    assert told["effects"][0].startswith("x, powrót ")


def test_how_many_were_touched_is_kept_as_numbers() -> None:
    why = because(Code.AT_THE_COMPANY, why=because(Code.ANSWERED), stopped=2, handed_over=1)
    stored = json.loads(json.dumps(EnrollmentStopped(why).row()))
    assert stored["why"]["params"]["stopped"] == 2
    assert "touched" not in stored["why"]["params"]
    with wording.speaking("en"):
        assert shown(stored)["reason"] == in_english("answered (at the company: 1 handed over, 2 stopped)")
    earlier = because(
        Code.AT_THE_COMPANY, why=because(Code.ANSWERED), touched=Text("{count} stopped", count=3)
    )
    with wording.speaking("en"):
        assert shown(EnrollmentStopped(earlier).row())["reason"] == in_english(
            "answered (at the company: 3 stopped)"
        )
