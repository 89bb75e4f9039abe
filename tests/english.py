"""Words and sentences of one language in what is shown to somebody who reads the other."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from relance.wording import catalogue as translations
from tests import catalogue

# Words that only English has; names, addresses, commands and codes are taken out before.
WORDS = re.compile(
    r"\b(the|and|was|were|are|not|this|that|with|from|which|there|their|they|them|only|what|when|while|who|whose|will|would|"
    r"has|have|had|been|says|said|send|sends|show|shows|mails?|mailbox(es)?|answers?|answered|people|contacts?|sequence|steps?|"
    r"because|since|until|before|after|again|nothing|nobody|usage|options?|commands?|required|default|of|is|it|its|for|"
    r"or|an|be|goes?|one|never|yes|held|paused|stopped|waits?|due|next|last|reason|state|read|unknown|bounced?)\b",
    re.IGNORECASE,
)
CODE = re.compile(
    r"E-MAIL|not-sent|domyślnie: [^\]]*|`[^`]*`|--?[a-z][\w-]*|„[^”]*”|relance [a-z -]+|\S+@\S+|<[^>]*>|\[[^\]]*\|[^\]]*\]"
)
PLACE = re.compile(r"\{\w+\}")


def words(shown: str, besides: Iterable[str] = ()) -> list[str]:
    """The English words in a text. `besides`: what may stand in it all the same, as somebody wrote it."""
    for each in besides:
        shown = shown.replace(each, " ")
    return [found.group() for found in WORDS.finditer(CODE.sub(" ", shown))]


def sentences(shown: str) -> list[str]:
    """The sentences of the catalogue that stand in a text in English: their pieces between the places."""
    return [form for form, pieces in _known() if all(piece in shown for piece in pieces)]


@functools.cache
def _known() -> list[tuple[str, list[str]]]:
    """Every form of every sentence with its pieces, where one of them is long enough to be told from a name."""
    forms = [
        form
        for msgid, _context in catalogue.sentences()
        for form in ((msgid,) if isinstance(msgid, str) else msgid)
    ]
    return _cut(forms)


def _cut(forms: Iterable[str]) -> list[tuple[str, list[str]]]:
    cut = [(form, [piece.strip() for piece in PLACE.split(form)]) for form in forms]
    long = [(form, [piece for piece in pieces if len(piece) > 12 and " " in piece]) for form, pieces in cut]
    return [(form, pieces) for form, pieces in long if pieces]


def polish(shown: str) -> list[str]:
    """The sentences of the catalogue that stand in a text in Polish: their pieces between the places."""
    return [form for form, pieces in _translated() if all(piece in shown for piece in pieces)]


@functools.cache
def _translated() -> list[tuple[str, list[str]]]:
    known = translations.of("pl")._catalog  # type: ignore[attr-defined]
    return _cut(form for msgid, form in known.items() if msgid)
