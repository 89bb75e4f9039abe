"""Words as people read them: somebody else's as sentences of ours, numbers with their nouns, spans of time."""

from __future__ import annotations

from typing import overload

from relance.wording.text import Ended, Text, closed


@overload
def ended(words: Text) -> Text: ...  # type: ignore[overload-overlap]
@overload
def ended(words: object) -> str: ...
def ended(words: object) -> str | Text:
    """Words as a whole sentence: ended by a full stop, where no mark of their own ends them. Of a Text, a Text. Pure."""
    return Ended(words) if isinstance(words, Text) else closed(str(words))


def capital(words: object) -> str:
    """Words as a heading or a label begins: their first letter large, the rest as it is. An address that they begin with
    stays as its owner writes it. Pure, but for a Text's language."""
    said = str(words)
    return said if _begins_with_address(said) else said[:1].upper() + said[1:]


def _begins_with_address(said: str) -> bool:
    return "@" in said.partition(" ")[0]


def begun(words: object) -> str:
    """Words as a sentence by itself begins: with a large letter, unless they begin with what is no word of ours (an address,
    a name between quotes). Pure, but for a Text's language."""
    said = str(words)
    return capital(said) if said.split(" ", 1)[0].rstrip(",.:;").isalpha() else said


def quoted(words: object) -> Text:
    """Somebody else's words between the quotes of the reader's language."""
    return Text('"{words}"', words=str(words))


MOST_TYPED = 80


def typed(value: object) -> Text:
    """What somebody wrote or handed over, between the quotes of the reader's language: shortened, and what nobody sees
    (control characters, marks of direction) as its code."""
    return quoted("".join(each if each.isprintable() else ascii(each)[1:-1] for each in _short(str(value))))


def seen(value: object) -> str:
    """What stands in somebody's file, for a page: shortened, and what nobody sees as its code (U+202E)."""
    return "".join(
        each if each.isprintable() or each in "\t\r\n" else f"⟨U+{ord(each):04X}⟩"
        for each in _short(str(value))
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_TYPED else f"{text[: MOST_TYPED - 1]}…"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, in English only: 1 mail, 2 mails. Where people read it, `n_` says it in their language."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
