"""Where an enrollment and a message can stand, and the two tables that say how they move. Pure.

Read each grid by the row: an event, then the state it leads to from every state above it. Every pair is there, because
news comes late, twice and out of order: what changes nothing is a row that stays, never an error.

*Permission is not a transition.* The tables record news; whether something may be sent is asked of `SENDABLE` and
`MESSAGE_SENDABLE` in the transaction that marks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete
from relance.wording import Text

POLICIES = ("hold", "assume sent", "send again")


class State(StrEnum):
    """Where one contact stands in one sequence."""

    ACTIVE = "active"  # the next step goes when it falls due
    PAUSED = "paused"  # by a person, until a person resumes it
    AWAY = "away"  # out of office, until a date
    HELD = "held"  # needs a person; the row says why
    FINISHED = "finished"  # every step done
    REPLIED = "replied"  # a person answered
    BOUNCED = "bounced"  # the address does not work
    UNSUBSCRIBED = "unsubscribed"  # asked for no more mail, or complained
    STOPPED = "stopped"  # by a person, by the sequence's own rule, or for a colleague's answer
    FAILED = "failed"  # cannot go on for a technical reason


STATES: Mapping[str, Text] = complete(
    State,
    {
        State.ACTIVE: Text.within("person", "active"),
        State.PAUSED: Text.within("person", "paused"),
        State.AWAY: Text.within("person", "away"),
        State.HELD: Text.within("person", "held"),
        State.FINISHED: Text.within("person", "finished"),
        State.REPLIED: Text.within("person", "replied"),
        State.BOUNCED: Text.within("person", "bounced"),
        State.UNSUBSCRIBED: Text.within("person", "unsubscribed"),
        State.STOPPED: Text.within("person", "stopped"),
        State.FAILED: Text.within("person", "failed"),
    },
)
"""The states of a person in a sequence as people read them."""


class Event(StrEnum):
    """News about an enrollment."""

    STEP_DONE = "step done"  # a step was done and another follows
    COMPLETED = "completed"  # the last step was done
    PAUSED = "paused by a person"
    RESUMED = "resumed by a person"
    OUT_OF_OFFICE = "out of office"
    BACK = "back from absence"  # the date has come
    HELD = "held"  # something only a person can decide
    RELEASED = "released"  # a person decided it, or evidence did
    REPLIED = "replied"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    STOPPED = "stopped"
    FAILED = "failed"
    REOPENED = "reopened by a person"  # a person says that the end was a mistake
    WISH_UNDONE = "opt-out undone"  # whoever noted the wish says at once that it was a slip, and nobody else heard of one


_ACT, _PAU, _AWY, _HLD = State.ACTIVE, State.PAUSED, State.AWAY, State.HELD
_FIN, _REP, _BOU = State.FINISHED, State.REPLIED, State.BOUNCED
_UNS, _STO, _FAI = State.UNSUBSCRIBED, State.STOPPED, State.FAILED

# fmt: off
_GRID: dict[Event, tuple[State, ...]] = {
    # from:               active paused away  held  finished replied bounced unsubscr. stopped failed
    Event.STEP_DONE:     (_ACT,  _PAU,  _AWY, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.COMPLETED:     (_FIN,  _FIN,  _FIN, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _FIN,   _FIN),
    Event.PAUSED:        (_PAU,  _PAU,  _PAU, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.RESUMED:       (_ACT,  _ACT,  _ACT, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.OUT_OF_OFFICE: (_AWY,  _PAU,  _AWY, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.BACK:          (_ACT,  _PAU,  _ACT, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.HELD:          (_HLD,  _HLD,  _HLD, _HLD, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.RELEASED:      (_ACT,  _PAU,  _AWY, _ACT, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.REPLIED:       (_REP,  _REP,  _REP, _REP, _REP,    _REP,   _REP,   _UNS,     _REP,   _REP),
    Event.BOUNCED:       (_BOU,  _BOU,  _BOU, _BOU, _BOU,    _REP,   _BOU,   _UNS,     _BOU,   _BOU),
    Event.UNSUBSCRIBED:  (_UNS,  _UNS,  _UNS, _UNS, _UNS,    _UNS,   _UNS,   _UNS,     _UNS,   _UNS),
    Event.COMPLAINED:    (_UNS,  _UNS,  _UNS, _UNS, _UNS,    _UNS,   _UNS,   _UNS,     _UNS,   _UNS),
    Event.STOPPED:       (_STO,  _STO,  _STO, _STO, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _STO),
    Event.FAILED:        (_FAI,  _FAI,  _FAI, _FAI, _FIN,    _REP,   _BOU,   _UNS,     _STO,   _FAI),
    Event.REOPENED:      (_ACT,  _PAU,  _AWY, _HLD, _FIN,    _ACT,   _ACT,   _UNS,     _ACT,   _ACT),
    Event.WISH_UNDONE:   (_ACT,  _PAU,  _AWY, _HLD, _FIN,    _REP,   _BOU,   _ACT,     _STO,   _FAI),
}
# fmt: on

TRANSITIONS: dict[tuple[State, Event], State] = {
    (state, event): after
    for event, row in complete(Event, _GRID).items()
    for state, after in zip(State, row, strict=True)
}
"""The one table: where every event leads from every state."""

FINAL_BY_STRENGTH: tuple[State, ...] = (_FAI, _STO, _FIN, _BOU, _REP, _UNS)
"""The final states, weakest first. Of two pieces of final news the stronger stands, whichever came first."""

FINAL: frozenset[State] = frozenset(FINAL_BY_STRENGTH)
"""Nothing is sent any more; only a person's REOPENED leads out, and of an opt-out its WISH_UNDONE."""

