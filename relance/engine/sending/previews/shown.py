"""What a preview says: each step of a sequence as it will be for one person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PIXEL = re.compile(r'<img src="[^"<>]{1,2000}" width="1" height="1" alt="">')
# As `compose` writes it.


def without_pixel(html: str) -> str:
    """A mail's HTML to be looked at: nobody's looking counts as an open. Pure."""
    return _PIXEL.sub("", html)


@dataclass(frozen=True)
class ShownField:
    """A field that a mail's words use, and what it becomes. `origin`: `contact`, `sequence` (its own values), `sender`, `fallback` (the
    person has none, and the words do without it) or `missing` (they cannot)."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True)
class ShownLink:
    """A link in a mail: where it leads, by which name `clicked()` knows it (empty: by none), and whether clicks on it are counted."""

    target: str
    label: str
    tracked: bool


@dataclass(frozen=True)
class ShownStep:
    """One step: a mail in one of its variants, or a task. Where it cannot be written, `reason` says why, and there are no words.

    `subject`, `text`, `html` and `headers` are read from the very bytes that would leave; its own links are sealed for nobody, so that
    opening one does nothing. `message` is the number of the mail where it has left already: then it is shown as it left.
    """

    step: str
    kind: str
    variant: str = ""
    condition: str = ""  # as it is written: the step is left out where it does not hold
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    links: tuple[ShownLink, ...] = ()
    fields: tuple[ShownField, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""  # why it cannot be written
    codes: tuple[str, ...] = ()
    counts_opens: bool = False  # by a picture in its HTML
    message: int | None = None

    @property
    def subject_length(self) -> int:
        """In characters: mail programs show some sixty, on a phone some thirty-five."""
        return len(self.subject)

    @property
    def seen_html(self) -> str:
        """Its HTML for a page that only shows it: without the picture that counts opens."""
        return without_pixel(self.html)


@dataclass(frozen=True)
class Preview:
    """A sequence as it will be for one person.

    `version` is 0 for a text that is not published. Somebody who is `enrolled` keeps their version, their mailbox and their variants; of
    others it is not known which variant they will get, so each is shown. `reason` says why nothing is sent to them at all.
    """

    email: str
    full_name: str
    sequence: str
    version: int
    latest: int
    mailbox: str
    language: str
    enrolled: bool
    steps: tuple[ShownStep, ...]
    reason: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LackedField:
    """A field without which mails cannot be written, for how many people, in which steps; `emails` are the first of them."""

    name: str
    people: int
    steps: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True)
class LackingPeople:
    """Who lacks what a sequence's words need, of `looked_at` people: those who are under way in it (`enrolled`), else all contacts.

    `held` counts people, each once; in their steps they would be held until somebody fills in what is missing.
    """

    sequence: str
    version: int
    enrolled: bool
    looked_at: int
    held: int
    fields: tuple[LackedField, ...] = field(default=())
