"""The attributes of an opening tag as a browser reads them (HTML, 13.2.5.32 to 13.2.5.39 and 13.2.5.73). Pure.

Until Python 3.14 the parser of the standard library reads references in attributes as it does in text, and `&section=2` in an
address became `§ion=2`: in an attribute, a name that no semicolon ends and that `=` or a letter follows is no reference.
"""

from __future__ import annotations

import html
import html.entities
import re

_NAME = re.compile(r"<[^\s/>]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"'][^\s>]*|)))?"""
)
_REFERENCE = re.compile(r"&(?:#(?:[0-9]+|[xX][0-9a-fA-F]+);?|[a-zA-Z][a-zA-Z0-9]*[;=]?)")


def read(tag: str) -> list[tuple[str, str | None]]:
    """Names (in lower case) and values of an opening tag as it is written, `<a href=x>`; None for a name alone."""
    begin = _NAME.match(tag)
    found = _ATTRIBUTE.finditer(tag, begin.end() if begin else 0)
    return [(each["name"].lower(), _value(each)) for each in found]


def _value(attribute: re.Match[str]) -> str | None:
    written = next((each for each in attribute.group("double", "single", "bare") if each is not None), None)
    return None if written is None else _REFERENCE.sub(_meant, written)


def _meant(reference: re.Match[str]) -> str:
    written = reference[0]
    if written.startswith("&#"):
        return html.unescape(written)
    return html.entities.html5.get(written[1:], written)
