"""What a later release wrote has no words here: people read a sentence in their language that says so, and no code."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relance import wording
from relance.console.views.operation import audit_words
from relance.engine import reasons
from relance.engine.event_log import base
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.reasons import Cause, Code, because, code_words
from relance.engine.reporting import codes, timeline
from relance.engine.store.events import StoredEvent
from relance.engine.store.users.audit import AuditEntry
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
LATER = "hyper_sent"


@pytest.mark.parametrize("about", sorted(codes.TABLES))
@pytest.mark.parametrize("language", ["en", "pl"])
def test_no_table_shows_a_code_that_it_does_not_know(about: str, language: str) -> None:
    with wording.speaking(language):
        assert str(codes.text(about, LATER)) == str(code_words.unknown(about))
        assert str(codes.text(about, "")) == ""


@pytest.mark.parametrize(
    ("why", "english"),
    [
        (because(Code.MAIL_OVER, state=LATER), "the mail of this step was in a state of a later release"),
        (because(Code.MAIL_NOT_SENDABLE, state=LATER), "the mail is in a state of a later release"),
        (
            because(Code.NOT_SENDABLE, state=LATER),
            "for this person the sequence is in a state of a later release",
        ),
        (because(Code.MAILBOX_NOT_ACTIVE, state=LATER), "the mailbox is in a state of a later release"),
        (because(Code.CAME_IN, kind=LATER), "of a later release"),
        (because(Code.ANSWERED, intent=LATER), "answered (of a later release)"),
        (
            because(Code.NAMES_NOTHING_OF_OURS, subject="a", sender="b", match=LATER),
            '"a" from b is of a later release and may be an answer',
        ),
        (because(Code.PAUSED, by=LATER, by_kind="rule"), "paused by a rule (of a later release)"),
    ],
)
@pytest.mark.wording
def test_no_reason_shows_a_code_that_it_does_not_know(why: reasons.Reason, english: str) -> None:
    with wording.speaking("en"):
        assert why.words == english
    with wording.speaking("pl"):
        assert LATER not in why.words
        assert "later" not in why.words


def test_a_state_of_a_later_release_is_told_in_polish() -> None:
    with wording.speaking("pl"):
        assert because(Code.MAIL_OVER, state=LATER).words == (
            "stan wiadomości tego kroku: nieznany (z nowszego wydania)"
        )


def test_a_reason_of_a_later_release_is_told_by_its_words_as_somebody_elses() -> None:
    row = {"code": LATER, "cause": "refused", "params": {"x": 1}, "words": "the moon is full"}
    found = reasons.of_row(row)
    assert (found.code, found.cause) == (Code.PROSE, Cause.REFUSED)
    with wording.speaking("en"):
        assert found.words == in_english('a reason of a later release: "the moon is full"')
    with wording.speaking("pl"):
        assert found.words == "powód z nowszego wydania: „the moon is full”"
    assert reasons.of_row({"words": "paused by a person"}).words == "paused by a person"  # an earlier one


def _event(kind: str, data: dict[str, Any]) -> StoredEvent:
    return StoredEvent(1, NOW, kind, None, "", base.shown(data))


def test_an_event_of_a_later_release_has_a_title_and_its_kind_for_programs() -> None:
    with wording.speaking("pl"):
        told = timeline.view(_event("moon.risen", {}))
    assert (told.kind, told.title) == ("moon.risen", "zdarzenie z nowszego wydania")


def test_an_effect_of_a_later_release_is_no_row_of_data() -> None:
    with wording.speaking("pl"):
        told = base.shown({"effects": [{"effect": LATER, "params": {}}]})
    assert told == {"effects": ["z nowszego wydania"]}


@pytest.mark.parametrize("kind", [ActorKind.RULE, ActorKind.SCHEDULE])
def test_an_actor_that_is_no_person_and_not_known_is_said_to_be_of_a_later_release(kind: ActorKind) -> None:
    with wording.speaking("pl"):
        assert str(Actor(kind, LATER)).startswith("z nowszego wydania (")
    assert str(Actor(ActorKind.PERSON, LATER)).startswith(LATER)


def test_what_the_audit_log_does_not_know_is_said_so() -> None:
    entry = AuditEntry(1, NOW, Actor(ActorKind.USER, "ada@sales.example"), "moon.raise", "", None, None)
    with wording.speaking("pl"):
        assert audit_words.said(entry) == "działanie znane nowszemu wydaniu"
