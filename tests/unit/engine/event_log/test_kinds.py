"""The list of events is whole: a class, a title and a sentence a kind, and every old name has its place."""

from __future__ import annotations

import importlib

import pytest

from relance.engine.event_log import old_names
from relance.engine.event_log.base import EventData
from relance.engine.event_log.kinds import TITLES, EventKind
from relance.engine.event_log.of_mails import ReplyReceived, SubstituteAccepted
from relance.engine.event_log.of_people import EnrollmentStopped
from relance.engine.states import MessageState
from relance.mailbox.parsing.inbound import Kind
from tests.pages import events

MIGRATION = importlib.import_module("relance.engine.db.migrations.versions.0018_kinds_of_events")


def test_every_kind_has_one_class_of_data_and_every_class_one_kind() -> None:
    leaves = events.leaves(EventData)
    assert sorted(each.KIND for each in leaves) == sorted(EventKind)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_is_told_in_a_sentence_and_has_a_title_and_fields_with_a_meaning(kind: EventKind) -> None:
    shape = events.DATA[kind]
    assert "__doc__" in vars(shape)
    assert (shape.__doc__ or "").strip().endswith(".")
    assert TITLES[kind]
    assert all(name in events.MEANINGS for name, _ in events.fields(kind))


def test_no_two_kinds_look_the_same_to_people_and_no_meaning_is_left_over() -> None:
    assert len({TITLES[kind] for kind in EventKind}) == len(EventKind)
    used = {name for kind in EventKind for name, _ in events.fields(kind)}
    assert set(events.MEANINGS) == used


def test_what_is_stored_has_what_is_known_under_plain_names() -> None:
    assert EnrollmentStopped("enough").row() == {"reason": "enough"}
    assert SubstituteAccepted("x@acme.example accepted", "ada@acme.example").row() == {
        "words": "x@acme.example accepted",
        "from": "ada@acme.example",
    }
    got = ReplyReceived("human answer", None, "INBOX", "rule", "thread", "answered").row()
    assert ("from" in got, got["kind"]) == (False, "human answer")


def test_the_migration_renames_what_the_reader_reads() -> None:
    renamed = {**MIGRATION._RENAMED, **MIGRATION._MAIL_KINDS}
    unknown = {old: kind for old, (kind, more) in old_names.NOW.items() if "outcome" in more}
    assert {old: kind.value for old, (kind, _) in old_names.NOW.items()} == {
        **renamed,
        **dict.fromkeys(unknown, "message.resolved"),
    }
    assert set(unknown) == {f"unknown mail {state.value}" for state in MessageState}
    assert set(MIGRATION._MAIL_KINDS) == {kind.value for kind in Kind}


def test_old_names_are_read_as_kinds_and_new_ones_as_they_are() -> None:
    assert old_names.read("sent", {"subject": "Hi"}) == ("message.accepted", {"subject": "Hi"})
    assert old_names.read("hard bounce", {}) == ("bounce.received", {"kind": "hard bounce"})
    assert old_names.read("unknown mail not sent", {"reason": "r"}) == (
        "message.resolved",
        {"reason": "r", "outcome": "not sent"},
    )
    assert old_names.read("of.the.future", {}) == ("of.the.future", {})
    assert all(old_names.read(kind.value, {}) == (kind.value, {}) for kind in EventKind)
    assert old_names.names([EventKind.STEP_BRANCHED]) == ["branch", "step.branched"]
