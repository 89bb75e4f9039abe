"""A mailbox's turn: take the lease, go through the stages, give it back. The unit of work; everything a worker ever does is one of these."""

from __future__ import annotations

from collections.abc import Callable

from relance import errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.engagement import hits
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.restore import journal_replay
from relance.engine.runtime import unexpected_errors
from relance.engine.schedule.next_turn import EndKind, EndTurn
from relance.engine.store.mailboxes import leases
from relance.engine.turn_stages import Turn, TurnReport, proof_kept
from relance.wording import Text


def due(context: Context, limit: int) -> list[int]:
    """Mailboxes with something to do now that nobody works for, most overdue first. None while the clock is in doubt."""
    if context.watch.doubt():
        return []
    with context.database.read() as conn:
        return leases.with_turn_due(
            conn,
            context.clock.now(),
            limit,
            owner=context.owner,
            at_work=context.at_work.mailboxes(),
            span=context.options.lease,
        )


@actors.acting(Actor(ActorKind.SCHEDULE, "turn"))
def take_turn(context: Context, mailbox_id: int, stop: Callable[[], bool]) -> TurnReport:
    """One whole turn. Safe to call at any time, from anywhere, twice: who does not get the lease does nothing."""
    doubt = context.watch.doubt()
    if doubt:
        return TurnReport(mailbox_id, words=str(doubt), why=reasons.why_of(doubt))
    hits.replay(context)  # who said no while the database was away is not claimed first and turned away then
    journal_replay.hear_once(context)
    with context.at_work.entered(mailbox_id) as alone:
        context.journal.live()  # before a lease is in this process's name
        with proof_kept(context), context.database.write() as conn:
            lease = leases.acquire(conn, mailbox_id, context.owner, context.options.lease, alone=alone)
            turn = None if lease is None else Turn(context, lease, conn)
        if turn is None:
            return TurnReport(mailbox_id, held=True)
        context.at_work.holds(turn.lease)
        return _take_turn(turn, stop)


def _take_turn(turn: Turn, stop: Callable[[], bool]) -> TurnReport:
    try:
        with turn.doors:
            end = _ended(turn, stop)
    except errors.Superseded as lost:
        return turn.report(lost.text)
    return turn.report(Text.read(end.reason))


def _ended(turn: Turn, stop: Callable[[], bool]) -> EndTurn:
    try:
        end = turn.run(stop)
        if turn.delivery is not None:
            return turn.record(end)
    except errors.Superseded:
        raise
    except BaseException as error:
        turn.delivery = None  # the journal knows how its mails ended
        surprise = unexpected_errors.described(error) if unexpected_errors.is_one(error) else ""
        turn.release(EndTurn(EndKind.FAULT), surprise)
        raise
    turn.release(end)
    return end