OPEN: frozenset[State] = frozenset(State) - FINAL
"""Something may still happen."""

GOES_ON: frozenset[State] = frozenset({State.ACTIVE, State.AWAY})
"""The next step comes without anybody doing anything: only here has it a time to be told."""

SENDABLE: frozenset[State] = frozenset({State.ACTIVE})
"""The only states in which a step may be sent."""

STOP_NEWS: frozenset[Event] = frozenset(
    {Event.REPLIED, Event.BOUNCED, Event.UNSUBSCRIBED, Event.COMPLAINED, Event.STOPPED, Event.FAILED}
)
"""After any of these no mail follows, whatever the state was."""

_STOPPING = STOP_NEWS | {Event.HELD, Event.PAUSED}

BY_A_PERSON: frozenset[Event] = frozenset({Event.PAUSED, Event.RESUMED, Event.REOPENED, Event.WISH_UNDONE})
"""Events that only a person's decision makes. (RELEASED and STOPPED come from people and from evidence.)"""


def advance(state: State, event: Event) -> State:
    """Where `event` leads from `state`; defined for every pair. From a state that only a later release knows, to where no mail follows, and
    nowhere else."""
    if state not in STATES:
        return TRANSITIONS[State.ACTIVE, event] if event in _STOPPING else state
    return TRANSITIONS[state, event]


class MessageState(StrEnum):
    """Where one mail stands on its way out."""

    PREPARED = "prepared"  # bytes, Message-ID and Date are frozen; nothing was offered
    TRANSMITTING = "transmitting"  # committed after the 354, before the first byte of the body
    ACCEPTED = "accepted"  # a server took responsibility
    REFUSED = "refused"  # a full 5xx
    DEFERRED = "deferred"  # a full 4xx; the same bytes may go again
    UNKNOWN = "unknown"  # may have been delivered
    NOT_SENT = "not sent"  # evidence says that it never left; the same bytes may go again
    ABANDONED = "abandoned"  # given up: by a person, or because its enrollment ended


MESSAGE_STATES: Mapping[MessageState, Text] = complete(
    MessageState,
    {
        MessageState.PREPARED: Text.within("message", "prepared"),
        MessageState.TRANSMITTING: Text.within("message", "transmitting"),
        MessageState.ACCEPTED: Text.within("message", "accepted"),
        MessageState.REFUSED: Text.within("message", "refused"),
        MessageState.DEFERRED: Text.within("message", "deferred"),
        MessageState.UNKNOWN: Text.within("message", "unknown"),
        MessageState.NOT_SENT: Text.within("message", "not sent"),
        MessageState.ABANDONED: Text.within("message", "abandoned"),
    },
)
"""The states of a mail as people read them."""


class MessageEvent(StrEnum):
    """News about a message."""

    BEGUN = "begun"  # 354 received: the mark goes in before the body
    WITHDRAWN = "withdrawn"  # trouble before the first byte of the body: certainly not delivered
    ACCEPTED = "accepted"  # a full 2xx after the body, now or from the journal
    REFUSED = "refused"
    DEFERRED = "deferred"
    LOST = "lost"  # trouble after the first byte: nobody knows
    FOUND = "found"  # evidence of delivery: Sent copy, bounce, answer
    MISSING = (
        "missing"  # evidence against it: a mailbox that files Sent copies shows none; or a policy says so
    )
    ASSUMED = "assumed sent"  # a person or a policy takes it as delivered
    ABANDONED = "abandoned"
    FORGOTTEN = "forgotten"  # a backup was put back: what it says of a mail that was to leave may be old
    RETRIED = "offered again by a person"  # its refusal was the sender's trouble: the same bytes may go


