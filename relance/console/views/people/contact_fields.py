"""What a contact's fields are called in front of people."""

from __future__ import annotations

from collections.abc import Mapping

from relance.complete import complete
from relance.engine.store.contacts.contacts import FIELDS
from relance.wording import N_, _, capital

LABELS: Mapping[str, str] = complete(
    FIELDS,
    {
        "first_name": N_("First name"),
        "last_name": N_("Last name"),
        "company": N_("Company"),
        "title": N_("Job title"),
        "phone": N_("Phone"),
        "country": N_("Country"),
        "language": N_("Language"),
        "zone": N_("Time zone"),
    },
)


def label(name: str) -> str:
    """A field's name as a heading: ours in the reader's language, somebody's own as they wrote it."""
    if name in LABELS:
        return _(LABELS[name])
    return capital(name.replace("_", " ").strip())
