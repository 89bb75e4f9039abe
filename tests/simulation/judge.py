"""The promises, judged from the world's own record and the database as it ends. Nothing here asks the engine's opinion."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from relance import clock
from relance.engine import reasons
from relance.engine.db import tables
from relance.engine.reasons import Code
from relance.engine.schedule import next_turn
from relance.engine.sending.doubt import in_doubt
from relance.mailbox.smtp import replies as smtp_replies
from relance.wording.sentence_codes import SentenceCode
from tests.simulation import aside, ground, hands, people, post, replying
from tests.simulation.aside import Doubt
from tests.simulation.ground import Ground
from tests.simulation.letters import STOPS, Kind
from tests.simulation.sim import Sim
from tests.simulation.world import Session, Taken

_MSG, _ENR, _CON, _SEQ, _BOX = (
    tables.message,
    tables.enrollment,
    tables.contact,
    tables.sequence,
    tables.mailbox,
)
_ENROLLMENTS = (
    sa.select(
        _ENR, _CON.c.email, _SEQ.c.name.label("sequence"), _BOX.c.state.label("mailbox_state"), aside.WAITS
    )
    .join(_CON, _CON.c.id == _ENR.c.contact_id)
    .join(_SEQ, _SEQ.c.id == _ENR.c.sequence_id)
    .join(_BOX, _BOX.c.id == _ENR.c.mailbox_id)
)
_MAILS = sa.select(_MSG, _BOX.c.files_sent, aside.UNREAD).join(_BOX, _BOX.c.id == _MSG.c.mailbox_id)


def quiet(sim: Sim, laid: Ground) -> bool:
    """Whether every step is done or waits for a person."""
    if sim.profile.replies and replying.anything_waits(laid):
        return False
    return not aside.anybody_goes_on(laid) and not any(_open(sim, mail) for mail in aside.doubts(laid))


def _open(sim: Sim, mail: Doubt) -> bool:
    if mail.state == "unknown":
        waits = bool(mail.files_sent) or mail.looks < in_doubt.MIN_SYNCS or _known(sim, mail)
        return waits and not mail.unread
    return bool(mail.state == "transmitting")


def _known(sim: Sim, mail: sa.Row | Doubt) -> bool:
    """Whether a journal that every process can read says what became of a mail (the third process is on another host)."""
    return (mail.id, mail.fence) in sim.world.journaled and sim.profile.processes < 3


def breaches(sim: Sim, laid: Ground, settled: bool) -> tuple[list[str], int]:
    """Every promise that was broken, in words, and how many mails are held as unknown."""
    with laid.real.read() as conn:
        rows = list(conn.execute(_ENROLLMENTS))
        mails = list(conn.execute(_MAILS))
    found = list(sim.world.breaches)
    found += [f"{name} failed with an unexpected error: {fault!r}" for name, fault in sim.stage.faults]
    if not settled:
        found.append("the world does not settle")
    found += _late(sim)
    found += _paused(sim, laid)
    found += _by_a_wrong_clock(sim)
    found += _twice(sim)
    found += _after_an_answer(sim)
    found += _after_a_no(sim)
    found += hands.on_leave(sim)
    found += _fences(sim, mails)
    found += _states(sim, rows, mails, settled)
    return found, sum(mail.state == "unknown" for mail in mails)


LATEST = dt.timedelta(days=10)
# A world is calm and done: a few waits, an absence, a mail that a server puts off again and again.


def _late(sim: Sim) -> Iterator[str]:
    """What a clock that was a month ahead has planned does not take a month."""
    if sim.calm_since is None or sim.profile.slept or sim.now - sim.calm_since <= LATEST:
        return
    yield f"late: what was left to do when all was calm took {sim.now - sim.calm_since}"


OF_OURS = {Code.STEP_FAILED, Code.NOT_PREPARED}
# What somebody is held for whose step meets a fault of ours.


def _paused(sim: Sim, laid: Ground) -> Iterator[str]:
    """A login that worked before is not given up for one refusal, which may be the server's own trouble."""
    silence = (post.SILENT_IMAP, smtp_replies.described(TimeoutError()))
    refusals = (post.NO_ENTRY, post.WRONG_PASSWORD.text)
    for number, why, stored in aside.paused(laid):
        if why in (SentenceCode.NO_ANSWER, SentenceCode.UNREACHABLE) or any(
            each in stored for each in silence
        ):
            yield f"paused: mailbox {number}, for a server that was silent: {stored}"
        refused = sim.world.logins_refused[number]
        for_a_login = why == SentenceCode.LOGIN_REFUSED or any(each in stored for each in refusals)
        if for_a_login and refused < next_turn.REFUSALS:
            yield f"paused: mailbox {number}, after {refused} refused logins: {stored}"


