"""Why somebody stands where they stand, as data: a code with its parameters, and the row it rests on. Pure.

What is decided is decided by these. The sentence is made where it is shown, from the one table `SENTENCES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from relance.complete import complete
from relance.wording import N_, Text, _

ALSO = N_("; also: ")
# Between two reasons where people read them. Nothing is ever split there.


class Cause(StrEnum):
    """What kind of thing a reason is."""

    OTHER = ""  # nothing is decided by it
    UNKNOWN_MAIL = "unknown mail"  # a mail may have been delivered; evidence about it clears this
    PERSON = "person"  # a person paused or decided it; only a person clears it
    STOP = "stopped by a person"  # nothing clears it
    REFUSED = "refused"  # a server refused the mail of the step to do
    ORGANISATION = "organisation"  # the receiving organisation refuses the mailbox's mail; `source`: which
    RESTORED = (
        "restored"  # the step may have been sent before a backup was put back; proof or a person clears it
    )
    ANSWER = "answer"  # a kept mail; `source`: which
    COLLEAGUE = "colleague"  # a kept mail of somebody else at the company; `source`: which


class HoldKind(StrEnum):
    """What kind of thing holds somebody, and so what closes it: evidence about its mail, its mail read otherwise, or a
    person alone."""

    PAUSED = "paused"  # a person
    UNKNOWN_MAIL = "unknown mail"  # what became of the mail
    REFUSED = "refused"  # proof that the mail left after all
    ORGANISATION = "organisation"  # the organisation is tried again
    RESTORED = "restored"  # proof that the step was sent, or that it was not
    ANSWER = "answer"  # the answer read otherwise
    COLLEAGUE = "colleague"  # the colleague's answer read otherwise
    OTHER = "other"  # a person


class Code(StrEnum):
    """Every reason there is. Codes are stored: one that was ever written stays."""

    ALSO = "also"  # one reason and another
    PROSE = "prose"  # somebody's own words: a person's, a server's, an earlier release's
    # What a person does.
    PAUSED = "paused"
    STOPPED = "stopped"
    RESUMED = "resumed"
    RELEASED = "released"
    WRITTEN_BY_HAND = "written_by_hand"
    TAKEN_BACK = "taken_back"
    MAILBOX_REMOVED = "mailbox_removed"
    MAILBOX_CHANGED = "mailbox_changed"
    DECIDED = "decided"
    SAID_SENT = "said_sent"
    SAID_NOT_SENT = "said_not_sent"
    # Who may not be written to.
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED_BY_LINK = "unsubscribed_by_link"
    UNSUBSCRIBED_UNHEARD = "unsubscribed_unheard"
    # What the sequence says.
    COMPLETED = "completed"
    STOP_RULE = "stop_rule"
    SKIPPED = "skipped"
    BACK = "back"
    # A mail that cannot be written.
    VALUE_MISSING = "value_missing"
    VALUE_UNUSABLE = "value_unusable"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    UNFIT = "unfit"
    NOT_PREPARED = "not_prepared"
    STEP_FAILED = "step_failed"
    ATTEMPTS_SPENT = "attempts_spent"
    MAIL_OVER = "mail_over"
    # What a server says at once.
    SERVER_SAID = "server_said"
    MAY_BE_DELIVERED = "may_be_delivered"
    BROKE_AFTER_BODY = "broke_after_body"
    NOT_KNOWN_YET = "not_known_yet"
    ADDRESS_REFUSED = "address_refused"
    MAIL_REFUSED = "mail_refused"
    DEFERRED_OFTEN = "deferred_often"
    ORGANISATION_REFUSES = "organisation_refuses"
    ORGANISATION_TRIED_AGAIN = "organisation_tried_again"
    # What is known of a mail in doubt, or after a restore.
    MAYBE_SENT = "maybe_sent"
    ASKED_ABOUT_LOST = "asked_about_lost"
    FOUND_SENT = "found_sent"
    FOUND_IN_MAILBOX = "found_in_mailbox"
    JOURNAL_SAYS_TAKEN = "journal_says_taken"
    SERVER_HAD_TAKEN = "server_had_taken"
    NEVER_LEFT = "never_left"
    NO_COPY_IN_SENT = "no_copy_in_sent"
    POLICY_ASSUMES_SENT = "policy_assumes_sent"
    POLICY_SENDS_AGAIN = "policy_sends_again"
    # What came back by mail.
    ANSWERED = "answered"
    ANSWERED_INVITATION = "answered_invitation"
    OPTED_OUT = "opted_out"
    COMPLAINED = "complained"
    ADDRESS_DEAD = "address_dead"
    THEY_REFUSE_MAILBOX = "they_refuse_mailbox"
    CAME_BACK_FOR_NOW = "came_back_for_now"
    CAME_BACK_OFTEN = "came_back_often"
    CAME_BACK_DOUBTFUL = "came_back_doubtful"
    OUT_OF_OFFICE = "out_of_office"
    OUT_OF_OFFICE_AGAIN = "out_of_office_again"
    OUT_OF_OFFICE_LONG = "out_of_office_long"
    LEFT_COMPANY = "left_company"
    UNREADABLE = "unreadable"
    CHALLENGED = "challenged"
    AUTO_REPLY = "auto_reply"
    RECEIPT = "receipt"
    LIST_MAIL = "list_mail"
    COMPANY_MAY_HAVE_ANSWERED = "company_may_have_answered"
    COMPANY_MAY_HAVE_OPTED_OUT = "company_may_have_opted_out"
    COMPANY_UNREADABLE = "company_unreadable"
    PROVIDER_REFUSES = "provider_refuses"
    REFUSED_SOMEWHERE = "refused_somewhere"
    NAMES_NOTHING_OF_OURS = "names_nothing_of_ours"
    NOBODY_SAYS_WHO = "nobody_says_who"
    CAME_IN = "came_in"
    READ_ANEW = "read_anew"
    # What somebody else at the company answered.
    AT_THE_COMPANY = "at_the_company"
    COLLEAGUE_ANSWERED = "colleague_answered"
    COLLEAGUE_STOPS = "colleague_stops"
    COLLEAGUE_HANDS_OVER = "colleague_hands_over"
    COLLEAGUE_SLOWS = "colleague_slows"
    # Why a mailbox sends nothing.
    SAME_ANSWER_TWICE = "same_answer_twice"
    SEVERAL_REFUSE = "several_refuse"
    REMOVED = "removed"
    # What moved a due time, beside the calendar.
    DEFERRED_BY_SERVER = "deferred_by_server"
    WAS_AWAY = "was_away"
    CLICK_TOO_FRESH = "click_too_fresh"
    TASK_OPEN = "task_open"
    NOTHING_WAS_SENT = "nothing_was_sent"
    NOTHING_RAN = "nothing_ran"
    CLOCK_WAS_AHEAD = "clock_was_ahead"
    BOUNCED = "bounced"
    # Why a mail may not go this very moment.
    NOT_SENDABLE = "not_sendable"
    CHANGED = "changed"
    CHANGED_SINCE_PREPARED = "changed_since_prepared"
    AT_ANOTHER_STEP = "at_another_step"
    SEQUENCE_PAUSED = "sequence_paused"
    MAILBOX_NOT_ACTIVE = "mailbox_not_active"
    MAIL_NOT_SENDABLE = "mail_not_sendable"
    ADDRESS_SUPPRESSED = "address_suppressed"
    NOT_READ_SINCE = "not_read_since"
    NOT_READ_ELSEWHERE = "not_read_elsewhere"
    SETTLED_MEANWHILE = "settled_meanwhile"
    ANOTHER_WORKER = "another_worker"


CAUSES: Mapping[Code, Cause] = complete(
    Code,
    {
        **dict.fromkeys(Code, Cause.OTHER),
        **dict.fromkeys((Code.PAUSED, Code.RESUMED, Code.RELEASED, Code.WRITTEN_BY_HAND), Cause.PERSON),
        Code.STOPPED: Cause.STOP,
        **dict.fromkeys(
            (Code.MAY_BE_DELIVERED, Code.BROKE_AFTER_BODY, Code.NOT_KNOWN_YET), Cause.UNKNOWN_MAIL
        ),
        **dict.fromkeys(
            (Code.SERVER_SAID, Code.ADDRESS_REFUSED, Code.MAIL_REFUSED, Code.DEFERRED_OFTEN), Cause.REFUSED
        ),
        Code.ORGANISATION_REFUSES: Cause.ORGANISATION,
        Code.MAYBE_SENT: Cause.RESTORED,
        **dict.fromkeys(
            (Code.COLLEAGUE_ANSWERED, Code.COLLEAGUE_STOPS, Code.COLLEAGUE_HANDS_OVER, Code.COLLEAGUE_SLOWS),
            Cause.COLLEAGUE,
        ),
    },
)
"""What kind of thing each reason is, where nobody says otherwise (`Reason.cause`)."""

HOLDS: Mapping[Cause, HoldKind] = complete(
    Cause,
    {
        Cause.OTHER: HoldKind.OTHER,
        Cause.UNKNOWN_MAIL: HoldKind.UNKNOWN_MAIL,
        Cause.PERSON: HoldKind.PAUSED,
        Cause.STOP: HoldKind.OTHER,
        Cause.REFUSED: HoldKind.REFUSED,
        Cause.ORGANISATION: HoldKind.ORGANISATION,
        Cause.RESTORED: HoldKind.RESTORED,
        Cause.ANSWER: HoldKind.ANSWER,
        Cause.COLLEAGUE: HoldKind.COLLEAGUE,
    },
)
"""The kind of hold that a reason is, where it holds somebody."""

SENTENCES: Mapping[Code, Text] = complete(
    Code,
    {
        Code.PROSE: Text("{text}"),
        Code.ALSO: Text("{first}; also: {then}"),
        Code.PAUSED: Text("paused by a person"),
        Code.STOPPED: Text("stopped by a person"),
        Code.RESUMED: Text("resumed by a person"),
        Code.RELEASED: Text("released by a person"),
        Code.WRITTEN_BY_HAND: Text("the salesperson wrote by hand"),
        Code.TAKEN_BACK: Text("continues where it was: a person undid what had stopped it"),
        Code.MAILBOX_REMOVED: Text("the mailbox {mailbox} was removed"),
        Code.MAILBOX_CHANGED: Text("goes on from {mailbox}"),
        Code.DECIDED: Text("a person decided"),
        Code.SAID_SENT: Text("a person says that it was sent"),
        Code.SAID_NOT_SENT: Text("a person says that it was not sent"),
        Code.SUPPRESSED: Text("suppressed: {why}"),
        Code.UNSUBSCRIBED_BY_LINK: Text("unsubscribed by the link in a mail"),
        Code.UNSUBSCRIBED_UNHEARD: Text("unsubscribed by a link; not in the database yet"),
        Code.COMPLETED: Text("every step is done"),
        Code.STOP_RULE: Text("the sequence's stop rule applies: {rule}"),
        Code.SKIPPED: Text("skipped: {rule} does not hold"),
        Code.BACK: Text("back from absence"),
        Code.VALUE_MISSING: Text("{names} is missing, which {place} needs"),
        Code.VALUE_UNUSABLE: Text("{fault}"),
        Code.NOTHING_TO_REPLY_TO: Text("there is no earlier mail of this conversation to reply to"),
        Code.UNFIT: Text("the mail cannot be sent as it is: {fault}"),
        Code.NOT_PREPARED: Text("this mail could not be prepared: {fault}"),
        Code.STEP_FAILED: Text("this step could not be done: {fault}"),
        Code.ATTEMPTS_SPENT: Text.plural(
            "given up after {count} attempt that never finished",
            "given up after {count} attempts that never finished",
            2,
        ),
        Code.MAIL_OVER: Text("the mail of this step was {state}"),
        Code.SERVER_SAID: Text("{said}"),
        Code.MAY_BE_DELIVERED: Text("the mail may have been delivered: {said}"),
        Code.BROKE_AFTER_BODY: Text("the mail may have been delivered: the connection broke after its body"),
        Code.NOT_KNOWN_YET: Text("the mail may have been delivered; nobody can tell yet"),
        Code.ADDRESS_REFUSED: (
            Text("the address was refused, but nothing proves that it does not exist: {said}")
        ),
        Code.MAIL_REFUSED: Text("the server refused this mail: {said}"),
        Code.DEFERRED_OFTEN: Text.plural(
            "deferred {count} time: {said}", "deferred {count} times: {said}", 2
        ),
        Code.ORGANISATION_REFUSES: Text("mail from this mailbox to {organisation} is refused: {said}"),
        Code.ORGANISATION_TRIED_AGAIN: Text("its organisation is tried again"),
        Code.MAYBE_SENT: Text(
            "the database was restored; this step may have been sent after the backup was made"
        ),
        Code.ASKED_ABOUT_LOST: Text("they wrote about this very mail, which the database had lost"),
        Code.FOUND_SENT: Text("the mail in doubt was found to have been sent"),
        Code.FOUND_IN_MAILBOX: Text("mail in the mailbox proves that it was sent"),
        Code.JOURNAL_SAYS_TAKEN: Text("the journal says that a server accepted it"),
        Code.SERVER_HAD_TAKEN: Text("the server had accepted it: {said}"),
        Code.NEVER_LEFT: Text("it was never sent: {said}"),
        Code.NO_COPY_IN_SENT: Text.plural(
            "{count} check of Sent, where this provider files every mail, found no copy",
            "{count} checks of Sent, where this provider files every mail, found no copy",
            2,
        ),
        Code.POLICY_ASSUMES_SENT: Text("the mailbox's policy for unknown mail is to assume that it was sent"),
        Code.POLICY_SENDS_AGAIN: Text(
            "the mailbox's policy for unknown mail is to send the same bytes again"
        ),
        Code.ANSWERED: Text("answered"),
        Code.ANSWERED_INVITATION: Text("answered an invitation"),
        Code.OPTED_OUT: Text("asked for no more mail"),
        Code.COMPLAINED: Text("complained about the mail"),
        Code.ADDRESS_DEAD: Text("the address does not exist"),
        Code.THEY_REFUSE_MAILBOX: Text("their organisation refuses mail from this mailbox"),
        Code.CAME_BACK_FOR_NOW: Text("the mail came back for now"),
        Code.CAME_BACK_OFTEN: Text.plural(
            "the mail came back for now, {count} time", "the mail came back for now, {count} times", 2
        ),
        Code.CAME_BACK_DOUBTFUL: (
            Text("the mail came back for good, but nothing proves that the address does not exist")
        ),
        Code.OUT_OF_OFFICE: Text("is out of office"),
        Code.OUT_OF_OFFICE_AGAIN: Text("out of office for the {count}th time"),
        Code.OUT_OF_OFFICE_LONG: Text("out of office until {until}, which is far off"),
        Code.LEFT_COMPANY: Text("has left the company"),
        Code.UNREADABLE: Text("sent a mail that could not be read"),
        Code.CHALLENGED: Text("asks the sender to prove that they are a person"),
        Code.AUTO_REPLY: Text("an automatic reply came"),
        Code.RECEIPT: Text("a receipt came"),
        Code.LIST_MAIL: Text("list mail came"),
        Code.COMPANY_MAY_HAVE_ANSWERED: Text("somebody at the company may have answered for them"),
        Code.COMPANY_MAY_HAVE_OPTED_OUT: Text("somebody at the company may have asked for no more mail"),
        Code.COMPANY_UNREADABLE: Text("a mail from the company could not be read"),
        Code.PROVIDER_REFUSES: Text("the provider of this mailbox refuses to send"),
        Code.REFUSED_SOMEWHERE: (
            Text("the mail was refused, and nothing says whether by them or by this mailbox's own provider")
        ),
        Code.NAMES_NOTHING_OF_OURS: Text('"{subject}" from {sender} is {match} and may be an answer'),
        Code.NOBODY_SAYS_WHO: Text("nothing says whether by them or by this mailbox's own provider: {said}"),
        Code.CAME_IN: Text("{kind}"),
        Code.READ_ANEW: Text("a reply was classified again: {kind}"),
        **dict.fromkeys(
            (Code.COLLEAGUE_ANSWERED, Code.COLLEAGUE_STOPS), Text("{email} at the same company {told}")
        ),
        Code.AT_THE_COMPANY: Text("{why} (at the company: {touched})"),
        Code.COLLEAGUE_HANDS_OVER: Text("{email} at the same company {told}; handed over to {mailbox}"),
        Code.COLLEAGUE_SLOWS: Text("{email} at the same company {told}, so it goes {wait} later"),
        Code.SAME_ANSWER_TWICE: Text("the same answer to two people in a row: {said} (the last was {email})"),
        Code.SEVERAL_REFUSE: Text("several organisations refuse its mail ({organisations}): {said}"),
        Code.REMOVED: Text("removed by a person"),
        Code.DEFERRED_BY_SERVER: Text("the receiving server asked to try later: {said}"),
        Code.WAS_AWAY: Text("was out of office"),
        Code.CLICK_TOO_FRESH: Text("a click is too fresh to tell a person from a machine"),
        Code.TASK_OPEN: Text("waits until the task is done"),
        Code.NOTHING_WAS_SENT: Text("it fell due while nothing was sent"),
        Code.NOTHING_RAN: Text("nothing ran since {since}; planned again"),
        Code.CLOCK_WAS_AHEAD: Text("the clock had been ahead when this was planned"),
        Code.BOUNCED: Text("bounced: {said}"),
        Code.NOT_SENDABLE: Text("the enrollment is {state}"),
        Code.CHANGED: Text("the enrollment changed"),
        Code.CHANGED_SINCE_PREPARED: Text("the enrollment changed since the mail was prepared"),
        Code.AT_ANOTHER_STEP: Text("the enrollment is at another step"),
        Code.SEQUENCE_PAUSED: Text("the sequence is paused"),
        Code.MAILBOX_NOT_ACTIVE: Text("the mailbox is {state}"),
        Code.MAIL_NOT_SENDABLE: Text("the mail is {state}"),
        Code.ADDRESS_SUPPRESSED: Text("the address is suppressed: {why}"),
        Code.NOT_READ_SINCE: Text("the mailbox was not read for answers since the step fell due"),
        Code.NOT_READ_ELSEWHERE: (
            Text("another mailbox that wrote to them was not read for answers since the step fell due")
        ),
        Code.SETTLED_MEANWHILE: Text("the mail was settled or given up since it was prepared"),
        Code.ANOTHER_WORKER: Text("another worker took the mailbox"),
    },
)
"""Each code's sentence: the only place that knows one."""

