"""`relance inbox` against a pretended engine: what is passed on and what is shown."""

from __future__ import annotations

import dataclasses
import json

from relance.engine.inbound.corrections.inbox import AnswerView, Corrected
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail, AnswerPage, InboxCounts
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox.parsing.opened import Attachment, OpenedMail
from tests.pretended_engine import AT, ESCAPE, Engine, run
from tests.reworded import in_english

ANSWER = AnswerView(
    *(7, "me@acme.example", "kim@lake.example", "kim@lake.example", ESCAPE, AT, "human answer", "positive"),
    *(None, None, None, None, None, "", "", "", (), "certain", "", False, "human answer", "", True, None, ""),
    body="Yes, call me.",
)
WHOLE = AnswerDetail(
    ANSWER,
    "> We follow up",
    OpenedMail((("Subject", ESCAPE),), "", "", (Attachment("a.pdf", "application/pdf", 9),)),
)


def test_a_page_is_asked_for_and_the_next_one_named(engine: Engine) -> None:
    engine.answers["inbox.page"] = AnswerPage((ANSWER,), "i-7")
    shown = run(
        *[
            "inbox",
            "list",
            "--search",
            "ki",
            "--unread",
            "--after",
            "i-9",
            "--limit",
            "1",
            "--kind",
            "human-answer",
        ]
    )
    asked = ReplyFilter(kind="human-answer", unread=True, search="ki")
    assert engine.calls[0] == ("inbox.page", (asked,), {"after": "i-9", "limit": 1})
    assert "kim@lake.example" in shown.stdout
    assert in_english("--after i-7") in shown.stderr
    assert [each["id"] for each in json.loads(run("inbox", "list", "--json").stdout)] == [7]


def test_answers_are_counted(engine: Engine) -> None:
    engine.answers["inbox.counts"] = InboxCounts(3, {"human answer": 3}, {"later": 2})
    shown = run("inbox", "list", "--counts")
    assert in_english("human answer") in shown.stdout
    assert in_english("later") in shown.stdout
    assert json.loads(run("inbox", "list", "--counts", "--json").stdout)["intents"] == {"later": 2}


def test_the_whole_mail_is_shown_where_it_is_asked_for(engine: Engine) -> None:
    engine.answers |= {"inbox.show": ANSWER, "inbox.detail": WHOLE}
    assert "> We follow up" not in run("inbox", "show", "7").stdout
    shown = run("inbox", "show", "7", "--whole").stdout
    assert "Yes, call me." in shown
    assert "| > We follow up" in shown
    assert "a.pdf (9)" in shown
    assert "\x1b" not in shown
    assert json.loads(run("inbox", "show", "7", "--whole", "--json").stdout)["rest"] == "> We follow up"


def test_marks_and_a_word_taken_back(engine: Engine) -> None:
    engine.answers |= {"inbox.mark": (7,), "inbox.undo": Corrected(ANSWER, ("kim is active again",))}
    assert in_english("1 answer marked.") in run("inbox", "mark", "7", "8", "--unread").stdout
    assert engine.calls[0] == ("inbox.mark", ([7, 8],), {"read": False})
    assert "kim is active again" in run("inbox", "undo", "7").stdout
    assert ("inbox.undo", (7,), {"decision": None}) in engine.calls
    run("inbox", "undo", "7", "--decision", "31")
    assert ("inbox.undo", (7,), {"decision": 31}) in engine.calls


def test_a_decision_is_named_and_one_of_a_colleague_decided_over(engine: Engine) -> None:
    engine.answers["inbox.correct"] = Corrected(dataclasses.replace(ANSWER, decision=31), ())
    shown = run("inbox", "correct", "7", "--kind", "auto-reply", "--over", "30").stdout
    assert [given["over"] for name, _, given in engine.calls if name == "inbox.correct"] == [30]
    assert in_english("`relance inbox undo 7 --decision 31` takes this back.") in shown
