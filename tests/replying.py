"""A person who answered, a salesperson who replies, and a real server between them: for tests of replies from the inbox."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

import sqlalchemy as sa

from relance.engine import turn
from relance.engine.context import Context
from relance.engine.db.tables import event
from relance.engine.inbound.answering import service
from relance.engine.inbound.answering.service import ReplyRequest
from relance.engine.states import State
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sending.own_replies import OwnReplyView
from relance.mailbox.smtp.client import Outbox
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reading import ADA, KIM, enrolled, hear, letter, row, wrote
from tests.servers.fault_smtp import Behaviour, FaultServer

LEAVES = dt.timedelta(seconds=30)
WORDS = "Tuesday at ten?"


def smtp() -> FaultServer:
    """Ada's server, to be entered."""
    return FaultServer(Behaviour(starttls=False, login=(ADA, engine_house.PASSWORD)))


def answered(house: Context, server: FaultServer, **headers: str) -> Context:
    """Kim had a mail and answered it: the sequence is over for them. Ada's mailbox is on that server. `headers` of the answer."""
    enrolled(house, KIM)
    mail = wrote(house)
    with house.database.write() as conn:
        values = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
        mailboxes.change(conn, 1, **values, next_turn_at=None)
    named = {"In_Reply_To": mail.message_id, "References": mail.message_id, **headers}
    assert hear(house, letter(KIM, **named)) == 1
    assert row(house).state is State.REPLIED
    return dataclasses.replace(house, open_inbox=NoMail())


def reply(house: Context, text: str = WORDS, **wish: object) -> OwnReplyView:
    return service.reply(house, 1, ReplyRequest(text, **wish))  # type: ignore[arg-type]


def pass_by(house: Context, **span: float) -> None:
    engine_house.clock(house).advance(**span)


def a_turn(house: Context) -> turn.TurnReport:
    return turn.take_turn(house, 1, lambda: False)


def now(house: Context) -> OwnReplyView:
    return service.of_answer(house, 1)[-1]


def kept(house: Context) -> Message:
    with house.database.read() as conn:
        found = messages.by_id(conn, now(house).id)
    assert found is not None
    return found


def kinds(house: Context) -> list[str]:
    with house.database.read() as conn:
        return list(conn.execute(sa.select(event.c.kind).order_by(event.c.id)).scalars())


def reply_at(house: Context) -> dt.datetime | None:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, 1).reply_at


def unread(house: Context) -> bool:
    with house.database.read() as conn:
        found = replies.by_id(conn, 1)
    assert found is not None
    return found.read_at is None


def through(house: Context, kind: type[Outbox]) -> Context:
    return dataclasses.replace(house, open_outbox=functools.partial(kind, helo="localhost"))