_AROUND = {
    "quote": Text('{reason}: "{quote}"'),
    "intent": Text("{reason} ({intent})"),
    "to": Text("{reason} (the mail to {to})"),
    "back": Text("{reason} (the mail to {back} came back)"),
}
"""What stands around a sentence where a reason has such a parameter, in this order."""


@dataclass(frozen=True)
class Reason:
    """One reason. `source` says what it rests on, where something is to be found again by it.

    `params` are texts, numbers and other reasons. `text` among them are somebody's own words, which stand instead of the sentence.
    """

    code: Code
    params: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    given: Cause | None = None  # what kind of thing it is, where that is not the code's own

    @property
    def cause(self) -> Cause:
        """What kind of thing it is."""
        return CAUSES[self.code] if self.given is None else self.given

    @property
    def hold(self) -> HoldKind:
        """What kind of hold it is, where it holds somebody."""
        return HOLDS[self.cause]

    @property
    def text(self) -> Text:
        """As people read it, in whatever language that will be."""
        return _sentence(self)

    @property
    def words(self) -> str:
        """As people read it now."""
        return str(self.text)

    @property
    def message_id(self) -> int | None:
        """The row of the mail of ours that it rests on."""
        return _number(self.source, _MESSAGE)

    @property
    def inbound_id(self) -> int | None:
        """The row of the mail that came in that it rests on."""
        return _number(self.source, _INBOUND)

    def __str__(self) -> str:
        return self.words

    def data(self) -> dict[str, Any]:
        """As an event tells it."""
        return {"reason": self.words, "why": self.row()}

    def row(self) -> dict[str, Any]:
        """As it is stored. `words` is for the release before this one; nobody reads it where there is a code."""
        plain = {name: each for name, each in self.params.items() if not isinstance(each, Reason)}
        nested = {name: each.row() for name, each in self.params.items() if isinstance(each, Reason)}
        return {
            "code": self.code.value,
            "params": {**Text(_NO_WORDS, **plain).row()["params"], **nested},
            "cause": self.cause.value,
            "source": self.source,
            "words": self.words,
        }


