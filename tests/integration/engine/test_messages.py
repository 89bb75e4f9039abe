"""The mails that were written: listed by a filter, and each shown as it left."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.reporting import timeline
from relance.engine.reporting.history import messages
from relance.engine.reporting.history.messages import MessageFilter
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store.contacts import search
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import worded
from tests.servers.fault_smtp import Behaviour, FaultServer

ADA, BOB = "ada@sales.example", "bob@sales.example"
EVE, TOM = "eve@linden.example", "tom@harbour.example"
HTML = """
sequence: Trial
steps:
  - {id: intro, subject: "Zażółć, {{ first_name }}", body: "Hello [here](https://a.example)"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
"""


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, HTML)
    publish.publish(house, engine_house.TRIAL.replace("Trial", "Other"))
    engine_house.add_mailbox(house, ADA)
    engine_house.add_mailbox(house, BOB)
    for email, name in ((EVE, "Eve"), (TOM, "Łukasz")):
        contact_service.add(house, email, {"first_name": name})
    enroll.enroll(house, EnrollRequest("Trial", [EVE, TOM], mailboxes=[ADA]))
    enroll.enroll(house, EnrollRequest("Other", [TOM], mailboxes=[BOB], also_elsewhere=True))
    return house


def wrote(house: Context, email: str, sequence: str, state: MessageState, step: str = "intro") -> int:
    with house.database.read() as conn:
        [standing] = enrollment_details.matching(conn, email=email, sequence_name=sequence)
    engine_house.clock(house).advance(hours=1)
    row = dataclasses.replace(standing.enrollment, step=step)
    return engine_house.add_message(house, row, state).id


@pytest.fixture
def mails(ready: Context) -> list[int]:
    """Four mails, an hour apart, the oldest first."""
    return [
        wrote(ready, EVE, "Trial", MessageState.ACCEPTED),
        wrote(ready, TOM, "Trial", MessageState.REFUSED),
        wrote(ready, TOM, "Other", MessageState.ACCEPTED),
        wrote(ready, EVE, "Trial", MessageState.PREPARED, "bump"),
    ]


def found(house: Context, **wanted: object) -> list[int]:
    return [each.id for each in messages.page(house, MessageFilter(**wanted)).messages]  # type: ignore[arg-type]


def at(house: Context, number: int) -> dt.datetime:
    [line] = [each for each in messages.page(house).messages if each.id == number]
    return line.written_at


@pytest.mark.parametrize("few", [2000, 0], ids=["looked up", "scanned"])
def test_each_condition_and_all_together(
    ready: Context, mails: list[int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_UP", few)
    first, second, third, fourth = mails
    assert found(ready) == [fourth, third, second, first]
    assert found(ready, sequence="Trial") == [fourth, second, first]
    assert found(ready, states=("accepted", "refused")) == [third, second, first]
    assert found(ready, mailbox="BOB@sales.example") == [third]
    assert found(ready, search="łuk") == found(ready, email=TOM.upper()) == [third, second]
    assert found(ready, email=EVE, sequence="Trial") == [fourth, first]
    assert found(ready, since=at(ready, third)) == [fourth, third]
    assert found(ready, until=at(ready, third)) == [second, first]
    when = {"since": at(ready, second), "until": at(ready, fourth)}
    assert found(ready, sequence="Trial", states=("refused",), mailbox=ADA, search="tom", **when) == [second]
    assert found(ready, sequence="Other", states=("refused",)) == []


def test_a_line_has_the_names_a_person_knows(ready: Context, mails: list[int]) -> None:
    line = messages.page(ready, MessageFilter(sequence="Other")).messages[0]
    told = (line.id, line.email, line.sequence, line.step, line.mailbox, line.state)
    assert told == (mails[2], TOM, "Other", "intro", BOB, "accepted")
    assert line.offered_at == line.written_at
    assert messages.page(ready, limit=1).messages[0].offered_at is None


def test_pages_leave_none_out_and_show_none_twice(ready: Context, mails: list[int]) -> None:
    seen, cursor = [], ""
    while True:
        page = messages.page(ready, after=cursor, limit=1)
        seen += [each.id for each in page.messages]
        if not page.cursor:
            break
        cursor = page.cursor
        wrote(ready, TOM, "Trial", MessageState.ACCEPTED, f"later{len(seen)}")  # newer ones move nothing
    assert seen == mails[::-1]


@pytest.mark.parametrize("cursor", ["1", "m", "m--1", "m-1-2", "e-1", "m-٣"])
def test_a_cursor_that_is_none_of_this_list_is_refused(ready: Context, cursor: str) -> None:
    with pytest.raises(errors.WrongUse, match=worded("is not a cursor")):
        messages.page(ready, after=cursor)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"sequence": "Trail"}, 'Did you mean "Trial"'),
        ({"states": ("sent",)}, "is not a state"),
        ({"mailbox": "no@sales.example"}, "there is no mailbox"),
        ({"email": "no@linden.example"}, "is not a contact"),
    ],
)
def test_what_there_is_not_is_told(ready: Context, wanted: dict[str, object], words: str) -> None:
    with pytest.raises(errors.WrongUse, match=worded(words)):
        messages.page(ready, MessageFilter(**wanted))  # type: ignore[arg-type]
    with pytest.raises(errors.NotFound):
        messages.show(ready, 1)


def test_a_mail_is_shown_as_the_server_got_it(ready: Context) -> None:
    login = (ADA, engine_house.PASSWORD)
    with FaultServer(Behaviour(starttls=False, login=login)) as server:
        with ready.database.write() as conn:
            place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
            mailboxes.change(conn, 1, gap_seconds=0, **place)
        engine_house.clock(ready).advance(hours=3)
        assert turn.take_turn(dataclasses.replace(ready, open_inbox=NoMail()), 1, lambda: False).sent == 2
        got = {mail.recipient: mail.raw for mail in server.accepted}
    [line] = messages.page(ready, MessageFilter(search="tom")).messages
    shown = messages.show(ready, line.id)
    assert (shown.message, shown.raw) == (line, got[TOM])
    headers = dict(shown.opened.headers)
    assert headers["Subject"] == "Zażółć, Łukasz"
    assert headers["Message-ID"] == shown.message_id == shown.thread
    assert "List-Unsubscribe-Post" in headers
    assert "Hello here" in shown.opened.text
    assert "<a href=" in shown.opened.html
    assert shown.opened.attachments == ()
    told = timeline.of_contact(ready, TOM)
    assert [(each.kind, each.mail) for each in told if each.mail] == [("message.accepted", line.id)]
