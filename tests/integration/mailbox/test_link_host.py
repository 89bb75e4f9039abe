"""Who answers where the links lead."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import trustme

from relance.mailbox.health import asking
from relance.mailbox.health.link_host import Reached
from tests.servers import ports


@contextmanager
def answering(said: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web server that says the same at /healthz, on the port that is given."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/mail/healthz" else 404)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = http.server.HTTPServer((ports.LOOPBACK, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign,misc]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_ours_somebody_elses_and_nobody() -> None:
    with answering(b"ok\n") as port:
        assert asking.reach(f"http://127.0.0.1:{port}/mail") is Reached.OURS
        assert asking.reach(f"http://127.0.0.1:{port}") is Reached.OTHER
    with answering(b"<html>ok\n") as port:
        assert asking.reach(f"http://127.0.0.1:{port}/mail") is Reached.OTHER
    assert asking.reach(f"http://127.0.0.1:{port}/mail") is Reached.NOBODY


def test_a_certificate_that_nobody_trusts() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with answering(b"ok\n", context) as port:
        assert asking.reach(f"https://127.0.0.1:{port}/mail") is Reached.CERTIFICATE
