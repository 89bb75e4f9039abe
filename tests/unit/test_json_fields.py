"""What `--json` and the Python API give out as text is a code, somebody's own word, or a sentence with its code beside it.

Every text that a public value holds stands in one of these tables by its name, so that a new one cannot be a sentence that programs
have to read.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

import pytest

import relance
from relance.engine.event_log.effects import EffectCode
from relance.engine.inbound.corrections.revise import StandsBecause
from relance.engine.reasons import Code
from relance.engine.reporting import codes
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

CODES = {
    "kind": {"mail", "step", "suppression"},
    "first_kind": {"step"},
    "judged_kind": {"mail"},
    "judged_intent": {"intent"},
    "before_kind": {"mail"},
    "after_kind": {"mail"},
    "intent": {"intent"},
    "failure": {"failure"},
    "stage": {"failure stage"},
    "rule": {"rule"},
    "match": {"match"},
    "matched_by": {"match key"},
    "substitute_state": {"substitute"},
    "state": {"person", "message", "mailbox", "sequence", "task", "unread mail"},
    "sign_in": {"sign-in"},
    "unknown_policy": {"policy"},
    "role": {"role"},
    "outcome": {"connected", "outcome"},
    "code": {"row fault"},
    "added_by_kind": {"actor"},
}
"""Codes, by the tables of `codes` that name them for people."""

CODES_OF_THEIR_OWN = {
    *(
        "action",
        "actions",
        "check",
        "grade",
        "kept",
        "mode",
        "last_mail_code",
        "origin",
        "params",
        "code",
        "codes",
        "waits_for",
        "decision",
        "counts",
        "kinds",
        "intents",
        "states",
        "totals",
    ),
    *(
        "held_by_code",
        "noted_in",
        "given_id",
        "speaker",
        "status",
        "when",
        "where",
        "what",
        "encoding",
        "delimiter",
    ),
    *(
        "before",
        "after",
        "data",
        "country",
        "language",
        "zone",
        "content_type",
        "current",
        "newest",
        "pending",
        "version",
    ),
}
WORDS_BESIDE_A_CODE = {
    "reason": "codes",
    "reasons": "of people's own words",
    "beside": "codes",
    "stays": "stays_why",
    "title": "kind",
    "words": "kind",
    "plain": "kind",
    "held_by_reason": "held_by_code",
    "evidence": "rule",
    "intent_evidence": "intent",
    "why": "code",
    "note": "of people's own words",
    "sentences": "why",
    "hint": "where",
    "notes": "notes_why",
    "effects": "effects_why",
    "warnings": "warnings_why",
    "halted": "halted_why",
    "clock": "clock_why",
    "sync_error": "sync_why",
    "trouble": "trouble_why",
    "send_error": "send_why",
    "sign_in_warning": "sign_in_why",
    "provider": "provider_why",
    "last_mail_reason": "last_mail_why",
    "command": "where",
}
"""Sentences for people, and where programs look."""

PEOPLES_OWN = {
    *("full_name", "label", "target", "steps"),
    *(
        "about",
        "added_by",
        "address",
        "aliases",
        "added",
        "altered",
        "removed",
        "assignee",
        "body",
        "by_mailbox",
        "mailboxes",
        "ca_file",
        "service_account",
        "company",
        "contact",
        "cover",
    ),
    *(
        "cursor",
        "decider",
        "digest",
        "page",
        "number",
        "dkim_domain",
        "dkim_selector",
        "receiver",
        "domain",
        "email",
        "emails",
        "fields",
        "first_name",
        "folder",
        "from_address",
        "goal",
        "headers",
        "host",
    ),
    *(
        "gone",
        "quiet",
        "html",
        "id",
        "imap",
        "key",
        "known",
        "last_name",
        "mailbox",
        "owner",
        "message_id",
        "missing",
        "name",
        "offered",
    ),
    *(
        "organisation",
        "original",
        "own",
        "password",
        "path",
        "paused_by",
        "published_by",
        "reworded_by",
        "paused_sequences",
        "sequences_paused_by",
        "phone",
        "recipient",
        "refused_by",
        "rest",
    ),
    *(
        "row",
        "others",
        "search",
        "sender",
        "sequence",
        "smtp",
        "ehlo_name",
        "ramp_up",
        "tracking_host",
        "signature",
        "signature_html",
        "selector",
        "record",
        "step",
        "branch",
        "condition",
        "subject",
        "substitute",
        "suppressed",
        "text",
        "thread",
        "to",
    ),
    *("lifted", "going_on", "still_held", "still", "people"),  # addresses
    *(
        "url",
        "authorization_url",
        "token_url",
        "device_url",
        "scopes",
        "client_id",
        "client_secret",
        "tenant",
        "preset",
    ),
    "unopened",  # addresses
    "server_reply",  # a server's; its number is `code`
    "held_at",  # a step
    *("unknown_columns", "username", "value", "values", "variant", "who", "yaml", "held_because"),
}
"""Names, addresses and texts that somebody wrote."""


def texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in relance.__all__:
        value = getattr(relance, name)
        if isinstance(value, type) and dataclasses.is_dataclass(value):
            for field, hint in typing.get_type_hints(value).items():
                if not field.startswith("_") and holds_text(hint):
                    found.setdefault(field, []).append(name)
    return found


def holds_text(hint: object) -> bool:
    return hint in (str, Text) or any(map(holds_text, typing.get_args(hint)))


def test_every_text_is_a_code_a_name_or_words_with_a_code_beside_them():
    known = {*CODES, *CODES_OF_THEIR_OWN, *WORDS_BESIDE_A_CODE, *PEOPLES_OWN}
    assert {name: where for name, where in texts().items() if name not in known} == {}
    assert known - texts().keys() - {"speaker"} == set()


CODE = re.compile(r"[a-z][a-z0-9]*(?:[ _-][a-z0-9]+){0,3}")


@pytest.mark.parametrize("table", sorted({each for tables in CODES.values() for each in tables}))
def test_codes_are_short_and_listed_for_programs(table):
    """None is a sentence, and the page of operations names every one of them."""
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
    listed = page[page.index("### Codes in JSON") :]
    listed = listed[: listed.index("\n### ", 5)]
    for code in codes.TABLES[table]:
        assert CODE.fullmatch(code), code
        assert f"`{code}`" in listed, code


def test_what_stands_beside_a_sentence_is_a_field_or_the_code_of_a_reason():
    beside = set(WORDS_BESIDE_A_CODE.values()) - {"of people's own words"}
    fields = {
        each.name
        for name in relance.__all__
        if dataclasses.is_dataclass(value := getattr(relance, name))
        for each in dataclasses.fields(value)
    }
    assert beside <= fields
    assert all(re.fullmatch(r"[a-z_]+", each.value) for each in Code)


NEIGHBOURS = {"code", "codes", "why"}
OWN_WORDS = {"Report", "SequenceDetail", "SequenceStanding", "SequenceSummary"}
"""Why a sequence is paused: in the words of the person who paused it."""


SAID_ALONE = {
    "AnswerView.note": "a person's own words",
    "Correction.note": "a person's own words",
    "Task.note": "a person's own words",
    "TaskEnding.note": "a person's own words",
    "Task.words": "its author's own words",
    "Contact.title": "what a contact's job is called",
    "Starter.title": "what a sequence to begin with is called",
    "MachineHit.reasons": "signs by their names, which are codes",
    "UnknownMail.words": "a server's own words",
}
"""Words without a code in the same value, and why that may be."""


def test_every_sentence_has_its_code_in_the_same_value():
    """Elsewhere it would be of no use: whoever has the sentence has the code."""
    alone = {
        f"{owner}.{name}"
        for name, beside in WORDS_BESIDE_A_CODE.items()
        for owner in texts()[name]
        if not {beside, *NEIGHBOURS} & {each.name for each in dataclasses.fields(getattr(relance, owner))}
    }
    assert alone == set(SAID_ALONE) | {f"{owner}.reason" for owner in OWN_WORDS}


@pytest.mark.parametrize("code", [*SentenceCode, *EffectCode, *StandsBecause])
def test_codes_of_sentences_are_listed_for_programs(code):
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
    listed = page[page.index("### Codes in JSON") :]
    assert f"`{code.value}`" in listed[: listed.index("\n### ", 5)]


def test_each_code_of_a_sentence_is_said_somewhere():
    sources = [each.read_text("utf-8") for each in Path(relance.__file__).parent.rglob("*.py")]
    said = {name for each in sources for name in re.findall(r"SentenceCode\.([A-Z_]+)", each)}
    assert {each.name for each in SentenceCode} - said == set()


def test_every_reason_has_its_code_in_the_same_value():
    fields = {
        name: {each.name for each in dataclasses.fields(getattr(relance, name))} for name in texts()["reason"]
    }
    assert {name for name, own in fields.items() if not own & NEIGHBOURS} == OWN_WORDS
