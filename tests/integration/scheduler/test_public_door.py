"""The public door under floods, on real sockets: strangers are turned away, unsubscribes and mail get through."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from relance.app import Relance
from relance.clock import Clock
from relance.config import Settings, make_home
from relance.engine.definition.sequence import Sequence as Definition
from relance.engine.mailboxes.service import MailboxSpec
from relance.sandbox.world import World
from relance.scheduler.web_server import connection_limits, web
from tests.servers import command, finder, ports, processes

QUICK = connection_limits.ConnectionLimits(most=8, most_each=100, head_seconds=0.4, life_seconds=1.5)
Serve = Callable[[connection_limits.ConnectionLimits], AbstractContextManager[int]]


async def hello(request: Request) -> Response:
    return PlainTextResponse(request.client.host if request.client else "?")


async def read_all(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@contextmanager
def serving(rules: connection_limits.ConnectionLimits) -> Iterator[int]:
    bound = web.listen(ports.LOOPBACK, 0)
    app = Starlette(routes=[Route("/", hello), Route("/read", read_all, methods=["POST"])])
    server = web.Web(app, [bound], rules)
    server.start()
    try:
        yield int(bound.getsockname()[1])
    finally:
        server.stop(20)


def call(port: int, opening: bytes = b"") -> socket.socket:
    line = socket.create_connection((ports.LOOPBACK, port), timeout=20)
    line.sendall(opening)
    return line


def get(port: int, path: str = "/", **headers: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=20)) as line:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read()


def rest(line: socket.socket) -> bytes:
    """Everything until the other end hangs up, politely or not."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while piece := line.recv(65536):
            said += piece
    return said


