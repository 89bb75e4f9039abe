"""The engine with one guard taken out. Each must be caught by some seed, or the simulation proves nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from unittest import mock

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.context import Context
from relance.engine.db.prepared import Prepared, Query
from relance.engine.db.tables import mailbox
from relance.engine.inbound import apply
from relance.engine.inbound.match import Match
from relance.engine.inbound.reading import sync as inbound_sync
from relance.engine.inbound.reading import whole_folder
from relance.engine.journal.findings import Entry, Findings
from relance.engine.journal.journal import Journal
from relance.engine.mailboxes import look
from relance.engine.ports import Inbox
from relance.engine.reasons import HoldKind
from relance.engine.schedule import leaves
from relance.engine.sending import deliver, gate, prepare
from relance.engine.sending.deliver import Delivery
from relance.engine.sending.doubt import in_doubt
from relance.engine.sending.gate import Facts, PreparedMail
from relance.engine.sequences.resuming import doubts
from relance.engine.states import State
from relance.engine.store.inbound import unread_mails
from relance.engine.store.mailboxes import folders, leases, mailboxes
from relance.engine.store.mailboxes.leases import Held, Lease
from relance.engine.store.sending import claims, messages
from relance.engine.store.sending.in_flight import InFlight
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.holds import HoldEvidence
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.smtp.outcome import Outcome
from tests.simulation import believers, ground, repliers
from tests.simulation.believers import both
from tests.simulation.profile import Profile

Mutant = Callable[[], AbstractContextManager[object]]


def no_fence() -> AbstractContextManager[object]:
    """A worker that lost its lease goes on writing."""

    as_it_is = Prepared(
        sa.select(mailbox.c.state, mailbox.c.synced_at).where(mailbox.c.id == sa.bindparam("of"))
    )

    def hold(_conn: Connection, lease: Lease) -> Query[Held]:
        return Query(
            as_it_is, {"of": lease.mailbox_id}, lambda rows: Held(rows[0].state, rows[0].synced_at, None)
        )

    return mock.patch.object(leases, "renewal", hold)


def no_lease() -> AbstractContextManager[object]:
    """A mailbox is taken whoever holds it, and nobody notices."""
    take = leases.acquire

    def taken(conn: Connection, mailbox_id: int, *rest: object, **named: object) -> Lease | None:
        conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(lease_until=None))
        return take(conn, mailbox_id, *rest, **named)  # type: ignore[arg-type]

    return both(no_fence(), mock.patch.object(leases, "acquire", taken))


def no_unique_constraint() -> AbstractContextManager[object]:
    """A step may have several mails: the last wall is down, and so is the fence, behind which nothing ever reaches it."""
    return both(no_fence(), mock.patch.object(ground, "template", ground.template_without_wall))


def no_compare_and_set() -> AbstractContextManager[object]:
    """What happened to an enrollment since its mail was prepared does not matter."""
    claimed = _facts(
        lambda facts: dataclasses.replace(
            facts, state=State.ACTIVE, version_now=facts.version_claimed, step_now=facts.step_wanted
        )
    )
    return both(claimed, _changes(lambda now, version: dataclasses.replace(now, version=version)))


def no_suppression_check() -> AbstractContextManager[object]:
    """The gate does not look at the suppressions."""
    marked = _facts(lambda facts: dataclasses.replace(facts, suppressed=None))
    return both(marked, _changes(lambda now, _version: dataclasses.replace(now, suppressed=None)))


def no_second_look() -> AbstractContextManager[object]:
    """Mails that share a mark are not asked about again before their own bodies."""
    return mock.patch.object(gate, "changes", _unchanged)


def no_synced_check() -> AbstractContextManager[object]:
    """Neither the claim nor the gate asks when the mailbox was read."""
    claim = claims.claim

    def everything(conn: Connection, box: int, now: dt.datetime, limit: int, **_: object) -> list[Enrollment]:
        return claim(conn, box, now, limit, seen=now)

    claimed = mock.patch.object(claims, "claim", everything)
    return both(claimed, _facts(lambda facts: dataclasses.replace(facts, wrote_before=False)))


def no_sync() -> AbstractContextManager[object]:
    """The mailbox is not read, but counts as read."""

    def sync(house: Context, lease: Lease, box: mailboxes.Mailbox, _account: object) -> int:
        with house.database.write() as conn:
            leases.renew(conn, lease)
            mailboxes.change(conn, box.id, synced_at=house.clock.now(), sync_error="")
        return 0

    return mock.patch.object(inbound_sync, "sync", sync)


def no_begin_lines() -> AbstractContextManager[object]:
    """The journal does not say which bodies have begun, nor what was accepted."""
    nothing = mock.patch.object(Journal, "begin", _nothing)
    return both(nothing, mock.patch.object(Journal, "sure", _nothing))


def unread_journal() -> AbstractContextManager[object]:
    """What was accepted stands in the journal, but nobody reads it."""

    def look_up(_self: Journal, _messages: Iterable[int]) -> Findings:
        return Findings({}, frozenset())

    return mock.patch.object(Journal, "look_up", look_up)


def frozen_is_dead() -> AbstractContextManager[object]:
    """A turn that has begun no body is taken for one that never will; no body comes too late."""
    look_up = Journal.look_up

    def found(self: Journal, wanted: Iterable[int]) -> Findings:
        with mock.patch.object(Journal, "_dead", _yes):
            return look_up(self, wanted)

    return both(mock.patch.object(Journal, "look_up", found), mock.patch.object(deliver, "BEGIN_WITHIN", 1e9))


def forgetful_journal() -> AbstractContextManager[object]:
    """The journal is believed to say everything, but the 250 is never written."""
    return mock.patch.object(Findings, "of", _unheard)


def no_sendable_check() -> AbstractContextManager[object]:
    """A mail's own state is not asked: neither when its step is prepared, nor at the gate, nor at the mark."""
    return both(
        mock.patch.object(prepare, "_left_over", _nothing),
        _facts(lambda facts: dataclasses.replace(facts, message_state=states.MessageState.PREPARED)),
        mock.patch.object(messages, "begin", _begin_anything),
        _released_by_hand(),
    )


