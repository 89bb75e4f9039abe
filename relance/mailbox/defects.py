"""What may be wrong with a mail that came in, by code, and how each reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from relance.complete import complete
from relance.wording import Text


class Defect(StrEnum):
    """Everything that a mail may have wrong and be read all the same, and that it could not be read."""

    ENCRYPTED = "encrypted"
    NOT_CUT = "not cut"
    CHARSET = "charset"
    NO_SENDER = "no sender"
    HEADER_TWICE = "header twice"
    DATE = "date"
    NO_HEADERS = "no headers"
    MANY_REPORTS = "many reports"
    VERY_LARGE = "very large"
    LONG_HEADERS = "long headers"
    NO_EMPTY_LINE = "no empty line"
    MANY_HEADERS = "many headers"
    NOT_FOLDED = "not folded"
    DEEP = "deep"
    NO_BOUNDARY = "no boundary"
    MANY_PARTS = "many parts"
    BOUNDARY_GUESSED = "boundary guessed"
    NOT_READ = "not read"


SENTENCES: Mapping[Defect, Text] = complete(
    Defect,
    {
        Defect.ENCRYPTED: Text("encrypted or sealed: its words cannot be read"),
        Defect.NOT_CUT: Text("a multipart that could not be cut into parts was read as text"),
        Defect.CHARSET: Text("text in an unknown or wrong charset"),
        Defect.NO_SENDER: Text("no readable sender"),
        Defect.HEADER_TWICE: Text("more than one {about} header"),
        Defect.DATE: Text("an invalid date"),
        Defect.NO_HEADERS: Text("no headers"),
        Defect.MANY_REPORTS: Text("more delivery reports than the limit"),
        Defect.VERY_LARGE: Text("only the first part of a very large mail was read"),
        Defect.LONG_HEADERS: Text("headers longer than the limit were cut"),
        Defect.NO_EMPTY_LINE: Text("no empty line between headers and body"),
        Defect.MANY_HEADERS: Text("more headers than the limit"),
        Defect.NOT_FOLDED: Text("a folded header lost its leading blank"),
        Defect.DEEP: Text("parts nested deeper than the limit were not read"),
        Defect.NO_BOUNDARY: Text("a multipart without a boundary"),
        Defect.MANY_PARTS: Text("more parts than the limit"),
        Defect.BOUNDARY_GUESSED: Text("the boundary of a multipart was guessed"),
        Defect.NOT_READ: Text("could not be read ({about})"),
    },
)
"""Each defect as people read it."""


@dataclass(frozen=True)
class Oddity:
    """One defect of one mail. `about`: which header, or what kind of error of the reader's."""

    code: Defect
    about: str = ""

    @property
    def text(self) -> Text:
        """As people read it."""
        pattern = SENTENCES[self.code]
        return Text(pattern.msgid, about=self.about) if self.about else pattern