@pytest.mark.parametrize("opening", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_whoever_does_not_say_what_they_want_is_cut_off(opening: bytes) -> None:
    with serving(QUICK) as port, call(port, opening) as line:
        began = time.monotonic()
        assert rest(line) == b""
        assert time.monotonic() - began < 1.3  # not the connection's whole life


def test_headers_that_trickle_in_do_not_earn_more_time() -> None:
    with serving(QUICK) as port, call(port, b"GET / HTTP/1.1\r\n") as line:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            line.settimeout(0.05)
            while time.monotonic() - began < 10:
                line.sendall(b"X: y\r\n")
                with contextlib.suppress(TimeoutError):
                    if line.recv(1) == b"":
                        break
        assert time.monotonic() - began < 1.3


def test_a_body_that_never_ends_is_cut_off_with_the_connection() -> None:
    with (
        serving(QUICK) as port,
        call(port, b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1") as line,
    ):
        began = time.monotonic()
        assert rest(line) == b""
        assert time.monotonic() - began < 8


def test_a_connection_is_for_one_request() -> None:
    with serving(QUICK) as port, call(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2) as line:
        said = rest(line)
        assert said.count(b"HTTP/1.1 200") == 1
        assert b"connection: close" in said


def test_a_house_full_of_silent_strangers_still_answers_who_speaks() -> None:
    rules = connection_limits.ConnectionLimits(most=8, most_each=100, head_seconds=60, life_seconds=60)
    with serving(rules) as port, contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(call(port))
            assert get(port)[0] == 200


def test_one_address_gets_no_more_than_its_share_and_another_is_served() -> None:
    rules = connection_limits.ConnectionLimits(
        most=100, most_each=3, trusted=(), head_seconds=60, life_seconds=60
    )
    with serving(rules) as port, contextlib.ExitStack() as stack:
        lines = [stack.enter_context(call(port)) for _ in range(3)]
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            get(port)
        other = socket.create_connection((ports.LOOPBACK, port), timeout=20, source_address=("127.0.0.2", 0))
        with other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert rest(other).endswith(b"127.0.0.2")
        lines[0].close()
        ports.wait_until(lambda: _served(port), what="the freed place")


def _served(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return get(port)[0] == 200
    return False


@pytest.mark.parametrize(("trusted", "seen"), [(("127.0.0.0/8",), b"203.0.113.7"), ((), b"127.0.0.1")])
def test_only_a_trusted_proxy_says_whom_it_speaks_for(trusted: tuple[str, ...], seen: bytes) -> None:
    with serving(connection_limits.ConnectionLimits(trusted=trusted)) as port:
        assert get(port, **{"X-Forwarded-For": "203.0.113.7"}) == (200, seen)


@pytest.mark.parametrize(
    "opening",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nX-Long: ",
        b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3c00000\r\n",
    ],
    ids=["line", "header", "body"],
)
def test_sixty_megabytes_are_never_held(opening: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sent = 0
    with serving(QUICK) as port, call(port, opening) as line, contextlib.suppress(OSError):
        for _ in range(60):
            line.sendall(b"a" * 1_000_000)
            sent += 1
    if not opening.startswith(b"POST"):  # what the app reads is the app's to bound: `tracking.web` does
        assert sent < 30
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


TRIAL = {"sequence": "Trial", "send": {"hours": "00:00-24:00", "days": "mon-sun"}, "steps": [
    {"id": "intro", "subject": "Hello", "body": "Hello"}]}  # fmt: skip


@contextmanager
def flood(port: int, how_many: int) -> Iterator[list[socket.socket]]:
    """So many half-open requests; whoever was cut off stays so."""
    lines: list[socket.socket] = []
    try:
        for _ in range(how_many):
            with contextlib.suppress(OSError):
                line = socket.create_connection((ports.LOOPBACK, port), timeout=5)
                lines.append(line)
                line.sendall(b"GET /c/x HTTP/1.1\r\nHost: x\r\n")
        yield lines
    finally:
        for line in lines:
            line.close()


def test_a_flood_of_half_open_requests_stops_neither_mail_nor_unsubscribes(tmp_path: Path) -> None:
    """`relance run` with 200 open files, and 1,200 strangers."""
    home = make_home(tmp_path / "home", {"zone": "UTC"}).home
    log = tmp_path / "run.log"
    ada, eve = "ada@northwind.example", "eve@acme.example"
    with World(Clock()) as world, Relance(Settings(home=home)) as relance:
        relance.mailboxes.add(MailboxSpec.of(world.add_rep(ada, "Ada", "correct horse"), gap_seconds=0))
        relance.sequences.publish(Definition.model_validate(TRIAL))
        for person in (eve, "bob@acme.example"):
            relance.contacts.add(person)
        relance.enroll("Trial", [eve])
        limited = [
            "/bin/sh",
            "-c",
            'ulimit -n 200; exec "$@"',
            "sh",
            *command.relance("--home", str(home), "run", "--port", "0"),  # a free port may be taken by then
        ]
        process = processes.Process(processes.Program(limited, log, environment=dict(os.environ)))
        try:
            process.wait_ready(lambda: _READY.search(process.log()), seconds=60)
            ready = _READY.search(process.log())
            assert ready is not None
            port = int(ready[1])
            ports.wait_until(lambda: len(_arrived(world, eve)) == 1, what="the first mail")
            with flood(port, 1200):
                relance.enroll("Trial", ["bob@acme.example"])
                path = urlsplit(re.findall(r"<(http[^>]+/u/[^>]+)>", _arrived(world, eve)[0])[0]).path
                assert _unsubscribed(port, path)
                ports.wait_until(
                    lambda: len(_arrived(world, "bob@acme.example")) == 1,
                    seconds=30,
                    what="mail in the flood",
                )
            assert [each.value for each in relance.contacts.suppressions()] == [eve]
            assert process.alive
            assert len(process.log()) < 20_000, process.log()[:3000]
            assert "few files may be open at once" in process.log()
        finally:
            process.stop()


_READY = re.compile(r"ready pid=\d+ http://127\.0\.0\.1:(\d+)")


def _arrived(world: World, person: str) -> list[str]:
    return [
        mail.header("list-unsubscribe") or ""
        for mail in world.record.story().arrived
        if mail.recipient == person
    ]


def _unsubscribed(port: int, path: str) -> bool:
    with contextlib.closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=20)) as line:
        line.request(
            "POST", path, b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}
        )
        return line.getresponse().status == 200


PLAIN = """
import sys
if sys.argv[1] == "without":
    sys.modules["httptools"] = sys.modules["uvloop"] = None
import http.client, asyncio
from relance.scheduler.web_server import connection_limits, web
seen = []
async def app(scope, receive, send):
    if scope["type"] == "http":
        seen.append(type(asyncio.get_running_loop()).__module__)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
bound = web.listen("127.0.0.1", 0)
server = web.Web(app, [bound])
server.start()
line = http.client.HTTPConnection("127.0.0.1", bound.getsockname()[1], timeout=20)
line.request("GET", "/")
print(line.getresponse().read().decode(), connection_limits.Visitor.__mro__[1].__name__, seen[0].split(".")[0])
server.stop(20)
"""


@pytest.mark.parametrize(
    ("how", "said"), [("with", "ok HttpToolsProtocol uvloop"), ("without", "ok H11Protocol asyncio")]
)
def test_a_machine_without_the_quick_parts_serves_as_well(how: str, said: str) -> None:
    if how == "with" and not (importlib.util.find_spec("uvloop") and importlib.util.find_spec("httptools")):
        finder.not_run("uvloop and httptools have no wheels here")
    child = subprocess.run([sys.executable, "-c", PLAIN, how], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == said, child.stderr
