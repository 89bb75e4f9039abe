"""What the tests of sending share: servers, in clear and behind TLS, and an outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from relance.mailbox.smtp import client as smtp_client
from tests.sending import LIMITS, account, tls_for
from tests.servers.fault_smtp import Behaviour, FaultServer


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(Behaviour(starttls=False)) as running:
        yield running


@pytest.fixture
def outbox(server: FaultServer) -> Iterator[smtp_client.Outbox]:
    with smtp_client.Outbox(account(server.port), helo="mail.firm.example", limits=LIMITS) as opened:
        yield opened


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_server(authority: trustme.CA) -> Iterator[FaultServer]:
    with FaultServer(tls=tls_for(authority, "127.0.0.1")) as running:
        yield running


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)
