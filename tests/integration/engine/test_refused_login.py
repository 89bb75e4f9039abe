"""A login that worked before is not given up for one answer: it is asked again, further and further apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.reading import sync
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reasons import prose
from relance.engine.runtime.mail_servers import MailServers
from relance.engine.schedule import next_turn
from relance.engine.sending import gate
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.account import Account
from relance.mailbox.smtp import client as door
from relance.mailbox.smtp import login as smtp_login
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.mailbox.smtp.session import Limits
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import in_english
from tests.servers import scripted_imap
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point
from tests.servers.scripted_imap import Script, Scripted

ADA = "ada@sales.example"
WRONG = "[AUTHENTICATIONFAILED] Invalid credentials"
BUSY = "[ALERT] Account exceeded command or bandwidth limits. (Failure)"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_imap.running(Script()) as running:
        yield running


def refuse(server: Scripted, words: str) -> None:
    server.script.instead["AUTHENTICATE"] = lambda _tag, _: b"{tag} NO " + words.encode() + b"\r\n"


def add(house: Context, server: Scripted, **values: object) -> None:
    place = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "plain"}
    engine_house.add_mailbox(house, ADA, next_turn_at=house.clock.now(), **place, **values)


def the(house: Context) -> Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, 1)


def next_turns(house: Context, count: int) -> list[dt.timedelta]:
    """Turn after turn, each when it is due; returns how long each was waited for."""
    waits = []
    for _ in range(count):
        at = the(house).next_turn_at
        assert at is not None
        waits.append(max(at - house.clock.now(), dt.timedelta()))
        engine_house.clock(house).advance(seconds=waits[-1].total_seconds())
        turn.take_turn(house, 1, lambda: False)
    return waits


def logins(server: Scripted) -> int:
    return sum(said.startswith(("AUTHENTICATE", "LOGIN ")) for said in server.script.heard)


def test_a_login_that_worked_before_is_refused_several_times_before_the_mailbox_is_paused(
    house: Context, server: Scripted
) -> None:
    add(house, server)
    refuse(server, WRONG)
    minutes = [wait.total_seconds() / 60 for wait in next_turns(house, next_turn.REFUSALS - 1)]
    assert minutes == [0, 2, 4]
    assert (the(house).state, the(house).logins_refused) == ("active", next_turn.REFUSALS - 1)
    assert WRONG in str(the(house).sync_error)
    next_turns(house, 1)
    assert the(house).state == "paused"
    assert in_english("app password") in the(house).reason
    assert logins(server) == next_turn.REFUSALS
    next_turns(house, 2)
    assert logins(server) == next_turn.REFUSALS  # it is not asked again: that would lock the account


def test_a_login_that_never_worked_is_refused_once(house: Context, server: Scripted) -> None:
    add(house, server, synced_at=None)
    refuse(server, WRONG)
    next_turns(house, 1)
    assert (the(house).state, logins(server)) == ("paused", 1)


@pytest.mark.parametrize("synced", [True, False])
def test_not_now_never_pauses(house: Context, server: Scripted, synced: bool) -> None:
    add(house, server, **({} if synced else {"synced_at": None}))
    refuse(server, BUSY)
    waits = next_turns(house, 9)
    assert (the(house).state, the(house).logins_refused, logins(server)) == ("active", 0, 9)
    assert waits[-1] == next_turn.TROUBLE_MOST
    server.script.instead.clear()
    next_turns(house, 1)
    assert (str(the(house).sync_error), the(house).troubles) == ("", 0)


def test_a_login_that_works_again_starts_the_count_anew(house: Context, server: Scripted) -> None:
    add(house, server)
    refuse(server, WRONG)
    next_turns(house, next_turn.REFUSALS - 1)
    server.script.instead.clear()
    next_turns(house, 1)
    assert (the(house).state, the(house).logins_refused) == ("active", 0)
    refuse(server, WRONG)
    next_turns(house, next_turn.REFUSALS - 1)
    assert the(house).state == "active"


def lost(*_: object, **__: object) -> None:
    raise errors.Unreachable("the database does not answer")


def test_a_login_that_worked_counts_although_the_commit_of_its_look_is_lost(
    house: Context, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(house, server)
    refuse(server, WRONG)
    next_turns(house, next_turn.REFUSALS - 1)
    server.script.instead.clear()
    with monkeypatch.context() as patched:
        patched.setattr(sync.messages, "looked", lost)
        next_turns(house, 1)
    assert (the(house).troubles > 0, the(house).logins_refused) == (True, 0)
    refuse(server, WRONG)
    next_turns(house, 1)
    assert the(house).state == "active"


def test_a_person_who_says_go_on_starts_it_anew_too(house: Context, server: Scripted) -> None:
    add(house, server)
    refuse(server, WRONG)
    next_turns(house, next_turn.REFUSALS)
    mailbox_service.resume(house, ADA)
    assert (the(house).state, the(house).logins_refused) == ("active", 0)


def test_who_is_locked_out_stays_so_whatever_else_is_said_of_the_mailbox(
    house: Context, server: Scripted
) -> None:
    add(house, server, synced_at=None)
    refuse(server, WRONG)
    next_turns(house, 1)
    with house.database.write() as conn:
        mailboxes.pause(conn, 1, prose("a provider refuses its mail"), house.clock.now())
    next_turns(house, 2)
    assert (the(house).reason, logins(server)) == ("a provider refuses its mail", 1)


@pytest.mark.own_words
def test_a_pause_in_the_words_of_a_trouble_locks_nobody_out(house: Context, server: Scripted) -> None:
    """It could not be reached, and a person pauses it for that, in the same words: it is read on."""
    add(house, server, sync_error="no way in")
    mailbox_service.pause(house, ADA, "no way in")
    next_turns(house, 1)
    assert logins(server) == 1


def test_the_way_out_is_refused_as_often_and_says_what_to_do(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, "eve@acme.example", {})
    login = (ADA, engine_house.PASSWORD)
    with FaultServer(Behaviour(starttls=False, login=login)) as smtp:
        place = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "plain"}
        engine_house.add_mailbox(house, ADA, next_turn_at=house.clock.now(), **place)
        enroll.enroll(house, EnrollRequest("Trial"))
        engine_house.clock(house).advance(hours=2)
        house = dataclasses.replace(house, open_inbox=NoMail())
        smtp.fail(Fault(Point.AUTH, Kind.REPLY, "535 5.7.8 authentication failed", times=3))
        next_turns(house, 3)
        assert (the(house).state, the(house).logins_refused, smtp.count("AUTH")) == ("active", 3, 3)
        smtp.fail(Fault(Point.BANNER, Kind.DROP))
        next_turns(house, 1)
        assert the(house).logins_refused == 3  # it was not reached, and IMAP says nothing of it
        house = dataclasses.replace(house, servers=MailServers())  # who does not wait for it to rest
        with monkeypatch.context() as patched:
            patched.setattr(gate, "admit", lost)
            next_turns(house, 1)
        assert (the(house).logins_refused, smtp.accepted_count) == (0, 0)
        next_turns(house, 1)
        assert (the(house).logins_refused, smtp.accepted_count) == (0, 1)
        contact_service.add(house, "fay@acme.example", {})
        enroll.enroll(house, EnrollRequest("Trial"))
        engine_house.clock(house).advance(hours=2)
        smtp.fail(Fault(Point.AUTH, Kind.REPLY, "535 5.7.8 authentication failed", times=4))
        next_turns(house, 5)
        assert the(house).state == "paused"
        assert in_english("app password") in the(house).reason
        assert smtp.accepted_count == 1


AT_AUTH = [
    (Kind.STALL, "", 1),
    (Kind.DROP, "", 1),
    (Kind.REPLY, "454 4.7.0 not now", 0),
    (Kind.REPLY, "535 5.7.8 authentication failed", 0),
]


@pytest.mark.parametrize(("kind", "words", "failures"), AT_AUTH)
def test_a_server_that_says_nothing_to_a_login_has_not_answered(
    house: Context, kind: Kind, words: str, failures: int
) -> None:
    """It rests like one that does not let anybody connect, and others do not count on it."""
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, "eve@acme.example", {})
    login = (ADA, engine_house.PASSWORD)
    with FaultServer(Behaviour(starttls=False, login=login, faults=[Fault(Point.AUTH, kind, words)])) as smtp:
        place = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "plain"}
        engine_house.add_mailbox(house, ADA, next_turn_at=house.clock.now(), **place)
        enroll.enroll(house, EnrollRequest("Trial"))
        engine_house.clock(house).advance(hours=2)
        hasty = dataclasses.replace(house, open_inbox=NoMail(), open_outbox=_hasty)
        turn.take_turn(hasty, 1, lambda: False)
        found = hasty.servers._of(the(house).smtp)
        assert (smtp.count("AUTH"), found.failures, found.answered is None) == (1, failures, bool(failures))


def test_what_counts_as_a_servers_answer_to_a_login() -> None:
    said = SendResult(Outcome.NOT_SENT, "auth", Blame.SERVER, 454)
    offers_none = SendResult(Outcome.NOT_SENT, "auth", Blame.SENDER)
    silent = SendResult(Outcome.NOT_SENT, "auth", Blame.SERVER)
    at_the_door = SendResult(Outcome.NOT_SENT, "connect", Blame.SERVER, 554)
    asked = [smtp_login.answered(each) for each in (said, offers_none, silent, at_the_door)]
    assert asked == [True, True, False, False]


def _hasty(account: Account) -> door.Outbox:
    return door.Outbox(account, helo="sender.example", limits=Limits(auth=0.3))
