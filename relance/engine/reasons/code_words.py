"""Words for the codes that a reason or an effect names: states, kinds of mails, intents. One that only a later release knows has
a phrase of its own, for it has no translation here. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from relance.engine.states import POLICIES, MessageState, State
from relance.mailbox import failures
from relance.mailbox.classification import rule_names
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import Text

LATER = Text.within("code", "of a later release")
LATER_STATE = Text.within("code", "in a state of a later release")
LATER_REASON = Text.within("code", "a reason of a later release: {words}")

_KNOWN: Mapping[str, Collection[str]] = {
    "person": frozenset(State),
    "message": frozenset(MessageState),
    "mailbox": frozenset({"active", "paused", "removed"}),
    "mail": frozenset(Kind),
    "intent": frozenset(Intent),
    "policy": frozenset(POLICIES),
    "failure": frozenset(failures.REASONS),
}
_CALLED: Mapping[tuple[str, str], Text] = {
    ("intent", Intent.POSITIVE): Text.within("intent", "interested"),
    ("intent", Intent.NEGATIVE): Text.within("intent", "not interested"),
    **{("failure", reason): words for reason, words in failures.REASONS.items()},
}
# Codes that people call by another name: as it stands on the buttons of the inbox, or because a code is no word.
STATES = frozenset({"person", "message", "mailbox", "sequence", "task", "unread mail", "job"})
"""What these codes say is a state."""


def word(about: str, code: str) -> Text:
    """A code as people read it."""
    return _CALLED.get((about, code)) or (
        Text.within(about, code) if code in _KNOWN[about] else unknown(about)
    )


def unknown(about: str) -> Text:
    """What stands for a code that nobody here knows."""
    return LATER_STATE if about in STATES else LATER


def reading(kind: str, intent: str | None) -> Text:
    """What a mail is taken for: its kind, and of an answer by a person what they want, where that is known."""
    said = word("mail", kind)
    if kind != Kind.HUMAN or not intent:
        return said
    return Text("{kind} ({intent})", kind=said, intent=word("intent", intent))


_DECISIONS: Mapping[tuple[str, str | None], Text] = {
    (Kind.HUMAN, Intent.POSITIVE): Text("Interested"),
    (Kind.HUMAN, Intent.QUESTION): Text("Question"),
    (Kind.HUMAN, Intent.NEGATIVE): Text("Not interested"),
    (Kind.HUMAN, None): Text.within("decision", "an answer"),
    (Kind.OUT_OF_OFFICE, None): Text("Out of office"),
    (Kind.LEFT_COMPANY, None): Text("Left the company"),
    (Kind.LIST_MAIL, None): Text("Not about us"),
    (Kind.HARD_BOUNCE, None): Text("Address does not work"),
    (Kind.OPT_OUT, None): Text("Opt-out"),
}
# As the keys of the inbox name them: a person who presses one says this, and not what else is taken for the same kind of mail.


def decision(kind: str, intent: str | None) -> Text:
    """What a person said of a mail, as they are offered it."""
    said = (kind, (intent or None) if kind == Kind.HUMAN else None)
    return _DECISIONS.get(said) or wish(*said)


def wish(kind: str, intent: str | None) -> Text:
    """What a mail was taken for; of an answer by a person only what they want, where that is known."""
    if kind != Kind.HUMAN:
        return word("mail", kind)
    return word("intent", intent) if intent else _DECISIONS[kind, None]


RULES: Mapping[str, Text] = {
    "refusing organisations": Text.within("actor", "organisations that refuse mail"),
    "mails in doubt": Text.within("actor", "mails in doubt"),
    "evidence": Text.within("actor", "evidence"),
    "preparation": Text.within("actor", "preparing mail"),
    "gate": Text.within("actor", "check before sending"),
    "colleagues": Text.within("actor", "colleague's answer"),
    "mailbox trouble": Text.within("actor", "mailbox trouble"),
    "clock": Text.within("actor", "clock check"),
}
SCHEDULES: Mapping[str, Text] = {
    "turn": Text.within("actor", "mailbox"),
    "tick": Text.within("actor", "due times"),
    "startup": Text.within("actor", "start of the program"),
    "sign-in": Text.within("actor", "renewing of a sign-in"),
}
# Actors that are no people, by the names that are kept. What a mail is, is decided by the rules of `rule_names`.


def actor(kind: str, name: str) -> Text | str:
    """Our own rules and schedules by what people call them, by the kind of actor; everybody else by their own name."""
    if kind == "rule" and name:
        return RULES.get(name) or rule_names.NAMES.get(rule_names.code(name)) or LATER
    return (SCHEDULES.get(name) or LATER) if kind == "schedule" and name else name
