"""A short run of the chaos of `make chaos`, over both forms; and that its count is known to bite."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from relance import errors
from relance.engine.reporting.step_outcomes import StepAccount
from tests.chaos import asking, audit, fleet, grounds, plan, run, strikes
from tests.servers import ports, postgres, processes

SHORT = plan.Plan(
    seed=11,
    steps=30,
    crashes=3,
    seconds=150,
    mailboxes=5,
    pause=0.5,
    scale=720,
    gap="30 minutes",
    lease_seconds=4,
    fault_rate=0.05,
    answering=0.15,
    mail_answer_seconds=3,
    first=("mail connections silent for long", "database connections silent"),
)


def judge(outcome: run.Outcome) -> None:
    """What must be true of every run."""
    assert outcome.findings.duplicates == ()
    assert outcome.findings.lost == ()
    assert outcome.findings.after_answer == ()
    assert outcome.findings.unknown == ()
    assert outcome.finished, outcome.line()
    assert outcome.findings.accepted > 20
    assert outcome.findings.replies


@pytest.mark.slow
def test_daemons_that_are_killed_and_frozen_send_everything_once() -> None:
    outcome = run.run(SHORT, print)
    judge(outcome)
    assert set(SHORT.first) <= set(outcome.told)
    assert outcome.effects["connections silenced"]
    assert outcome.effects["of them given up by our own bound: mail"]
    assert outcome.effects["database"]


@pytest.mark.slow
def test_the_one_process_that_is_killed_again_and_again_sends_everything_once() -> None:
    first = ("UIDNEXT set back", "FETCHes refused")
    outcome = run.run(dataclasses.replace(SHORT, embedded=True, crashes=4, mailboxes=2, first=first), print)
    judge(outcome)
    assert set(first) <= set(outcome.told)


_FOLLOW_UP = (
    "select e.id, c.email from enrollment e join contact c on c.id = e.contact_id "
    "where e.state = 'active' and e.step <> 'intro' order by e.due_at desc limit 1"
)


@pytest.mark.slow
def test_a_time_limit_makes_no_loss_and_hides_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most follow-ups are still to come when the time is up; one step is really lost, as if the engine had forgotten it."""
    forgotten: list[str] = []
    settle = run._Run._last_settling

    def forget_and_settle(under_way: run._Run) -> frozenset[audit.Owed]:
        with sqlite3.connect(under_way.ground.folder / "home" / "relance.db", timeout=20) as conn:
            number, address = conn.execute(_FOLLOW_UP).fetchone()
            conn.execute(
                "update enrollment set due_at = '2027-01-01 00:00:00.000000' where id = ?", (number,)
            )
        forgotten.append(address)
        return settle(under_way)

    monkeypatch.setattr(run._Run, "_last_settling", forget_and_settle)
    wanted = dataclasses.replace(SHORT, embedded=True, crashes=2, mailboxes=2, seconds=25, gap="8 hours")
    outcome = run.run(wanted, print)
    assert not outcome.finished
    assert outcome.findings.accepted
    assert [line.partition(" ")[0] for line in outcome.findings.lost] == forgotten, outcome.findings.lost
    assert not outcome.clean


# The count.

ANNA = "anna@acme.test"
FIRST = audit.Taken(100.0, ANNA, "rep@sales.test", "<1@x>", "aa", "intro")
DONE = StepAccount(ANNA, "Chaos", "intro", "accepted", "", "<1@x>")
WAITS = audit.Standing(ANNA, "active", "", "bump")
WELL = audit.Evidence([FIRST], [DONE], [WAITS], ("intro", "bump"), {}, {})


def found(**changes: object) -> audit.Findings:
    return audit.count(dataclasses.replace(WELL, **changes))  # type: ignore[arg-type]


def test_a_clean_run_is_clean() -> None:
    assert found().clean


@pytest.mark.parametrize("second", [FIRST, dataclasses.replace(FIRST, message_id="<2@x>", sha256="bb")])
def test_a_step_taken_twice_is_a_duplicate_under_any_id(second: audit.Taken) -> None:
    account = dataclasses.replace(DONE, message_id=second.message_id)
    assert len(found(taken=[FIRST, second], accounts=[DONE, account]).duplicates) == 1


