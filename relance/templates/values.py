"""What a contact brings: values made plain before a template may see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from relance.wording import Text

MAX_TEXT = 256 * 1024  # characters of a part of a mail, and of any value in it; a person types a few thousand
MAX_NUMBER = 1_000_000_000_000
MAX_ITEMS = 100  # a list longer than this is data, not words for a mail
MAX_DEPTH = 4  # custom fields hold fields, seldom more

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, half characters, and the two marks that turn the rest of a line around.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202d\u202e\ufeff]")


class UnfitValue(Exception):
    """This mail cannot be made from these values; the text is a sentence for the person who looks into it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


class CallerFailed(Exception):
    """A function given by the caller raised; carries its error through the template, back to the caller."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def carried(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its errors told apart from those of a template."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise CallerFailed(error) from error

    return call


class Fields(dict[str, object]):
    """Named values; `path` is how a template reaches them ("" at the top)."""

    __slots__ = ("path",)

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path

    def name_of(self, key: str) -> str:
        """The full name of one of the fields, as an author writes it."""
        return f"{self.path}.{key}" if self.path else key


def clean(text: str) -> str:
    """The text with one kind of line end and without control characters; letters, emoji and joiners stay."""
    if text.isprintable():
        return text
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))


def plain(values: Mapping[str, object], wanted: frozenset[str]) -> Fields:
    """The wanted values as plain text, numbers, lists and fields. What is empty counts as missing."""
    fields = Fields()
    for name in wanted:
        if name in values and (value := _plain(values[name], name, 0)) is not None:
            fields[name] = value
    return fields


def has(fields: Fields, path: str) -> bool:
    """Whether a dotted name leads to a value."""
    value: object = fields
    for key in path.split("."):
        if not isinstance(value, Fields) or key not in value:
            return False
        value = value[key]
    return True


def shown(value: Any) -> Any:
    """What a value looks like in a mail: whole numbers without `.0`; never Python's form of a list or of fields."""
    if type(value) is str:
        return value
    if isinstance(value, Fields):
        raise UnfitValue(
            Text(
                '"{name}" is a group of fields: write {path}.name_of_field.', name=value.path, path=value.path
            )
        )
    if isinstance(value, list):
        raise UnfitValue(Text('A list cannot be shown as it is: add | join(", ") to it.'))
    if type(value) is float and value.is_integer():
        return int(value)
    return value


def _plain(value: object, path: str, depth: int) -> object:
    kind = type(value)
    if kind is str:
        return _plain_text(value, path)  # type: ignore[arg-type]
    if value is None or kind in (int, float, bool):
        return value
    if isinstance(value, Mapping):
        return _plain_fields(value, path, depth + 1)
    if isinstance(value, list | tuple | set | frozenset):
        return _plain_list(list(value), path, depth + 1)
    # Text that calls itself safe HTML, dates, decimals: only their characters count.
    return _plain_text("".join((value,)) if isinstance(value, str) else str(value), path)


def _plain_text(value: str, path: str) -> str | None:
    if len(value) > MAX_TEXT:
        raise UnfitValue(Text('"{name}" is larger than {size} kB.', name=path, size=MAX_TEXT // 1024))
    return clean(value).strip() or None


def _plain_fields(value: Mapping[object, object], path: str, depth: int) -> Fields | None:
    _bound(depth, path)
    fields = Fields(path)
    for key, inner in value.items():
        name = str(key)
        if (made := _plain(inner, fields.name_of(name), depth)) is not None:
            fields[name] = made
    return fields or None


def _plain_list(value: list[object], path: str, depth: int) -> list[object] | None:
    _bound(depth, path)
    if len(value) > MAX_ITEMS:
        raise UnfitValue(
            Text(
                '"{name}" has {number} entries; a mail can use at most {most}.',
                name=path,
                number=len(value),
                most=MAX_ITEMS,
            )
        )
    return [made for inner in value if (made := _plain(inner, path, depth)) is not None] or None


def _bound(depth: int, path: str) -> None:
    if depth > MAX_DEPTH:
        raise UnfitValue(Text('"{name}" has fields nested more than {most} deep.', name=path, most=MAX_DEPTH))
