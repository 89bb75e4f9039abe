"""HTML made plain the way a mail program would quote it: block by block, with `> ` before each quoted line.

Quotes, rules and hidden text matter here more than looks: what follows reads the text to tell a person's own words
from what they quote. The walk is iterative and bounded; it never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 512 * 1024  # characters
MAX_NODES = 40_000
MAX_TEXT = 256 * 1024
MAX_QUOTE_DEPTH = 8

_SKIPPED = frozenset({"script", "style", "head", "title", "noscript", "template", "svg", "object", "math"})
_SPACED = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "table"})
_BLOCKS = _SPACED | frozenset(
    {"div", "tr", "li", "hr", "dd", "dt", "dl", "section", "article", "header", "footer", "center", "form"}
    | {"address", "fieldset", "main", "nav", "aside", "caption", "figure", "body", "html"}
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
# Deep nesting costs the tree builder quadratic time; real mail stays far below this.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_MAX_TAGS = 40_000
_RULE = "_" * 32  # how Outlook writes a rule in plain text, and what quote finders look for


@dataclass
class _Page:
    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    quote: int = 0
    verbatim: int = 0
    size: int = 0
    hides: bool = False  # whether anything in the document is hidden at all

    def is_hidden(self, node: LexborNode) -> bool:
        return self.hides and bool(_HIDDEN.search(node.attributes.get("style") or ""))

    def write(self, text: str) -> None:
        if not self.verbatim:
            text = _BLANKS.sub(" ", text)
            if not self.current or self.current[-1].endswith(" "):
                text = text.lstrip(" ")
        if text:
            self.current.append(text)
            self.size += len(text)

    def end_line(self) -> None:
        if self.current:
            self.new_line()

    def new_line(self) -> None:
        prefix = "> " * min(self.quote, MAX_QUOTE_DEPTH)
        for line in "".join(self.current).split("\n"):
            self.lines.append((prefix + line.replace("\xa0", " ").rstrip()).rstrip())
        self.current = []
        self.size += len(prefix) + 1

    def blank_line(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.new_line()


def plain(html: str) -> str:
    """The readable text of an HTML document or fragment; empty when there is none or it cannot be read."""
    html = html[:MAX_HTML]
    try:
        body = LexborHTMLParser(_flattened(html)).body
        page = _Page(hides=bool(_HIDDEN.search(html)))
        if body is not None:
            _walk(body, page)
        page.end_line()
    except (ValueError, RuntimeError, MemoryError, UnicodeError):
        return ""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(page.lines)).strip("\n")[:MAX_TEXT]


def _flattened(html: str) -> str:
    """The document, without its tags where they are far too many or too deep to be a letter."""
    depth = deepest = count = 0
    for match in _TAG.finditer(html):
        count += 1
        depth += -1 if match[1] else 0 if match[2].lower() in ("br", "img", "meta", "hr", "p", "li") else 1
        deepest = max(deepest, depth)
    if count <= _MAX_TAGS and deepest <= 2_000:
        return html
    return re.sub(r"<[^<>]{0,2000}>", " ", html).replace("<", " ")


def _walk(root: LexborNode, page: _Page) -> None:
    node: LexborNode | None = root
    seen = 0
    while node is not None and seen < MAX_NODES and page.size < MAX_TEXT:
        seen += 1
        child = node.child if _enter(node, page) else None
        if child is not None:
            node = child
            continue
        node = _next_after(node, root, page)


def _next_after(node: LexborNode, root: LexborNode, page: _Page) -> LexborNode | None:
    """Leave this node and every parent that ends with it; the next one in document order."""
    current: LexborNode | None = node
    while current is not None:
        _leave(current, page)
        if current.mem_id == root.mem_id:
            return None
        if current.next is not None:
            return current.next
        current = current.parent
    return None


def _enter(node: LexborNode, page: _Page) -> bool:
    """Write what stands at the start of a node; False when its inside is not for readers."""
    tag = node.tag or ""
    if tag == "-text":
        page.write(node.text_content or "")
        return False
    if tag in _SKIPPED or tag.startswith("-") or tag.startswith("!"):
        return False
    if tag == "br":
        page.new_line()
    elif tag == "hr":
        page.blank_line()
        page.write(_RULE)
    elif tag == "img":
        _write_emoji(node, page)
    elif page.is_hidden(node):
        return False
    else:
        _open_block(tag, page)
    return True


def _open_block(tag: str, page: _Page) -> None:
    if tag in _BLOCKS:
        page.end_line()
    if tag == "blockquote":
        page.blank_line()
        page.quote += 1
    elif tag in _SPACED:
        page.blank_line()
    if tag == "li":
        page.write("- ")
    elif tag == "pre":
        page.verbatim += 1
    elif tag in ("td", "th") and page.current:
        page.write(" ")


def _leave(node: LexborNode, page: _Page) -> None:
    tag = node.tag or ""
    if tag in _SKIPPED or tag == "-text" or page.is_hidden(node):
        return
    if tag == "a":
        _write_address(node, page)
    if tag == "pre":
        page.end_line()
        page.verbatim = max(0, page.verbatim - 1)
    if tag == "blockquote":
        page.end_line()
        while page.lines and not page.lines[-1].strip("> "):
            page.lines.pop()
        page.quote = max(0, page.quote - 1)
    if tag in _SPACED:
        page.blank_line()
    elif tag in _BLOCKS:
        page.end_line()


def _write_address(node: LexborNode, page: _Page) -> None:
    """An address hidden behind a name is written out: absence notes name their substitutes this way."""
    target = node.attributes.get("href") or ""
    if target.lower().startswith("mailto:"):
        address = target[7:].partition("?")[0].strip()[:254]
        written = "".join(page.current)
        if "@" in address and address.lower() not in written.lower():
            page.write(f" <{address}>")


def _write_emoji(node: LexborNode, page: _Page) -> None:
    shown = node.attributes.get("alt") or ""
    if 0 < len(shown) <= 8 and not shown.isascii():
        page.write(shown)
