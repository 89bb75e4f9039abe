"""A body as a person typed it, made into both parts of the mail, line by line; bold and italic words may go on in the next line.

Every line becomes a `<div>`, as mail programs write what is typed into them, and items become a list. A condition that
spans lines takes whole lines, so that no value of it can leave a tag open.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relance.templates.markup import inline, pieces
from relance.templates.markup.inline import Both
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

_BULLET = re.compile(r"\s*[-*•–]\s+(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
BLANK_LINE = "<div><br></div>\n"
SIGNATURE_MARK = "-- "


@dataclass(frozen=True)
class Line:
    """One line of a body: "ul" or "ol" items know their marker, other lines have none."""

    items: tuple[object, ...]
    kind: str = ""
    marker: str = ""


def woven(source: Sequence[pieces.Piece], weaving: inline.Weaving) -> Both:
    """The templates of both parts. Raises errors.Invalid where tags do not match."""
    lines = _lines(source)
    spans = _spanning(lines)
    flat = [item for line in lines for item in _own_lines(line, spans, weaving)]
    return _blocks(_trimmed(pieces.nest(flat)), weaving)


def _lines(source: Sequence[pieces.Piece]) -> list[list[pieces.Piece]]:
    lines: list[list[pieces.Piece]] = [[]]
    for piece in source:
        if not isinstance(piece, pieces.Plain):
            lines[-1].append(piece)
            continue
        for number, words in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if words:
                lines[-1].append(pieces.Plain(words, piece.line + number))
    return lines


@dataclass(frozen=True)
class _Spans:
    """The tags, by number, that stand on lines of their own; `crossing` those whose partner is on another line."""

    tags: frozenset[int]
    crossing: frozenset[int]


def _spanning(lines: Sequence[Sequence[pieces.Piece]]) -> _Spans:
    rows = {
        piece.number: row for row, line in enumerate(lines) for piece in line if isinstance(piece, pieces.Tag)
    }
    tags: set[int] = set()
    crossing: set[int] = set()
    for choice in _choices(pieces.nest(itertools.chain.from_iterable(lines))):
        numbers = {choice.end.number, *(tag.number for tag, _ in choice.branches)}
        if len({rows[number] for number in numbers}) > 1:
            crossing |= numbers
        elif _is_whole_line(choice, lines[rows[choice.end.number]]):
            tags |= numbers
    return _Spans(frozenset(tags | crossing), frozenset(crossing))


def _is_whole_line(choice: pieces.Conditional, line: Sequence[pieces.Piece]) -> bool:
    """Whether a line is one if and nothing else; it then leaves no empty line where the test says no."""
    seen = [piece for piece in line if not _is_blank([piece])]
    return choice.branches[0][0].word == "if" and seen[0] == choice.branches[0][0] and seen[-1] == choice.end


def _choices(nodes: Sequence[object]) -> Iterator[pieces.Conditional]:
    for node in nodes:
        if isinstance(node, pieces.Conditional):
            yield node
            for _, inside in node.branches:
                yield from _choices(inside)


def _own_lines(line: Sequence[pieces.Piece], spans: _Spans, weaving: inline.Weaving) -> Iterator[object]:
    """The line, with each tag that spans lines apart from it. What is left of a line of tags alone is no line."""
    parts: list[list[pieces.Piece]] = [[]]
    order: list[object] = []
    for piece in line:
        if isinstance(piece, pieces.Tag) and piece.number in spans.tags:
            order += [parts[-1], piece]
            parts.append([])
        else:
            parts[-1].append(piece)
    order.append(parts[-1])
    crossing = [piece for piece in line if isinstance(piece, pieces.Tag) and piece.number in spans.crossing]
    if crossing and sum(not _is_blank(part) for part in parts) > 1:
        tag = crossing[0]
        hint = Text("Put it on a line of its own, or keep the whole condition on one line.")
        weaving.complain(
            Text(
                "This {% {word} %} is in the middle of a line but belongs to another line.", word=tag.word
            ).coded(SentenceCode.TEMPLATE_UNREADABLE),
            hint,
            tag.line,
        )
    tags_alone = any(isinstance(piece, pieces.Tag) for piece in line)
    for part in order:
        if isinstance(part, pieces.Tag):
            yield part
        elif isinstance(part, list) and not (tags_alone and _is_blank(part)):
            yield _line(part)


def _is_blank(part: Sequence[pieces.Piece]) -> bool:
    """Whether nothing of it can be seen; comments cannot."""
    return all(
        not piece.text.strip() if isinstance(piece, pieces.Plain) else not _is_seen(piece) for piece in part
    )


def _is_seen(piece: pieces.Piece) -> bool:
    return isinstance(piece, pieces.Value) or (isinstance(piece, pieces.Tag) and bool(piece.word))


def _line(part: list[pieces.Piece]) -> Line:
    first = part[0] if part else None
    if isinstance(first, pieces.Plain):
        for pattern, kind in ((_BULLET, "ul"), (_NUMBER, "ol")):
            # The words of an item may begin with a value: look for the marker as if a word followed.
            if found := pattern.match(first.text + ("x" if len(part) > 1 else "")):
                rest = pieces.Plain(first.text[found.end() :], first.line)
                return Line(tuple(pieces.nest([rest, *part[1:]])), kind, found[0].strip())
    return Line(tuple(pieces.nest(part)))


def _trimmed(nodes: list[object]) -> list[object]:
    """Without the blank lines at both ends."""
    seen = [number for number, node in enumerate(nodes) if not _is_blank_line(node)]
    return nodes[seen[0] : seen[-1] + 1] if seen else []


def _is_blank_line(node: object) -> bool:
    return isinstance(node, Line) and all(
        isinstance(item, pieces.Plain) and not item.text.strip() for item in node.items
    )


def _kind(node: object) -> str:
    """ "ul" or "ol" where a node holds nothing but items of that kind."""
    if isinstance(node, Line):
        return node.kind
    if isinstance(node, pieces.Conditional):
        kinds = {_kind(inner) for _, inside in node.branches for inner in inside}
        return kinds.pop() if len(kinds) == 1 else ""
    return ""


def _blocks(nodes: Sequence[object], weaving: inline.Weaving) -> Both:
    parts: list[Both] = []
    for kind, group in itertools.groupby(nodes, _kind):
        run = list(group)
        while kind == "ol" and run and _first_marker(run[0])[:-1] != "1":
            parts.append(_node(run.pop(0), "", weaving))  # "15. maja" begins a sentence, not a list
        listed = kind and run
        inside = [_node(node, kind, weaving) for node in run] if listed else _paragraphs(run, weaving)
        parts += [Both("", f"<{kind}>\n"), *inside, Both("", f"</{kind}>\n")] if listed else inside
    return Both("".join(part.text for part in parts), "".join(part.html for part in parts))


def _paragraphs(nodes: Sequence[object], weaving: inline.Weaving) -> list[Both]:
    """Lines that follow each other are read together, so that what is emphasized may go on over their end."""
    parts: list[Both] = []
    for joined, group in itertools.groupby(nodes, _is_prose):
        run = list(group)
        if joined:
            words = inline.paragraph([line.items for line in run if isinstance(line, Line)], weaving)
            parts += [_as_line(each) for each in words]
        else:
            parts += [_node(node, "", weaving) for node in run]
    return parts


def _is_prose(node: object) -> bool:
    return isinstance(node, Line) and not node.marker and not _is_blank_line(node)


def _first_marker(node: object) -> str:
    if isinstance(node, Line):
        return node.marker
    if isinstance(node, pieces.Conditional):
        return next((_first_marker(inner) for _, inside in node.branches for inner in inside), "")
    return ""


def _node(node: object, kind: str, weaving: inline.Weaving) -> Both:
    if isinstance(node, Line):
        return _shown(node, kind, weaving)
    if not isinstance(node, pieces.Conditional):
        return Both("", "")
    parts: list[Both] = []
    for tag, inside in node.branches:
        opening = f"{{% {tag.code} %}}"
        parts.append(Both(opening, opening))
        parts += [_node(inner, kind, weaving) for inner in inside] if kind else [_blocks(inside, weaving)]
    end = f"{{% {node.end.code} %}}"
    return Both("".join(part.text for part in parts) + end, "".join(part.html for part in parts) + end)


def _shown(line: Line, kind: str, weaving: inline.Weaving) -> Both:
    words = inline.woven(line.items, weaving)
    if kind:
        return Both(f"{line.marker} {words.text.rstrip()}\n", f"<li>{words.html.strip()}</li>\n")
    if line.marker:
        words = Both(f"{line.marker} {words.text}", f"{line.marker} {words.html}")
    return _as_line(words)


def _as_line(words: Both) -> Both:
    if not words.text.strip():
        return Both("\n", BLANK_LINE)
    text = words.text if words.text == SIGNATURE_MARK else words.text.rstrip()
    return Both(f"{text}\n", f"<div>{words.html.strip()}</div>\n")
