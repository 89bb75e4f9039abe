"""`relance mailbox connect` against a pretended engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relance.engine.mailboxes.sign_ins.connecting import ConnectedMailbox, ConnectOutcome
from relance.mailbox import providers
from tests.pretended_engine import Engine, run
from tests.reworded import in_english

REFUSED = ConnectedMailbox("b@acme.example", ConnectOutcome.REFUSED, "not allowed")
ADDED = ConnectedMailbox("a@acme.example", ConnectOutcome.ADDED)


def test_mailboxes_of_a_file_are_connected_by_a_service_account(engine: Engine, tmp_path: Path) -> None:
    key, file = tmp_path / "key.json", tmp_path / "mailboxes.csv"
    key.write_text('{"private_key": "hush-4711"}')
    file.write_text(
        "\ufeffname,address\nAda Lind,A@acme.example\n,b@acme.example\nAda Lind,a@acme.example\n,\n"
    )
    engine.answers["mailboxes.connect"] = (ADDED, REFUSED)
    words = ("mailbox", "connect", "--from", str(file), "--service-account", str(key), "--provider", "gmail")
    shown = run(*words)
    assert shown.exit_code == 1  # one was refused
    assert "not allowed" in shown.stdout
    [(_, (specs, wish), named)] = [call for call in engine.calls if call[0] == "mailboxes.connect"]
    assert [(each.address, each.name) for each in specs] == [
        ("a@acme.example", "Ada Lind"),
        ("b@acme.example", "b"),
    ]
    assert specs[0].smtp == providers.KNOWN["gmail"].servers.smtp
    assert (wish.service_account, named["dry_run"]) == (key.read_text(), False)
    named["progress"](ADDED)
    assert "hush-4711" not in shown.output
    assert "hush-4711" not in repr(wish)


def test_what_became_of_each_is_data_and_a_dry_run_is_asked_for(engine: Engine) -> None:
    engine.answers["mailboxes.connect"] = (ADDED,)
    words = (
        "mailbox",
        "connect",
        "a@acme.example",
        "--client-id",
        "id",
        "--client-secret",
        "--tenant",
        "acme.example",
    )
    shown = run(*words, "--dry-run", "--json", "--provider", "microsoft365", given="hush-4711\n")
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout) == [
        {"address": "a@acme.example", "outcome": "added", "words": "", "why": None}
    ]
    [(_, (_specs, wish), named)] = [call for call in engine.calls if call[0] == "mailboxes.connect"]
    assert (wish.client_id, wish.client_secret, wish.tenant) == ("id", "hush-4711", "acme.example")
    assert named["dry_run"]
    assert "hush-4711" not in shown.output


@pytest.mark.parametrize(
    ("written", "words"),
    [(b"", "empty"), (b"PK\x03\x04", "workbook"), (None, "cannot be read")],
)
def test_a_file_that_is_none_is_told(
    engine: Engine, tmp_path: Path, written: bytes | None, words: str
) -> None:
    file = tmp_path / "mailboxes.csv"
    if written is not None:
        file.write_bytes(written)
    shown = run("mailbox", "connect", "--from", str(file))
    assert shown.exit_code != 0
    assert in_english(words) in shown.stderr
    assert engine.calls == []


def test_no_mailbox_is_none_to_connect(engine: Engine) -> None:
    shown = run("mailbox", "connect")
    assert shown.exit_code == 2
    assert engine.calls == []
