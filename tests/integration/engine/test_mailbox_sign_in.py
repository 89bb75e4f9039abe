"""What a mailbox signs in with is tried with real servers before it is stored, on both databases; nobody it writes to is touched."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings import adding, changing, signing_in
from relance.engine.mailboxes.settings.changing import MailboxChange, ServerChange
from relance.engine.reasons import Code, because
from relance.engine.schedule.next_turn import EndKind, EndTurn
from relance.engine.store import events
from relance.engine.store.mailboxes import folders, leases, mailboxes
from relance.engine.store.mailboxes.folders import Watermark
from relance.engine.turn_stages import Turn
from relance.mailbox import providers
from relance.mailbox.account import Server
from relance.mailbox.auth import Password
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests import engine_house
from tests.journeys.stage import ADA, Stage, standing
from tests.reworded import worded
from tests.servers import ports

RIGHT, WRONG = "correct horse", "kanarek-ż-wrong"
OLA = "ola@acme.example"


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    with standing(tmp_path, database_url) as ready:
        yield ready


def house(stage: Stage) -> Context:
    return stage.relance._context


def spec(stage: Stage, password: str = RIGHT) -> MailboxSpec:
    account = stage.world.add_rep(ADA, "Ada Lind", RIGHT)
    return MailboxSpec.of(dataclasses.replace(account, credentials=Password(ADA, password)))


def secret(stage: Stage) -> str:
    return house(stage).account(service.get(house(stage), ADA)).credentials.secret


def everything(context: Context) -> str:
    """All that is written down anywhere but in the vault, in the log of events, and in the audit log."""
    found = []
    with context.database.read() as conn:
        for table in (tables.event, tables.audit, tables.mailbox):
            columns = [each for each in table.c if each.name != "secret"]
            found += [tuple(row) for row in conn.execute(sa.select(*columns))]
    return repr(found)


def people(context: Context) -> list[tuple[object, ...]]:
    with context.database.read() as conn:
        return [
            tuple(row) for row in conn.execute(sa.select(tables.enrollment).order_by(tables.enrollment.c.id))
        ]


# --- added ---


def test_a_wrong_password_is_not_taken_in_unless_somebody_insists(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    steps: list[signing_in.TestStep] = []
    with pytest.raises(errors.Invalid) as refused:
        adding.add(house(stage), spec(stage, WRONG), done=steps.append)
    assert [each.code for each in refused.value.problems] == [SentenceCode.LOGIN_REFUSED] * 2
    assert [(each.name, each.ok) for each in steps] == [("smtp", False), ("imap", False)]
    assert stage.relance.mailboxes.list() == []
    adding.add(house(stage), spec(stage, WRONG), anyway=True)
    assert secret(stage) == WRONG
    logged = [record.getMessage() + str(record.args) + str(record.exc_text) for record in caplog.records]
    assert "kanarek" not in everything(house(stage)) + repr(
        (logged, steps, refused.value, str(refused.value))
    )


def test_a_server_that_cannot_be_asked_says_nothing_about_the_password(stage: Stage) -> None:
    away = dataclasses.replace(spec(stage), imap=dataclasses.replace(spec(stage).imap, port=1))
    with pytest.raises(errors.Unreachable, match=worded("it is not known whether the sign-in is right")):
        adding.add(house(stage), away)
    assert stage.relance.mailboxes.list() == []


def test_a_right_password_is_taken_in(stage: Stage) -> None:
    steps: list[signing_in.TestStep] = []
    assert adding.add(house(stage), spec(stage), done=steps.append).address == ADA
    assert all(each.ok for each in steps)
    with pytest.raises(errors.Invalid):  # it is there already: nobody is asked
        adding.add(house(stage), spec(stage, WRONG), done=steps.append)
    assert len(steps) == 2


# --- changed ---


def test_a_new_password_is_tried_before_it_is_stored(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stage.enroll(OLA)
    before = people(house(stage))
    with pytest.raises(errors.Invalid, match=worded("Nothing was saved")) as refused:
        changing.change(house(stage), ADA, MailboxChange(name="Ada L", password=WRONG))
    assert (secret(stage), stage.relance.mailboxes.show(ADA).name) == (RIGHT, "Ada Lind")
    changing.change(house(stage), ADA, MailboxChange(password=WRONG), anyway=True)
    assert secret(stage) == WRONG
    changing.change(house(stage), ADA, MailboxChange(password=RIGHT))
    assert secret(stage) == RIGHT
    assert people(house(stage)) == before
    stage.run()
    assert stage.sent_to(OLA) == 1
    logged = [record.getMessage() + str(record.args) + str(record.exc_text) for record in caplog.records]
    assert "kanarek" not in everything(house(stage)) + repr((logged, refused.value, str(refused.value)))


def test_the_servers_of_a_provider_are_tried_before_they_are_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding.add(house(stage), spec(stage))
    before = service.get(house(stage), ADA)
    known = providers.KNOWN["gmx"]
    closed = ports.free_port()
    away = dataclasses.replace(
        known.servers, smtp=Server(ports.LOOPBACK, closed), imap=Server(ports.LOOPBACK, closed)
    )
    monkeypatch.setattr(providers, "KNOWN", {"gmx": dataclasses.replace(known, servers=away)})
    with pytest.raises(errors.Unreachable):
        changing.change(house(stage), ADA, MailboxChange(preset="gmx"))
    assert service.get(house(stage), ADA).smtp == before.smtp
    smtp, imap = (dataclasses.replace(each, host="localhost") for each in (before.smtp, before.imap))
    here = dataclasses.replace(away, smtp=smtp, imap=imap)
    monkeypatch.setattr(providers, "KNOWN", {"gmx": dataclasses.replace(known, servers=here)})
    steps: list[signing_in.TestStep] = []
    changing.change(house(stage), ADA, MailboxChange(preset="gmx"), done=steps.append)
    assert [each.ok for each in steps] == [True, True]
    assert service.get(house(stage), ADA).smtp == here.smtp


def test_no_transaction_is_open_while_a_server_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes to the same row meanwhile: on SQLite that alone would wait for ever; what they changed is not overwritten."""
    stage.mailbox()
    ask = signing_in.require

    def asked(context: Context, *more: object) -> None:
        ask(context, *more)  # type: ignore[arg-type]
        with context.database.write() as conn:
            mailboxes.change(conn, 1, username="somebody-else")

    monkeypatch.setattr(signing_in, "require", asked)
    with pytest.raises(errors.Invalid, match=worded("changed by somebody else at the same time")):
        changing.change(house(stage), ADA, MailboxChange(password=RIGHT))
    assert service.get(house(stage), ADA).username == "somebody-else"