def _by_a_wrong_clock(sim: Sim) -> Iterator[str]:
    """A process that lived when its clock jumped does nothing by it for a while."""
    doubted = dt.timedelta(seconds=clock.SETTLE_SECONDS)
    for taken in sim.world.taken if not sim.world.crashes else ():
        jumps = bisect.bisect(sim.jumped_at, taken.marked)
        since, ahead = sim.clock_was[jumps - 1] if jumps else (ground.START, None)
        if ahead and taken.marked_at - since < doubted:
            yield f"by a wrong clock: {_name(taken)}, {taken.marked_at - since} after it jumped by {ahead}"


def _name(taken: Taken) -> str:
    return f"{taken.mail.sequence}.{taken.mail.step} to {taken.mail.recipient} (taken at {taken.order})"


def _twice(sim: Sim) -> Iterator[str]:
    mails: dict[tuple[str, str, str], list[Taken]] = defaultdict(list)
    for each in sim.world.taken:
        mails[each.mail.recipient, each.mail.sequence, each.mail.step].append(each)
    for (person, sequence, step), same in mails.items():
        if any(not _forgotten(sim, *pair) for pair in itertools.pairwise(same)):
            orders = [each.order for each in same]
            yield f"twice: {sequence}.{step} to {person}, {len(orders)} times, at {orders}"


def _forgotten(sim: Sim, first: Taken, second: Taken) -> bool:
    """Whether nobody could know of the first one: a backup from before it was put back, nobody noticed, and no look into
    its mailbox has met its copy since."""
    restored = sim.world.unnoticed(second.marked)
    if restored is None or not restored.made < first.marked < restored.order:
        return False
    filed = sim.world.filed.get(first.order, second.marked)
    return not _read(sim, first.mailbox, max(restored.order, filed), second.marked)


def _read(sim: Sim, mailbox: int, since: int, before: int) -> bool:
    """Whether a mailbox was read, from its beginning to its end, between two moments."""
    looks = (each for each in sim.world.sessions if each.mailbox == mailbox)
    return any(each.began > since and each.ended is not None and each.ended < before for each in looks)


def _after_an_answer(sim: Sim) -> Iterator[str]:
    earlier: dict[tuple[str, str], Taken] = {}
    for taken in sim.world.taken:
        if replying.is_one(taken):
            continue
        key = taken.mail.recipient, taken.mail.sequence
        before = earlier.get(key)
        if before is not None:
            yield from _follow_up(sim, before, taken)
        earlier[key] = taken


def _follow_up(sim: Sim, before: Taken, taken: Taken) -> Iterator[str]:
    """Every mailbox that wrote to them must have been read since it fell due, for answers to this one or another."""
    who, due = taken.mail.recipient, earliest_due(before.marked_at, ground.WAIT, sim.clock_was)
    restored = any(before.marked < each.order for each in sim.world.restored)
    if restored or (who, before.mail.step) in sim.world.said_sent:  # it counts from when it was due
        due = min(due, sim.world.restored[-1].at)
    wrote = {
        each.mailbox for each in sim.world.taken if each.mail.recipient == who and each.order < taken.marked
    }
    for mailbox in sorted(wrote):
        if _nobody_knows(sim, mailbox, taken):
            continue
        looks = [
            each
            for each in sim.world.sessions
            if each.mailbox == mailbox and each.ended is not None and each.ended < taken.marked
        ]
        if before.mail.step != taken.mail.step and not any(each.began_at >= due for each in looks):
            yield f"no look into mailbox {mailbox} between {due} and {_name(taken)}"
        if looks:
            yield from _unheard(sim, max(looks, key=lambda each: each.began), taken)