REPLY = StepAccount(ANNA, "", "reply:chaos-1", "accepted", "", "<3@x>")
LEFT = audit.Taken(200.0, ANNA, "rep@sales.test", "<3@x>", "cc", "reply:chaos-1")


def test_a_reply_leaves_once_and_is_no_step() -> None:
    well = found(
        taken=[FIRST, LEFT],
        accounts=[DONE, REPLY],
        answered={ANNA: 150.0},
        logins={"rep@sales.test": [180.0]},
    )
    assert well.clean
    assert (well.due, well.accepted, well.replies) == (1, 1, 1)
    twice = dataclasses.replace(LEFT, message_id="<4@x>")
    assert found(taken=[FIRST, LEFT, twice], accounts=[DONE, REPLY]).duplicates


@pytest.mark.parametrize("state", ["prepared", "not sent", "deferred"])
def test_a_reply_that_waits_at_the_end_is_lost_whatever_became_of_the_sequence(state: str) -> None:
    waits = dataclasses.replace(REPLY, state=state, reason="waits")
    answered = dataclasses.replace(WAITS, state="replied")
    assert found(accounts=[DONE, waits], standings=[answered]).lost
    assert audit.open_steps([waits], [answered]) == {(ANNA, REPLY.step)}


def test_a_reply_that_was_given_up_says_why_and_never_arrives() -> None:
    over = dataclasses.replace(REPLY, state="abandoned", reason="taken back")
    assert found(accounts=[DONE, over]).clean
    assert found(accounts=[DONE, dataclasses.replace(over, reason="")]).lost
    assert found(taken=[FIRST, LEFT], accounts=[DONE, over]).lost
    assert found(accounts=[DONE, dataclasses.replace(REPLY, state="unknown", reason="x")]).unknown


def test_what_is_called_accepted_and_never_arrived_is_lost() -> None:
    assert any("no server took it" in line for line in found(taken=[]).lost)


def test_what_arrived_and_is_called_unsent_is_found() -> None:
    assert not found(accounts=[dataclasses.replace(DONE, state="not sent", reason="x")]).clean
    assert not found(accounts=[]).clean


def test_a_step_that_was_gone_past_is_lost() -> None:
    finished = audit.Standing(ANNA, "finished", "every step is done", None)
    assert [line for line in found(standings=[finished]).lost if "bump" in line]


def test_a_step_left_due_or_without_a_reason_is_lost() -> None:
    due = StepAccount(ANNA, "Chaos", "bump", "not sent, active", "waits", "")
    assert not found(accounts=[DONE, due]).clean
    held = StepAccount(ANNA, "Chaos", "bump", "not sent, held", " ", "")
    assert not found(accounts=[DONE, held], standings=[dataclasses.replace(WAITS, state="held")]).clean


BUMP = StepAccount(ANNA, "Chaos", "bump", "not sent, active", "waits", "")


def test_what_fell_due_when_the_time_was_up_is_not_yet_and_what_was_open_before_is_lost() -> None:
    """A time limit makes no loss, and excuses none: a step that was open when the last settling began had to leave."""
    assert audit.open_steps([DONE, BUMP], [WAITS]) == {(ANNA, "bump")}
    later = found(accounts=[DONE, BUMP], owed=frozenset())
    assert (later.lost, len(later.not_yet)) == ((), 1)
    before = found(accounts=[DONE, BUMP], owed=frozenset({(ANNA, "bump")}))
    assert (len(before.lost), before.not_yet) == (1, ())


@pytest.mark.parametrize("state", ["deferred", "prepared", "not sent, active"])
def test_no_state_of_a_step_that_was_open_is_an_excuse(state: str) -> None:
    mail = dataclasses.replace(BUMP, state=state)
    assert found(accounts=[DONE, mail], owed=audit.open_steps([mail], [WAITS])).lost


