"""Who did it: a person, a program, a recipient, a rule or a schedule. Every event names one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from relance.complete import complete, stored
from relance.engine.reasons import code_words
from relance.engine.reasons.code_words import RULES as RULES
from relance.engine.reasons.code_words import SCHEDULES as SCHEDULES
from relance.wording import Text


class ActorKind(StrEnum):
    """What sort of actor did something."""

    PERSON = "person"  # at the command line, by login; or a salesperson in their own mail program, by address
    USER = "user"  # in the console, by the address they signed in with
    PROGRAM = "program"  # by the name it gave itself when it opened `Relance`
    RECIPIENT = "recipient"  # by a link in a mail: the person whom the event is about
    RULE = "rule"  # a rule of ours decided, without anybody being asked
    SERVER = "server"  # the receiving mail server refused a mail while it was sent
    SCHEDULE = "schedule"  # it was due: a mailbox's turn, the tick, the start of a daemon


@dataclass(frozen=True)
class Actor:
    """Who did something, by kind and name."""

    kind: ActorKind
    name: str = ""

    @classmethod
    def stored(cls, kind: str, name: str) -> Actor:
        """As a row names them; their kind may be one that only a later release knows."""
        return cls(stored(ActorKind, kind), name)

    def __str__(self) -> str:
        kind = KINDS.get(self.kind) or code_words.LATER
        return f"{self.named()} ({kind})" if self.name else str(kind)

    def named(self) -> Text | str:
        """Our own rules and schedules by what people call them; everybody else by their own name."""
        return code_words.actor(self.kind.value, self.name)


KINDS: Mapping[ActorKind, Text] = complete(
    ActorKind,
    {
        ActorKind.PERSON: Text.within("actor", "person"),
        ActorKind.USER: Text.within("actor", "user"),
        ActorKind.PROGRAM: Text.within("actor", "program"),
        ActorKind.RECIPIENT: Text.within("actor", "recipient"),
        ActorKind.RULE: Text.within("actor", "rule"),
        ActorKind.SERVER: Text.within("actor", "server"),
        ActorKind.SCHEDULE: Text.within("actor", "schedule"),
    },
)

_ACTING: ContextVar[Actor | None] = ContextVar("relance_actor", default=None)


def acting_now() -> Actor | None:
    """Who acts in this thread or task; None: whoever opened the database."""
    return _ACTING.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is done inside is done by them. For a function also a decorator."""
    before = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


@contextmanager
def by_rule(name: str) -> Iterator[None]:
    """What is done inside is decided by this rule, unless a person or a program asked for it."""
    now = _ACTING.get()
    rules = now is not None and now.kind in (ActorKind.RULE, ActorKind.SCHEDULE)
    before = _ACTING.set(Actor(ActorKind.RULE, name) if rules else now)
    try:
        yield
    finally:
        _ACTING.reset(before)
