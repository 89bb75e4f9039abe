"""The day somebody asks to hear from us again, where one sentence holds both the asking and a day weeks away.

A sentence may name other days as well ("we start in January, call me tomorrow"): the day counts in the clause that asks, where
nothing else stands in the clause next to it ("in January, please write again"), or where the asking points back to it ("our budget
opens in Q2, try me then"). What has happened already ("we spoke in March") is no asking.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import follow_up_date, masking

_CLAUSE = re.compile(r"(?<!\d)[,;:–(]|[,;:–(](?!\d)| - ")
_WORD = re.compile(r"[^\W_]+")
_MOST_BESIDE = 2  # words beside the day in a clause that says nothing else: "ab dem"


class AskedDay(NamedTuple):
    """The day to write again, and the language that asks for it."""

    date: dt.date
    language: str
    exact: bool  # that very day, as an appointment is


def read(sentence: str, today: dt.date, least: dt.timedelta, known: str | None = None) -> AskedDay | None:
    """The day that this sentence asks to be written to again on, further away than `least`; `known` is the language to ask first."""
    folded = masking.mask(normalize.fold(normalize.bounded(sentence)))
    asking = [words for words in language.all_languages() if words.find("intent.then", folded)]
    if not asking:
        return None
    spoken = [known] if known else [words.code for words, _ in language.ranked(folded)][:2]
    if any(words.code in spoken and words.find("intent.past", folded) for words in asking):
        asking = [words for words in asking if words.code in spoken]  # neighbours do not know what is past
    for words in sorted(asking, key=lambda each: each.code not in spoken):
        day = _asked(_CLAUSE.split(folded), words, today)
        if day and day.date - today > least:
            return AskedDay(day.date, words.code, day.exact)
    return None


def _asked(clauses: list[str], words: Language, today: dt.date) -> follow_up_date.Named | None:
    """The day that belongs to a clause that asks."""
    days = [
        None if words.find("intent.past", each) else follow_up_date.named(each, words, today)
        for each in clauses
    ]
    for place, clause in enumerate(clauses):
        if not words.find("intent.then", clause) or words.find("intent.past", clause):
            continue
        if day := days[place]:
            return day
        near = [at for at in (place - 1, place + 1) if 0 <= at < len(clauses)]
        behind = range(place) if words.find("intent.back", clause) else []
        for at in [*(at for at in near if _says_only(clauses[at], days[at])), *behind]:
            if day := days[at]:
                return day
    return None


def _says_only(clause: str, day: follow_up_date.Named | None) -> bool:
    """Does the clause hold a day and hardly anything else?"""
    return (
        day is not None and len(_WORD.findall(clause[: day.start] + " " + clause[day.end :])) <= _MOST_BESIDE
    )