def test_a_time_limit_excuses_nothing_but_what_waits() -> None:
    cut = {"owed": frozenset()}
    assert found(taken=[], **cut).lost
    assert found(accounts=[], **cut).lost
    assert found(standings=[dataclasses.replace(WAITS, late=True)], **cut).lost
    assert found(standings=[audit.Standing(ANNA, "finished", "every step is done", None)], **cut).lost
    assert found(accounts=[dataclasses.replace(DONE, state="unknown", reason="x")], **cut).unknown


def test_a_mail_in_doubt_is_open() -> None:
    doubt = dataclasses.replace(DONE, state="transmitting")
    assert audit.open_steps([doubt], [WAITS]) == {(ANNA, "intro")}


def test_a_question_is_asked_again_until_it_is_answered_and_no_longer_than_its_time() -> None:
    tries: list[int] = []

    def answer() -> int:
        if len(tries) < 2:
            raise errors.Unreachable("it is being started again")
        return len(tries)

    assert asking.ask(answer, meanwhile=lambda: tries.append(1)) == 2
    tries.clear()
    with pytest.raises(errors.Unreachable):
        asking.ask(answer, meanwhile=lambda: None, seconds=0)


def test_a_server_that_ends_by_itself_is_started_again_and_asked_again() -> None:
    """As in the run of half an hour that ended without a count."""
    with postgres.private() as server:
        assert server.process
        struck_down = grounds.Server_(server.process, server.url)
        ground = SimpleNamespace(database=struck_down, broker=None)
        watched = strikes.Strikes(plan.Plan(), cast(grounds.Grounds, ground), fleet.Fleet([]))

        def question() -> tuple[object, ...] | None:
            try:
                with psycopg.connect(server.url) as connection:
                    return connection.execute("select 1").fetchone()
            except psycopg.OperationalError as away:
                raise errors.Unreachable(str(away)) from away

        os.kill(server.process.pid, signal.SIGQUIT)
        ports.wait_until(lambda: not struck_down.process.alive)
        assert asking.ask(question, meanwhile=watched.look) == (1,)
        assert watched.told == {"PostgreSQL ended by itself": 1}
        struck_down.stop()


def test_a_group_is_those_of_it_that_live(tmp_path: Path) -> None:
    leader = processes.Process(processes.Program(["sh", "-c", "sleep 60 & wait"], tmp_path / "log"))
    try:
        ports.wait_until(lambda: len(grounds.group(leader.pid)) == 2)
        os.kill(leader.pid, signal.SIGKILL)
        ports.wait_until(lambda: not leader.alive)
        (orphan,) = grounds.group(leader.pid)
        assert orphan != leader.pid
    finally:
        leader.kill()
    ports.wait_until(lambda: not grounds.group(leader.pid))


def test_the_record_is_read_line_by_line_as_it_grows(tmp_path: Path) -> None:
    record = tmp_path / "accepted.jsonl"
    ground = grounds.Grounds(tmp_path, {}, {}, *[cast(Any, None)] * 4)
    line = json.dumps(vars(FIRST)).encode() + b"\n"
    record.write_bytes(line + line[:20])
    assert ground.taken() == [FIRST]
    record.write_bytes(line + line)
    assert ground.taken() == [FIRST, FIRST]
    assert ground.taken() == [FIRST, FIRST]


def test_an_unknown_mail_is_neither_lost_nor_clean_to_leave() -> None:
    doubt = dataclasses.replace(DONE, state="unknown", reason="the connection broke")
    told = found(accounts=[doubt], standings=[dataclasses.replace(WAITS, state="held", step="intro")])
    assert told.lost == ()
    assert len(told.unknown) == 1


def test_a_mail_after_an_answer_its_reading_could_find_is_told() -> None:
    logins = {"rep@sales.test": [80.0, 95.0]}
    assert found(answered={ANNA: 90.0}, logins=logins).after_answer
    assert not found(answered={ANNA: 96.0}, logins=logins).after_answer
    assert not found(answered={ANNA: 90.0}, logins={"rep@sales.test": [80.0]}).after_answer
