"""A sender's signature, as text and in HTML: what it may be, and each form made from the other where there is one alone. Pure.

It is text of its owner's and no template: nothing in it is filled in, and a brace in it stays a brace.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from html.parser import HTMLParser

from relance.mailbox.parsing import html_text
from relance.wording import Text

MARK = "-- \n"  # RFC 3676, 4.3: what follows is a signature
TEXT_MOST = 2000
HTML_MOST = 20_000

_ALONE = frozenset({"br", "hr", "img", "wbr"})
_KNOWN = _ALONE | frozenset(
    [
        "a",
        "b",
        "big",
        "blockquote",
        "center",
        "cite",
        "code",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "i",
        "li",
        "ol",
        "p",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "align",
        "alt",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "class",
        "color",
        "colspan",
        "dir",
        "face",
        "height",
        "href",
        "lang",
        "rel",
        "rowspan",
        "size",
        "src",
        "style",
        "target",
        "title",
        "valign",
        "width",
    ]
)
_LEADS = {"href": ("https://", "http://", "mailto:", "tel:"), "src": ("https://", "http://")}


@lru_cache(maxsize=256)
def forms(text: str, form: str) -> tuple[str, str]:
    """Both forms of a signature, of which one may be empty; both are where there is none."""
    return text or html_text.plain(form).strip(), form or _made(text)


def shown(text: str, form: str) -> tuple[str, str]:
    """A signature as it stands below a mail, as text with its mark and as HTML for a page; empty: none. Its pictures are their
    descriptions there, for whoever looks at a page asks nobody for them."""
    words, marked = forms(text, form)
    if not words and not marked:
        return "", ""
    safe = flaw_of_html(marked) is None  # it was checked when it was stored; a page relies on nothing else
    return f"{MARK}{words}", _PICTURE.sub(_described, marked) if safe else ""


_PICTURE = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_DESCRIPTION = re.compile(r"""\balt\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)


def _described(picture: re.Match[str]) -> str:
    found = _DESCRIPTION.search(picture[0])
    words = html.unescape(found[1][1:-1]).strip() if found else ""
    return f"[{html.escape(words or '…')}]"


def _made(text: str) -> str:
    lines = "<br>\n".join(html.escape(line) for line in text.split("\n"))
    return f"<p>{lines}</p>" if text else ""


def flaw_of_text(text: str) -> Text | None:
    """Why it cannot be a signature's text; None where it can."""
    if len(text) > TEXT_MOST:
        return Text("is longer than {most} characters.", most=TEXT_MOST)
    if any(unicodedata.category(each) == "Cc" and each not in "\r\n\t" for each in text):
        return Text("contains a control character.")
    return None


def flaw_of_html(form: str) -> Text | None:
    """Why it cannot be a signature's HTML; None where it can. Mail programs show no more than this, and what runs, loads or asks
    for something has no place in a mail."""
    if len(form) > HTML_MOST:
        return Text("is longer than {most} characters.", most=HTML_MOST)
    reader = _Reader()
    reader.feed(form)
    reader.close()
    if reader.flaw is None and reader.open:
        return Text("has an element without an end: {name}.", name=reader.open[-1])
    return reader.flaw


class _Reader(HTMLParser):
    """Notes what comes first of all that a signature may not have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.flaw: Text | None = None
        self.open: list[str] = []

    def _note(self, flaw: Text) -> None:
        self.flaw = self.flaw or flaw

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is known, with nothing that runs."""
        if tag not in _KNOWN:
            self._note(Text("may not have the element {name}.", name=tag))
        for name, value in attrs:
            if name not in _ATTRIBUTES:
                self._note(Text("may not have the attribute {name}.", name=name))
            leads = _LEADS.get(name)
            if leads and not (value or "").strip().lower().startswith(leads):
                self._note(Text("has an address that leads nowhere: {name}.", name=value or name))
            if name == "style" and _asks(value or ""):
                self._note(Text("may not have the attribute {name}.", name=f"style ({value})"))
        if tag not in _ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>`; of another element, HTML does not see the slash."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """The end of what was opened last."""
        if tag in _ALONE:
            return
        if not self.open or self.open.pop() != tag:
            self._note(Text("has an end without its element: {name}.", name=tag))

    def handle_data(self, data: str) -> None:
        """Words; a bracket that begins nothing would begin something in what follows."""
        if "<" in data:
            self._note(Text("has an element without an end: {name}.", name="<"))

    def handle_comment(self, _data: str, /) -> None:
        """None: some programs read conditions in them."""
        self._note(Text("may not have comments."))

    def handle_decl(self, _data: str, /) -> None:
        """It is a part of a page, and no whole one."""
        self._note(_PART)

    def unknown_decl(self, _data: str, /) -> None:
        """Likewise."""
        self._note(_PART)

    def handle_pi(self, _data: str, /) -> None:
        """Likewise."""
        self._note(_PART)


_PART = Text("must be a part of a page: without <!doctype>, <html> and <body>.")


def _asks(style: str) -> bool:
    """Whether a style loads something, or moves it over the mail. Colours of the form `rgb(...)` are written `#...`."""
    return any(each in style.lower() for each in ("(", "\\", "@", "position", "behavior"))