_NO_WORDS = ""
_MESSAGE, _INBOUND = "message", "answer"


def of_message(message_id: int) -> str:
    """A mail of ours as the source of a reason."""
    return f"{_MESSAGE} {message_id}"


def of_inbound(inbound_id: int) -> str:
    """A mail that came in as the source of a reason."""
    return f"{_INBOUND} {inbound_id}"


def _number(source: str, table: str) -> int | None:
    name, _space, number = source.partition(" ")
    return int(number) if name == table and number.isdecimal() else None


def because(code: Code, source: str = "", *, cause: Cause | None = None, **params: Any) -> Reason:
    """A reason by its code; parameters that are empty are left out."""
    return Reason(code, {name: each for name, each in params.items() if not _is_empty(each)}, source, cause)


def _is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, Text) and not value)


def prose(text: str, cause: Cause = Cause.OTHER, source: str = "") -> Reason:
    """Somebody's own words, which are never translated."""
    return Reason(Code.PROSE, {"text": text}, source, cause)


def bound(kind: str, why: Reason, until: str | None = None, **more: Any) -> dict[str, Any]:
    """What bound a due time, as it is kept beside it. `until`: ISO 8601; `more`: what is kept with it."""
    return {**why.row(), **more, "kind": kind, "until": until}


def binding(stored: Mapping[str, Any]) -> Reason:
    """Why a due time is what it is, by what is kept beside it: a reason of ours, or the calendar's own words."""
    if "code" in stored:
        return of_row(stored)
    return Reason(Code.PROSE, {"text": Text.read(stored.get("words"))})


