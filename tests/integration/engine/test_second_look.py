"""Mails that share a mark: whoever says no before a mail's own 354 gets none, though the mark said yes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relance import wording
from relance.engine import reasons
from relance.engine.journal.opt_outs import OptOut
from relance.engine.reasons import Code, because
from relance.engine.sending import deliver, gate
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import SendResult
from tests import english
from tests.journeys.stage import ADA, FOLLOW_UP, Stage, standing

EWA, OLA, JAN = "ewa@acme.example", "ola@apex.example", "jan@aster.example"

NEWS: dict[str, Callable[[Stage], object]] = {
    "unsubscribed": lambda stage: stage.relance.contacts.suppress(OLA),
    "said no to a page whose database was away": lambda stage: stage.relance._context.noes.keep(
        OptOut(OLA, 1, stage.clock.now())
    ),
    "paused": lambda stage: stage.relance.pause(OLA, reason="wait"),
    "sequence paused": lambda stage: stage.relance.sequences.pause(str(FOLLOW_UP["sequence"]), "wait"),
    "mailbox paused": lambda stage: stage.relance.mailboxes.pause(ADA, "wait"),
}


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        ready.mailbox(daily_cap=None, gap_seconds=0)
        ready.enroll(EWA, OLA, JAN)
        yield ready


def during_the_first_body(stage: Stage, news: Callable[[Stage], object]) -> None:
    """Something happens while the first of the mails that share a mark is on its way."""
    told: list[object] = []

    class Outbound(Outbox):
        def transmit(self, raw: bytes) -> SendResult:
            if not told:
                told.append(news(stage))
            return super().transmit(raw)

    stage.relance._context = dataclasses.replace(
        stage.relance._context, open_outbox=lambda account: Outbound(account, helo="localhost")
    )


@pytest.mark.parametrize("what", NEWS)
def test_who_says_no_while_another_mail_leaves_gets_none(stage: Stage, what: str) -> None:
    during_the_first_body(stage, NEWS[what])
    stage.run()
    assert stage.sent_to(EWA) == 1
    assert stage.sent_to(OLA) == 0
    assert stage.sent_to(JAN) == ("mailbox" not in what and "sequence" not in what)
    lines = [line for person in (OLA, JAN) for line in stage.relance.timeline(person)]
    withdrawn = [line for line in lines if line.data.get("why", {}).get("code") == Code.WITHDRAWN]
    assert [line.kind for line in withdrawn] == ["message.withdrawn"]


@pytest.mark.wording
def test_what_stopped_it_reads_in_the_readers_language(stage: Stage) -> None:
    during_the_first_body(stage, NEWS["unsubscribed"])
    stage.run()
    with wording.speaking("pl"):
        [told] = [line for line in stage.relance.timeline(OLA) if line.kind == "message.withdrawn"]
    assert "wycofano przed wysłaniem" in told.words
    assert english.words(told.words, (OLA,)) == english.sentences(told.words) == []


def test_without_the_second_look_it_would_have_left(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "changes", lambda *_: ())
    during_the_first_body(stage, NEWS["unsubscribed"])
    stage.run()
    assert stage.sent_to(OLA) == 1


def test_why_a_mail_was_withdrawn_is_told_in_the_readers_language() -> None:
    withdrawn = deliver._withdrawn([because(Code.CHANGED), because(Code.SEQUENCE_PAUSED)])
    with wording.speaking("pl"):
        told = reasons.of_row(withdrawn.row()).words
        changed, paused = because(Code.CHANGED), because(Code.SEQUENCE_PAUSED)
        assert told == f"wycofano przed wysłaniem: {changed}; ponadto: {paused}"
        assert "changed" not in told
