"""Does a text name somebody by their full name? Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from relance.mailbox.classification.languages import normalize

_WORD = re.compile(r"[^\W_]+")
_APART = 3  # words from the end of one name to the beginning of the other: "Piotr Jan M. Zielinski"
_SHORTEST = 2  # letters; an initial is nobody's name


@dataclass(frozen=True)
class NameWords:
    """The words of a text, small and without accents, each with its places."""

    places: Mapping[str, Set[int]]

    @classmethod
    def of(cls, text: str) -> NameWords:
        """The words of any text."""
        places: dict[str, set[int]] = {}
        for place, word in enumerate(_split(text)):
            places.setdefault(word, set()).add(place)
        return cls(places)

    def name(self, given: str, family: str) -> bool:
        """Whether a given and a family name stand close to each other as whole words, in either order."""
        first, last = _of_name(given), _of_name(family)
        if min(len("".join(first)), len("".join(last))) < _SHORTEST:
            return False
        if not all(word in self.places for word in (*first, *last)):
            return False
        return self._near(first[-1], last[0]) or self._near(last[-1], first[0])

    def _near(self, one: str, other: str) -> bool:
        after = self.places[other]
        return any(here + step in after for here in self.places[one] for step in range(1, _APART + 1))


@functools.lru_cache(maxsize=20_000)
def _of_name(name: str) -> tuple[str, ...]:
    """Kept: every new mail that nothing else places is compared with the same names."""
    return tuple(_split(name))


def _split(text: str) -> list[str]:
    return _WORD.findall(normalize.fold(normalize.tidy(text)))
