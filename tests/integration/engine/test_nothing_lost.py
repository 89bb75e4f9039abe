"""What would be forgotten, stuck or believed wrongly, if nobody thought of it."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.event_log.of_mailboxes import RestoreConfirmed
from relance.engine.inbound.reading import sync
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reasons import Code, because, prose
from relance.engine.reporting import timeline
from relance.engine.sending.doubt import in_doubt, restore_guard
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageEvent, MessageState, State
from relance.engine.store import events, installation
from relance.engine.store.mailboxes import folders, leases, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments, moves
from relance.mailbox.account import Security
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import worded

EVE = "eve@acme.example"
ADA = "ada@sales.example"


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, ADA)
    contact_service.add(house, EVE, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    return house


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=EVE)[0].enrollment


def test_answers_that_came_while_a_mailbox_was_removed_are_read_when_it_is_back(ready: Context) -> None:
    with ready.database.write() as conn:
        folders.mark(conn, 1, "inbox", folders.Watermark("INBOX", 7, 41))
    seen = mailbox_service.show(ready, ADA).synced_at
    handing_over.remove(ready, ADA, force=True)
    here = mailbox_service.Server("localhost", 1, Security.STARTTLS)
    mailbox_service.add(ready, mailbox_service.MailboxSpec(ADA, "Ada", ADA, "new password", here, here))
    assert seen is not None
    assert mailbox_service.show(ready, ADA).synced_at == seen
    with ready.database.read() as conn:
        assert folders.watermarks(conn, 1)["INBOX"].last_uid == 41


def test_a_mailbox_that_is_back_on_another_server_is_read_from_the_start(ready: Context) -> None:
    with ready.database.write() as conn:
        folders.mark(conn, 1, "inbox", folders.Watermark("INBOX", 7, 41))
    handing_over.remove(ready, ADA, force=True)
    there = mailbox_service.Server("127.0.0.1", 2, Security.STARTTLS)
    mailbox_service.add(ready, mailbox_service.MailboxSpec(ADA, "Ada", ADA, "password", there, there))
    with ready.database.read() as conn:
        assert folders.watermarks(conn, 1) == {}


def test_nobody_goes_on_from_a_mailbox_that_is_gone(ready: Context) -> None:
    handing_over.remove(ready, ADA, force=True)
    with pytest.raises(errors.Invalid, match=worded("removed")):
        control.resume(ready, EVE)
    assert row(ready).state is State.HELD


def test_after_a_restore_those_are_held_too_who_may_have_gone_on_since(
    ready: Context, tmp_path: Path
) -> None:
    now = ready.clock.now()
    contact_service.add(ready, "fay@acme.example", {})
    enroll.enroll(ready, EnrollRequest("Trial"))
    with ready.database.write() as conn:
        away, waiting = (each.enrollment for each in enrollment_details.matching(conn))
        enrollments.apply(conn, [away.id], Event.OUT_OF_OFFICE, now, values={"resume_at": now})
        moves.move(conn, waiting, Position("bump", "wait", now), now)
        installation.put(conn, restore_guard.HALTED, "restored")
    assert restore_guard.confirm(ready, tmp_path / "epoch.json") == 2
    with ready.database.read() as conn:
        assert {each.enrollment.state for each in enrollment_details.matching(conn)} == {State.HELD}


def test_two_that_count_the_epoch_at_once_count_twice(house: Context, tmp_path: Path) -> None:
    if house.database.embedded:
        pytest.skip("SQLite has one writer at a time")
    restore_guard.beat(house.database, tmp_path / "epoch.json")
    others: list[threading.Thread] = []

    def meanwhile(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE meta") and not others:
            others.append(
                threading.Thread(target=restore_guard.beat, args=(house.database, tmp_path / "other.json"))
            )
            others[0].start()
            others[0].join(0.5)

    sa.event.listen(house.database.engine, "before_cursor_execute", meanwhile)
    restore_guard.beat(house.database, tmp_path / "epoch.json")
    others[0].join(10)
    with house.database.read() as conn:
        assert installation.get(conn, restore_guard.EPOCH) == "3"


def test_who_was_paused_while_their_mail_left_goes_on_from_the_next_step(ready: Context) -> None:
    before, now = row(ready), ready.clock.now()
    with ready.database.write() as conn:
        enrollments.apply(conn, [before.id], Event.PAUSED, now)
        moves.move_many(conn, [(before, Position("bump", "mail", now, (), now, wrote=True))], now)
    assert (row(ready).state, row(ready).step, row(ready).wrote_before) == (State.PAUSED, "bump", True)


def test_a_look_that_saw_no_sent_folder_says_nothing_of_what_it_files(ready: Context) -> None:
    mail = engine_house.add_message(ready, row(ready), MessageState.UNKNOWN)
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, files_sent=True)
        lease = leases.acquire(conn, 1, "test")
        mailbox = mailboxes.by_id(conn, 1)
    assert lease is not None
    engine_house.clock(ready).advance(hours=1)
    object.__setattr__(ready, "open_inbox", NoMail())  # whose Sent folder cannot be seen
    sync.sync(ready, lease, mailbox, ready.account(mailbox))
    with ready.database.read() as conn:
        assert [each.looks for each in messages.unknown(conn)] == [0]
    assert mail.looks == 0


def test_evidence_that_comes_second_changes_nothing(ready: Context) -> None:
    mail = engine_house.add_message(ready, row(ready), MessageState.UNKNOWN)
    with ready.database.write() as conn:
        enrollments.apply(
            conn,
            [row(ready).id],
            Event.HELD,
            ready.clock.now(),
            reason=because(Code.MAY_BE_DELIVERED, said="x"),
        )
    in_doubt.decide(ready, f" {mail.message_id.strip('<>')} ", "sent")
    after = row(ready)
    with ready.database.write() as conn:
        in_doubt.settle(conn, ready, [mail], MessageEvent.MISSING, prose("the policy"), ready.clock.now())
        told = [line.kind for line in events.after(conn, 0, 100)]
    assert told[-1] == "message.resolved" if ready.database.embedded else True
    assert row(ready) == after


def test_the_feed_serves_what_was_committed_late(house: Context) -> None:
    if house.database.embedded:
        pytest.skip("SQLite has one writer at a time")
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    first, second = house.database.engine.connect(), house.database.engine.connect()
    with first.begin(), second.begin() as late:
        installation.put(first, "a", "1")  # the older transaction
        events.record_event(second, RestoreConfirmed("the earlier number", 0), now)
        events.record_event(first, RestoreConfirmed("the later number", 0), now)
        first.commit()
        page = timeline.page(house, "", 10)
        late.commit()
    rest = timeline.page(house, page.cursor, 10)
    assert sorted(each.words for each in (*page.events, *rest.events)) == [
        "the earlier number",
        "the later number",
    ]
    first.close()
    second.close()
    assert timeline.page(house, rest.cursor, 10).events == ()