def watermark_alone() -> AbstractContextManager[object]:
    """The watermark moves in a transaction of its own, before what was read is kept."""

    def window(look: look.Look, folder: object, window: Sequence[object], *rest: object) -> int:
        with look.context.database.write() as conn:
            leases.renew(conn, look.lease)
            whole_folder._mark(conn, look, folder, window[-1].uid)  # type: ignore[arg-type,attr-defined]
        return whole(look, folder, window, *rest)  # type: ignore[arg-type]

    whole = whole_folder._window
    return mock.patch.object(whole_folder, "_window", window)


def watermark_only() -> AbstractContextManager[object]:
    """The watermark moves, and what was read is not acted upon."""
    return mock.patch.object(apply, "act", _nothing)


def body_before_mark() -> AbstractContextManager[object]:
    """The body leaves after the 354, and the mark is committed afterwards."""

    def chunk(self: Delivery, chunk: Sequence[PreparedMail]) -> None:
        for each in self._offered(chunk):
            self.outbox.transmit(each.message.raw)
            admitted = self._mark([each])
            ended = [self._attempt(one, deliver.SendResult(Outcome.ACCEPTED, "final")) for one in admitted]
            self._open += ended
            if len(chunk) > 1:
                self.stopped = True
                return

    return mock.patch.object(Delivery, "_chunk", chunk)


def no_recovery_hold() -> AbstractContextManager[object]:
    """A mail that may have been delivered counts as not sent."""

    def ending(result: object, attempts: int, options: object) -> object:
        if result.outcome is Outcome.UNKNOWN:  # type: ignore[attr-defined]
            result = dataclasses.replace(result, outcome=Outcome.NOT_SENT)  # type: ignore[type-var]
        return plain(result, attempts, options)  # type: ignore[arg-type]

    plain = deliver.endings.ending
    return mock.patch.object(deliver.endings, "ending", ending)


# Bugs the simulation found in the engine, made again.


def one_look() -> AbstractContextManager[object]:
    """Folders are looked over once: a letter moved meanwhile is missed."""

    def once_over(look: look.Look, inbox: Inbox) -> tuple[int, set[FolderRole]]:
        found = inbox.folders(with_trash=True)
        with look.context.database.read() as conn:
            marks = folders.watermarks(conn, look.mailbox.id)
            rows = unread_mails.of_mailbox(conn, look.mailbox.id)
        plans = {folder: inbound_sync._plan(look, folder, marks, rows)[0] for folder in found}
        count = sum(
            inbound_sync._folder(look, inbox, folder, plan, rows, inbound_sync._Round())
            for folder, plan in plans.items()
        )
        inbound_sync._wait(found, rows)
        return count, {folder.role for folder in found}

    return mock.patch.object(inbound_sync, "_folders", once_over)


def forgotten_pause() -> AbstractContextManager[object]:
    """Evidence about a mail lets somebody go on whom a person paused: it is not asked, and the pause is not kept beside."""
    return both(
        mock.patch.object(HoldEvidence, "closes", return_value=True),
        mock.patch.object(Enrollment, "word", property(lambda _: ())),
    )


def closes_anothers_hold() -> AbstractContextManager[object]:
    """Evidence about one mail closes what holds somebody for another: a mail that came in, a refusal. A pause stays."""
    paused = HoldKind.PAUSED
    return mock.patch.object(HoldEvidence, "closes", lambda _self, hold: hold.kind is not paused)


def journal_asked_once() -> AbstractContextManager[object]:
    """The journal of a worker taken for dead is never asked again."""
    return mock.patch.object(in_doubt, "told", _nothing)


