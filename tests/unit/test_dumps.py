"""How a secret is looked for in a dump: it is found in each form in which one writes it."""

from __future__ import annotations

import base64

import pytest

from tests import dumps

SECRET = "rt-5417-of-ada"


@pytest.mark.parametrize(
    "dump",
    [
        f"VALUES('{SECRET}')",
        f"VALUES(X'00{SECRET.encode().hex().upper()}00')",
        f"\\\\x00{SECRET.encode().hex()}00",
        *(base64.b64encode(b"x" * shift + SECRET.encode() + b"yz").decode() for shift in range(4)),
    ],
)
def test_it_is_found(dump: str) -> None:
    assert dumps.told(dump, [SECRET, "another-secret"]) == [SECRET[:6]]


def test_what_is_not_there_is_not_found() -> None:
    assert dumps.told("VALUES(X'00FF', 'rt-5417-of-ben')", [SECRET]) == []
