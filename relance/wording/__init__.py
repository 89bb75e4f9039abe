"""Words for people: sentences as values, made in the reader's language when they are shown. Everybody's lowest room.

A sentence is written in plain English where it is needed, with `{named}` places, and looked up in the reader's language
when it is shown::

    raise errors.NotFound(Text("There is no sequence {name}.", name=name))        # later, in the reader's language
    show.say(n_("{count} person enrolled.", "{count} people enrolled.", len(found)))         # now
    HEADS = (N_("mailbox"), N_("state"))                                            # a constant: marked here, `_(head)` later

Translations are `locale/<language>/<room>.po`, read when a language other than English is first spoken.
CONTRIBUTING.md says how to add a sentence and a language.
"""

from __future__ import annotations

from relance.wording.catalogue import languages
from relance.wording.dates import (
    brief,
    clock_time,
    country,
    date_of,
    day,
    moment,
    moment_in,
    show_times_in,
    shown_zone,
)
from relance.wording.phrases import begun, capital, counted, ended, quoted, seen, typed
from relance.wording.speech import as_in_the_source, language, matched, speak, speaking
from relance.wording.system import of_system, plainly, quoted_fault
from relance.wording.text import N_, Text, n_, span, words
from relance.wording.text import now as _

__all__ = [
    "N_",
    "Text",
    "_",
    "as_in_the_source",
    "begun",
    "brief",
    "capital",
    "clock_time",
    "counted",
    "country",
    "date_of",
    "day",
    "ended",
    "language",
    "languages",
    "matched",
    "moment",
    "moment_in",
    "n_",
    "of_system",
    "plainly",
    "quoted",
    "quoted_fault",
    "seen",
    "show_times_in",
    "shown_zone",
    "span",
    "speak",
    "speaking",
    "typed",
    "words",
]