def joined(reasons: Sequence[Reason]) -> Reason:
    """Several as one; there is at least one."""
    first, *rest = reasons
    return because(Code.ALSO, first=first, then=joined(rest)) if rest else first


_plural = Text.plural  # of a sentence that stands in the table


def _sentence(reason: Reason) -> Text:
    if "text" in reason.params:
        own = reason.params["text"]
        return own if isinstance(own, Text) else Text.prose(own)
    params = {name: _shown(reason.code, name, each) for name, each in reason.params.items()}
    pattern, count = SENTENCES[reason.code], params.pop("count", None)
    many = getattr(pattern, "many", None)  # where the sentence depends on the number
    if many is not None:
        said: Text = _plural(pattern.msgid, many, count if isinstance(count, int) else 0, **params)
    else:
        said = Text(pattern.msgid, **params) if count is None else Text(pattern.msgid, count=count, **params)
    for name, around in _AROUND.items():
        if name in params:
            said = Text(around.msgid, reason=said, **{name: params[name]})
    return said


def _shown(code: Code, name: str, value: Any) -> Any:
    """A parameter as people read it: the words of a list of ours in their language, everything else as it is."""
    if isinstance(value, Reason):
        return value.text
    if not isinstance(value, str):
        return value
    if name == "match":
        return Text(value)
    about = _STATE_OF.get(code, "message") if name == "state" else _ABOUT.get(name)
    return Text.within(about, value) if about else value


