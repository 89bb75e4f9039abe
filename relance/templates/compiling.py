"""From what an author wrote to something that makes a mail in microseconds: checked first, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

from relance import errors
from relance.templates import foreign, values, variables
from relance.templates.markup import inline, links, markdown, page, pieces
from relance.templates.safety import allow_list, fence
from relance.templates.words import Missing, Rendered, Source, Unusable, Words
from relance.wording import Text, ended, quoted
from relance.wording.sentence_codes import SentenceCode

MAX_SOURCE = 64 * 1024  # characters of one part
MAX_SUBJECT_SOURCE = 2000
MAX_SUBJECT = 500  # characters once rendered; mail programs show some sixty

_HEAD = '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"></head>\n<body>\n<div dir="auto">\n'
_TAIL = "</div>\n</body>\n</html>\n"


@dataclass(frozen=True)
class _Part:
    """One part of a source, read: its pieces and the fields it uses."""

    name: str
    source: str
    found: list[pieces.Piece] = field(default_factory=list)
    uses: list[variables.Use] = field(default_factory=list)
    problems: list[errors.Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Compiled:
    """A checked source, ready to be rendered for any number of contacts. Safe to share between threads."""

    variables: frozenset[str]
    """Every field that is used at all, by its dotted name."""
    required: frozenset[str]
    """The fields whose absence stops a render, at least on some way through the template."""
    labels: frozenset[str]
    """The names of the links, by which `clicked("step", "label")` knows them."""
    _needed: tuple[str, ...]
    _subject: jinja2.Template | None
    _text: jinja2.Template
    _html: jinja2.Template
    _spots: tuple[links.Spot, ...]
    _tidy: Callable[[str], str]
    _roots: frozenset[str]

    def render(self, contact: Mapping[str, object], mark: Callable[[links.Link], str]) -> Words:
        """The words for one contact. `mark` gives the address to put into the HTML part for each link.

        What is empty counts as missing. Never raises for what a contact's
        values hold; what `mark` raises goes through.
        """
        return _Render(self, mark).made(contact)


class _Render:
    """One render: knows which part it is at, so that trouble can say where."""

    def __init__(self, compiled: Compiled, mark: Callable[[links.Link], str]) -> None:
        self.compiled = compiled
        self.marking = links.Marking(compiled._spots, mark)
        self.place = "values"

    def made(self, contact: Mapping[str, object]) -> Words:
        fields = values.Fields()
        try:
            fields = values.plain(contact, self.compiled._roots)
            return self._rendered(fields)
        except values.CallerFailed as failed:
            raise failed.error from None
        except jinja2.UndefinedError as error:
            return self._missing(fields, error)
        except values.UnfitValue as unfit:
            return Unusable(unfit.text, self.place)
        except TypeError:
            reason = Text(
                "Text is compared with a number here: write field | int, as in {% if employees | int > 50 %}."
            )
            return Unusable(reason, self.place)
        except (jinja2.TemplateError, ArithmeticError, ValueError) as error:
            return Unusable(Text("The text cannot be made: {fault}", fault=ended(quoted(error))), self.place)

    def _rendered(self, fields: values.Fields) -> Rendered:
        compiled = self.compiled
        context = {**fields, **self.marking.names()}
        self.place = "subject"
        subject = _one_line(fence.run(compiled._subject, context)) if compiled._subject else ""
        self.place = "body"
        text = compiled._tidy(fence.run(compiled._text, context))
        html = _without_repeats(
            fence.run(compiled._html, context), markdown.BLANK_LINE * 2, markdown.BLANK_LINE
        )
        return Rendered(subject, text, html, tuple(self.marking.links))

    def _missing(self, fields: values.Fields, error: jinja2.UndefinedError) -> Missing:
        first = re.search(r"'([^']+)' is undefined", str(error))
        names = [first[1]] if first else []
        names += [
            path for path in self.compiled._needed if not values.has(fields, path) and path not in names
        ]
        return Missing(tuple(names), self.place)


def _one_line(subject: str) -> str:
    line = " ".join(values.clean(subject).split())
    if not line:
        raise values.UnfitValue(Text("The subject turned out empty."))
    if len(line) > MAX_SUBJECT:
        raise values.UnfitValue(
            Text("The subject turned out longer than {most} characters.", most=MAX_SUBJECT)
        )
    return line


def _tidied(text: str) -> str:
    """A text part without the blank lines that a condition leaves behind."""
    return _without_repeats(text, "\n\n\n", "\n\n").strip("\n") + "\n"


def _without_repeats(words: str, repeated: str, once: str) -> str:
    while repeated in words:  # halves what is left each time
        words = words.replace(repeated, once)
    return words


def check_source(source: Source, known: Collection[str]) -> list[errors.Problem]:
    """Every mistake in a source, each with its part, line and what to write instead; an empty list is a good source.

    `known` are the fields a contact can have, by dotted name; `custom.*` stands for every field of custom. Lines count
    from the first line of the part, which `where` names.
    """
    parts = list(_read_all(source, ""))
    found = [problem for part in parts for problem in _complaints(part, known)]
    if not any(part.problems for part in parts):
        weaving, complaints = _woven(parts)
        found += complaints or _last_complaints(parts, weaving)
    return sorted(found, key=lambda problem: (problem.where, problem.line, problem.column))


def compile_source(source: Source, signature: str = "") -> Compiled:
    """The source ready to render, its words followed by a signature; raises errors.Invalid with every mistake."""
    parts = list(_read_all(source, signature))
    if found := [problem for part in parts for problem in _complaints(part, None)]:
        raise errors.Invalid(found)
    weaving, found = _woven(parts)
    if found:
        raise errors.Invalid(found)
    return _compiled(parts, weaving)


def _last_complaints(parts: list[_Part], woven: _Woven) -> Sequence[errors.Problem]:
    """What only shows when the templates are compiled, so that what passes the check can be sent."""
    try:
        _compiled(parts, woven)
    except errors.Invalid as invalid:
        return invalid.problems
    return ()


def _read_all(source: Source, signature: str) -> Iterator[_Part]:
    if source.subject is not None:
        yield _read("subject", source.subject, MAX_SUBJECT_SOURCE)
    if source.html is not None:
        yield _read("html", source.html, MAX_SOURCE)
    else:
        yield _read("body", source.body, MAX_SOURCE)
    if signature.strip():
        yield _read("signature", signature, MAX_SOURCE)


def _read(name: str, source: str, limit: int) -> _Part:
    if len(source) > limit:
        what = Text("This text is longer than {limit} characters.", limit=limit).coded(
            SentenceCode.VALUE_TOO_LONG
        )
        return _Part(name, source, problems=[errors.Problem(what, hint=Text("Make it shorter."))])
    source = values.clean(source)
    try:
        found = pieces.split(source)
        pieces.nest(found)
        tree = fence.plain_text().parse(source)
    except errors.Invalid as invalid:
        return _Part(name, source, problems=list(invalid.problems))
    except jinja2.TemplateSyntaxError as error:
        return _Part(name, source, problems=list(pieces.explained(source, error).problems))
    except (RecursionError, ValueError, OverflowError):
        return _Part(
            name,
            source,
            problems=[
                errors.Problem(
                    Text("The template is nested too deeply or contains too large a number.").coded(
                        SentenceCode.TEMPLATE_TOO_LARGE
                    )
                )
            ],
        )
    refused = allow_list.problems(tree)
    return _Part(name, source, found, [] if refused else variables.uses(tree), refused)


def _complaints(part: _Part, known: Collection[str] | None) -> Iterator[errors.Problem]:
    found = list(part.problems)
    if known is not None:
        others = list(foreign.problems(part.source, known))
        lines = {each.line for each in others}
        # What another tool's way of writing does to ours is told once, by what it is.
        found = [
            each for each in found if each.code != SentenceCode.TEMPLATE_UNREADABLE or each.line not in lines
        ]
        found += [*others, *variables.unknown(part.uses, known)]
    for problem in found:
        yield pieces.located(problem, part.source, part.name)


@dataclass
class _Woven:
    """The templates of all parts, as Jinja source."""

    weaving: inline.Weaving
    subject: str | None = None
    words: inline.Both = inline.NOTHING
    is_page: bool = False


def _woven(parts: list[_Part]) -> tuple[_Woven, list[errors.Problem]]:
    """The templates of all parts, and what Markdown, HTML and links have to complain about."""
    woven = _Woven(inline.Weaving())
    found: list[errors.Problem] = []
    for part in parts:
        _weave(part, woven)
        found += [pieces.located(problem, part.source, part.name) for problem in woven.weaving.problems]
        woven.weaving.problems.clear()
    return woven, found


def _weave(part: _Part, woven: _Woven) -> None:
    found = pieces.closed_up(part.found)
    if part.name == "subject":
        woven.subject = inline.unread(found)
    elif part.name == "html":
        woven.words = page.woven(found, woven.weaving)
        woven.is_page = True
    elif part.name == "body":
        woven.words = markdown.woven(found, woven.weaving)
    else:
        signature = markdown.woven(found, woven.weaving)
        text = f"{woven.words.text}\n{signature.text}"
        woven.words = inline.Both(text, _with_signature(woven, signature.html))


def _with_signature(woven: _Woven, signature: str) -> str:
    end = woven.words.html.lower().rfind("</body>")
    if not woven.is_page or end < 0:
        return woven.words.html + markdown.BLANK_LINE + signature
    return woven.words.html[:end] + markdown.BLANK_LINE + signature + woven.words.html[end:]


def _compiled(parts: list[_Part], woven: _Woven) -> Compiled:
    uses = [use for part in parts for use in part.uses]
    needed = tuple(dict.fromkeys(use.path for use in uses if use.needed))
    spots = tuple(woven.weaving.spots)
    is_page = woven.is_page
    html = woven.words.html if is_page else _HEAD + woven.words.html + _TAIL
    return Compiled(
        variables=frozenset(use.path for use in uses),
        required=frozenset(needed),
        labels=frozenset(spot.label for spot in spots if spot.label),
        _needed=needed,
        _subject=None if woven.subject is None else _template(fence.plain_text(), woven.subject),
        _text=_template(fence.plain_text(), woven.words.text),
        _html=_template(fence.given_html() if is_page else fence.typed_html(), html),
        _spots=spots,
        _tidy=page.tidied if is_page else _tidied,
        _roots=frozenset(use.path.partition(".")[0] for use in uses),
    )


def _template(environment: fence.Fence, source: str) -> jinja2.Template:
    """A compiled template; what we made of the author's words passes the allow-list once more."""
    try:
        tree = environment.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise pieces.explained(source, error) from error
    if refused := allow_list.problems(tree, links.CALLS, room=4):
        raise errors.Invalid(refused)
    return environment.from_string(nodes.Template(tree.body, lineno=1))
