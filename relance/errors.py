"""Errors, named by what the caller does next.

Our exception hierarchy::

    RelanceError                 every error of ours; its text is a sentence a person can act on
    ├── WrongUse                 change what you asked for (the command line exits with 2)
    │   ├── Invalid              a file or value has problems, each with its place and its mend
    │   ├── NotFound             no such sequence, contact or mailbox
    │   ├── Misconfigured        a setting is wrong or missing
    │   └── Forbidden            somebody who signed in may not do this, or did not prove who they are
    └── Trouble                  the world is in the way (the command line exits with 1)
        ├── Unreachable          try later: a database, broker or server does not answer
        │   └── Away             a mail server answers nobody: leave it alone, for others' sake, too
        ├── Unwritable           look, and try later: a disk is full or read-only
        ├── Broken               a person must act: login refused, certificate not trusted, wrong key
        └── Superseded           stop now: another worker holds this mailbox (a lost lease)

Everyday outcomes (a refused recipient, a deferred mail, a missing variable) are values, not exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


class RelanceError(Exception):
    """Every error Relance raises on purpose. `str` makes its sentence when it is shown; `text` is what can be stored.

    What to do about it has fields of its own: `command` at the command line, `page` in the console, where no command is typed.
    """

    def __init__(self, words: Text | str = "", *, command: Text | str = "", page: Text | str = "") -> None:
        super().__init__(words)
        self.command, self.page = command, page

    @property
    def sentence(self) -> Text:
        """The sentence alone; words that are not a Text are somebody's own."""
        said: object = self.args[0] if self.args else ""
        return said if isinstance(said, Text) else Text.prose(said)

    @property
    def text(self) -> Text:
        """The sentence as a value, and what to type."""
        return Text.together(self.sentence, self.command) if self.command else self.sentence

    @property
    def on_page(self) -> Text:
        """The same for the console: the sentence, and what to do there."""
        return Text.together(self.sentence, self.page) if self.page else self.sentence

    def __str__(self) -> str:
        return str(self.text)


class WrongUse(RelanceError):
    """The request itself must change."""


@dataclass(frozen=True)
class Problem:
    """One mistake in something a person wrote: where it stands, what is wrong, and what to write instead."""

    what: Text | str
    where: Text | str = ""
    hint: Text | str = ""
    line: int = 0
    column: int = 0
    command: Text | str = ""  # what to type about it, at the command line
    code: str = field(init=False, default="")
    """What is wrong, for programs: a code that `docs/operations.md` lists."""
    params: Mapping[str, Any] = field(init=False, compare=False, default_factory=dict)
    """What stands in the places of its sentence."""

    def __post_init__(self) -> None:
        said = self.what if isinstance(self.what, Text) else Text.prose(self.what)
        object.__setattr__(self, "code", said.code or SentenceCode.REFUSED.value)
        object.__setattr__(self, "params", said.params if said.code else {})

    @classmethod
    def at(cls, text: str, place: int, what: Text, hint: Text) -> Self:
        """One that begins at a place (in characters) of a text: with its line and column there."""
        begin = text.rfind("\n", 0, place) + 1
        return cls(what, hint=hint, line=text.count("\n", 0, place) + 1, column=place - begin + 1)

    @property
    def text(self) -> Text:
        """Place, mistake and correction, one after another."""
        return self._told(self.hint, self.command)

    @property
    def on_page(self) -> Text:
        """The same without what to type."""
        return self._told(self.hint)

    def _told(self, *more: Text | str) -> Text:
        place = Text.together(*(part for part in (self.where, self.line, self.column) if part), by=":")
        return Text.together(place, Text.together(self.what, *more), by=": ")

    def __str__(self) -> str:
        return str(self.text)


class Invalid(WrongUse):
    """Something a person wrote has problems; nothing was done."""

    def __init__(
        self, problems: Iterable[Problem] | Text | str, *, command: Text | str = "", page: Text | str = ""
    ) -> None:
        self.problems: tuple[Problem, ...]
        if isinstance(problems, (Text, str)):
            self.problems = (Problem(problems, command=command),)
        else:
            self.problems = tuple(problems)
        super().__init__(Text.together(*(each.on_page for each in self.problems), by="\n"), page=page)

    @property
    def text(self) -> Text:
        """All problems, each with what to type about it."""
        return Text.together(*(each.text for each in self.problems), by="\n")


class NotFound(WrongUse):
    """Nothing of that name exists."""


class Misconfigured(WrongUse):
    """A setting is wrong or missing."""


class Forbidden(WrongUse):
    """The one who asks may not do this, or has not proved who they are."""


class Trouble(RelanceError):
    """The world is in the way; the request may be right."""


class Unreachable(Trouble):
    """Nothing answers there now; trying later may work."""


class Away(Unreachable):
    """The server itself does not answer, no matter who asks: leave it alone for a while, for others' sake, too."""


class Unwritable(Trouble):
    """Nothing can be written there now (a full disk, a read-only one); what is there can be read."""


class Broken(Trouble):
    """Trying again changes nothing until a person acts."""


class Superseded(Trouble):
    """Another worker has taken over; whatever this one still wanted to write is void."""


def require_one_of(decision: str, decisions: Iterable[str]) -> None:
    """Raise `WrongUse`, naming what there is, where a decision is none of these."""
    allowed = tuple(decisions)
    if decision not in allowed:
        named = ", ".join(allowed)
        raise WrongUse(
            Text('choose one of: {decisions}; not "{decision}"', decisions=named, decision=decision)
        )


def nearest(word: str, known: Iterable[str], *, alike: float = 0.7) -> str | None:
    """The known word that a person most likely meant, or None. `alike` (0 to 1): how much the two must share."""
    import difflib  # only where a mistake was made

    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=alike)
    return found[0] if found else None
