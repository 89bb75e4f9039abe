"""HTML an author brings: checked, its links found, every attribute quoted, and a text part derived from it. It is read as browsers
read it (`attributes`), so that every link leads where it led.

A value may stand in words and in quoted attributes, where escaping holds; not in scripts, styles, names or comments.
"""

from __future__ import annotations

import dataclasses
import html
import html.parser
import re
from collections.abc import Iterator, Sequence

from relance.templates import values
from relance.templates.markup import attributes, inline, links, pieces
from relance.templates.markup.inline import Both
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

_ATOM = re.compile("\x02(\\d+)\x03")
_REFUSED = frozenset(
    {"script", "iframe", "object", "embed", "form", "base", "frame", "applet", "math", "svg"}
)
_ADDRESSES = frozenset(
    [
        "src",
        "background",
        "href",
        "poster",
        "cite",
        "longdesc",
        "lowsrc",
        "dynsrc",
        "data",
        "action",
        "ping",
        "profile",
        "codebase",
        "manifest",
        "icon",
        "xlink:href",
        "usemap",
    ]
)
# Attributes whose whole value is an address.
_SCRIPT = re.compile(r"(?:java|vb|live)script:|data:(?:text/html|image/svg)|expression\(", re.IGNORECASE)
_UNSEEN_LETTERS = re.compile("[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028\u2029\ufeff\\\\]|/\\*.*?\\*/")
# Browsers read an address over these, and style sheets over their comments and backslashes.
_UNSEEN = frozenset({"head", "style", "title"})
_LINE = frozenset({"div", "tr", "li", "hr", "dt", "dd", "center"})
_PARAGRAPH = frozenset({"p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
# Marks within the text template, which no value and no author can bring: a new line, a new paragraph begins here.
_LINE_MARK, _PARAGRAPH_MARK = "\x1e", "\x1f"
_BREAKS = re.compile(" *[\x1e\x1f\n][\x1e\x1f\n ]*")
_SPACES = re.compile(r"\s+")
_OPENS_A_TAG = re.compile(r"\{(?=[{%#]|\Z)")


def woven(source: Sequence[pieces.Piece], weaving: inline.Weaving) -> Both:
    """The templates of both parts."""
    codes: list[pieces.Value | pieces.Tag] = []
    words = []
    for piece in source:
        if isinstance(piece, pieces.Plain):
            words.append(piece.text)
        elif isinstance(piece, pieces.Value) or piece.word:
            words.append(f"\x02{len(codes)}\x03")
            codes.append(piece)
    page = _Page(codes, weaving)
    page.feed("".join(words))
    page.close()
    page.check_end()
    return Both("".join(page.text), "".join(page.html))


def tidied(text: str) -> str:
    """A derived text part without the white space that only laid out its HTML."""
    return _BREAKS.sub(_broken, text).strip() + "\n"


def _broken(breaks: re.Match[str]) -> str:
    """The line ends that a run of tags and line breaks comes to, as a browser would lay it out."""
    marks = "".join(breaks[0].split(" "))
    if _PARAGRAPH_MARK in marks:
        return "\n\n"
    typed = marks.count("\n")
    return "\n" * min(2, typed + (typed == 0 or marks[0] == _LINE_MARK))


class _Page(html.parser.HTMLParser):
    """Reads the HTML once and writes both templates."""

    def __init__(self, codes: Sequence[pieces.Value | pieces.Tag], weaving: inline.Weaving) -> None:
        super().__init__(convert_charrefs=True)
        self.codes = codes
        self.weaving = weaving
        self.html: list[str] = []
        self.text: list[str] = []
        self.unseen: list[str] = []
        self.anchors: list[tuple[int, str, str]] = []  # (where its words begin in the text, call, target)

    # What HTMLParser calls.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An opening tag, written anew with every attribute quoted."""
        attrs = attributes.read(self.get_starttag_text() or "") if attrs else attrs
        if not self._is_sound(tag, attrs):
            return
        shown = "".join(self._attribute(tag, name, value) for name, value in attrs)
        self.html.append(f"<{tag}{shown}>")
        if tag in _UNSEEN:
            self.unseen.append(tag)
        self._lay_out(tag)
        if tag == "li":
            self.text.append("- ")
        if tag == "img" and (alt := dict(attrs).get("alt")):
            self._say(alt)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>` is `<br>`."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """A closing tag."""
        if _ATOM.search(tag) or tag in _REFUSED:
            return
        self.html.append(f"</{tag}>")
        if self.unseen and self.unseen[-1] == tag:
            self.unseen.pop()
        if tag == "a" and self.anchors:
            self._end_anchor()
        if tag in ("td", "th"):
            self.text.append(" ")
        if tag != "br":
            self._lay_out(tag)

    def handle_data(self, data: str) -> None:
        """Words, or the rules of a style sheet."""
        if self.cdata_elem:
            if _ATOM.search(data):
                self._complain(
                    Text("A value cannot be inside <{tag}>.", tag=self.cdata_elem),
                    Text("Put it in the text of the mail."),
                )
            if _SCRIPT.search(_UNSEEN_LETTERS.sub("", data)):
                self._complain(
                    Text("<{tag}> contains a script; no mail program runs it.", tag=self.cdata_elem),
                    Text("Remove it."),
                )
            self.html.append(_OPENS_A_TAG.sub('{{ "{" }}', _ATOM.sub("", data)))
            return
        # A lone < before a value would let the value become a tag.
        shown = html.escape(data, quote=False).replace("\xa0", "&nbsp;").replace("{", "&#123;")
        self.html.append(self._with_codes(shown))
        self._say(data)

    def handle_comment(self, data: str) -> None:
        """A comment; what mail programs read in it stays."""
        if _ATOM.search(data):
            self._complain(
                Text("A value cannot be inside <!-- -->."), Text("Write {# … #} for a note to yourself.")
            )
        self.html.append(f"<!--{_OPENS_A_TAG.sub('', _ATOM.sub('', data))}-->")

    def handle_decl(self, decl: str) -> None:
        """`<!DOCTYPE html>`"""
        if not _ATOM.search(decl):
            self.html.append(f"<!{decl}>")

    def check_end(self) -> None:
        """Complain where the HTML stopped in the middle of something, or lost a tag of the template."""
        if self.cdata_elem or self.rawdata:
            self._complain(
                Text("The HTML ends inside {unfinished}.", unfinished=self._unfinished()), Text("Close it.")
            )
        for template in (self.html, self.text):
            whole, place = "".join(template), 0
            for number, code in enumerate(self.codes):
                if isinstance(code, pieces.Tag) and place >= 0:
                    place = whole.find(self._shown(number), place)
            if place < 0:
                self._complain(
                    Text("A {% tag %} is in a place where text is not allowed."),
                    Text("Put {% if %} and {% for %} around whole tags."),
                )
                return

    def _unfinished(self) -> str:
        return f"<{self.cdata_elem}>" if self.cdata_elem else f"“{_ATOM.sub('…', self.rawdata)[:20]}”"

    # What they do.

    def _complain(self, what: Text, hint: Text) -> None:
        self.weaving.complain(what.coded(what.code or SentenceCode.HTML_UNUSABLE), hint, self.getpos()[0])

    def _is_sound(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> bool:
        names = [name for name, _ in attrs]
        if _ATOM.search(tag) or any(_ATOM.search(name) for name in names):
            self._complain(
                Text("A value can only be used in an attribute with quotes."),
                Text('Write <a href="{{{{ website }}}}">.'),
            )
        elif tag in _REFUSED or (tag == "meta" and "http-equiv" in names):
            self._complain(
                Text("<{tag}> is not available: no mail program would show it.", tag=tag), Text("Remove it.")
            )
        elif bad := next(
            (name for name in names if name.startswith("on") or name in ("srcdoc", "formaction")), None
        ):
            self._complain(
                Text('The attribute "{name}" runs a script; no mail program allows it.', name=bad),
                Text("Remove it."),
            )
        elif bad := next((name for name, value in attrs if _holds_script(name, value)), None):
            self._complain(
                Text('The attribute "{name}" contains a script; no mail program runs it.', name=bad),
                Text("Remove it."),
            )
        else:
            return True
        return False

    def _attribute(self, tag: str, name: str, value: str | None) -> str:
        if value is None:
            return f" {name}"
        if name == "href" and tag in ("a", "area"):
            return f' href="{self._href(value)}"'
        if name in _ADDRESSES:
            return f' {name}="{self._source(value)}"'
        if name in ("style", "srcset") and _ATOM.search(value):
            self._complain(
                Text('A value cannot be inside the attribute "{name}".', name=name),
                Text("Put it in the text of the mail."),
            )
        if name == "srcset":
            for address in _candidates(value):
                self._source(address)
        shown = html.escape(value).replace("{", "&#123;")
        return f' {name}="{self._with_codes(shown)}"'

    def _href(self, target: str) -> str:
        if target.startswith("#"):
            return html.escape(target).replace("{", "&#123;")
        expression, fixed = inline.made_target(target, self._code, self._complain)
        number = self.weaving.add_spot(None, fixed, target)
        call = f"{number}, {expression}" if expression else str(number)
        self.anchors.append((len(self.text), call, target))
        return f"{{{{ _href({call}) }}}}"

    def _source(self, target: str) -> str:
        if target.startswith(("cid:", "#")):
            return self._with_codes(html.escape(target).replace("{", "&#123;"))
        expression, fixed = inline.made_target(target, self._code, self._complain)
        number = self.weaving.add_spot(None, fixed, target)
        if fixed is not None:
            return html.escape(fixed).replace("{", "&#123;")
        return f"{{{{ _target({number}, {expression}) }}}}"

    def _code(self, number: int) -> str | None:
        piece = self.codes[number]
        return piece.code if isinstance(piece, pieces.Value) else None

    def _with_codes(self, words: str) -> str:
        return _ATOM.sub(lambda atom: self._shown(int(atom[1])), words)

    def _shown(self, number: int) -> str:
        piece = self.codes[number]
        return f"{{{{ {piece.code} }}}}" if isinstance(piece, pieces.Value) else f"{{% {piece.code} %}}"

    def _lay_out(self, tag: str) -> None:
        if not self.unseen and tag == "br":
            self.text.append("\n")
        elif not self.unseen and tag in _LINE:
            self.text.append(_LINE_MARK)
        elif not self.unseen and tag in _PARAGRAPH:
            self.text.append(_PARAGRAPH_MARK)

    def _say(self, words: str) -> None:
        """Words as the text part shows them: white space is one space, tags count even where nothing is seen."""
        if self.unseen:
            words = "".join(atom[0] for atom in _ATOM.finditer(words) if self._code(int(atom[1])) is None)
        for i, part in enumerate(_ATOM.split(words)):
            said = self._shown(int(part)) if i % 2 else _SPACES.sub(" ", values.clean(part))
            self.text.append(said if i % 2 else _OPENS_A_TAG.sub('{{ "{" }}', said))

    def _end_anchor(self) -> None:
        begin, call, target = self.anchors.pop()
        label = "".join(self.text[begin:]).strip()
        if label == target:
            del self.text[begin:]
        name = links.slug(re.sub(r"\{[{%].*?[%}]\}", " ", label))
        number = int(call.partition(",")[0])
        self.weaving.spots[number] = dataclasses.replace(self.weaving.spots[number], label=name)
        bare = f"{{{{ _target({call}) }}}}"
        self.text.append(bare if label in ("", target) else f" <{bare}>")


def _holds_script(name: str, value: str | None) -> bool:
    """Whether an attribute that is no address, which is looked at as one, holds a script all the same."""
    return (
        name != "srcset"
        and name not in _ADDRESSES
        and _SCRIPT.search(_UNSEEN_LETTERS.sub("", value or "")) is not None
    )


def _candidates(srcset: str) -> Iterator[str]:
    """The addresses in a srcset (HTML, 4.8.4.2.1): each ends at white space, its width or density at a comma."""
    rest = srcset.lstrip(" \t\n\f\r,")
    while rest:
        address = re.split(r"[ \t\n\f\r]", rest, maxsplit=1)[0]
        rest = rest[len(address) :]
        if not address.endswith(","):
            rest = re.sub(r"\A(?:\([^)]*\)?|[^,(])*", "", rest)
        yield address.rstrip(",")
        rest = rest.lstrip(" \t\n\f\r,")