_PRE, _TRA, _ACC, _REF = (
    MessageState.PREPARED,
    MessageState.TRANSMITTING,
    MessageState.ACCEPTED,
    MessageState.REFUSED,
)
_DEF, _UNK, _NOT, _ABA = (
    MessageState.DEFERRED,
    MessageState.UNKNOWN,
    MessageState.NOT_SENT,
    MessageState.ABANDONED,
)

# fmt: off
_MESSAGE_GRID: dict[MessageEvent, tuple[MessageState, ...]] = {
    # from:                  prepared transm. accepted refused deferred unknown not sent abandoned
    MessageEvent.BEGUN:     (_TRA,    _TRA,   _ACC,    _REF,   _TRA,    _UNK,   _TRA,    _ABA),
    MessageEvent.WITHDRAWN: (_PRE,    _PRE,   _ACC,    _REF,   _DEF,    _NOT,   _NOT,    _ABA),
    MessageEvent.ACCEPTED:  (_ACC,    _ACC,   _ACC,    _ACC,   _ACC,    _ACC,   _ACC,    _ACC),
    MessageEvent.REFUSED:   (_REF,    _REF,   _ACC,    _REF,   _REF,    _REF,   _REF,    _ABA),
    MessageEvent.DEFERRED:  (_DEF,    _DEF,   _ACC,    _REF,   _DEF,    _DEF,   _DEF,    _ABA),
    MessageEvent.LOST:      (_UNK,    _UNK,   _ACC,    _REF,   _DEF,    _UNK,   _NOT,    _ABA),
    MessageEvent.FOUND:     (_ACC,    _ACC,   _ACC,    _ACC,   _ACC,    _ACC,   _ACC,    _ACC),
    MessageEvent.MISSING:   (_PRE,    _TRA,   _ACC,    _REF,   _DEF,    _NOT,   _NOT,    _ABA),
    MessageEvent.ASSUMED:   (_PRE,    _TRA,   _ACC,    _REF,   _DEF,    _ACC,   _NOT,    _ABA),
    MessageEvent.ABANDONED: (_ABA,    _TRA,   _ACC,    _REF,   _ABA,    _ABA,   _ABA,    _ABA),
    MessageEvent.FORGOTTEN: (_UNK,    _TRA,   _ACC,    _REF,   _UNK,    _UNK,   _UNK,    _ABA),
    MessageEvent.RETRIED:   (_PRE,    _TRA,   _ACC,    _DEF,   _DEF,    _UNK,   _NOT,    _ABA),
}
# fmt: on

MESSAGE_TRANSITIONS: dict[tuple[MessageState, MessageEvent], MessageState] = {
    (state, event): after
    for event, row in complete(MessageEvent, _MESSAGE_GRID).items()
    for state, after in zip(MessageState, row, strict=True)
}
"""The one table of messages: where every event leads from every state."""

_DELIVERED = frozenset({MessageEvent.ACCEPTED, MessageEvent.FOUND})

MESSAGE_SENDABLE: frozenset[MessageState] = frozenset(
    {MessageState.PREPARED, MessageState.DEFERRED, MessageState.NOT_SENT}
)
"""The only states from which an attempt may begin."""

MESSAGE_GIVEN_UP: frozenset[MessageState] = frozenset({MessageState.REFUSED, MessageState.ABANDONED})
"""These never left and never will: what they were to say may be said again."""


def advance_message(state: MessageState, event: MessageEvent) -> MessageState:
    """Where `event` leads from `state`; defined for every pair. From a state that only a later release knows, to where nothing is offered any
    more by anybody, and nowhere else."""
    if state not in MESSAGE_STATES:
        return MessageState.ACCEPTED if event in _DELIVERED else state
    return MESSAGE_TRANSITIONS[state, event]


class BulkOutcome(StrEnum):
    """What happened to one of many."""

    CHANGED = "changed"  # in a dry run: would change
    STAYS_PAUSED = "stays paused"  # released; a person's pause stood behind the hold, and stands
    MAIL_IN_DOUBT = "mail in doubt"  # may have been delivered: `relance unknown list` decides
    STEP_IN_DOUBT = "step in doubt"  # may have been sent before a restore: `relance restored list` decides
    MAILBOX_REMOVED = "mailbox removed"  # another one must be named: `relance resume --mailbox`
    MOVED_ON = "moved on"  # stood elsewhere when its turn came; nothing was done


class TaskOutcome(StrEnum):
    """How a task that was done ended, as its doer says."""

    DONE = "done"
    NO_ANSWER = "no answer"
    LATER = "later"
    WRONG_PERSON = "wrong person"


class TaskChange(StrEnum):
    """What happened to one of many tasks."""

    CHANGED = "changed"  # in a dry run: would change
    NOT_OPEN = "not open"
    UNKNOWN = "unknown"  # there is none of this number