_ABOUT = {"kind": "mail", "intent": "intent"}
_STATE_OF = {Code.NOT_SENDABLE: "person", Code.MAILBOX_NOT_ACTIVE: "mailbox"}

BY_A_PERSON: frozenset[Cause] = frozenset({Cause.PERSON, Cause.STOP})
"""What a person said stays, whatever else is corrected."""


def read(rows: Iterable[Any]) -> tuple[Reason, ...]:
    """The reasons of a row, as they were stored."""
    return tuple(of_row(each) for each in rows if isinstance(each, Mapping))


def of_row(row: Mapping[str, Any]) -> Reason:
    """One reason as it was stored. What another release wrote without a code of ours is its words."""
    cause, source = _cause(row), str(row.get("source", ""))
    code = row.get("code")
    if code not in _CODES:
        return prose(str(row.get("words", "")), cause, source)
    params = _params(row.get("params") or {})
    found = Reason(Code(code), params, source)
    return found if found.cause is cause else Reason(found.code, params, source, cause)


_CODES, _KINDS = frozenset(Code), frozenset(Cause)


def _cause(row: Mapping[str, Any]) -> Cause:
    cause = str(row.get("cause", ""))
    return Cause(cause if cause in _KINDS else "")


def _params(stored: Mapping[str, Any]) -> dict[str, Any]:
    nested = {
        name: of_row(each) for name, each in stored.items() if isinstance(each, Mapping) and "cause" in each
    }
    plain = {name: each for name, each in stored.items() if name not in nested}
    return {**Text.read({"text": "", "params": plain}).params, **nested}


def codes(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Their codes, for programs that read what people are shown."""
    return tuple(each.code.value for each in reasons)


def said(reasons: Sequence[Reason]) -> str:
    """The reasons as people read them."""
    return _(ALSO).join(each.words for each in reasons)


def of_cause(reasons: Sequence[Reason], cause: Cause) -> tuple[Reason, ...]:
    """Those of one kind."""
    return tuple(each for each in reasons if each.cause is cause)


def organisations(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The receiving organisations for which somebody is held."""
    return tuple(each.source for each in of_cause(reasons, Cause.ORGANISATION))
