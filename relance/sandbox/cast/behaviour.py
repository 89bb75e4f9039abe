"""What a prospect is going to do, decided beforehand: the same people and seed always give the same cast."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from relance.sandbox.cast import dice, names, people


class Fate(StrEnum):
    """How it ends with one prospect, left to themselves."""

    SILENT = "silent"
    POSITIVE = "answers yes"
    NEGATIVE = "answers no"
    QUESTION = "asks back"
    CALENDAR = "sends an invitation"
    OPT_OUT = "asks in words to be removed"
    ONE_CLICK = "unsubscribes with one click"
    UNSUBSCRIBE_PAGE = "unsubscribes on the page"
    COMPLAINT = "complains"
    REFUSED = "does not exist"
    BOUNCE = "bounces later"
    LEFT = "has left the company"


ANSWERING = frozenset({Fate.POSITIVE, Fate.NEGATIVE, Fate.QUESTION, Fate.CALENDAR, Fate.OPT_OUT})
DEAD = frozenset({Fate.REFUSED, Fate.BOUNCE, Fate.LEFT})

SHARES: tuple[tuple[Fate, int], ...] = (
    (Fate.POSITIVE, 9),
    (Fate.NEGATIVE, 7),
    (Fate.QUESTION, 6),
    (Fate.CALENDAR, 2),
    (Fate.OPT_OUT, 3),
    (Fate.ONE_CLICK, 3),
    (Fate.UNSUBSCRIBE_PAGE, 2),
    (Fate.COMPLAINT, 2),
    (Fate.REFUSED, 3),
    (Fate.BOUNCE, 2),
    (Fate.LEFT, 1),
)
# Of a hundred; the rest stay silent.

LAST = 0
# "Acts on the last mail": on whichever mail is followed by a week of silence.
SILENCE = dt.timedelta(days=7)
SCANNED = 0.12
# Of the companies: everybody at one has the same machine before them.
CLIENTS = ("gmail", "outlook", "apple", "thunderbird")


@dataclass(frozen=True)
class Absence:
    """Out of office: told in answer to mail number `from_mail`, for so many days from then on."""

    from_mail: int
    days: int


@dataclass(frozen=True)
class Reading:
    """What someone does with a mail besides answering. Delays count from its arrival."""

    opens: bool = False
    clicks: bool = False
    open_after: dt.timedelta = dt.timedelta(hours=1)
    click_after: dt.timedelta = dt.timedelta(minutes=2)  # from the opening
    proxy: bool = False  # images come through a proxy that fetches them at once


@dataclass(frozen=True)
class Persona:
    """One prospect's whole plan. `acts_on` numbers the mails they get from 1; LAST means the last one."""

    email: str
    name: str
    language: str
    zone: str
    client: str
    fate: Fate
    acts_on: int = 1
    delay: dt.timedelta = dt.timedelta(hours=3)
    reading: Reading = field(default_factory=Reading)
    scanned: bool = False  # a machine fetches every link the moment a mail comes in
    greylisted: bool = False  # the first attempt is deferred with 451
    colleague: tuple[str, str] | None = None  # (name, address) of who answers instead
    folder: str = "INBOX"  # where the rep's filters put the answer
    absence: Absence | None = None
    anew: bool = False  # the colleague starts a mail of their own: no header says what it answers


def cast(contacts: Sequence[people.Person], seed: int) -> dict[str, Persona]:
    """A persona for every contact, by address. Shares are kept exactly, so that every fate has its people."""
    fates = _fates(len(contacts), dice.of(seed, "fates"))
    return {
        person.email: _persona(
            person,
            fate,
            dice.of(seed, "persona", person.email),
            scanned=dice.of(seed, "guard", person.domain).random() < SCANNED,
        )
        for person, fate in zip(contacts, fates, strict=True)
    }


def _fates(count: int, chance: random.Random) -> list[Fate]:
    """One fate a person; from 25 people on each fate occurs at least once."""
    least = 1 if count >= 25 else 0
    fates = [fate for fate, share in SHARES for _ in range(max(least, count * share // 100))]
    fates += [Fate.SILENT] * (count - len(fates))
    chance.shuffle(fates)
    return fates


def _persona(person: people.Person, fate: Fate, chance: random.Random, *, scanned: bool) -> Persona:
    country = next(country for country in names.COUNTRIES if country.code == person.country)
    answers = fate in ANSWERING
    colleague = _colleague(person, country, chance) if answers and chance.random() < 0.15 else None
    return Persona(
        email=person.email,
        name=person.name,
        language=country.language,
        zone=country.zone,
        client=chance.choice(CLIENTS),
        fate=fate,
        acts_on=chance.choices((1, 2, 3, LAST), (40, 30, 15, 15))[0],
        delay=_delay(chance),
        reading=_reading(fate, chance),
        scanned=scanned,
        greylisted=fate not in DEAD and chance.random() < 0.06,
        colleague=colleague,
        anew=colleague is not None and chance.random() < 0.4,
        folder=chance.choices(("INBOX", "Junk", "Archive"), (80, 10, 10))[0] if answers else "INBOX",
        absence=_absence(chance) if fate not in DEAD and chance.random() < 0.1 else None,
    )


def _delay(chance: random.Random) -> dt.timedelta:
    """Some answer within the hour, most within a day, a few after days."""
    fast, same_day, slow = (5, 60), (60, 24 * 60), (24 * 60, 4 * 24 * 60)
    low, high = chance.choices((fast, same_day, slow), (25, 55, 20))[0]
    return dt.timedelta(minutes=chance.uniform(low, high))


def _reading(fate: Fate, chance: random.Random) -> Reading:
    opens = fate not in DEAD and chance.random() < (0.45 if fate is Fate.SILENT else 0.8)
    return Reading(
        opens=opens,
        clicks=opens and chance.random() < 0.4,
        open_after=dt.timedelta(minutes=chance.uniform(3, 20 * 60)),
        click_after=dt.timedelta(minutes=chance.uniform(1, 30)),
        proxy=chance.random() < 0.2,
    )


def _colleague(person: people.Person, country: names.Country, chance: random.Random) -> tuple[str, str]:
    """Somebody else at the same company, who is on nobody's list."""
    first, last = chance.choice(country.first), chance.choice(country.last)
    local = f"{people.ascii_name(first)[:1]}{people.ascii_name(last)}.office"
    return f"{first} {last}", f"{local}@{person.domain}"


def _absence(chance: random.Random) -> Absence:
    return Absence(from_mail=chance.choice((1, 1, 2)), days=chance.randint(3, 12))
