"""Rows that a later release wrote, which runs beside this one: they are shown, nothing is decided by them, and they are left to it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event, hit, inbound, job, mailbox, message, user_account
from relance.engine.engagement import hits as engagement
from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.engine.inbound.corrections import inbox, inbox_pages, reclassify
from relance.engine.inbound.corrections.decisions import DecidedMeanwhile
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.inbound.corrections.reclassify import RejudgeOptions
from relance.engine.jobs import service, work
from relance.engine.reasons import code_words
from relance.engine.reporting import explain, timeline
from relance.engine.roles import Permission, Role
from relance.engine.sequences import enroll
from relance.engine.sequences.enroll import EnrollRequest, SkipCode
from relance.engine.states import MessageState, State
from relance.engine.store import jobs
from relance.engine.store.inbound import replies
from relance.engine.store.jobs import JobKind
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.users import accounts
from tests.later_release import widened
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter, row, wrote

LATER = "hyper"
BOSS = Actor(ActorKind.USER, "boss@sales.example")


def begun(house: Context, **values: object) -> int:
    """A job that waits for a worker, with these columns of a later release."""
    with house.database.write() as conn:
        widened(conn)
        times = (house.clock.now(), machine_now())
        number = jobs.add(conn, JobKind.ENROLL, {"sequence": "Trial", "mailboxes": None}, BOSS, None, times)
        if values:
            conn.execute(sa.update(job).where(job.c.id == number).values(**values))
    return number


@pytest.mark.parametrize(
    "values",
    [
        {"kind": LATER},
        {"state": LATER},
        {"actor_kind": LATER},
        {"kind": JobKind.CHANGE_ENROLLMENTS.value, "params": {"action": LATER}},
        {"kind": JobKind.DECIDE_HELD.value, "params": {"deed": LATER}},
    ],
    ids=["kind", "state", "actor", "action", "deed"],
)
def test_a_job_of_a_later_release_is_shown_and_left_to_it(house: Context, values: dict[str, object]) -> None:
    number, ours = begun(house, **values), begun(house)
    shown = service.page(house).jobs
    assert [each.id for each in shown] == [ours, number]
    assert str(shown[1].title)
    if "state" not in values and "actor_kind" not in values:
        assert str(shown[1].title) == str(code_words.LATER)
    assert list(work.due(house, 1)) == [ours]
    assert work.work(house, number) is False
    with house.database.read() as conn:
        kept = conn.execute(sa.select(job).where(job.c.id == number)).one()
    assert (kept.tries, kept.holder) == (0, "")
    assert {name: kept._mapping[name] for name in values} == values
    assert work.work(house, ours) is False  # a job of ours is done as ever
    assert service.show(house, ours).state == "done"


@pytest.fixture
def answered(house: Context) -> Context:
    """Kim and Mia were written to and answered; what Kim's mail is, only a later release knows, which stopped Kim by it."""
    enrolled(house, KIM, MIA)
    for person in (KIM, MIA):
        wrote(house, person)
        assert hear(house, letter(person)) == 1
    with house.database.write() as conn:
        conn.execute(
            sa.update(inbound).where(inbound.c.contact_id == row(house).contact_id).values(kind=LATER)
        )
    return house


def number(house: Context, person: str = KIM) -> int:
    return next(each.id for each in inbox_pages.page(house).answers if each.email == person)


def test_an_answer_of_a_kind_of_a_later_release_is_listed(answered: Context) -> None:
    assert {(each.email, each.kind) for each in inbox_pages.page(answered).answers} == {
        (KIM, LATER),
        (MIA, "human answer"),
    }
    assert inbox_pages.detail(answered, number(answered)).answer.kind == LATER
    assert inbox_pages.counts(answered).kinds == {LATER: 1, "human answer": 1}


@pytest.mark.parametrize("match", ["certain", "soft", LATER])
def test_judging_again_leaves_it_as_it_is(answered: Context, match: str) -> None:
    with answered.database.write() as conn:
        conn.execute(sa.update(inbound).where(inbound.c.kind == LATER).values(match=match))
    report = reclassify.rejudge(answered, RejudgeOptions(apply=True, reopen=True))
    assert [each.email for each in report.changes] == []
    assert inbox.view(_reply(answered)).kind == LATER
    assert row(answered).state is State.REPLIED


def _reply(house: Context) -> replies.Reply:
    with house.database.read() as conn:
        return inbox.get(conn, number(house))


def test_what_another_mail_did_not_mean_releases_nobody_whom_it_holds(answered: Context) -> None:
    """Kim wrote twice; the mail that is understood is taken for none. The other one still needs a person."""
    assert hear(answered, letter(KIM, text="Please call me again.")) == 1
    newest = number(answered)
    inbox.correct(answered, newest, Correction("list mail"))
    assert row(answered).state not in (State.ACTIVE, State.AWAY)


