"""Why somebody stands where they stand, as data: a code with its parameters, and the row it rests on. Pure.

What is decided is decided by these. The sentence is made where it is shown, from the one table `SENTENCES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from relance.engine.reasons import code_words, composed, matches
from relance.engine.reasons.as_data import Why as Why
from relance.engine.reasons.as_data import why_of as why_of
from relance.engine.reasons.as_data import whys_of as whys_of
from relance.engine.reasons.causes import CAUSES as CAUSES
from relance.engine.reasons.causes import HOLDS as HOLDS
from relance.engine.reasons.codes import Cause as Cause
from relance.engine.reasons.codes import Code as Code
from relance.engine.reasons.codes import HoldKind as HoldKind
from relance.engine.reasons.sentences import ALSO as ALSO
from relance.engine.reasons.sentences import (
    AROUND,
    CONFIRMED,
    CONFIRMED_BY,
    DOERS,
    DONE_BY,
    FIELDS,
    FROM_SOMEBODY,
    INVITED,
    PLACES,
    SIGNED,
    TOLD,
)
from relance.engine.reasons.sentences import SENTENCES as SENTENCES
from relance.wording import Text, _, as_in_the_source, ended, quoted


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
    def before(self) -> str:
        """In English, whatever is spoken here: for the release before this one, which decided by the sentence."""
        nameless = {name: each for name, each in self.params.items() if name not in _DOER}
        return as_in_the_source(_sentence(replace(self, params=nameless)))

    @property
    def doer(self) -> Text | str | None:
        """Who did it, as people read it; None where that is not known."""
        name, kind = (self.params.get(each, "") for each in _DOER)
        if kind in DOERS:
            known = name if isinstance(name, Text) else code_words.actor(kind, name)
            return Text(DOERS[kind].msgid, name=known)
        return name or None

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

    def row(self) -> dict[str, Any]:
        """As it is stored. `words` is for another release; nobody here reads it where there is a code."""
        plain = {name: each for name, each in self.params.items() if not isinstance(each, Reason)}
        nested = {name: each.row() for name, each in self.params.items() if isinstance(each, Reason)}
        return {
            "code": self.code.value,
            "params": {**Text(_NO_WORDS, **plain).row()["params"], **nested},
            "cause": self.cause.value,
            "source": self.source,
            "words": self.before,
        }


_NO_WORDS = ""
_DOER = BY, BY_KIND = "by", "by_kind"
# Parameters: the name of who did it, and what kind of actor that is.
_MESSAGE, _INBOUND = "message", "answer"


def of_message(message_id: int) -> str:
    """A mail of ours as the source of a reason."""
    return f"{_MESSAGE} {message_id}"


def is_of_message(source: str) -> bool:
    """Whether that is the source of a reason that rests on a mail of ours."""
    return _number(source, _MESSAGE) is not None


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


def signed(reason: Reason) -> Text:
    """As people read it, with who did it also where their own words stand instead of the sentence."""
    params = {
        name: signed(each) if isinstance(each, Reason) else each for name, each in reason.params.items()
    }
    said = _sentence(replace(reason, params=params))
    if "text" not in params or reason.code not in DONE_BY or reason.doer is None:
        return said
    deed = _sentence(replace(reason, params={name: params[name] for name in _DOER if name in params}))
    return Text(SIGNED.msgid, said=said, deed=deed)


def apart(reason: Reason) -> tuple[Text | str | None, str]:
    """Who did it, and what else there is to say, for a sentence that says itself that somebody paused or stopped it."""
    if reason.code not in (Code.PAUSED, Code.STOPPED):
        return None, reason.words
    return reason.doer, str(Text.read(reason.params.get("text", "")))


def beside(state: str, why: Iterable[Reason]) -> str:
    """The reasons as people read them beside the word of a state: where it says already that somebody paused or stopped it,
    what is left is who did, and their own words."""
    told = (_beside(each) if each.code.value == state else each.text for each in why)
    return _(ALSO).join(str(each) for each in told if each)


def _beside(reason: Reason) -> Text | str:
    by, words = apart(reason)
    if not by:
        return words
    told = Text("by {by}", by=by)
    return Text("{words}: {reason}", words=told, reason=words) if words else told


def mailbox_paused(address: str, reason: Reason) -> Text:
    """That a mailbox is paused, by whom and why, as a whole sentence: nothing in it is said twice."""
    by, words = apart(reason)
    told = Text("The mailbox {address} was paused by {by}", address=address, by=by)
    if not by:
        told = Text("The mailbox {address} is paused", address=address)
    return with_reason(told, words)


def sequence_paused(name: str, by: Text | str, words: str) -> Text:
    """That a sequence is paused: by whom, and why, as far as that is known."""
    told = Text("The sequence {name} was paused by {by}", name=name, by=by)
    if not by:
        told = Text("The sequence {name} is paused", name=name)
    return with_reason(told, words)


def with_reason(words: Text, why: object) -> Text:
    """A whole sentence, with why behind it where there is something to say."""
    return ended(Text("{words}: {reason}", words=words, reason=why) if why else words)


def quote(reason: Reason) -> Text:
    """What was read in the mail that it rests on, for a sentence that says itself what that was."""
    said = reason.params.get("quote")
    return Text.prose("") if said is None else said if _is_ours(said) else quoted(said)


_plural = Text.plural  # of a sentence that stands in the table


def _sentence(reason: Reason) -> Text:
    if "text" in reason.params:
        own = reason.params["text"]
        return own if isinstance(own, Text) else Text.prose(own)
    params = {name: _shown(reason.code, name, each) for name, each in reason.params.items()}
    params |= composed.places(reason.code, reason.params)
    pattern, count = _pattern(reason), params.pop("count", None)
    if reason.code in DONE_BY and reason.doer is not None:
        params[BY] = reason.doer
    many = getattr(pattern, "many", None)  # where the sentence depends on the number
    if many is not None:
        said: Text = _plural(pattern.msgid, many, count if isinstance(count, int) else 0, **params)
    else:
        said = Text(pattern.msgid, **params) if count is None else Text(pattern.msgid, count=count, **params)
    for name, around in AROUND.items():
        if name in params:
            pattern = TOLD if name == "quote" and _is_ours(params[name]) else around
            said = Text(pattern.msgid, reason=said, **{name: params[name]})
    return said


def _pattern(reason: Reason) -> Text:
    """The sentence of its code that fits what is known."""
    code, known_by = reason.code, reason.doer is not None
    if composed.confirms(code, reason.params):
        return CONFIRMED_BY if known_by else CONFIRMED
    if composed.invites(code, reason.params):
        return INVITED
    if code in DONE_BY and known_by:
        return DONE_BY[code]
    return FROM_SOMEBODY.get(code, SENTENCES[code]) if "sender" in reason.params else SENTENCES[code]


def _is_ours(value: object) -> bool:
    """Whether it is a sentence of ours: then nobody is quoted."""
    return isinstance(value, Text) and value.row().get("code") != "prose"


def _is_theirs(value: object) -> bool:
    """Whether these are somebody's words, which nobody has put in quotation marks."""
    return isinstance(value, str | Text) and not _is_ours(value)


