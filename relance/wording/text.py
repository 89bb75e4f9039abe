"""`Text`: a sentence as a value. It is made in the reader's language when it is shown, and stored as JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from relance.wording import catalogue, dates, rows, speech

_ENDS = (".", "!", "?", "…")
_QUOTES = "”\"'"
_PLACE = re.compile(r"\{\{|\}\}|\{(\w+)\}")


def N_(msgid: str) -> str:
    """Mark a constant as a sentence to be translated where it is shown; returns it as it is."""
    return msgid


class Text:
    """A sentence in plain English with `{named}` places, and what stands in them. Frozen; `str()` shows it.

    Places hold str, int, float, another Text, a datetime (aware), a date or a timedelta; each is shown as the reader's
    language writes it. An error of ours stands for its text; anything else for its `str`.
    """

    __slots__ = ("_params", "context", "msgid")

    msgid: str
    context: str
    _params: tuple[tuple[str, Any], ...]

    def __init__(self, msgid: str, /, **params: Any) -> None:
        self._set(msgid, "", params)

    @classmethod
    def within(cls, context: str, msgid: str, /, **params: Any) -> Text:
        """A sentence or word whose translation depends on what it is about ("paused": a mailbox, a person)."""
        made = cls.__new__(cls)
        made._set(msgid, context, params)
        return made

    @staticmethod
    def plural(one: str, many: str, count: int, /, **params: Any) -> Text:
        """A sentence that depends on a number, which is given to it as `{count}`."""
        return _Plural(one, many, count, params)

    @staticmethod
    def prose(said: object) -> Text:
        """Somebody's own words: shown as they are, in every language."""
        return _Prose(str(said))

    @staticmethod
    def together(*parts: object, by: str = " ") -> Text:
        """Several texts behind each other; those that are empty are left out."""
        return _Together(parts, by)

    @staticmethod
    def read(stored: object) -> Text:
        """The Text of a stored row: its dict, that as JSON, or words of before there were rows. Never raises."""
        return rows.read(stored, _MAKERS)

    def coded(self, code: str) -> Text:
        """The same sentence, with the code by which programs decide. It is stored beside the words."""
        return _Coded(self, code)

    @property
    def code(self) -> str:
        """By what programs know the sentence; empty where it has no code."""
        return ""

    @property
    def params(self) -> dict[str, Any]:
        """What stands in the places, by name."""
        return dict(self._params)

    def row(self) -> dict[str, Any]:
        """As it is stored, fit for JSON."""
        kept: dict[str, Any] = {"text": self.msgid, "params": _places(self._params)}
        return {**kept, "context": self.context} if self.context else kept

    def json(self) -> str:
        """The row as JSON text."""
        return json.dumps(self.row(), ensure_ascii=False)

    def __str__(self) -> str:
        known = catalogue.of(speech.language())
        pattern = known.pgettext(self.context, self.msgid) if self.context else known.gettext(self.msgid)
        return filled(pattern if self.msgid else "", self._params)

    def __bool__(self) -> bool:
        return bool(self.msgid)

    def __repr__(self) -> str:
        return f"<Text {self.row()}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Text) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Text is frozen: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Text is frozen: {name}")

    def __reduce__(self) -> tuple[Callable[[object], Text], tuple[dict[str, Any]]]:
        return Text.read, (self.row(),)

    def __copy__(self) -> Text:
        return self

    def __deepcopy__(self, memo: object) -> Text:
        return self

    def _key(self) -> tuple[Any, ...]:
        return (self.context, self.msgid, self._params)

    def _set(self, msgid: str, context: str, params: Mapping[str, Any]) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "_params", tuple(sorted((name, held(it)) for name, it in params.items())))


class _Plural(Text):
    """A sentence of one form for one, and another for many; other languages have more of them."""

    __slots__ = ("count", "many")

    many: str
    count: int

    def __init__(self, one: str, many: str, count: int, params: Mapping[str, Any]) -> None:
        self._set(one, "", params)
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "count", int(count))

    @property
    def params(self) -> dict[str, Any]:
        return {**dict(self._params), "count": self.count}

    def row(self) -> dict[str, Any]:
        return {**super().row(), "many": self.many, "count": self.count}

    def __str__(self) -> str:
        pattern = catalogue.of(speech.language()).ngettext(self.msgid, self.many, abs(self.count))
        return filled(pattern, (*self._params, ("count", dates.count(self.count))))

    def _key(self) -> tuple[Any, ...]:
        return (*super()._key(), self.many, self.count)


class _Prose(Text):
    """Somebody's own words."""

    __slots__ = ()

    def __init__(self, said: str) -> None:
        self._set(said, "", {})

    def row(self) -> dict[str, Any]:
        return {"code": "prose", "text": self.msgid}

    def __str__(self) -> str:
        return self.msgid


class _Coded(Text):
    """A sentence and its code. An earlier release reads the sentence alone."""

    __slots__ = ("_code", "of")

    of: Text
    _code: str

    def __init__(self, of: Text, code: str) -> None:
        self._set(of.msgid, of.context, of.params)
        object.__setattr__(self, "of", of)
        object.__setattr__(self, "_code", str(code))

    @property
    def code(self) -> str:
        return self._code

    def row(self) -> dict[str, Any]:
        return {**self.of.row(), rows.KNOWN_AS: self._code}

    def __str__(self) -> str:
        return str(self.of)

    def __bool__(self) -> bool:
        return bool(self.of)

    def _key(self) -> tuple[Any, ...]:
        return (self._code, self.of)


