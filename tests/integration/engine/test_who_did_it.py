"""A reason names who did it: a person, a user of the console, a program."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reasons import Code, because
from relance.engine.reporting import explain
from relance.engine.roles import Role
from relance.engine.sequences import bulk, control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.store.contacts import suppressions
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.engine.store.users import accounts
from relance.wording import speaking
from tests import engine_house
from tests.reworded import in_english

SEQUENCE = "sequence: Trial\nsteps: [{id: intro, subject: Hello, body: Hello}]\n"
ADA, SALES = "ada@acme.example", "ada@sales.example"
PERSON = Actor(ActorKind.PERSON, "smith")
PROGRAM = Actor(ActorKind.PROGRAM, "crm-sync")
USER = Actor(ActorKind.USER, "smith@sales.example")


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, SEQUENCE)
    engine_house.add_mailbox(house, SALES)
    contact_service.add(house, ADA, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    with house.database.write() as conn:
        number = accounts.add(conn, USER.name, Role.MANAGER, house.clock.now())
        accounts.change(conn, number, name="Ada Smith")
    return house


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=ADA)[0].enrollment


@pytest.mark.parametrize(
    ("actor", "name", "called"),
    [
        (PERSON, "smith", "smith"),
        (PROGRAM, "crm-sync", "the program crm-sync"),
        (USER, "Ada Smith", "Ada Smith"),
        (Actor(ActorKind.SCHEDULE, "tick"), "due times", "a schedule (due times)"),
    ],
)
def test_a_pause_and_a_stop_name_who_said_so(ready: Context, actor: Actor, name: str, called: str) -> None:
    with actors.acting(actor):
        control.pause(ready, ADA)
    assert {each: str(row(ready).why[0].params[each]) for each in ("by", "by_kind")} == {
        "by": in_english(name),
        "by_kind": actor.kind.value,
    }
    assert row(ready).why[0].words == in_english(f"paused by {called}")
    assert in_english(f"It was paused by {called}.") in " ".join(explain.explain(ready, ADA)[0].sentences)
    with actors.acting(actor):
        bulk.stop(ready, EnrollmentFilter("Trial"))
    assert row(ready).why[0].words == in_english(f"stopped by {called}")
    assert in_english(f"It was stopped by {called}.") in " ".join(explain.explain(ready, ADA)[0].sentences)


def test_a_paused_mailbox_says_who_paused_it(ready: Context) -> None:
    with actors.acting(PROGRAM):
        mailbox_service.pause(ready, SALES)
    assert mailbox_service.show(ready, SALES).reason == in_english("paused by the program crm-sync")


def test_their_own_words_stand_alone_and_the_name_beside_them(ready: Context) -> None:
    with actors.acting(PROGRAM):
        control.pause(ready, ADA, reason="the fair")
    [why] = row(ready).why
    assert (why.words, why.params["by"], why.params["by_kind"]) == ("the fair", "crm-sync", "program")


def test_a_row_of_before_names_nobody_and_reads_well(ready: Context) -> None:
    control.pause(ready, ADA)
    with ready.database.write() as conn:
        old = [because(Code.PAUSED).row()]
        conn.execute(sa.update(tables.enrollment).values(reasons=old))
    assert row(ready).why == (because(Code.PAUSED),)
    assert row(ready).why[0].words == in_english("paused by a person")
    assert in_english("It was paused by a person.") in " ".join(explain.explain(ready, ADA)[0].sentences)
    assert control.resume(ready, ADA)[0].state == "active"


def test_the_release_before_is_told_the_sentence_it_knows(ready: Context) -> None:
    with actors.acting(PROGRAM):
        control.pause(ready, ADA)
    [why] = row(ready).why
    nameless = dataclasses.replace(why, params={})
    assert why.before == nameless.before
    assert reasons.of_row(why.row()) == why


@pytest.mark.wording
def test_polish_needs_no_case_of_a_name(ready: Context) -> None:
    with actors.acting(PROGRAM):
        control.pause(ready, ADA)
    with speaking("pl"):
        assert row(ready).why[0].words == "wstrzymane przez: program crm-sync"


def test_a_colleague_who_suppresses_is_named_and_nobody_is_said_to_have_asked(ready: Context) -> None:
    with actors.acting(PERSON):
        contact_service.suppress(ready, "acme.example")
    [listed] = contact_service.suppressed(ready)
    assert listed.reason == in_english("added by smith")
    with ready.database.read() as conn:
        why = suppressions.suppressed(conn, [ADA])[ADA]
    assert (why.code, why.params) == (Code.DO_NOT_CONTACT, {"by": "smith", "by_kind": "person"})
    assert in_english("on the do-not-contact list: added by smith.") in " ".join(
        explain.explain(ready, ADA)[0].sentences
    )
    contact_service.add(ready, "bob@acme.example", {})
    report = enroll.enroll(ready, EnrollRequest("Trial", ["bob@acme.example"]), dry_run=True)
    assert report.skipped[0].reason == in_english("is on the do-not-contact list: added by smith")


def test_explain_names_who_suppressed_beside_their_own_words(ready: Context) -> None:
    with actors.acting(PERSON):
        control.stop(ready, ADA)
        contact_service.suppress(ready, "acme.example", "a competitor")
    told = " ".join(explain.explain(ready, ADA)[0].sentences)
    assert in_english("The address is on the do-not-contact list: a competitor (added by smith).") in told


def test_a_suppression_of_before_reads_as_it_did(ready: Context) -> None:
    with ready.database.write() as conn:
        old = suppressions.wished(because(Code.OPTED_OUT))
        suppressions.add(conn, "domain", "acme.example", old, ready.clock.now())
    assert contact_service.suppressed(ready)[0].reason == in_english("asked for no more mail")


def test_explain_names_who_paused_and_stopped_beside_their_own_words(ready: Context) -> None:
    with actors.acting(PERSON):
        control.pause(ready, ADA, reason="the fair")
    told = " ".join(explain.explain(ready, ADA)[0].sentences)
    assert in_english("It was paused by smith: the fair. Nothing is sent until a person resumes it.") in told
    with actors.acting(PROGRAM):
        control.stop(ready, ADA, reason="they closed")
    told = " ".join(explain.explain(ready, ADA)[0].sentences)
    assert (
        in_english(
            "It is over: they closed (stopped by the program crm-sync); also: the fair (paused by smith)."
        )
        in told
    )