_SAID = ("said", "fault")
# Parameters that hold what a server, a system or a library says, if it is no sentence of ours.


def _shown(code: Code, name: str, value: Any) -> Any:
    """A parameter as people read it: the words of a list of ours in their language, everything else as it is."""
    if isinstance(value, Reason):
        return value.text
    if name in _SAID and _is_theirs(value):
        return quoted(value)
    if not isinstance(value, str):
        return value
    if code in _OF_FOLDERS:
        return value
    if name == "match":
        return matches.text(value)
    if name == "names":
        return Text.together(*map(field_name, value.split(", ")), by=", ")
    if name == "place":
        return PLACES.get(value, value)
    about = _STATE_OF.get(code, "message") if name == "state" else _ABOUT.get(name)
    return code_words.word(about, value) if about else value


def field_name(name: str) -> Text:
    """A field of a contact as people call it."""
    return FIELDS.get(name) or Text.prose(name.removeprefix("custom.").replace("_", " "))


_OF_FOLDERS = (Code.UIDVALIDITY_CHANGED, Code.UIDNEXT_FELL, Code.FOLDER_REPLACED)
# `before` and `now` are numbers there, and ids of a server's.
_ABOUT = {"kind": "mail", "before": "mail", "intent": "intent"}
_STATE_OF = {Code.NOT_SENDABLE: "person", Code.MAILBOX_NOT_ACTIVE: "mailbox"}

