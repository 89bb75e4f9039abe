"""Events about folders, mails that are not given and organisations keep a code with its parameters. Those of before still read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from relance import wording
from relance.engine.event_log.base import EventData, shown
from relance.engine.event_log.of_mailboxes import (
    ClockJumped,
    MailboxAliasesChanged,
    MailboxChanged,
    MailboxFolderRenumbered,
    MailboxUnreadable,
    OrganisationRetried,
    UnreadMailDismissed,
    UnreadMailSetAside,
)
from relance.engine.event_log.of_mails import ReplyReclassified, SubstituteAccepted, SubstituteDismissed
from relance.engine.reasons import Code, Reason, because
from relance.wording import Text, ended
from tests.reworded import in_english

PLACE = {"folder": "INBOX", "address": "ada@sales.example"}
MOVED = because(Code.UIDVALIDITY_CHANGED, before=9, now=10)
FAULT = ended(Text("the server could not provide this mail"))
GIVEN = {"uid": 4, **PLACE, "count": 5, "words": FAULT}
FROM = {"sender": "ola@x.example", "subject": "Hello"}
RENUMBERED = "The folder {folder} of {address} was renumbered by the server and is being read again: {moved}."
UNREAD = "Mail {uid} in the folder {folder} of {address} could not be read in {count} attempt"
FROM_OLA = 'Mail {uid} in the folder {folder} of {address} from {sender}, "{subject}", could not be read in {count} attempt'


def stored(said: EventData) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(said.row()))
    return found


def of_before(sentence: str, **more: Any) -> dict[str, Any]:
    """As the release before wrote it: the sentence, with its places, and no code."""
    text = Text.plural(
        f"{sentence}: {{words}}", f"{sentence}s: {{words}}", 5, uid=4, **PLACE, words=FAULT, **more
    )
    return {"words": json.loads(text.json()), "folder": "INBOX", "uid": 4}


DAY = dt.date(2026, 3, 5)
SETTINGS = {"name": "Ada", "daily_cap": 0, "gap_seconds": 7, "password": True}
SETTINGS_BEFORE = Text.together(
    Text("sender's name: {name}", name="Ada"),
    Text("no daily limit"),
    Text("seconds between mails: {gap}", gap=7),
    Text("a new password"),
    by="; ",
)
JUDGED = {
    "kind": "out of office",
    "kind_until": DAY,
    "kind_substitute": "kim@x.example",
    "before": "human answer",
    "before_intent": "later",
}
JUDGED_BEFORE = Text(
    "now: {kind}; before: {before}",
    kind=Text(
        "{kind} ({more})",
        kind=Text.within("mail", "out of office"),
        more=Text.together(Text("until {day}", day=DAY), "kim@x.example", by=", "),
    ),
    before=Text(
        "{kind} ({more})", kind=Text.within("mail", "human answer"), more=Text.within("intent", "later")
    ),
)
OLD_MOVED = Text("its UIDVALIDITY was {before} and is now {now}", before=9, now=10)
PAIRS: dict[str, tuple[EventData, dict[str, Any]]] = {
    "renumbered": (
        MailboxFolderRenumbered("INBOX", because(Code.FOLDER_RENUMBERED, **PLACE, moved=MOVED)),
        {"words": Text(RENUMBERED, **PLACE, moved=OLD_MOVED).row(), "folder": "INBOX"},
    ),
    "set aside": (UnreadMailSetAside(Reason(Code.MAIL_NOT_GIVEN, GIVEN), "INBOX", 4), of_before(UNREAD)),
    "dismissed": (
        UnreadMailDismissed(Reason(Code.MAIL_NOT_GIVEN, {**GIVEN, **FROM}), "INBOX", 4),
        of_before(FROM_OLA, **FROM),
    ),
    "retried": (
        OrganisationRetried(because(Code.ORGANISATION_RETRIED, organisation="x.example"), 2),
        {"reason": Text("{organisation} is tried again", organisation="x.example").row(), "going_on": 2},
    ),
    "settings": (
        MailboxChanged(Reason(Code.MAILBOX_SETTINGS, SETTINGS), **SETTINGS),
        {"words": SETTINGS_BEFORE.row(), **SETTINGS},
    ),
    "a cap": (
        MailboxChanged(because(Code.MAILBOX_SETTINGS, daily_cap=20), daily_cap=20),
        {"words": Text("mails in 24 hours, at most: {cap}", cap=20).row()},
    ),
    "alias": (
        MailboxAliasesChanged(because(Code.ALIAS_ADDED, alias="a@x.example"), ["a@x.example"]),
        {"words": Text("{alias} is an alias", alias="a@x.example").row()},
    ),
    "no alias": (
        MailboxAliasesChanged(because(Code.ALIAS_REMOVED, alias="a@x.example"), []),
        {"words": Text("{alias} is no longer an alias", alias="a@x.example").row(), "aliases": []},
    ),
    "reclassified": (
        ReplyReclassified(Reason(Code.RECLASSIFIED, JUDGED), [], 9, "human answer", "out of office"),
        {"words": JUDGED_BEFORE.row(), "effects": [], "rules_version": 9},
    ),
    "substitute": (
        SubstituteAccepted("ola@x.example", "kim@x.example", "ola@x.example"),
        {"words": "ola@x.example", "from": "kim@x.example"},
    ),
}


@pytest.mark.parametrize(("now", "before"), PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_row_of_before_reads_as_one_of_now(now: EventData, before: dict[str, Any], language: str) -> None:
    with wording.speaking(language):
        old, new = shown(before), shown(stored(now))
    if (
        new.get("why", {}).get("code") == Code.MAILBOX_SETTINGS
    ):  # a sentence of its own stands around the changes
        new["words"] = in_english(new["words"])
    assert {name: new[name] for name in old} == old
    assert not any("{" in str(value) for value in old.values())


def test_a_folder_that_was_renumbered_says_which_number_moved() -> None:
    told = shown(stored(PAIRS["renumbered"][0]))
    assert told["why"]["code"] == "folder_renumbered"
    moved = told["why"]["params"].pop("moved")
    assert told["why"]["params"] == PLACE
    assert (moved["code"], moved["params"]) == ("uidvalidity_changed", {"before": 9, "now": 10})
    assert told["words"] == in_english(
        "The folder INBOX of ada@sales.example was renumbered by the server and is being read again: its UIDVALIDITY was 9 "
        "and is now 10."
    )


def test_a_mail_that_is_not_given_says_which_and_how_often_it_was_asked_for() -> None:
    why = shown(stored(PAIRS["dismissed"][0]))["why"]
    assert why["code"] == "mail_not_given"
    assert {name: why["params"][name] for name in ("uid", "count", "sender")} == {
        "uid": 4, "count": 5, "sender": "ola@x.example",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [SubstituteAccepted, SubstituteDismissed])
def test_who_is_named_in_somebodys_place_has_a_field_of_their_own(kind: type[SubstituteAccepted]) -> None:
    told = shown(stored(kind("ola@x.example", "kim@x.example", "ola@x.example")))
    assert (told["substitute"], told["from"]) == ("ola@x.example", "kim@x.example")


@pytest.mark.parametrize("kind", [MailboxUnreadable, ClockJumped])
def test_a_sentence_with_a_code_tells_it_beside(kind: type[ClockJumped]) -> None:
    told = shown(stored(kind(Text("{span} late", span=2).coded("clock_jumped_back"))))
    assert told["why"] == {"code": "clock_jumped_back", "params": {"span": 2}}
    assert "why" not in shown(stored(kind(Text("cut off"))))  # as an earlier release wrote it
    assert "why" not in shown({"reason": "as it was said then"})


CODED = {
    "settings": "mailbox_settings",
    "a cap": "mailbox_settings",
    "alias": "alias_added",
    "no alias": "alias_removed",
}


@pytest.mark.parametrize("name", [*CODED, "reclassified"])
def test_what_was_changed_is_a_code_and_values(name: str) -> None:
    """No program, and no later release, has to read the sentence."""
    row = stored(PAIRS[name][0])
    assert row["why"]["code"] == CODED.get(name, "reclassified")
    assert shown({**row, "words": "as nobody says it"})["words"] == shown(row)["words"]
