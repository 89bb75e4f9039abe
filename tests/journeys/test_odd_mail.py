"""What is odd about a mail that came in is told to everybody in their language, and stored in none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from relance import wording
from relance.cli import inbox as command
from relance.cli.terminal import show
from relance.engine.db.tables import inbound
from relance.mailbox.defects import Defect, Oddity
from relance.wording import Text
from tests import english
from tests.journeys.stage import ADA, Stage

OLA = "ola@acme.example"
OWN = (OLA, ADA, "Follow up")


def test_why_a_mail_could_not_be_read_is_told_in_the_readers_language(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    last = stage.arrived(OLA)[-1]
    stage.place(OLA, f"In-Reply-To: {last.message_id}\r\nDate: yesterday\r\n\r\n".encode(), last.rep)
    stage.look()
    assert (stage.state(OLA), stage.codes(OLA)) == ("held", ("unreadable",))
    told = Text.together(Oddity(Defect.NO_SENDER).text, Oddity(Defect.DATE).text, by="; ")
    with stage.relance._context.database.read() as conn:
        [kept] = conn.execute(sa.select(inbound.c.evidence)).scalars()
    assert Text.read(kept) == told
    [found] = stage.relance.inbox.list()
    assert found.evidence == str(told)
    with wording.speaking("pl"):
        [found] = stage.relance.inbox.list()
        show.record(found, as_json=False, leave_out=("body",), coded=command.CODED)
        assert english.words(capsys.readouterr().out, OWN) == []
        shown = " ".join(stage.relance.explain(OLA)[0].sentences)
        assert str(told) in shown
        assert english.words(shown, OWN) == english.sentences(shown) == []


def test_what_is_noted_of_a_bounce_is_told_in_the_readers_language(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = "Your message is delayed. The server will keep trying. You need not send it again."
    headers = {"Subject": "Delayed Mail (still being retried)", "Auto-Submitted": "auto-replied"}
    stage.answer(OLA, words, sender="mailer-daemon@acme.example", headers=headers)
    stage.look()
    [found] = stage.relance.inbox.list()
    assert found.notes == (str(Text("delayed, not failed: the server keeps trying")),)
    with wording.speaking("pl"):
        [found] = stage.relance.inbox.list()
        assert english.words(" ".join(found.notes)) == []
