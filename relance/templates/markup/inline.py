"""The light Markdown of one line: bold, italic, links. Both parts of the mail are made in one go."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from relance import errors
from relance.templates import values
from relance.templates.markup import links, pieces
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


class Both(NamedTuple):
    """The same words as template of the text part and of the HTML part."""

    text: str
    html: str


NOTHING = Both("", "")

# A value or a choice within a line stands in it as one odd word: no author can type these two characters.
_ATOM = re.compile("\x02(\\d+)\x03")
_TOKEN = re.compile(
    r"""\\(?P<escaped>[\\`*_\[\](){}<>#+.!|~-])
    |(?P<atom>\x02\d+\x03)
    |\[(?P<label>[^\[\]]*+)\]\((?P<target>(?:[^\s()]|\([^\s()]*+\))++)(?:\s++"(?P<title>[^"]*+)")?\s*+\)
    |<(?P<angle>(?:https?://|mailto:|tel:)[^\s<>]++)>
    |(?P<bare>https?://[^\s<>"]++)
    |(?P<mark>\*\*\*|\*\*|__|\*|_)""",
    re.VERBOSE,
)
_TAGS = {
    "***": ("<b><i>", "</i></b>"),
    "**": ("<b>", "</b>"),
    "__": ("<b>", "</b>"),
    "*": ("<i>", "</i>"),
    "_": ("<i>", "</i>"),
}
_REACH = 20  # lines above in which the beginning of what is emphasized is looked for
_OPENS_A_TAG = re.compile(r"\{(?=[{%#]|\Z)")


@dataclass
class Weaving:
    """What the lines of one body have in common while they are woven: the links found and the problems met."""

    spots: list[links.Spot] = field(default_factory=list)
    problems: list[errors.Problem] = field(default_factory=list)

    def add_spot(self, label: str | None, target: str | None, words: str) -> int:
        """Remember a link by the words of its target; returns its number."""
        named = target is not None or links.names_site(_ATOM.split(words)[0])
        self.spots.append(links.Spot(label, target, named))
        return len(self.spots) - 1

    def complain(self, what: Text, hint: Text, line: int) -> None:
        """Remember a problem."""
        self.problems.append(errors.Problem(what, hint=hint, line=line))


def literal(words: str) -> Both:
    """Words that mean nothing to Markdown, HTML or Jinja."""
    text = _OPENS_A_TAG.sub('{{ "{" }}', words)
    return Both(text, html.escape(words, quote=False).replace("{", "&#123;"))


def unread(found: Sequence[pieces.Piece]) -> str:
    """The pieces as a template, no Markdown read: for subjects."""
    parts = []
    for piece in found:
        if isinstance(piece, pieces.Plain):
            parts.append(literal(piece.text).text)
        elif isinstance(piece, pieces.Value):
            parts.append(f"{{{{ {piece.code} }}}}")
        elif piece.word:
            parts.append(f"{{% {piece.code} %}}")
    return "".join(parts)


def woven(items: Sequence[object], weaving: Weaving) -> Both:
    """One line's pieces and choices, as templates of both parts."""
    return _Line(items, weaving).both()


def paragraph(lines: Sequence[Sequence[object]], weaving: Weaving) -> list[Both]:
    """The same of lines with nothing between them: what is emphasized in one may end in another (CommonMark 0.31, 6.2). Each line
    has its own tags, so that it stays whole wherever it is put."""
    runs: list[_Emphasis] = []
    for items in lines:
        line = _Line(items, weaving)
        runs.append(line.run(line.words, above=runs[-_REACH:]))
    return [run.both() for run in runs]


class _Line:
    """One line: its words with a mark for each atom, and what the atoms stand for."""

    def __init__(self, items: Sequence[object], weaving: Weaving) -> None:
        self.weaving = weaving
        self.atoms: list[Both] = []
        self.values: list[str | None] = []  # the code of an atom that is a value
        self.line = next(
            (item.line for item in items if isinstance(item, pieces.Plain | pieces.Value | pieces.Tag)), 0
        )
        self.words = "".join(self._word(item) for item in items)

    def both(self) -> Both:
        return self.read(self.words)

    def _word(self, item: object) -> str:
        if isinstance(item, pieces.Plain):
            return item.text
        if isinstance(item, pieces.Value):
            shown = f"{{{{ {item.code} }}}}"
            return self._atom(Both(shown, shown), item.code)
        if isinstance(item, pieces.Conditional):
            return self._atom(self._choice(item), None)
        return ""

    def _atom(self, both: Both, code: str | None) -> str:
        self.atoms.append(both)
        self.values.append(code)
        return f"\x02{len(self.atoms) - 1}\x03"

    def _choice(self, choice: pieces.Conditional) -> Both:
        parts = []
        for tag, inside in choice.branches:
            shown = f"{{% {tag.code} %}}"
            parts += [Both(shown, shown), woven(inside, self.weaving)]
        end = f"{{% {choice.end.code} %}}"
        return _joined([*parts, Both(end, end)])

    def read(self, words: str, *, with_links: bool = True) -> Both:
        return self.run(words, with_links=with_links).both()

    def run(self, words: str, *, with_links: bool = True, above: Sequence[_Emphasis] = ()) -> _Emphasis:
        """The words read as Markdown; every character is looked at a bounded number of times."""
        run = _Emphasis(above)
        done = 0
        while token := _TOKEN.search(words, done):
            run.add(self._literal(words[done : token.start()]))
            done = self._read_token(token, run, with_links)
        run.add(self._literal(words[done:]))
        return run

    def _read_token(self, token: re.Match[str], run: _Emphasis, with_links: bool) -> int:
        """Add what one token means; returns where the next words begin."""
        kind = token.lastgroup
        if token["mark"]:
            run.mark(token)
        elif token["escaped"]:
            run.add(literal(token["escaped"]))
        elif token["atom"]:
            run.add(self.atoms[int(token["atom"][1:-1])])
        elif not with_links:
            run.add(self._restored(token[0]))
        elif token["target"]:
            run.add(self._link(token["target"], token["label"], token["title"]))
        elif token["angle"]:
            run.add(self._link(token["angle"], None, None))
        elif kind == "bare":
            bare = _without_tail(token["bare"])
            run.add(self._link(bare, None, None))
            return token.start() + len(bare)
        return token.end()

    def _literal(self, words: str) -> Both:
        if "](" in words:
            hint = Text("A target has no spaces: write [our pricing](https://example.com/pricing).")
            self.weaving.complain(
                Text("This looks like a link, but its target is not clear.").coded(
                    SentenceCode.LINK_UNUSABLE
                ),
                hint,
                self.line,
            )
        return literal(words)

    def _restored(self, words: str) -> Both:
        """Words with atoms, taken literally."""
        parts = _ATOM.split(words)
        return _joined([self.atoms[int(part)] if i % 2 else literal(part) for i, part in enumerate(parts)])

    def _link(self, target: str, label: str | None, title: str | None) -> Both:
        if label is not None and not label.strip():
            self.weaving.complain(
                Text("This link has no text to click on.").coded(SentenceCode.LINK_UNUSABLE),
                Text("Write [our pricing](https://…)."),
                self.line,
            )
        name = links.slug(_ATOM.sub(" ", title or label or ""))
        expression, fixed = self._target(target)
        number = self.weaving.add_spot(name, fixed, target)
        call = f"{number}, {expression}" if expression else str(number)
        bare = f"{{{{ _target({call}) }}}}" if fixed is None else literal(fixed).text
        words = Both(bare, bare) if label is None else self.read(label, with_links=False)
        same = label is None or label.strip() == target
        text = bare if same else f"{words.text} <{bare}>"
        return Both(text, f'<a href="{{{{ _href({call}) }}}}">{words.html}</a>')

    def _target(self, target: str) -> tuple[str, str | None]:
        return made_target(
            target, self.values.__getitem__, lambda what, hint: self.weaving.complain(what, hint, self.line)
        )


class _Emphasis:
    """The parts of a line, and the marks among them that wait for their partner, which may stand in a line below."""

    def __init__(self, above: Sequence[_Emphasis] = ()) -> None:
        self.parts: list[Both] = [NOTHING]  # the first is for what began above
        self.waiting: list[tuple[str, int]] = []  # (mark, its place among the parts)
        self.counts: dict[str, int] = dict.fromkeys(_TAGS, 0)
        self.above = above

    def add(self, both: Both) -> None:
        self.parts.append(both)

    def mark(self, token: re.Match[str]) -> None:
        mark, words = token["mark"], token.string
        before = words[token.start() - 1 : token.start()]
        after = words[token.end() : token.end() + 1]
        closes = before.strip() and not after.isalnum()
        if closes and (lines := self._since(mark)):
            self._close(mark, lines)
        elif after.strip() and not before.isalnum():
            self.counts[mark] += 1
            self.waiting.append((mark, len(self.parts)))
            self.add(literal(mark))
        else:
            self.add(literal(mark))

    def _since(self, mark: str) -> list[_Emphasis]:
        """The lines from the nearest one in which that mark waits up to this one; none where it waits nowhere."""
        lines = [*self.above, self]
        waiting = [place for place, line in enumerate(lines) if line.counts[mark]]
        return lines[waiting[-1] :] if waiting else []

    def _close(self, mark: str, lines: Sequence[_Emphasis]) -> None:
        """What began in the first of the lines ends in the last, which is this: each has it in tags of its own."""
        first, *others = lines
        opening, closing = _TAGS[mark]
        first._open(mark)
        first.add(Both("", closing))
        for line in others:
            line.waiting.clear()
            line.counts = dict.fromkeys(_TAGS, 0)
            line.parts[0] = Both("", opening + line.parts[0].html)
            line.add(Both("", closing))

    def _open(self, mark: str) -> None:
        """What waits as a mark becomes its tag; a mark behind it stays a character."""
        waiting, place = self.waiting.pop()
        self.counts[waiting] -= 1
        while waiting != mark:
            waiting, place = self.waiting.pop()
            self.counts[waiting] -= 1
        self.parts[place] = Both("", _TAGS[mark][0])

    def both(self) -> Both:
        return _joined(self.parts)


def made_target(
    words: str, code: Callable[[int], str | None], complain: Callable[[Text, Text], None]
) -> tuple[str, str | None]:
    """The expression that makes a link's target, or ("", the target) where it never changes.

    `code` gives the code of a value by its number, None where the atom is no value.
    """
    parts = _ATOM.split(words)
    if len(parts) == 1:
        return "", _fixed(words, complain)
    _fixed(_example(parts), complain)
    made, before = [], ""
    for i, part in enumerate(parts):
        if i % 2 == 0:
            before += part
            made += [quoted(part)] if part else []
        elif (value := code(int(part))) is not None:
            made.append(f"{links.encoder(before)}({value})")
            before += "x"
        else:
            complain(
                Text("A condition cannot be inside the target of a link.").coded(SentenceCode.LINK_UNUSABLE),
                Text("Put the whole link into the {% if %}."),
            )
    return " ~ ".join(made) or '""', None


def _example(parts: Sequence[str]) -> str:
    """A target as it may come out, to find what is wrong with it whatever the values are."""
    first = "x" if parts[0] else "https://x.example"
    if parts[0] == "mailto:" and "@" not in parts[2]:
        first = "x@x.example"
    elif parts[0] == "tel:":
        return "tel:123"
    return parts[0] + first + "".join("x" if i % 2 else part for i, part in enumerate(parts) if i > 1)


def _fixed(target: str, complain: Callable[[Text, Text], None]) -> str:
    try:
        return links.checked(target)
    except values.UnfitValue as unfit:
        complain(
            unfit.text.coded(SentenceCode.LINK_UNUSABLE),
            Text("Write the whole address, as in https://example.com/pricing."),
        )
        return target


def quoted(words: str) -> str:
    """The words as a text constant of Jinja."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _joined(parts: Sequence[Both]) -> Both:
    return Both("".join(part.text for part in parts), "".join(part.html for part in parts))


def _without_tail(address: str) -> str:
    """A bare address without what belongs to the sentence around it."""
    end = len(address)
    surplus = address.count(")") + address.count("]") - address.count("(") - address.count("[")
    while address[end - 1] in ".,;:!?'*_…”’" or (address[end - 1] in ")]" and surplus > 0):
        surplus -= address[end - 1] in ")]"
        end -= 1
    return address[:end]
