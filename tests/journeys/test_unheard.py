"""Two mailboxes write to one person, and one of them cannot be read: only that person waits, nobody behind them."""

from __future__ import annotations

from relance.engine.reasons import prose
from relance.engine.store.mailboxes import mailboxes
from tests.journeys.stage import ADA, FOLLOW_UP, Stage
from tests.reworded import in_english

EWA, OLA = "ewa@acme.example", "ola@apex.example"
BEN = "ben@northwind.example"
EARLIER = FOLLOW_UP | {"sequence": "Earlier", "steps": [FOLLOW_UP["steps"][0]]}  # type: ignore[index]


def locked_out(stage: Stage, address: str) -> None:
    """Its server refuses the password."""
    with stage.relance._context.database.write() as conn:
        box = mailboxes.by_address(conn, address)
        assert box is not None
        mailboxes.pause(conn, box.id, prose("the password was refused"), stage.clock.now(), locked_out=True)
        mailboxes.change(conn, box.id, sync_error="the password was refused")


def test_a_mailbox_that_cannot_be_read_holds_up_only_the_people_it_wrote_to(stage: Stage) -> None:
    stage.mailbox(BEN, "Ben Holm")
    stage.mailbox(ADA, gap_seconds=60)
    for person in (EWA, OLA):
        stage.contact(person)
    stage.relance.enroll(stage.publish(EARLIER), [EWA], mailboxes=[BEN])
    stage.run()
    locked_out(stage, BEN)
    name = stage.publish()
    for person in (EWA, OLA):  # Ewa is first in every turn
        stage.relance.enroll(name, [person], mailboxes=[ADA])
    stage.advance(days=10)
    assert [mail.rep for mail in stage.arrived(EWA)] == [BEN, ADA]
    assert [mail.rep for mail in stage.arrived(OLA)] == [ADA, ADA, ADA]
    (case,) = [each for each in stage.relance.explain(EWA) if each.enrollment.sequence == name]
    unread = in_english("another mailbox that wrote to them has not been read")
    assert any(unread in words for words in case.sentences)
    stage.relance.mailboxes.resume(BEN)
    stage.advance(days=9)
    assert [mail.rep for mail in stage.arrived(EWA)] == [BEN, ADA, ADA, ADA]
