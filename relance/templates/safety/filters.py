"""The filters an author may use: few, quick, and bounded in what they make. The allow-list bounds their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jinja2

from relance.templates import values
from relance.wording import Text

_WORD_START = re.compile(r"(?:^|(?<=[-\s({\[<]))\w")


class Absent(jinja2.StrictUndefined):
    """A missing value: it may be asked whether it is there, and nothing else."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    @property
    def path(self) -> str:
        """The dotted name that led nowhere."""
        return str(self._undefined_name)


def _text(value: Any) -> str:
    return str(values.shown(value))


def _default(value: Any, instead: Any, boolean: bool = False) -> Any:
    return instead if isinstance(value, Absent) or (boolean and not value) else value


def _capitalize(value: Any) -> str:
    return _text(value).capitalize()


def _lower(value: Any) -> str:
    return _text(value).lower()


def _title(value: Any) -> str:
    """Each word with a capital; what follows it is lower case, so that ACME LTD becomes Acme Ltd."""
    return _WORD_START.sub(lambda start: start[0].upper(), _text(value).lower())


def _trim(value: Any) -> str:
    return _text(value).strip()


def _upper(value: Any) -> str:
    return _text(value).upper()


def _replace(value: Any, old: str, new: str) -> str:
    return _text(value).replace(old, new)


def _truncate(value: Any, length: int = 255, killwords: bool = False, end: str = "…") -> str:
    """At most `length` characters, the ending included; whole words unless `killwords`."""
    text = _text(value)
    if len(text) <= length:
        return text
    shorter = text[: max(length - len(end), 0)]
    if not killwords:
        shorter = shorter.rpartition(" ")[0] or shorter
    return shorter.rstrip() + end


def _items(value: Any) -> Any:
    """A list as it is; text and numbers as text; a missing value raises."""
    return value if isinstance(value, list) else _text(value)


def _length(value: Any) -> int:
    return len(_items(value))


def _first(value: Any) -> Any:
    return _items(value)[0]  # never empty: what is empty is missing


def _last(value: Any) -> Any:
    return _items(value)[-1]


def _join(value: Any, d: str = "", attribute: str | None = None) -> str:
    """A list in one line, one field of each entry where `attribute` names it; anything else is a list of one."""
    items = value if isinstance(value, list) else [value]
    if attribute is not None:
        items = [item[attribute] for item in items if isinstance(item, values.Fields) and attribute in item]
    return d.join(_text(item) for item in items)


def _number(value: Any, instead: float | None) -> float:
    """A number as people write it in a spreadsheet: `1 200`, `12,5`."""
    text = re.sub(r"[\s'’]", "", _text(value))
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        number = float("inf")
    if abs(number) <= values.MAX_NUMBER:
        return number
    if instead is None:
        raise values.UnfitValue(
            Text('"{name}" is not a number: correct it, or write | int(0).', name=_text(value)[:40])
        )
    return instead


def _int(value: Any, default: float | None = None) -> int:
    return int(_number(value, default))


def _float(value: Any, default: float | None = None) -> float:
    return _number(value, default)


def _round(value: Any, precision: int = 0) -> float:
    return round(_number(value, None), precision)


FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": _capitalize,
    "count": _length,
    "d": _default,
    "default": _default,
    "first": _first,
    "float": _float,
    "int": _int,
    "join": _join,
    "last": _last,
    "length": _length,
    "lower": _lower,
    "replace": _replace,
    "round": _round,
    "title": _title,
    "trim": _trim,
    "truncate": _truncate,
    "upper": _upper,
}
