"""Which there are, and the text of one under a name of somebody's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from relance import errors
from relance.wording import N_, Text

LANGUAGES = ("en", "pl")
_BLANK = "blank"
PRACTICE = "practice"  # sends at any hour: for nobody but the sandbox


@dataclass(frozen=True)
class Starter:
    """A text to start from, by its `key`: what it is called and what it is for."""

    key: str
    title: Text
    about: Text


STARTERS: Mapping[str, Starter] = {
    key: Starter(key, Text(title), Text(about))
    for key, title, about in (
        (
            "first-meeting",
            N_("First meeting"),
            N_("To people who do not know you yet: four mails and a call in about three weeks."),
        ),
        (
            "after-event",
            N_("After a trade fair"),
            N_("To people you met: three mails and a call within two weeks, while they remember."),
        ),
        (
            "open-quote",
            N_("Open quote"),
            N_("To people who have your quote and have not answered: three mails and a call."),
        ),
        (_BLANK, N_("Blank page"), N_("Two mails of one line each, for you to write.")),
        (
            PRACTICE,
            N_("Practice"),
            N_("To the sandbox: two mails, two minutes apart, at any hour of any day."),
        ),
    )
}


def text(key: str, name: str = "", language: str = "en") -> str:
    """The YAML of a starter, named `name`; English where it is not there in `language`. Raises `errors.NotFound`."""
    if key not in STARTERS:
        raise errors.NotFound(
            Text('There is no starter "{key}". Choose one of: {keys}.', key=key, keys=", ".join(STARTERS))
        )
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    found = (resources.files(__package__) / spoken / f"{key}.yaml").read_text("utf-8")
    return _named(found, " ".join(name.split())[:100])


def _named(text: str, name: str) -> str:
    """Under another name. JSON's strings are YAML's, whatever stands in them."""
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("sequence: "))
    if name:
        lines[at] = f"sequence: {json.dumps(name, ensure_ascii=False)}"
    return "\n".join(lines)
