"""Ids that a provider gives a mail of ours: told in its 250, or written over the Message-ID on the way. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Long and with a digit: a server that only repeats an address names no mail.
_BRACKETED = re.compile(r"<(?=[^<>\s@]*[0-9])[^<>\s@]{10,250}@[^<>\s@]{1,250}>")
# "Ok 0102018f3a…-00000000-0000-0000-0000-000000000000-000000": the local part of the Message-ID that Amazon SES writes.
_SES = re.compile(r"(?<![\w-])[0-9a-f]{16}-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}-[0-9]{6}(?![\w-])")
_SES_HOME = "amazonses.com"
_FORMS = (
    (re.compile(r"@(?:[\w-]+\.)*amazonses\.com>$"), "Amazon SES"),
    (re.compile(r"\.(?:outlook|exchangelabs)\.com>$"), "Microsoft"),
    (re.compile(r"@mail\.gmail\.com>$"), "Gmail"),
)


def in_reply(text: str) -> tuple[str, ...]:
    """Message-IDs that the words of a 250 hold, with angle brackets: whole ones (Microsoft), or SES's without its home."""
    found = dict.fromkeys(_BRACKETED.findall(text))
    found.update((f"<{local}@{_SES_HOME}>", None) for local in _SES.findall(text))
    return tuple(found)


def spellings(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids, each followed by the other way it may be known: SES names a region in the mail and none in its 250."""
    found: dict[str, None] = {}
    for each in ids:
        found[each] = None
        local, _, home = each.strip("<>").rpartition("@")
        if home.lower().endswith(f".{_SES_HOME}"):
            found[f"<{local}@{_SES_HOME}>"] = None
    return tuple(found)


def maker(message_id: str) -> str:
    """Whose way of writing ids this is, where it is a known one; else nothing."""
    return next((name for form, name in _FORMS if form.search(message_id.lower())), "")
