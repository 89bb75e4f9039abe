"""Why a row of a contacts file, or a line of a do-not-contact list, was refused: codes, and what people read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete
from relance.wording import Text


class RowFault(StrEnum):
    """What is wrong with a row; the sentence beside it says where and what to do."""

    NOT_AN_ADDRESS = "not_an_address"
    SAME_ADDRESS_TWICE = "same_address_twice"
    TOO_MANY_CELLS = "too_many_cells"
    NOT_CSV = "not_csv"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    UNKNOWN_ZONE = "unknown_zone"
    PUBLIC_MAIL_SERVICE = "public_mail_service"
    OURS = "ours"
    MANAGERS_ONLY = "managers_only"
    OF_A_COLLEAGUE = "of_a_colleague"
    UNSAID = "unsaid"


FAULTS: Mapping[RowFault, Text] = complete(
    RowFault,
    {
        RowFault.NOT_AN_ADDRESS: Text.within("row fault", "not an email address or domain"),
        RowFault.SAME_ADDRESS_TWICE: Text.within("row fault", "same address as in an earlier row"),
        RowFault.TOO_MANY_CELLS: Text.within("row fault", "more cells than the header"),
        RowFault.NOT_CSV: Text.within("row fault", "not a row of a CSV file"),
        RowFault.CONTROL_CHARACTER: Text.within("row fault", "control character"),
        RowFault.TOO_LONG: Text.within("row fault", "too long"),
        RowFault.UNKNOWN_ZONE: Text.within("row fault", "unknown time zone"),
        RowFault.PUBLIC_MAIL_SERVICE: Text.within("row fault", "public mail service"),
        RowFault.OURS: Text.within("row fault", "our own address or domain"),
        RowFault.MANAGERS_ONLY: Text.within("row fault", "only a manager adds domains"),
        RowFault.OF_A_COLLEAGUE: Text.within("row fault", "belongs to a colleague"),
        RowFault.UNSAID: Text.within("row fault", "an earlier release did not record the reason"),
    },
)


def stored(code: object) -> RowFault:
    """A code as it was kept; what an earlier release left out, or a later one calls otherwise, is unsaid."""
    try:
        return RowFault(str(code))
    except ValueError:
        return RowFault.UNSAID
