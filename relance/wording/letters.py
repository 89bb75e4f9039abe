"""Letters as people type them who look for a name: small, without marks, so that "wojcik" is "Wójcik" and "strasse" is "Straße"."""

from __future__ import annotations

import unicodedata

_WHOLE = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
}
_APART = str.maketrans(_WHOLE)
# Letters that Unicode does not take apart into a letter and its mark.


def plain(text: str) -> str:
    """The text in small letters without marks, for comparing what is looked for; ß is ss. Pure."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return bare.casefold().translate(_APART)


def unmarked(text: str) -> str | None:
    """`plain` where it says more than small letters do: of a text with other letters than those of ASCII. Pure."""
    return None if text.isascii() else plain(text)