def _nobody_knows(sim: Sim, mailbox: int, taken: Taken) -> bool:
    """Whether the database was put back, nobody noticed, and this mailbox was not read since: then it has no reason to be."""
    return any(
        not each.noticed and each.order < taken.marked and not _read(sim, mailbox, each.order, taken.marked)
        for each in sim.world.restored
    )


def earliest_due(
    since: dt.datetime, wait: dt.timedelta, clock_was: Sequence[tuple[dt.datetime, dt.timedelta]]
) -> dt.datetime:
    """The first true moment at which a step may be due whose wait began then, by a clock that was ahead at times."""
    begun = [since, *(at for at, _ in clock_was if at > since)]
    least = dt.timedelta.max
    for start, end in zip(begun, [*begun[1:], dt.datetime.max.replace(tzinfo=dt.UTC)], strict=True):
        ahead = next((by for at, by in reversed(clock_was) if at <= start), dt.timedelta(0))
        least = min(least, ahead)  # a wait that began by a clock further ahead is counted anew
        due = max(start, since + wait - (ahead - least))
        if due < end:
            return due
    raise AssertionError("no clock goes on for ever")


def _unheard(sim: Sim, look: Session, taken: Taken) -> Iterator[str]:
    for each in sim.world.arrivals:
        about = each.mailbox == look.mailbox and each.letter.person == taken.mail.recipient
        if not about or each.order > look.began or _let_go_on(sim, each.order, each.letter.kind, taken):
            continue
        if each.letter.kind in STOPS:
            yield f"after an answer: {_name(taken)}, though {each.letter.kind} of {each.order} stood there at {look.began}"
        elif taken.wall < each.letter.written + dt.timedelta(days=1):
            yield f"in an absence: {_name(taken)}, though {each.letter.kind} of {each.order} stood there at {look.began}"


def _let_go_on(sim: Sim, since: int, kind: Kind, taken: Taken) -> bool:
    """Whether a person looked at what a machine could not be sure of, and said: go on."""
    if kind not in (Kind.COLLEAGUE, Kind.AWAY):
        return False
    return any(
        since < order < taken.marked and who == taken.mail.recipient for order, who in sim.world.resumed
    )


def _after_a_no(sim: Sim) -> Iterator[str]:
    for taken in sim.world.taken:
        asked = max(taken.marked, taken.asked)
        for bar in sim.world.barred(taken.mail.recipient, asked, taken.host):
            if replying.is_one(taken) and bar.why in replying.NOT_FOR_REPLIES:
                continue
            yield f"after a no: {_name(taken)}, asked about at {asked}, though {bar.why} since {bar.since}"


def _fences(sim: Sim, mails: list[sa.Row]) -> Iterator[str]:
    """The fences of a mailbox's mails, in the order their marks were committed, never go down."""
    fences = {mail.message_id: mail.fence for mail in mails}
    last: dict[int, int] = defaultdict(int)
    final = {each.mail.message_id: each for each in sim.world.taken}
    restored = max((each.order for each in sim.world.restored), default=0)
    since = [each for each in final.values() if each.marked > restored]  # fences are counted anew from there
    for taken in sorted(since, key=lambda each: each.marked):
        fence = fences.get(taken.mail.message_id, 0)
        if fence < last[taken.mailbox]:
            yield f"fence: {_name(taken)} went under {fence} after one under {last[taken.mailbox]}"
        last[taken.mailbox] = max(last[taken.mailbox], fence)


def _states(sim: Sim, rows: list[sa.Row], mails: list[sa.Row], settled: bool) -> Iterator[str]:
    taken: dict[str, list[Taken]] = defaultdict(list)
    for each in sim.world.taken:
        taken[each.mail.message_id].append(each)
    by_step = {(mail.enrollment_id, mail.step): mail for mail in mails}
    for (_, step), count in Counter((mail.enrollment_id, mail.step) for mail in mails).items():
        if count > 1:
            yield f"two mails: {step} of one person was written {count} times"
    for mail in mails:
        yield from _mail(sim, mail, taken[mail.message_id], settled)
    for row in rows:
        yield from _row(row, settled)
        yield from _cause(sim, row)
        if row.state == "finished":
            yield from _finished(row, by_step)


