"""What a contact's fields may hold: untrusted words made fit to be kept, or refused with the reason. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from relance import errors
from relance.engine.contacts.faults import RowFault
from relance.engine.event_log.of_people import ContactChanged
from relance.engine.reasons import sentences
from relance.engine.schedule import timezones
from relance.engine.store.contacts.contacts import FIELDS, Contact
from relance.mailbox import address
from relance.wording import Text
from relance.wording.text import text_of

MAX_LENGTH = 300  # characters of a known field
LONGEST_OWN = 5_000  # of one of the author's own
_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060"  # what copying out of web pages leaves around words


class UnfitField(errors.Invalid):
    """A value that cannot be kept; its text is the reason, as a sentence, `fault` its code."""

    def __init__(self, reason: Text | str, fault: RowFault) -> None:
        super().__init__(text_of(reason).coded(fault))
        self.fault = fault


def tidy(name: str, text: str) -> str:
    """One value: NFC, spaces and line ends made single spaces; raises Unfit for control characters and endless texts."""
    value = " ".join(unicodedata.normalize("NFC", text.strip(_UNSEEN)).split())
    odd = next((letter for letter in text if _refused(letter)), None)
    if odd is not None:
        raise UnfitField(
            Text(
                "{name} contains the control character {sign}; remove it.",
                name=_named(name),
                sign=f"U+{ord(odd):04X}",
            ),
            RowFault.CONTROL_CHARACTER,
        )
    limit = MAX_LENGTH if name in FIELDS or name == "email" else LONGEST_OWN
    if len(value) > limit:
        longer = Text("{name} is longer than {limit} characters.", name=_named(name), limit=limit)
        raise UnfitField(longer, RowFault.TOO_LONG)
    return value


def _named(name: str) -> Text | str:
    """A value as people call it; one of the author's own by the name that they gave it."""
    return sentences.FIELDS[name] if name in sentences.FIELDS else _BESIDE.get(name, name)


_BESIDE = {
    "email": Text.within("field", "address"),
    "name": Text.within("field", "name"),
    "note": Text.within("field", "note"),
    "reason": Text.within("field", "reason"),
    "assignee": Text.within("field", "assigned person"),
}


def _refused(letter: str) -> bool:
    """C0 and C1 controls but tab and line ends; the marks that turn the direction of writing, which disguise words."""
    if letter in "\t\r\n\x85":
        return False
    return (
        unicodedata.category(letter) == "Cc"
        or "\u202a" <= letter <= "\u202e"
        or "\u2066" <= letter <= "\u2069"
    )


def email(text: str, *, allow_test_domains: bool) -> dict[str, str]:
    """The columns an address gives; raises Unfit with the sentence of the mail room."""
    try:
        found = address.normalise(tidy("email", text), allow_test_domains=allow_test_domains)
    except UnfitField:
        raise
    except errors.Invalid as refused:
        raise UnfitField(refused.text, RowFault.NOT_AN_ADDRESS) from None
    return {
        "email": found.normalised,
        "original": found.original,
        "organisation": address.organisation(found.domain) or "",
    }


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """Known fields that are not empty, tidied; raises Unfit."""
    kept = {name: tidied for name, text in values.items() if (tidied := tidy(name, text))}
    if "zone" in kept:
        try:
            timezones.checked_zone(kept["zone"])
        except ValueError as wrong:
            raise UnfitField(str(wrong), RowFault.UNKNOWN_ZONE) from None
    return kept


def unknown_country(values: Mapping[str, str]) -> str | None:
    """The country nobody knows, where there is one: it is kept, but says nothing of time or holidays."""
    country = values.get("country", "")
    return country if country and timezones.country_code(country) is None else None


def changed(found: Contact, given: Mapping[str, str], own: Mapping[str, str]) -> dict[str, Any]:
    """What given values change in a contact; empty when nothing. What is not given stays."""
    change: dict[str, Any] = {name: value for name, value in given.items() if getattr(found, name) != value}
    if any(found.fields.get(name) != value for name, value in own.items()):
        change["fields"] = {**found.fields, **own}
    return change


def told(found: Contact, change: Mapping[str, Any]) -> ContactChanged:
    """What a change (`changed`) makes of a contact, for their timeline."""
    after = {name: str(value) for name, value in change.items() if name != "fields"}
    before = {name: str(getattr(found, name)) for name in after}
    for name, value in change.get("fields", {}).items():
        if found.fields.get(name) != value:
            before[name], after[name] = str(found.fields.get(name, "")), str(value)
    return ContactChanged(before, after)