class _Together(Text):
    """Several texts behind each other."""

    __slots__ = ("by", "parts")

    by: str
    parts: tuple[Text, ...]

    def __init__(self, parts: Iterable[object], by: str) -> None:
        self._set("", "", {})
        object.__setattr__(self, "by", by)
        object.__setattr__(self, "parts", tuple(made for each in parts if (made := text_of(each))))

    @property
    def code(self) -> str:
        return next((each.code for each in self.parts if each.code), "")

    @property
    def params(self) -> dict[str, Any]:
        return next((each.params for each in self.parts if each.code), {})

    def row(self) -> dict[str, Any]:
        return {"code": "together", "texts": [each.row() for each in self.parts], "by": self.by}

    def __str__(self) -> str:
        return self.by.join(shown for each in self.parts if (shown := str(each)))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def _key(self) -> tuple[Any, ...]:
        return (self.by, self.parts)


class Ended(Text):
    """Words as a whole sentence: with a full stop where no mark of their own ends them."""

    __slots__ = ("of",)

    of: Text

    def __init__(self, of: Text) -> None:
        self._set("", "", {})
        object.__setattr__(self, "of", of)

    @property
    def code(self) -> str:
        """That of the words."""
        return self.of.code

    @property
    def params(self) -> dict[str, Any]:
        """Those of the words."""
        return self.of.params

    def row(self) -> dict[str, Any]:
        """As it is stored, fit for JSON."""
        return {"code": "ended", "of": self.of.row()}

    def __str__(self) -> str:
        return closed(str(self.of))

    def __bool__(self) -> bool:
        return bool(self.of)

    def _key(self) -> tuple[Any, ...]:
        return (self.of,)


_MAKERS = rows.Makers(Text, Text.prose, Text.within, Text.plural, Text.together, Ended, Text.coded)


def text_of(value: object) -> Text:
    """Whatever is said as a Text: an error of ours by its own, other words as somebody's."""
    if isinstance(value, Text):
        return value
    own = getattr(value, "text", None) if isinstance(value, Exception) else None
    return own if isinstance(own, Text) else Text.prose(value)


def held(value: Any) -> Any:
    """What a place holds for good: a value that can be hashed, stored and shown."""
    if type(value) in (str, int, float, bool):
        return value
    if isinstance(value, (Text, dt.date, dt.timedelta)):
        return value
    if isinstance(value, Exception):
        return text_of(value)
    if isinstance(value, (list, tuple)):
        return Text.together(*value, by=", ")
    return str(value)


def closed(text: str) -> str:
    """Words with a full stop behind them, where no mark of their own ends them. Pure."""
    text = text.rstrip()
    return text if not text or text.rstrip(_QUOTES).endswith(_ENDS) else f"{text}."


def filled(pattern: str, params: Iterable[tuple[str, Any]]) -> str:
    """A sentence with its places filled. A place that nothing is known of stays as it is written; nothing raises. Pure."""
    known = dict(params)

    def fill(place: re.Match[str]) -> str:
        name = place.group(1)
        if name is None:
            return place.group()[0]  # a doubled brace
        return words(known[name]) if name in known else place.group()

    return _PLACE.sub(fill, pattern)


def words(value: object) -> str:
    """A value as the reader's language writes it."""
    if isinstance(value, dt.datetime):
        return dates.moment(value)
    if isinstance(value, dt.date):
        return dates.day(value)
    if isinstance(value, dt.timedelta):
        return span(value)
    return dates.decimal(value) if isinstance(value, float) else str(value)


def now(msgid: str, /, **params: Any) -> str:
    """The sentence in the reader's language, now. Known to the program as `_`."""
    return str(Text(msgid, **params))


def n_(one: str, many: str, count: int, /, **params: Any) -> str:
    """The sentence that fits the number (`{count}`), in the reader's language, now."""
    return str(Text.plural(one, many, count, **params))


def span(length: dt.timedelta) -> str:
    """A span of time by its two largest units, rounded down, whichever its sign: "29 days and 23 hours"."""
    left = int(abs(length).total_seconds())
    if left < 1:
        return str(Text("less than a second"))
    sizes = (86_400, 3600, 60, 1)
    first = next(number for number, size in enumerate(sizes) if left >= size)
    told = []
    for number in range(first, min(first + 2, len(sizes))):
        count, left = divmod(left, sizes[number])
        told += [str(_unit(number, count))] if count else []
    return told[0] if len(told) == 1 else str(Text("{longer} and {shorter}", longer=told[0], shorter=told[1]))


def _unit(number: int, count: int) -> Text:
    """So many days, hours, minutes or seconds."""
    return (
        Text.plural("{count} day", "{count} days", count),
        Text.plural("{count} hour", "{count} hours", count),
        Text.plural("{count} minute", "{count} minutes", count),
        Text.plural("{count} second", "{count} seconds", count),
    )[number]


# Texts as rows: what JSON holds of them (`rows` reads it back).


def _places(params: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What stands in the places, fit for JSON."""
    return {name: _kept(value) for name, value in params}


def _kept(value: Any) -> Any:
    if isinstance(value, Text):
        return value.row()
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    return value
