"""The app behind a real HTTP server: what goes over the wire, slow and broken clients, and many at once."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import uvicorn

from relance.tracking import answers, web
from relance.tracking.desk import OptOutResult
from relance.tracking.hits import Hit
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests.servers import ports

SIGNER = Signer({1: bytes(32)}, current=1)
LINKS = Links("http://127.0.0.1", SIGNER)
OLA = "ola@acme.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Desk:
    """Records, with a gate that holds back opens the way a slow database would."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.unsubscribed: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def record(self, found: Sequence[Hit]) -> None:
        assert self.gate.wait(30)
        self.hits.extend(found)

    def keep(self, hit: Hit) -> bool:
        return False

    def replay(self) -> None:
        """Nothing is kept."""

    def clicked(self, hit: Hit) -> str | None:
        self.hits.append(hit)
        return f"https://acme.example/{hit.index}"

    def unsubscribe(self, hit: Hit) -> OptOutResult:
        self.unsubscribed.append(hit.carried)
        return OptOutResult.IN_FORCE

    def contact_of(self, hit: Hit) -> str | None:
        return None


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    listener = socket.create_server((ports.LOOPBACK, 0))
    config = uvicorn.Config(web.build(desk, SIGNER), access_log=False, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    ports.wait_until(lambda: server.started, what="the web server")
    yield int(listener.getsockname()[1])
    desk.gate.set()
    server.should_exit = True
    thread.join(20)
    listener.close()
    assert not thread.is_alive()


def ask(port: int, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[
    http.client.HTTPResponse, bytes
]:  # fmt: skip
    with contextlib.closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=20)) as connection:
        connection.request(method, urlsplit(url).path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()


def test_head_sends_the_headers_of_get_and_no_body(port: int) -> None:
    for url in (LINKS.open_url(1), LINKS.click_url(1, 4, ""), LINKS.unsubscribe_url(1, OLA)):
        got, body = ask(port, "GET", url)
        head, nothing = ask(port, "HEAD", url)
        assert nothing == b""
        assert head.status == got.status
        assert {k: v for k, v in got.getheaders() if k != "date"} == {
            k: v for k, v in head.getheaders() if k != "date"
        }
        assert int(head.getheader("content-length") or -1) == len(body)


def test_a_slow_database_does_not_hold_up_the_pixel_or_those_who_say_no(port: int, desk: Desk) -> None:
    desk.gate.clear()
    for _ in range(10):
        response, body = ask(port, "GET", LINKS.open_url(1))
        assert (response.status, body) == (200, answers.PIXEL)
    response, _ = ask(port, "POST", LINKS.unsubscribe_url(1, OLA), b"List-Unsubscribe=One-Click", FORM)
    assert response.status == 200
    assert desk.unsubscribed == [OLA]
    assert ask(port, "GET", LINKS.click_url(1, 3, ""))[0].getheader("location") == "https://acme.example/3"
    desk.gate.set()
    ports.wait_until(lambda: len(desk.hits) == 11, what="the recording of the opens")


def test_each_hit_is_one_call_with_many_at_once(port: int, desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        places = list(
            pool.map(
                lambda n: ask(port, "GET", LINKS.click_url(7, n, ""))[0].getheader("location"), range(100)
            )
        )
    assert places == [f"https://acme.example/{n}" for n in range(100)]
    assert sorted(hit.index for hit in desk.hits) == list(range(100))


@pytest.mark.parametrize("length", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_an_endless_body_is_cut_off(port: int, desk: Desk, length: str) -> None:
    path = urlsplit(LINKS.unsubscribe_url(1, OLA)).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    piece = b"List-Unsubscribe=One-Click&" * 100
    chunk = b"%x\r\n%s\r\n" % (len(piece), piece) if "chunked" in length else piece
    with socket.create_connection((ports.LOOPBACK, port), timeout=20) as client:
        client.sendall(head.encode())
        with contextlib.suppress(OSError):
            for _ in range(8):
                client.sendall(chunk)
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert desk.unsubscribed == []


def test_a_body_that_never_comes_times_out(port: int, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SLOWEST_BODY", 0.05)
    path = urlsplit(LINKS.unsubscribe_url(1, OLA)).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList-Unsub"
    with socket.create_connection((ports.LOOPBACK, port), timeout=20) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert desk.unsubscribed == []


def test_a_client_that_hangs_up_in_the_middle_unsubscribes_nobody(port: int, desk: Desk) -> None:
    path = urlsplit(LINKS.unsubscribe_url(1, OLA)).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList-Unsub"
    with socket.create_connection((ports.LOOPBACK, port), timeout=20) as client:
        client.sendall(head.encode())
    assert ask(port, "GET", "/healthz")[1] == b"ok\n"
    assert desk.unsubscribed == []
