"""Ids a provider gives our mail: in its 250, and in the mail itself."""

from __future__ import annotations

import pytest

from relance.mailbox.parsing import provider_ids

LOCAL = "0102018f3a5c7e90-1a2b3c4d-aaaa-bbbb-cccc-0123456789ab-000000"
EXCHANGE = "<AM0PR01MB0001ABCDEF@AM0PR01MB0001.eurprd01.prod.outlook.com>"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Ok {LOCAL}", (f"<{LOCAL}@amazonses.com>",)),
        (f"2.0.0 OK {EXCHANGE} [Hostname=AM0PR01MB0001.eurprd01.prod.outlook.com]", (EXCHANGE,)),
        (f"2.6.0 {EXCHANGE} [InternalId=123] Queued mail for delivery", (EXCHANGE,)),
        ("2.0.0 Ok: queued as 4XyZ12345z6Abc", ()),
        ("2.0.0 OK  1700000000 5b1f17b1804b1-4f3a2b1c0sm123456789e87.1 - gsmtp", ()),
        ("2.1.5 <jan@acme.example> accepted for <ada.lovelace@firm.example>", ()),
        (f"Ok {LOCAL}0", ()),
        ("", ()),
        ("<" * 5000 + "1@" * 5000, ()),
    ],
)
def test_ids_in_a_reply(text: str, found: tuple[str, ...]) -> None:
    assert provider_ids.in_reply(text) == found


def test_ses_is_known_without_its_region() -> None:
    named = f"<{LOCAL}@eu-west-1.amazonses.com>"
    assert provider_ids.spellings(["<a@b>", named]) == ("<a@b>", named, f"<{LOCAL}@amazonses.com>")
    assert provider_ids.spellings([f"<{LOCAL}@email.amazonses.com>"])[1] == f"<{LOCAL}@amazonses.com>"
    assert provider_ids.spellings(["<x@notamazonses.com>"]) == ("<x@notamazonses.com>",)


@pytest.mark.parametrize(
    ("message_id", "maker"),
    [
        (f"<{LOCAL}@eu-west-1.amazonses.com>", "Amazon SES"),
        (EXCHANGE, "Microsoft"),
        ("<CAB+x@mail.gmail.com>", "Gmail"),
        ("<x@firm.example>", ""),
    ],
)
def test_whose_ids_they_are(message_id: str, maker: str) -> None:
    assert provider_ids.maker(message_id) == maker