def test_what_does_not_concern_signing_in_asks_no_server(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.mailbox()
    monkeypatch.delattr(signing_in, "require")
    wish = MailboxChange(
        "Ada L", 30, 20, unknown_policy="assume sent", plus_addressing=True, aliases=["a@northwind.example"]
    )
    view = changing.change(house(stage), ADA, wish)
    assert (view.name, view.daily_cap, view.gap_seconds) == ("Ada L", 30, 20)
    assert (view.unknown_policy, view.plus_addressing, view.aliases) == (
        "assume sent",
        True,
        ("a@northwind.example",),
    )
    assert changing.change(house(stage), ADA, MailboxChange(aliases=[])).aliases == ()
    assert stage.relance.events(limit=100)


@pytest.mark.parametrize(
    "wish",
    [
        MailboxChange(username=""),
        MailboxChange(smtp=ServerChange(port=0)),
        MailboxChange(imap=ServerChange(host="")),
        MailboxChange(unknown_policy="whatever"),
        MailboxChange(ca_file="-----BEGIN CERTIFICATE-----\nMII"),
        MailboxChange(aliases=["no address"]),
    ],
)
def test_a_mistake_asks_no_server_and_changes_nothing(stage: Stage, wish: MailboxChange) -> None:
    stage.mailbox()
    before = stage.relance.mailboxes.show(ADA)
    with pytest.raises(errors.Invalid):
        changing.change(house(stage), ADA, wish, anyway=True)
    assert stage.relance.mailboxes.show(ADA) == before


def test_a_thousand_people_under_way_are_not_touched(stage: Stage) -> None:
    crowd = [f"p{number}@acme.example" for number in range(1000)]
    stage.enroll(*crowd)
    stage.run()
    before = people(house(stage))
    assert len(before) == 1000
    changing.change(house(stage), ADA, MailboxChange(password=RIGHT))
    changing.change(house(stage), ADA, MailboxChange(imap=ServerChange(host="localhost")), anyway=True)
    assert people(house(stage)) == before


# --- paused for its sign-in ---


def lock_out(stage: Stage, *, send_only: bool = False) -> None:
    with house(stage).database.write() as conn:
        said = Text("The IMAP server said no.").coded(SentenceCode.LOGIN_REFUSED)
        why = because(Code.SERVER_SAID, said=said)
        mailboxes.pause(conn, 1, why, stage.clock.now(), locked_out=not send_only)
        mailboxes.change(
            conn, 1, **({"send_error": said} if send_only else {"sync_error": said}), logins_refused=4
        )


@pytest.mark.parametrize("send_only", [True, False])
def test_a_mailbox_that_paused_itself_for_its_password_works_again(stage: Stage, send_only: bool) -> None:
    stage.enroll(OLA)
    lock_out(stage, send_only=send_only)
    stage.run()
    assert stage.sent_to(OLA) == 0
    changing.change(
        house(stage), ADA, MailboxChange(password=RIGHT), anyway=True
    )  # nobody knows whether it is right
    assert stage.relance.mailboxes.show(ADA).state == "paused"
    view = changing.change(house(stage), ADA, MailboxChange(password=RIGHT))
    assert (view.state, view.reason, view.trouble) == ("active", "", "")
    stage.run()
    assert stage.sent_to(OLA) == 1


def test_a_mailbox_that_a_person_paused_stays_paused(stage: Stage) -> None:
    """Even if its sign-in was refused while it was paused; then it is read again."""
    stage.enroll(OLA)
    stage.relance.mailboxes.pause(ADA, "on leave")
    lock_out(stage)
    view = changing.change(house(stage), ADA, MailboxChange(password=RIGHT))
    assert (view.state, "on leave" in view.reason, view.trouble) == ("paused", True, "")
    assert not service.get(house(stage), ADA).locked_out


def test_one_that_paused_itself_for_another_reason_stays_paused(stage: Stage) -> None:
    stage.mailbox()
    with house(stage).database.write() as conn:
        why = because(Code.SERVER_SAID, said=Text.prose("550 5.4.5 Daily limit exceeded"))
        mailboxes.pause(conn, 1, why, stage.clock.now())
    assert changing.change(house(stage), ADA, MailboxChange(password=RIGHT)).state == "paused"


# --- another server ---


def mark(stage: Stage) -> None:
    with house(stage).database.write() as conn:
        folders.mark(conn, 1, "inbox", Watermark("INBOX", 7, 40))


def marks(stage: Stage) -> dict[str, Watermark]:
    with house(stage).database.read() as conn:
        return folders.watermarks(conn, 1)


def test_an_answer_at_the_new_server_is_read_before_any_follow_up(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.run()
    stage.answer(OLA, "Please call me.")
    with house(stage).database.write() as conn:  # as if it had been read to its end, at the server before
        folders.forget_watermarks(conn, 1)
        folders.mark(conn, 1, "inbox", Watermark("INBOX", 7, 40))
        mailboxes.change(conn, 1, synced_at=stage.clock.now() + dt.timedelta(days=6), imap_host="127.0.0.1")
    stage.advance(days=5)
    wish = MailboxChange(imap=ServerChange(host="localhost"))
    changing.change(house(stage), ADA, wish)
    assert marks(stage) == {}
    stage.run()
    assert (stage.state(OLA), stage.sent_to(OLA)) == ("replied", 1)


def test_a_turn_that_was_under_way_takes_nothing_back(stage: Stage) -> None:
    """Its refused sign-in pauses nothing, and what it read at the server before is no mark at the new one."""
    stage.mailbox()
    context = house(stage)
    with context.database.write() as conn:
        lease = leases.acquire(conn, 1, context.owner, context.options.lease)
        assert lease is not None
        turn = Turn(context, lease, conn)
    changing.change(context, ADA, MailboxChange(password=RIGHT, username=ADA.upper()), anyway=True)
    mark(stage)
    turn._pause(Text("no").coded(SentenceCode.LOGIN_REFUSED), unreadable=True)
    turn.release(EndTurn(EndKind.REFUSED, Text("no")))
    now = service.get(context, ADA)
    assert (now.state, now.locked_out, now.logins_refused, now.troubles) == ("active", False, 0, 0)
    assert now.next_turn_at == stage.clock.now()
    assert marks(stage) == {}


def test_what_was_changed_is_written_down_without_a_secret(stage: Stage) -> None:
    stage.mailbox()
    wish = MailboxChange(password=WRONG, smtp=ServerChange(host="smtp.new.example"), ca_file="")
    changing.change(house(stage), ADA, wish, anyway=True)
    with house(stage).database.read() as conn:
        [*_rest, last] = [each for each in events.after(conn, 0, 100) if each.kind == "mailbox.changed"]
    assert set(last.data) >= {"password", "smtp", "ca_file"}
    assert last.data["smtp"].startswith("smtp.new.example:")
    assert engine_house.PASSWORD not in everything(house(stage))
    assert "kanarek" not in everything(house(stage))
