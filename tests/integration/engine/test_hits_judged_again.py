"""Opens and clicks of the past judged by better rules: counts are put right, and what a sequence did by them is told, not undone."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db.tables import hit
from relance.engine.engagement import judged_again
from relance.engine.engagement.judged_again import HitsChanged
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_people import StepBranched
from relance.engine.reporting import sequence_report, timeline
from relance.engine.reporting.history import daily
from relance.engine.sequences import publish
from relance.engine.states import MessageState
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.sending.messages import Message
from relance.tracking import judge
from tests import engine_house
from tests.reading import enrolled, row

KIM = "kim@lake.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCANNER = "Barracuda Sentinel (EE)"
SEQUENCE = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello [prices](https://a.example)"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
  - {id: saw, after: 2 days, when: clicked("intro"), then: [{id: call, task: "Call"}]}
"""


@pytest.fixture
def mail(house: Context) -> Message:
    enrolled(house, KIM)
    publish.publish(house, SEQUENCE)
    made = engine_house.add_message(
        house, row(house, KIM), MessageState.ACCEPTED, step="intro", links=[{"target": "https://a.example"}]
    )
    engine_house.clock(house).advance(hours=1)
    return made


def judged(house: Context, mail: Message, verdict: str, version: int = 1, **values: object) -> dt.datetime:
    """A click an hour after the mail, judged by earlier rules."""
    at = house.clock.now()
    plain = {"kind": "click", "link": 0, "user_agent": BROWSER, "network": "203.0.113.0/24", "language": True}
    row_ = {**plain, "message_id": mail.id, "at": at, "verdict": verdict, "rules_version": version, **values}
    with house.database.write() as conn:
        engine_house.add_hit(conn, **row_)
    return at


def branched(house: Context, condition: str, *, taken: bool) -> None:
    engine_house.clock(house).advance(days=1)
    with house.database.write() as conn:
        said = StepBranched(condition, taken)
        events.record_events(conn, [NewEvent.of(row(house, KIM), said, house.clock.now(), step="saw")])


def verdicts(house: Context) -> list[tuple[str, int]]:
    with house.database.read() as conn:
        query = sa.select(hit.c.verdict, hit.c.rules_version).order_by(hit.c.id)
        return [(each.verdict, each.rules_version) for each in conn.execute(query)]


def told(house: Context) -> list[timeline.EventView]:
    return [each for each in timeline.of_contact(house, KIM) if each.kind.startswith("message.")]


def clicks(house: Context, at: dt.datetime) -> tuple[int, int]:
    """Those that the days count, and those that the sequence's report counts."""
    day = daily.by_day(house, at.date(), at.date())[0]
    steps = {each.id: each for each in sequence_report.report(house, "Trial").steps}
    return day.clicked, steps["intro"].clicked


def test_a_dry_run_shows_it_by_sequence_and_changes_nothing(house: Context, mail: Message) -> None:
    judged(house, mail, "machine")
    judged(house, mail, "machine", kind="open")
    shown = judged_again.rejudge(house)
    assert not shown.applied
    assert shown.looked == 2
    assert shown.changes == (
        HitsChanged("Trial", "click", "machine", "human", 1),
        HitsChanged("Trial", "open", "machine", "human", 1),
    )
    assert verdicts(house) == [("machine", 1), ("machine", 1)]
    assert told(house) == []


def test_a_person_who_was_called_a_machine_counts_and_is_told(house: Context, mail: Message) -> None:
    at = judged(house, mail, "machine")
    assert clicks(house, at) == (0, 0)
    done = judged_again.rejudge(house, apply=True)
    assert [(each.after, each.hits) for each in done.changes] == [("human", 1)]
    assert verdicts(house) == [("human", judge.RULES_VERSION)]
    assert clicks(house, at) == (1, 1)
    assert [(each.kind, each.at) for each in told(house)] == [(EventKind.MESSAGE_CLICKED, at)]
    assert judged_again.rejudge(house, apply=True).looked == 0  # each is judged once by these rules


def test_a_machine_that_was_called_a_person_no_longer_counts(house: Context, mail: Message) -> None:
    at = judged(house, mail, "machine")
    judged_again.rejudge(house, apply=True)
    with house.database.write() as conn:  # rules before these knew the program by another name
        conn.execute(sa.update(hit).values(rules_version=1, user_agent=SCANNER))
    judged_again.rejudge(house, apply=True)
    assert clicks(house, at) == (0, 0)
    disproved = told(house)[-1]
    assert (disproved.kind, disproved.at) == (EventKind.MESSAGE_CLICK_DISPROVED, at)
    assert disproved.data["reasons"] == ["scanner"]


@pytest.mark.parametrize("apply", [False, True])
def test_a_branch_that_was_decided_by_it_is_told_and_stays(
    house: Context, mail: Message, *, apply: bool
) -> None:
    judged(house, mail, "machine")
    branched(house, 'clicked("intro")', taken=False)
    before = row(house, KIM)
    found = judged_again.rejudge(house, apply=apply)
    assert found.branch_count == 1
    kept = found.branches[0]
    assert (kept.email, kept.sequence, kept.branch, kept.taken) == (KIM, "Trial", "saw", False)
    assert (kept.step, kept.after) == ("intro", "human")
    assert row(house, KIM) == before
    if apply:
        assert told(house)[-1].data["branches"] == ["saw"]
        assert told(house)[-1].words


@pytest.mark.parametrize(
    "condition", ['opened("intro")', 'clicked("bump")', 'clicked("intro", "pricing")', 'company == "Lake"']
)
def test_a_branch_that_asked_for_something_else_is_not_named(
    house: Context, mail: Message, condition: str
) -> None:
    judged(house, mail, "machine")
    branched(house, condition, taken=False)
    assert judged_again.rejudge(house).branches == ()


def test_a_branch_that_another_click_answers_is_not_named(house: Context, mail: Message) -> None:
    judged(house, mail, "human", judge.RULES_VERSION)
    judged(house, mail, "machine")
    branched(house, 'clicked("intro")', taken=True)
    found = judged_again.rejudge(house)
    assert (found.looked, found.branches) == (1, ())


def test_a_click_after_the_branch_did_not_decide_it(house: Context, mail: Message) -> None:
    branched(house, 'clicked("intro")', taken=False)
    engine_house.clock(house).advance(days=1)
    judged(house, mail, "machine")
    assert judged_again.rejudge(house).branches == ()


def test_what_was_cut_off_goes_on_where_it_stopped(
    house: Context, mail: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [
        engine_house.add_message(house, row(house, KIM), MessageState.ACCEPTED, step=f"s{n}")
        for n in range(3)
    ]
    engine_house.clock(house).advance(hours=1)
    for each in [mail, *more]:
        judged(house, each, "machine", link=9)
    monkeypatch.setattr(judged_again, "MAILS", 1)

    def cut(looked: int) -> None:
        if looked == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged_again.rejudge(house, apply=True, progress=cut)
    assert sorted(each for each, _ in verdicts(house)) == ["human", "human", "machine", "machine"]
    assert judged_again.rejudge(house, apply=True).looked == 2
    assert len(told(house)) == 4


def test_hits_that_nobody_judged_or_a_later_release_did_are_left(house: Context, mail: Message) -> None:
    judged(house, mail, "machine", judge.RULES_VERSION + 1)
    with house.database.write() as conn:
        engine_house.add_hit(conn, message_id=mail.id, at=house.clock.now(), kind="click", link=0)
    assert judged_again.rejudge(house, apply=True).looked == 0
