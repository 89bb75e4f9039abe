"""`relance messages` against a pretended engine: what is passed on and what is shown."""

from __future__ import annotations

import datetime as dt
import json

from relance import BranchKept, HitsChanged, HitsRejudged
from relance.engine.reporting.history.daily import DayCounts
from relance.engine.reporting.history.messages import MessageDetail, MessageFilter, MessagePage
from relance.engine.store.sending.message_lists import MessageView
from relance.mailbox.parsing.opened import Attachment, OpenedMail
from tests.pretended_engine import AT, ESCAPE, Engine, run
from tests.reworded import in_english

LINE = MessageView(
    *(7, "eve@linden.example", "Trial", "intro", "main", "me@acme.example", "accepted", ESCAPE),
    *(AT, AT, AT, 1, 250, "2.0.0 queued"),
)
RAW = b"Subject: Hello\r\n\r\nHello\r\n"
OPENED = OpenedMail(
    (("Subject", ESCAPE),),
    "Good morning",
    "<p>Good morning</p>",
    (Attachment("a.pdf", "application/pdf", 9),),
)
MAIL = MessageDetail(LINE, "<1@acme.example>", "<1@acme.example>", OPENED, RAW)


def test_a_filter_is_passed_on_and_the_next_page_named(engine: Engine) -> None:
    engine.answers["messages.list"] = MessagePage((LINE,), "m-7")
    words = "messages list --sequence Trial --state accepted --mailbox me@acme.example --search ev --limit 1 --after m-9"
    shown = run(
        *words.split(),
        "--contact",
        "eve@linden.example",
        "--since",
        "2026-03-02",
        "--until",
        "2026-03-02T12:30",
    )
    [(name, (asked,), rest), *_] = engine.calls
    assert (name, rest) == ("messages.list", {"after": "m-9", "limit": 1})
    assert asked.until - asked.since == dt.timedelta(hours=12, minutes=30)
    assert asked == MessageFilter(
        "Trial", ("accepted",), "me@acme.example", "eve@linden.example", "ev", asked.since, asked.until
    )
    assert "eve@linden.example" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert in_english("--after m-7") in shown.stderr
    assert json.loads(run("messages", "list", "--json").stdout)["cursor"] == "m-7"


def test_a_mail_is_shown_in_words_as_json_and_as_bytes(engine: Engine) -> None:
    engine.answers["messages.show"] = MAIL
    shown = run("messages", "show", "7")
    assert "Good morning" in shown.stdout
    assert "a.pdf (9)" in shown.stdout
    assert "\x1b" not in shown.stdout
    told = json.loads(run("messages", "show", "7", "--json").stdout)
    assert (told["opened"]["html"], told["message"]["code"]) == ("<p>Good morning</p>", 250)
    assert "raw" not in told
    assert run("messages", "show", "7", "--raw").stdout_bytes == RAW


def test_days_are_counted(engine: Engine) -> None:
    day = dt.date(2026, 3, 2)
    engine.answers["reports.by_day"] = (DayCounts(day, 31, 2, 1, 12, 4),)
    given = run(
        *[
            "daily",
            "--since",
            "2026-03-02",
            "--until",
            "2026-03-03",
            "--sequence",
            "Trial",
            "--mailbox",
            "me@acme.example",
            "--json",
        ]
    )
    asked = {"sequence": "Trial", "mailbox": "me@acme.example"}
    assert engine.calls[0] == ("reports.by_day", (day, dt.date(2026, 3, 3)), asked)
    assert json.loads(given.stdout)[0] == {
        **{"day": "2026-03-02", "sent": 31, "answered": 2, "bounced": 1, "opened": 12, "clicked": 4}
    }
    assert "31" in run("daily", "--since", "2026-03-02", "--until", "2026-03-02").stdout


def test_hits_judged_again_are_shown_by_sequence_with_the_branches_that_stay(engine: Engine) -> None:
    changed = HitsChanged("Trial", "click", "machine", "human", 3)
    kept = BranchKept("ada@acme.example", "Trial", "saw", 'clicked("intro")', False, "intro", "human")
    engine.answers["messages.rejudge_hits"] = HitsRejudged(7, (changed,), (kept,), 1, False, 3)
    shown = run("rejudge", "--hits")
    assert ("messages.rejudge_hits", (), {"apply": False}) in engine.calls
    for words in ("Trial", "3", "ada@acme.example", "saw"):
        assert words in shown.stdout
    assert in_english("relance rejudge --hits --apply") in shown.stderr
    assert run("rejudge", "--hits", "--reopen").exit_code == 2


def test_hits_judged_again_as_json(engine: Engine) -> None:
    engine.answers["messages.rejudge_hits"] = HitsRejudged(0, (), (), 0, True, 3)
    found = json.loads(run("rejudge", "--hits", "--apply", "--json").stdout)
    assert (found["looked"], found["applied"], found["changes"]) == (0, True, [])
