"""Raw mails judged from files: dates by when they came, and nothing a file holds ends in an exception."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from relance import wording
from relance.mailbox import classification
from relance.mailbox.classification import files, safe
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import InboundMail
from relance.wording import Text
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
AWAY = (
    b"Received: from a by b; Mon, 29 Jun 2026 10:00:00 +0200\nFrom: ola@acme.example\nSubject: Automatic reply: hello\n"
    b"Auto-Submitted: auto-replied\nDate: Mon, 29 Jun 2020 10:00:00 +0200\n\nI am out of the office until 14 July.\n"
)


def one(path: Path, raw: bytes, **known: object) -> files.ClassifiedMail:
    path.write_bytes(raw)
    [found] = files.of_file(path, now=NOW, **known)  # type: ignore[arg-type]
    return found


def test_dates_are_read_by_when_the_last_server_took_the_mail_in(tmp_path: Path) -> None:
    found = one(tmp_path / "a.eml", AWAY)
    assert found.kind == "out of office"
    assert found.until is not None
    assert (found.until.year, found.until.month) == (2026, 7)
    assert one(tmp_path / "a.eml", AWAY, received=NOW.replace(year=2031)).until is not None


def test_a_mail_of_our_own_is_known_by_the_address_given(tmp_path: Path) -> None:
    raw = b"From: Ada <ada@sales.example>\nSubject: hello\n\nHello.\n"
    assert one(tmp_path / "a.eml", raw).kind == "human answer"
    assert one(tmp_path / "a.eml", raw, own=["ADA@sales.example"]).kind == "own copy"


def test_a_rule_that_fails_leaves_the_mail_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(mail: InboundMail, **known: object) -> object:
        raise RecursionError("too deep")

    monkeypatch.setattr(classification, "judge", broken)
    found = one(tmp_path / "a.eml", AWAY)
    assert (found.kind, found.evidence) == (
        "unreadable",
        in_english("a fault in Relance (RecursionError: too deep)"),
    )


def test_a_mistake_in_a_rule_is_evidence_by_its_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(mail: InboundMail, **known: object) -> object:
        raise KeyError("x" * 1_000)

    monkeypatch.setattr(classification, "judge", broken)
    evidence = safe.judge(message.read(AWAY), safe.Known(NOW)).evidence
    assert isinstance(evidence, Text)
    assert evidence.params["kind"] == "KeyError"
    assert len(evidence.params["words"]) == safe.MAX_WORDS
    with wording.speaking("pl"):
        assert str(evidence).startswith("błąd w programie Relance (KeyError: ")


@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(raw=st.binary(max_size=3000))
def test_whatever_the_bytes_every_file_is_judged(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "any.eml"
    path.write_bytes(raw)
    assert all(each.kind for each in files.of_file(path, now=NOW))
