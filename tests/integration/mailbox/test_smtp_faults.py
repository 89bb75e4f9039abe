"""Twelve points, five ways to fail: what is said of the mail must agree with what the server did."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

RAW = b"Subject: hello\r\nMessage-ID: <1@firm.example>\r\n\r\nwords\r\n"
SECONDS = ("connect", "tls", "greeting", "auth", "mail", "rcpt", "data", "body", "final", "quit")
PATIENT = smtp_client.Limits(**dict.fromkeys(SECONDS, 10.0))
HASTY = smtp_client.Limits(**dict.fromkeys(SECONDS, 0.4))

STAGE = {
    Point.BANNER: "connect",
    Point.EHLO: "connect",
    Point.STARTTLS: "tls",
    Point.AUTH: "auth",
    Point.MAIL: "mail",
    Point.RCPT: "rcpt",
    Point.DATA: "data",
}
FAILURES = [Kind.STOP, Kind.DROP, Kind.STALL, Kind.GARBLE]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[FaultServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with FaultServer(tls=context) as running:
        yield running


@pytest.fixture
def ours(server: FaultServer, authority: trustme.CA, tmp_path: Path) -> Account:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return Account(
        address="ada@firm.example",
        name="Ada",
        credentials=Password("ada@firm.example", "secret"),
        smtp=Server("127.0.0.1", server.port, Security.STARTTLS),
        imap=Server("127.0.0.1", 1),
        ca_file=str(path),
    )


def send(outbox: smtp_client.Outbox, raw: bytes = RAW) -> SendResult:
    return outbox.offer("ada@firm.example", "jan@acme.example", len(raw)) or outbox.transmit(raw)


def send_when_gone(outbox: smtp_client.Outbox, server: FaultServer) -> SendResult:
    """Like `send`, with the caller's commit lasting until the server has left."""
    refusal = outbox.offer("ada@firm.example", "jan@acme.example", len(RAW))
    server.wait_for(lambda: server.ended == 1)
    return refusal or outbox.transmit(RAW)


def expected(point: Point, kind: Kind) -> tuple[Outcome, int]:
    """The outcome, and how often the server accepted the mail."""
    if point in STAGE:
        return Outcome.NOT_SENT, 0
    if point is Point.AFTER_250:
        return Outcome.ACCEPTED, 1
    if point is Point.ACCEPTED or (point is Point.BODY and kind is Kind.GARBLE):
        return Outcome.UNKNOWN, 1
    return Outcome.UNKNOWN, 0


MATRIX = [
    (point, kind)
    for point in Point
    for kind in FAILURES
    if point is not Point.AFTER_354 or kind is Kind.STALL
]


@pytest.mark.parametrize("pipelined", [False, True], ids=["one by one", "pipelined"])
@pytest.mark.parametrize(("point", "kind"), MATRIX)
def test_a_fault_ends_in_the_truth(
    server: FaultServer, ours: Account, point: Point, kind: Kind, pipelined: bool
) -> None:
    server.behaviour.extensions = ("PIPELINING",) if pipelined else ()
    server.fail(Fault(point, kind))
    limits = HASTY if kind is Kind.STALL and point is not Point.AFTER_250 else PATIENT
    with smtp_client.Outbox(ours, helo="x.example", limits=limits) as outbox:
        result = send(outbox)
        outcome, acceptances = expected(point, kind)
        assert result.outcome is outcome
        if not (pipelined and kind is Kind.DROP):  # a reset may overtake replies that were under way
            assert result.stage == STAGE.get(point, "final")
        if outcome is Outcome.UNKNOWN:
            assert result.code is None
        if point is Point.AFTER_250:
            outbox.withdraw()
        assert not outbox.connected
        server.wait_for(lambda: server.ended == 1)
        assert server.accepted_count == acceptances
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.accepted[-1].connection == 2


@pytest.mark.parametrize("kind", FAILURES)
def test_after_a_fault_the_same_outbox_dials_again(server: FaultServer, ours: Account, kind: Kind) -> None:
    server.fail(Fault(Point.ACCEPTED, kind))
    limits = replace(PATIENT, final=0.4 if kind is Kind.STALL else 10.0)
    with smtp_client.Outbox(ours, helo="x.example", limits=limits) as outbox:
        assert send(outbox).outcome is Outcome.UNKNOWN
        other = RAW.replace(b"<1@", b"<2@")
        assert send(outbox, other).outcome is Outcome.ACCEPTED
    assert [(mail.raw, mail.connection) for mail in server.accepted] == [(RAW, 1), (other, 2)]


@pytest.mark.parametrize("point", Point)
def test_a_late_answer_is_an_answer(server: FaultServer, ours: Account, point: Point) -> None:
    server.fail(Fault(point, Kind.DELAY, seconds=0.1))
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        assert [send(outbox).outcome for _ in range(2)] == [Outcome.ACCEPTED] * 2
    assert [mail.connection for mail in server.accepted] == [1, 1]


