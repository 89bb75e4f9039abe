"""The health of a mailbox: what is certain to lose mail bars first mails and says why; what nobody knows bars nothing."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator

import dns.resolver
import pytest

from relance.engine import turn
from relance.engine.context import Context
from relance.engine.mailboxes.health import checking
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.health.asking import AskedDns
from relance.mailbox.parsing import message
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house
from tests.engine_doors import OneAnswer
from tests.own_domain import ADA, GO, Records, writing_to_eve
from tests.servers import ports


@pytest.fixture
def zone() -> Records:
    """A domain at Google Workspace with everything in order."""
    return {
        ("sales.example", "MX"): ["1 smtp.google.com."],
        ("sales.example", "TXT"): ['"v=spf1 include:_spf.google.com" " -all"'],
        ("_dmarc.sales.example", "TXT"): ['"v=DMARC1; p=reject"'],
        ("google._domainkey.sales.example", "TXT"): ['"v=DKIM1; k=rsa; p=TUlJ" "QklqQU5C"'],
        ("_spf.google.com", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 ~all"'],
        (GO, "A"): ["93.184.216.34"],
    }


@pytest.fixture
def server() -> OneAnswer:
    return OneAnswer(SendResult(Outcome.ACCEPTED, "body", code=250, text="2.0.0 taken"))


@pytest.fixture
def ready(house: Context, server: OneAnswer, zone: Records) -> Iterator[Context]:
    """Ada writes to Eve, who has had nothing yet."""
    with writing_to_eve(house, server, zone, smtp="smtp.gmail.com", imap="imap.gmail.com") as at_work:
        yield at_work


def eve(house: Context) -> Enrollment:
    with house.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    return row


def sent(house: Context) -> int:
    return turn.take_turn(house, 1, lambda: False).sent


def grades(house: Context) -> dict[str, str]:
    return {each.check: each.grade for each in checking.show(house, ADA).findings}


def test_a_domain_in_order_is_told_so_and_looked_at_once_a_day(ready: Context) -> None:
    assert checking.look(ready) == 1
    assert grades(ready) == dict.fromkeys(("spf", "dkim", "dmarc", "mx", "links"), "fine")
    assert checking.look(ready) == 0
    assert sent(ready) == 1


def test_two_spf_records_bar_first_mails_with_a_reason_and_nobody_is_held(
    ready: Context, zone: Records, server: OneAnswer
) -> None:
    zone["sales.example", "TXT"].append('"v=spf1 ~all"')
    due = eve(ready)
    checking.look(ready)
    assert grades(ready)["spf"] == "failed"
    assert checking.show(ready, ADA).findings[0].why is not None
    for _ in range(2):
        assert sent(ready) == 0
        engine_house.clock(ready).advance(hours=1, minutes=1)
    now = eve(ready)
    assert server.bodies == []
    assert (now.state, now.step, now.attempts, now.plan) == (due.state, due.step, 0, due.plan)
    [bound] = now.bound
    assert bound["code"] == "mailbox_unhealthy"
    assert bound["params"]["mailbox"] == ADA
    concern = [each for each in status.status(ready).concerns if each.kind is ConcernKind.BARRED]
    assert [each.subject for each in concern] == [ADA]
    assert not concern[0].grave

    del zone["sales.example", "TXT"][1]
    assert not checking.check(ready, ADA).barred
    assert sent(ready) == 1


def test_a_follow_up_leaves_all_the_same(ready: Context, zone: Records) -> None:
    assert sent(ready) == 1
    del zone["sales.example", "MX"]
    zone["sales.example", "MX"] = ["0 ."]
    assert checking.check(ready, ADA).barred
    follow_ups = 0
    for _ in range(5):
        engine_house.clock(ready).advance(days=1)
        follow_ups += sent(ready)
    assert follow_ups == 1


def test_a_person_may_let_them_go_and_take_that_back(ready: Context, zone: Records) -> None:
    zone["sales.example", "TXT"] = ['"v=spf1 -all"']
    assert checking.check(ready, ADA).barred
    gone = checking.let_go(ready, ADA, anyway=True)
    assert (gone.barred, gone.anyway) == (False, True)
    assert not checking.check(ready, ADA).barred
    assert checking.let_go(ready, ADA, anyway=False).barred
    checking.let_go(ready, ADA, anyway=True)
    assert sent(ready) == 1


def test_what_dns_does_not_say_bars_nothing(ready: Context) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((ports.LOOPBACK, 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [ports.LOOPBACK], mute.getsockname()[1]
        quiet = dataclasses.replace(
            ready, open_dns=lambda: AskedDns(resolver, question_seconds=0.1, seconds=0.3)
        )
        found = checking.check(quiet, ADA)
    assert {each.grade for each in found.findings} == {"unknown"}
    assert not found.barred
    assert sent(ready) == 1


def test_a_server_on_this_computer_is_for_practice(ready: Context) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, smtp_host="127.0.0.1")
    assert checking.look(ready) == 0
    assert checking.check(ready, ADA).practice
    assert grades(ready) == {}


def test_what_the_receiving_server_noted_of_a_probe_is_kept_and_shown(ready: Context) -> None:
    noted = b"Authentication-Results: mx.google.com; dkim=fail header.d=sales.example; spf=pass smtp.mailfrom=sales.example"
    forged = b"Authentication-Results: mx.evil.example; dkim=pass header.d=sales.example"
    with ready.database.read() as conn:
        mailbox = mailboxes.by_id(conn, 1)
    checking.look(ready)
    checking.saw(ready, mailbox, message.read(b"\r\n".join((forged, b"Subject: x", b"", b""))))
    assert checking.look(ready) == 0
    checking.saw(ready, mailbox, message.read(b"\r\n".join((forged, noted, b"Subject: x", b"", b""))))
    assert checking.look(ready) == 1
    assert grades(ready)["dkim"] == "warning"
    assert grades(ready)["dmarc"] == "fine"