def waits_for_ever() -> AbstractContextManager[object]:
    """A follow-up waits for another mailbox whether that is to be read or not: what the judge excuses, where it excuses nothing."""
    return _facts(lambda facts: dataclasses.replace(facts, unread_elsewhere=facts.wrote_before))


def anything_proves() -> AbstractContextManager[object]:
    """Any mail from a person proves that our last one arrived."""
    return mock.patch.object(Match, "proven", property(lambda self: self.message is not None))


def never_on_leave() -> AbstractContextManager[object]:
    """A leave is entered, and mail leaves all the same."""
    return mock.patch.object(leaves, "back_at", _nothing)


MUTANTS: dict[str, Mutant] = {
    each.__name__: each
    for each in (
        no_fence,
        no_lease,
        no_unique_constraint,
        no_compare_and_set,
        no_begin_lines,
        unread_journal,
        forgetful_journal,
        frozen_is_dead,
        no_sync,
        no_synced_check,
        no_suppression_check,
        no_second_look,
        no_sendable_check,
        watermark_alone,
        watermark_only,
        body_before_mark,
        no_recovery_hold,
        one_look,
        forgotten_pause,
        closes_anothers_hold,
        journal_asked_once,
        anything_proves,
        believers.no_healing,
        believers.no_witness,
        believers.no_doubt,
        believers.refused_is_read,
        believers.one_answer_proves,
        believers.counter_believed,
        believers.sender_is_recipient,
        believers.first_refusal_counts,
        believers.no_giving_back,
        believers.copies_by_hand,
        believers.forgets_lost_before,
        believers.silence_is_no_news,
        believers.silence_is_not_sent,
        believers.asks_the_silent,
        believers.kept_noes_unread,
        believers.names_are_folders,
        believers.no_swaps,
        waits_for_ever,
        never_on_leave,
        repliers.each_click_replies,
        repliers.replies_to_anybody,
    )
}


NEEDS = {
    "no_fence": ("freeze",),
    "no_lease": ("hints", "people_act"),
    "no_unique_constraint": ("freeze",),
    "no_suppression_check": ("bars",),
    "no_second_look": ("chunks", "stops"),
    "no_sendable_check": ("people_act", "doubts"),
    "one_look": ("letters", "moves"),
    "forgotten_pause": ("people_act", "doubts", "letters"),
    "closes_anothers_hold": ("doubts", "letters"),
    "anything_proves": ("letters", "doubts"),
    "no_healing": ("clock",),
    "no_witness": ("clock", "witness"),
    "no_doubt": ("clock",),
    "refused_is_read": ("refuses", "letters"),
    "one_answer_proves": ("hides", "letters"),
    "counter_believed": ("renumbers", "letters"),
    "sender_is_recipient": ("disowns",),
    "first_refusal_counts": ("logins",),
    "no_giving_back": ("crash",),
    "copies_by_hand": ("restores",),
    "forgets_lost_before": ("restores",),
    "silence_is_no_news": ("silent", "letters"),
    "silence_is_not_sent": ("silent",),
    "asks_the_silent": ("silent", "crowds"),
    "kept_noes_unread": ("mute", "unsubscribes"),
    "names_are_folders": ("renames", "letters", "ids"),
    "no_swaps": ("nameless", "letters"),
    "waits_for_ever": ("bars", "logins"),
    "each_click_replies": ("replies", "letters"),
    "replies_to_anybody": ("replies", "letters", "stops"),
}
"""The faults without which a mutant lives like anybody: worlds that lack one need not be searched."""


def could_be_caught(name: str, habits: Profile) -> bool:
    """Whether a world has what a mutant needs to do harm."""
    return all(getattr(habits, fault) for fault in NEEDS.get(name, ()))


def _nothing(*_args: object, **_rest: object) -> None:
    return None


def _unchanged(*_args: object) -> tuple[str, ...]:
    return ()


def _yes(*_args: object) -> bool:
    return True


def _unheard(*_args: object) -> Entry:
    return Entry()


def _facts(change: Callable[[Facts], Facts]) -> AbstractContextManager[object]:
    objections = gate.objections
    return mock.patch.object(gate, "objections", lambda facts: objections(change(facts)))


def _changes(change: Callable[[InFlight, int], InFlight]) -> AbstractContextManager[object]:
    plain = gate.changes
    return mock.patch.object(
        gate, "changes", lambda version, fence, now: plain(version, fence, change(now, version))
    )


def _begin_anything(conn: Connection, numbers: Sequence[int], fence: int, now: object) -> set[int]:
    table = messages.message
    values = {
        "state": "transmitting",
        "transmitting_at": now,
        "fence": fence,
        "attempts": table.c.attempts + 1,
    }
    conn.execute(sa.update(table).where(table.c.id.in_(numbers)).values(values))
    return set(numbers)


def _released_by_hand() -> AbstractContextManager[object]:
    """Held because a mail may have been delivered: a person lets it go on, and nobody objects."""
    return mock.patch.object(doubts, "refuse_unknown", _nothing)