@pytest.mark.parametrize("kind", [Kind.STOP, Kind.DROP])
def test_a_connection_lost_before_the_first_byte_is_certain(
    server: FaultServer, ours: Account, kind: Kind
) -> None:
    server.fail(Fault(Point.AFTER_354, kind))
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        result = send_when_gone(outbox, server)
        assert (result.outcome, result.stage, result.code) == (Outcome.DEFERRED, "body", None)
        assert server.accepted_count == 0
        assert send(outbox).outcome is Outcome.ACCEPTED


def test_words_between_354_and_body_are_never_taken_for_the_last_word(
    server: FaultServer, ours: Account
) -> None:
    server.fail(Fault(Point.AFTER_354, Kind.GARBLE, "250 2.0.0 already taken", times=1))
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        assert outbox.offer("ada@firm.example", "jan@acme.example", len(RAW)) is None
        server.wait_for(lambda: bool(server.injected))
        result = outbox.transmit(RAW)
    # Usually seen in time; a word that crosses the body on its way is a full 2xx like any other.
    assert result.outcome in (Outcome.DEFERRED, Outcome.ACCEPTED)
    if result.outcome is Outcome.DEFERRED:
        assert server.accepted_count == 0


@pytest.mark.parametrize(
    "words", ["199 hm", "354 more", "999 x", "25", "hello", "250~ok", "250-a\r\n251 b", "+50 ok"]
)
def test_a_last_word_that_is_none_is_unknown(server: FaultServer, ours: Account, words: str) -> None:
    server.fail(Fault(Point.ACCEPTED, Kind.REPLY, words))
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        result = send(outbox)
        assert (result.outcome, result.stage, result.code) == (Outcome.UNKNOWN, "final", None)
        assert not outbox.connected
    assert server.accepted_count == 1


SAID = ["secret", "c2VjcmV0", "AGFkYUBmaXJtLmV4YW1wbGUAc2VjcmV0"]


@pytest.mark.parametrize("point", [Point.AUTH, Point.MAIL, Point.RCPT, Point.DATA, Point.DOT, Point.ACCEPTED])
@pytest.mark.parametrize("words", ["535 5.7.8 you said {}", "hm {}", "250-you said\r\n250 {}", "421 {}"])
@pytest.mark.parametrize("said", SAID)
def test_a_server_that_repeats_the_password_is_not_quoted(
    server: FaultServer, ours: Account, point: Point, words: str, said: str
) -> None:
    server.fail(Fault(point, Kind.REPLY, words.format(said)))
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        result = send(outbox)
    assert said.lower() not in repr(result).lower()
    assert "c2VjcmV0" not in repr(result)


def test_a_body_that_stops_flowing_never_gets_its_dot(server: FaultServer, ours: Account) -> None:
    server.fail(Fault(Point.BODY, Kind.STALL))
    raw = RAW + (b"x" * 76 + b"\r\n") * 300_000
    with smtp_client.Outbox(ours, helo="x.example", limits=replace(PATIENT, body=0.5)) as outbox:
        result = send(outbox, raw)
    assert (result.outcome, result.stage) == (Outcome.UNKNOWN, "body")
    server.wait_for(lambda: server.ended == 1)
    assert server.accepted_count == 0


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where the whole run was started by a script in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_when(condition: Callable[[], bool], server: FaultServer) -> threading.Thread:
    """Press Ctrl-C once the server has got that far."""

    def watch() -> None:
        server.wait_for(condition)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(
    "point", [Point.BANNER, Point.AUTH, Point.RCPT, Point.DATA, Point.DOT, Point.ACCEPTED]
)
def test_an_interruption_aborts_and_goes_on_to_the_caller(
    server: FaultServer, ours: Account, point: Point
) -> None:
    server.fail(Fault(point, Kind.STALL))
    watcher = interrupt_when(lambda: bool(server.injected), server)
    with smtp_client.Outbox(ours, helo="x.example", limits=PATIENT) as outbox:
        with pytest.raises(KeyboardInterrupt):
            send(outbox)
        watcher.join(5)
        assert not outbox.connected
        server.wait_for(lambda: server.ended == 1)
        assert server.accepted_count == (1 if point is Point.ACCEPTED else 0)
        # Nothing of the interrupted mail speaks into the next.
        other = RAW.replace(b"<1@", b"<2@")
        assert send(outbox, other).outcome is Outcome.ACCEPTED
    assert (server.accepted[-1].raw, server.accepted[-1].connection) == (other, 2)


def test_the_server_runs_on_its_own_and_records_durably(tmp_path: Path) -> None:
    record = tmp_path / "accepted.jsonl"
    command = [sys.executable, "-m", "tests.servers.fault_smtp", "--record", str(record), "--seed", "3"]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
        env={"PATH": os.environ["PATH"]},
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().split()[-1])
            account = Account(
                "ada@firm.example",
                "Ada",
                Password("ada@firm.example", "secret"),
                Server("127.0.0.1", port, Security.PLAIN),
                Server("127.0.0.1", 1),
            )
            with smtp_client.Outbox(account, helo="x.example", limits=PATIENT) as outbox:
                assert send(outbox).outcome is Outcome.ACCEPTED
            assert '"message_id": "<1@firm.example>"' in record.read_text()
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=10)
    assert "accepted 1" in errors


def test_random_faults_repeat_by_seed() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        with FaultServer(Behaviour(rate=0.5), seed=seed) as server:
            return [server.draw() for _ in range(20)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
