from __future__ import annotations

import socket

import pytest

from relance import errors, wording
from relance.scheduler.web_server import web


def test_a_taken_port_is_told_without_the_systems_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.Unreachable) as refused:
            web.listen("127.0.0.1", port)
    for language in ("en", "pl"):
        with wording.speaking(language):
            assert str(port) in str(refused.value)
            assert "ddress" not in str(refused.value)