def test_a_person_decides_about_it_and_takes_that_back(answered: Context) -> None:
    inbox.correct(answered, number(answered), Correction("list mail"))
    assert row(answered).state is State.ACTIVE  # a person said so
    back = inbox.undo(answered, number(answered)).answer
    assert back.kind == LATER
    assert row(answered).state is State.HELD  # what is not understood waits for a person


def test_a_role_of_a_later_release_allows_nothing(house: Context) -> None:
    with house.database.write() as conn:
        widened(conn)
        accounts.add(conn, "boss@sales.example", Role.MANAGER, machine_now())
        conn.execute(sa.update(user_account).values(role=LATER))
    with house.database.read() as conn:
        (boss,) = accounts.list_all(conn)
    assert not any(boss.viewer.may(each) for each in Permission)
    assert not boss.viewer.scope.everything
    with pytest.raises(errors.Forbidden):
        boss.viewer.require(Permission.LOOK)


def test_who_is_in_a_state_of_a_later_release_is_shown_and_an_answer_stops_them(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house)
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).values(state=LATER))
    assert explain.explain(house, KIM)
    report = enroll.enroll(house, EnrollRequest("Trial", [KIM]))
    assert [each.code for each in report.skipped] == [SkipCode.IN_SEQUENCE]
    assert hear(house, letter(KIM, Auto_Submitted="auto-replied", text="Thank you for your mail.")) == 1
    assert row(house).state == LATER
    assert hear(house, letter(KIM)) == 1
    assert row(house).state is State.REPLIED


def test_a_mail_in_a_state_of_a_later_release_is_read(house: Context) -> None:
    enrolled(house, KIM)
    mail = wrote(house)
    with house.database.write() as conn:
        conn.execute(sa.update(message).values(state=LATER))
    with house.database.read() as conn:
        (found,) = messages.of_contact(conn, mail.contact_id)
    assert (found.state, found.state in set(MessageState)) == (LATER, False)


def test_a_mailbox_with_a_protection_of_a_later_release_is_listed(house: Context) -> None:
    enrolled(house, KIM)
    with house.database.write() as conn:
        conn.execute(sa.update(mailbox).values(smtp_security=LATER, imap_security=LATER))
    with house.database.read() as conn:
        assert mailboxes.named(conn, ADA).address == ADA


def test_an_event_by_an_actor_of_a_later_release_is_told(answered: Context) -> None:
    with answered.database.write() as conn:
        conn.execute(sa.update(event).values(actor_kind=LATER, actor="robot"))
    assert explain.explain(answered, KIM)


def test_who_did_it_of_a_later_release_is_named_and_their_decision_stands(answered: Context) -> None:
    with answered.database.write() as conn:
        conn.execute(sa.update(event).values(actor_kind=LATER, actor="robot"))
    told = timeline.of_contact(answered, MIA)
    assert {str(each.actor) for each in told} == {f"robot ({code_words.LATER})"}
    decided = number(answered, MIA)
    with acting(BOSS):
        inbox.correct(answered, decided, Correction("list mail"))
    with answered.database.write() as conn:
        said = dict(conn.execute(sa.select(inbound.c.correction).where(inbound.c.id == decided)).scalar_one())
        said["decided"] = {**said["decided"], "by": {"kind": LATER, "name": "robot"}}
        conn.execute(sa.update(inbound).where(inbound.c.id == decided).values(correction=said))
    with acting(BOSS), pytest.raises(DecidedMeanwhile) as refused:
        inbox.correct(answered, decided, Correction("human answer"))
    assert str(refused.value.who) == "robot"


def test_a_request_of_a_kind_of_a_later_release_is_left_to_it(house: Context) -> None:
    enrolled(house, KIM)
    mail = wrote(house)
    at = house.clock.now() - dt.timedelta(days=1)
    plain = {
        "message_id": mail.id,
        "at": at,
        "link": 0,
        "method": "GET",
        "user_agent": "Firefox",
        "network": "n",
    }
    with house.database.write() as conn:
        for kind in (LATER, "click"):
            row_ = {**plain, "kind": kind, "language": True, "prefetch": False, "reasons": []}
            conn.execute(sa.insert(hit).values(row_))
    assert engagement.judge_settled(house, house.clock.now()) == 1
    assert engagement.judge_settled(house, house.clock.now()) == 0
    with house.database.read() as conn:
        assert engagement.next_settled(conn, house) is None
        verdicts = {each.kind: each.verdict for each in conn.execute(sa.select(hit))}
    assert verdicts[LATER] is None
    assert verdicts["click"] is not None


def test_a_value_of_a_later_release_is_written_back_as_it_was() -> None:
    actor = Actor.stored(LATER, "robot")
    assert (actor.kind.value, f"{actor.kind}", actor.kind in set(ActorKind)) == (LATER, LATER, False)
    assert str(actor) == f"robot ({code_words.LATER})"
    assert Actor.stored("user", "a") == Actor(ActorKind.USER, "a")