BY_A_PERSON: frozenset[Cause] = frozenset({Cause.PERSON, Cause.STOP})
"""What a person said stays, whatever else is corrected."""


def read(rows: Iterable[Any]) -> tuple[Reason, ...]:
    """The reasons of a row, as they were stored."""
    return tuple(of_row(each) for each in rows if isinstance(each, Mapping))


def stored(why: Mapping[str, Any] | None, words: str) -> Reason:
    """The reason of a row that keeps it as `why`, and its sentence beside it: another release wrote `words` alone."""
    return of_row(why) if why else prose(words)


def of_row(row: Mapping[str, Any]) -> Reason:
    """One reason as it was stored. What another release wrote without a code of ours is its words."""
    cause, source = _cause(row), str(row.get("source", ""))
    code = row.get("code")
    if code not in _CODES:
        return Reason(Code.PROSE, {"text": _of_a_later_release(row)}, source, cause)
    params = _params(row.get("params") or {})
    found = Reason(Code(code), params, source)
    return found if found.cause is cause else Reason(found.code, params, source, cause)


def _of_a_later_release(row: Mapping[str, Any]) -> str | Text:
    """Its words: without a code they are an earlier release's, or somebody's own."""
    said = str(row.get("words", ""))
    if not row.get("code") or not said:
        return said
    return Text.within(code_words.LATER_REASON.context, code_words.LATER_REASON.msgid, words=quoted(said))


_CODES, _KINDS = frozenset(Code), frozenset(Cause)


def _cause(row: Mapping[str, Any]) -> Cause:
    cause = str(row.get("cause", ""))
    return Cause(cause if cause in _KINDS else "")


def _params(stored: Mapping[str, Any]) -> dict[str, Any]:
    nested = {
        name: of_row(each) for name, each in stored.items() if isinstance(each, Mapping) and "cause" in each
    }
    plain = {name: each for name, each in stored.items() if name not in nested}
    params = {**Text.read({"text": "", "params": plain}).params, **nested}
    return params | {"match": matches.key(str(params["match"]))} if "match" in params else params


def missing(why: Iterable[Reason]) -> tuple[str, ...]:
    """The fields that somebody is held for because nobody knows their values."""
    named = [each.params.get("names", "") for each in why if each.code is Code.VALUE_MISSING]
    return tuple(dict.fromkeys(name for names in named for name in str(names).split(", ") if name))


def codes(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Their codes, for programs that read what people are shown."""
    return tuple(each.code.value for each in reasons)


def said(reasons: Sequence[Reason]) -> str:
    """The reasons as people read them; of several, a person's own words with who said them."""
    told = [str(signed(each)) for each in reasons] if len(reasons) > 1 else [each.words for each in reasons]
    return _(ALSO).join(told)


def said_before(reasons: Sequence[Reason]) -> str:
    """The same for the release before (`Reason.before`)."""
    return ALSO.join(each.before for each in reasons)


def of_cause(reasons: Sequence[Reason], cause: Cause) -> tuple[Reason, ...]:
    """Those of one kind."""
    return tuple(each for each in reasons if each.cause is cause)


def organisations(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The receiving organisations for which somebody is held."""
    return tuple(each.source for each in of_cause(reasons, Cause.ORGANISATION))
