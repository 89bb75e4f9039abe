"""What is pasted as mailboxes to connect."""

from __future__ import annotations

import pytest

from relance.console.views.mailboxes.connecting import listed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("ada@a.example\n\n  Ben@A.example  \n", [("ada@a.example", ""), ("ben@a.example", "")]),
        ('address,name\nada@a.example,"Lovelace, Ada"\n', [("ada@a.example", "Lovelace, Ada")]),
        ("E-mail\tName\nada@a.example\tAda\n", [("ada@a.example", "Ada")]),
        ("ada@a.example;Ada\nada@a.example;Ada L.", [("ada@a.example", "Ada L.")]),
    ],
)
def test_addresses_and_names_one_a_line(text: str, found: list[tuple[str, str]]) -> None:
    assert listed(text) == found
