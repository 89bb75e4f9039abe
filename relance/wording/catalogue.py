"""The translations: `.po` files in the package, read once a language and asked the way GNU gettext does."""

from __future__ import annotations

import functools
import gettext
import io
import threading
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from babel.messages.catalog import Catalog

ENGLISH = "en"
SOURCE = "source"  # sentences as the source has them, whatever is spoken: nobody asks for it by a setting
_reading = threading.Lock()


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    return (ENGLISH, *sorted(each.name for each in _locale().iterdir() if each.is_dir()))


def parts(language: str) -> tuple[Traversable, ...]:
    """The `.po` files of a language, one a room, by name."""
    found = [each for each in (_locale() / language).iterdir() if each.name.endswith(".po")]
    return tuple(sorted(found, key=lambda each: each.name))


def of(language: str) -> gettext.NullTranslations:
    """The translations of a language; of English, the sentences themselves."""
    with _reading:
        return _read(language)


def _locale() -> Traversable:
    return resources.files(__package__) / "locale"


@functools.cache
def _read(language: str) -> gettext.NullTranslations:
    """All parts as one, compiled in memory. Of a sentence in two parts the later counts; a test holds them equal."""
    if language in (ENGLISH, SOURCE):
        return gettext.NullTranslations()
    from babel.messages.catalog import Catalog  # reading it takes time that English need not pay
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    for part in parts(language):
        with part.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole.add(message.id, message.string, flags=message.flags, context=message.context)
    return _compiled(whole)


def _compiled(catalogue: Catalog) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