def _row(row: sa.Row, settled: bool) -> Iterator[str]:
    who = f"{row.email} in {row.sequence}"
    if row.state in ("active", "away") and settled and row.mailbox_state == "active" and not row.waits:
        yield f"lost: {who} is {row.state} with nothing to come"
    if row.state not in ("active", "finished") and not row.reason:
        yield f"unexplained: {who} is {row.state} without a reason"
    if row.state != "active" and not row.cause_event_id:
        yield f"uncaused: {who} is {row.state} without an event that led there"
    if row.attempts > ground.ATTEMPTS + 1:
        yield f"attempts: {who} was tried {row.attempts} times"


def _finished(row: sa.Row, by_step: Mapping[tuple[int, str], sa.Row]) -> Iterator[str]:
    for step in ground.STEPS[row.sequence]:
        mail = by_step.get((row.id, step))
        state = mail.state if mail is not None else "no mail"
        if state not in ("accepted", "refused", "abandoned"):
            yield f"lost: {row.email} in {row.sequence} finished without {step} ({state})"


def _lost(sim: Sim, taken: Taken, mail: sa.Row) -> bool:
    """Whether nobody could know any more that a server took it: a backup from before it was put back since, no journal at
    hand says so of this row, and no look has met its copy or a letter about it."""
    back = next((each for each in sim.world.restored if each.made < taken.marked < each.order), None)
    if back is None:
        return False
    if mail.id in sim.world.journaled_taken and sim.profile.processes < 3:
        return False
    about = taken.mail.message_id.encode()
    shown = [each.order for each in sim.world.arrivals if about in each.letter.raw]
    shown += [sim.world.filed[taken.order]] if taken.order in sim.world.filed else []
    return not any(_read(sim, taken.mailbox, max(back.order, order), sim.order) for order in shown)


def _mail(sim: Sim, mail: sa.Row, taken: Sequence[Taken], settled: bool) -> Iterator[str]:
    what = f"{mail.step} to {mail.recipient}"
    decided = mail.message_id in sim.world.decided or (mail.recipient, mail.step) in sim.world.said_sent
    if mail.state == "accepted" and not taken and not decided:
        yield f"lost: {what} counts as accepted, but no server took it"
    known = any(not _lost(sim, each, mail) for each in taken)
    if known and mail.state not in ("accepted", "unknown", "transmitting"):
        yield f"miscounted: {what} is {mail.state}, but a server took it"
    if not settled or mail.unread:
        return
    if mail.state == "transmitting":
        yield f"stuck: {what} is transmitting for ever"
    if mail.state == "unknown" and mail.files_sent:
        yield f"unresolved: {what} is unknown, though the mailbox files Sent copies"
    if mail.state == "unknown" and _known(sim, mail):
        yield f"forgotten: {what} is unknown, though its end is on the disk"


def _cause(sim: Sim, row: sa.Row) -> Iterator[str]:
    """Nobody is stopped for nothing, and who answered does not go on."""
    who = f"{row.email} in {row.sequence}"
    kinds = {each.letter.kind for each in sim.world.arrivals if each.letter.person == row.email}
    if row.state == "replied" and not kinds & {Kind.ANSWER, Kind.UNNAMED}:
        yield f"stopped for nothing: {who} is replied"
    if row.state == "bounced" and Kind.BOUNCE not in kinds and row.email not in sim.world.refused:
        yield f"stopped for nothing: {who} is bounced"
    if row.state == "held" and OF_OURS & {each.code for each in reasons.read(row.reasons)}:
        yield f"held for nothing: {who}: {row.reason}"
    if people.POISON in row.email and row.state not in ("held", "unsubscribed", "active"):
        yield f"poison: {who} is {row.state}"
