"""Mails go over a connection while its event loop stands still; it runs to set one up, and for what the kernel does not take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import trustme

from relance.mailbox.account import Security
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp.outcome import Outcome
from tests.sending import LIMITS, RAW, account, send, tls_for
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time a loop ran."""
    seen: list[str] = []
    run: Callable[..., Any] = asyncio.BaseEventLoop.run_forever

    def counted(loop: asyncio.BaseEventLoop) -> None:
        seen.append("ran")
        run(loop)

    monkeypatch.setattr(asyncio.BaseEventLoop, "run_forever", counted)
    return seen


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("security", Security)
def test_no_mail_needs_the_loop(
    security: Security, extensions: tuple[str, ...], authority: trustme.CA, ca_file: str, runs: list[str]
) -> None:
    tls = None if security is Security.PLAIN else tls_for(authority, "127.0.0.1")
    behaviour = Behaviour(starttls=security is Security.STARTTLS, extensions=extensions)
    with FaultServer(behaviour, tls=tls, direct_tls=security is Security.TLS) as server:
        ours = replace(account(server.port, security), ca_file=ca_file)
        with smtp_client.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
            assert outbox.connect() is None
            runs.clear()
            server.fail(Fault(Point.RCPT, Kind.REPLY, "550 5.1.1 no such user"))
            ends = [send(outbox, RAW + b"%d\r\n" % number).outcome for number in range(5)]
            assert runs == []
    assert ends == [Outcome.REFUSED, *[Outcome.ACCEPTED] * 4]
    assert [mail.raw for mail in server.accepted] == [RAW + b"%d\r\n" % number for number in range(1, 5)]
    assert server.connections == 1


def test_a_body_larger_than_the_kernel_takes_at_once_leaves_by_the_loop(
    server: FaultServer, outbox: smtp_client.Outbox, runs: list[str]
) -> None:
    raw = b"Subject: big\r\n\r\n" + (b"x" * 76 + b"\r\n") * 200_000
    assert outbox.connect() is None
    runs.clear()
    assert send(outbox, raw).outcome is Outcome.ACCEPTED
    assert runs
    assert server.accepted[0].raw == raw


@pytest.mark.parametrize("kind", [Kind.STOP, Kind.DROP, Kind.STALL, Kind.GARBLE])
@pytest.mark.parametrize("point", [Point.DATA, Point.AFTER_354, Point.BODY, Point.DOT, Point.ACCEPTED])
def test_faults_behind_tls_from_the_start(
    authority: trustme.CA, ca_file: str, point: Point, kind: Kind
) -> None:
    limits = replace(LIMITS, data=0.3, final=0.3) if kind is Kind.STALL else LIMITS
    with FaultServer(
        Behaviour(faults=[Fault(point, kind)]), tls=tls_for(authority, "127.0.0.1"), direct_tls=True
    ) as server:
        ours = replace(account(server.port, Security.TLS), ca_file=ca_file)
        with smtp_client.Outbox(ours, helo="x.example", limits=limits) as outbox:
            first = send(outbox)
            taken = server.accepted_count
            server.wait_for(lambda: server.ended == 1)
            assert send(outbox).outcome is Outcome.ACCEPTED
    if point is Point.DATA:
        assert first.outcome is Outcome.NOT_SENT
    elif point is Point.AFTER_354:
        assert first.outcome in (Outcome.UNKNOWN, Outcome.DEFERRED)
        assert not (first.outcome is Outcome.DEFERRED and taken)
    else:
        assert first.outcome is Outcome.UNKNOWN
    assert first.code is None
