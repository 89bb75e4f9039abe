"""A template taken apart: words, `{{ values }}` and `{% tags %}`, so that Markdown and HTML see only the words."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import jinja2

from relance import errors
from relance.templates.safety import fence
from relance.wording import N_, Text
from relance.wording.sentence_codes import SentenceCode

OPENING = {"if": "endif", "for": "endfor"}
MIDDLE = {"elif": "if", "else": "if or for"}
CLOSING = {"endif": "if", "endfor": "for"}
MAX_NESTED = 10
MAX_TOKENS = 12_000


@dataclass(frozen=True)
class Plain:
    """Words as the author wrote them."""

    text: str
    line: int


@dataclass(frozen=True)
class Value:
    """`{{ code }}`"""

    code: str
    line: int


@dataclass(frozen=True)
class Tag:
    """`{% word … %}`; `number` tells equal tags apart. A comment is a tag whose word is empty."""

    word: str
    code: str
    line: int
    number: int


Piece = Plain | Value | Tag


@dataclass(frozen=True)
class Conditional:
    """An if or a for with all it holds: each branch is its tag and what follows it."""

    branches: tuple[tuple[Tag, tuple[object, ...]], ...]
    end: Tag


def problem(what: Text, hint: Text | str, line: int) -> errors.Invalid:
    """The one mistake that keeps a template from being taken apart."""
    return errors.Invalid(
        [errors.Problem(what.coded(SentenceCode.TEMPLATE_UNREADABLE), hint=hint, line=line)]
    )


def split(source: str) -> list[Piece]:
    """The pieces of a source; raises errors.Invalid at the first thing that is no template.

    The source is `clean` (line ends are LF, no control characters). Jinja's own whitespace control has been applied.
    """
    try:
        tokens = list(itertools.islice(fence.plain_text().lexer.tokeniter(source, None), MAX_TOKENS + 1))
    except jinja2.TemplateSyntaxError as error:
        raise explained(source, error) from None
    if len(tokens) > MAX_TOKENS:
        raise problem(
            Text("The template contains too many expressions."),
            Text("Write more of it as plain text."),
            tokens[-1][0],
        )
    return list(_pieces(iter(tokens)))


_NO_RAW = (Text("{% raw %} is not available."), Text('For two braces write {{{{ "{{{{" }}}}.'))


def _pieces(tokens: Iterator[tuple[int, str, str]]) -> Iterator[Piece]:
    for number, (line, kind, value) in enumerate(tokens):
        if kind == "data":
            yield Plain(value, line)
        elif kind == "variable_begin":
            yield Value(_until(tokens, "variable_end"), line)
        elif kind == "block_begin":
            yield _tag(_until(tokens, "block_end"), line, number)
        elif kind == "comment_begin":
            _until(tokens, "comment_end")
            yield Tag("", "", line, number)
        elif kind == "raw_begin":
            raise problem(*_NO_RAW, line)


def _until(tokens: Iterator[tuple[int, str, str]], end: str) -> str:
    parts = []
    for _, kind, value in tokens:
        if kind == end:
            break
        parts.append(value)
    return "".join(parts).strip()


_NO_TAG = (
    Text("Something is missing inside {{{{ }}}} or {% %}."),
    Text("You can use {% if %} and {% for %}."),
)


def _tag(code: str, line: int, number: int) -> Tag:
    word = re.split(r"\W", code, maxsplit=1)[0]
    if word in OPENING or word in MIDDLE or word in CLOSING:
        return Tag(word, code, line, number)
    if not word:
        raise problem(*_NO_TAG, line)
    raise problem(
        Text("{% {word} %} is not available in templates.", word=word),
        Text("You can use {% if %} and {% for %}."),
        line,
    )


_EMPTY_DEFAULT = re.compile(r"""\|\s*(?:d|default)\(\s*(?:""|'')""")


def closed_up(found: Sequence[Piece]) -> list[Piece]:
    """The pieces, where a blank before a value that may be empty goes with it: no "Hi ," for lack of a name."""
    closed = list(found)
    for place in range(1, len(closed)):
        before, value = closed[place - 1], closed[place]
        after = closed[place + 1] if place + 1 < len(closed) else None
        if not isinstance(before, Plain) or not isinstance(value, Value) or not before.text.endswith(" "):
            continue
        follows_closely = after is None or (isinstance(after, Plain) and not after.text[0].isalnum())
        if follows_closely and _EMPTY_DEFAULT.search(value.code):
            code = f'(" " ~ ({value.code})) if ({value.code}) else ""'
            closed[place - 1 : place + 1] = [Plain(before.text[:-1], before.line), Value(code, value.line)]
    return closed


def nest(items: Iterable[object]) -> list[object]:
    """The items with each opening tag, its branches and its end made one Choice; raises errors.Invalid."""
    top: list[object] = []
    stack: list[tuple[list[tuple[Tag, list[object]]], list[object]]] = []  # (branches, where the choice goes)
    here = top
    for item in items:
        if not isinstance(item, Tag) or not item.word:
            here.append(item)
            continue
        if item.word in OPENING:
            _check_depth(item, len(stack))
            stack.append(([(item, [])], here))
        elif item.word in MIDDLE:
            _branches(stack, item).append((item, []))
        else:
            branches, here = _closed(stack, item)
            here.append(Conditional(tuple((tag, tuple(inside)) for tag, inside in branches), item))
            continue
        here = stack[-1][0][-1][1]
    if stack:
        opening = stack[-1][0][0][0]
        end = OPENING[opening.word]
        raise problem(
            Text("This {% {word} %} is never closed.", word=opening.word),
            Text("Write {% {end} %} where it ends.", end=end),
            opening.line,
        )
    return top


def _check_depth(tag: Tag, depth: int) -> None:
    if depth >= MAX_NESTED:
        raise problem(
            Text("{% {word} %} is nested more than {most} deep.", word=tag.word, most=MAX_NESTED),
            Text("Make it simpler."),
            tag.line,
        )


_Stack = list[tuple[list[tuple[Tag, list[object]]], list[object]]]


def _branches(stack: _Stack, tag: Tag) -> list[tuple[Tag, list[object]]]:
    opening = stack[-1][0][0][0] if stack else None
    if opening is None or (tag.word == "elif" and opening.word == "for"):
        raise problem(
            Text("{% {word} %} is outside any {% if %}.", word=tag.word),
            Text("Write {% if … %} before it."),
            tag.line,
        )
    if stack[-1][0][-1][0].word == "else":
        raise problem(
            Text("{% {word} %} cannot come after {% else %}.", word=tag.word),
            Text("{% else %} must come last."),
            tag.line,
        )
    return stack[-1][0]


def _closed(stack: _Stack, tag: Tag) -> tuple[list[tuple[Tag, list[object]]], list[object]]:
    wanted = CLOSING[tag.word]
    if not stack:
        raise problem(
            Text("{% {word} %} has nothing to close.", word=tag.word),
            Text("Remove it, or write {% {wanted} … %} before it.", wanted=wanted),
            tag.line,
        )
    opening = stack[-1][0][0][0]
    if opening.word != wanted:
        hint = Text("Write {% {end} %} first.", end=OPENING[opening.word])
        raise problem(
            Text(
                "{% {word} %} cannot close the {% {opening} %} in line {line}.",
                word=tag.word,
                opening=opening.word,
                line=opening.line,
            ),
            hint,
            tag.line,
        )
    return stack.pop()


Explanations = tuple[tuple[str, Text, Text | str], ...]
# What Jinja says about a mistake (a pattern), what it means for a person who writes mail, and what to write.

_MISSING = (
    Text("Something is missing inside {{{{ }}}} or {% %}."),
    Text("Write a field's name, as in {{{{ first_name }}}}."),
)
_ODD = N_('Inside {{{{ }}}} or {% %} there is a "{odd}" where it does not belong.')
_FOR = (
    Text('A {% for %} needs a name, the word "in" and a list.'),
    Text("Write {% for product in products %}."),
)

_EXPLAINED: Explanations = (
    (r"Missing end of raw", *_NO_RAW),
    (r"Missing end of comment", Text("This {# is never closed."), Text("Write #} where the comment ends.")),
    (r"unexpected char '[“”„‟‘’‚«»]'", Text("Curly quotes cannot be used inside {{{{ }}}} and {% %}."), Text('Write straight quotes: "…".')),
    (r"got '='$", Text("A single = does not compare anything."), Text('Write ==, as in {% if country == "PL" %}.')),
    (r"Expected an expression|(?:got|^unexpected) 'end of", *_MISSING),
    (r"expected token 'in'|can't assign to", *_FOR),
    (r"No filter named '(\w+)'", Text("This filter is not available."), ""),
    (r"expected token .*, got '(?P<got>[^'\w\s]{1,3})'$|^unexpected '(?P<odd>[^']+)'", Text(_ODD), Text('Write what a filter needs in brackets, as in {{{{ first_name | default("there") }}}}.')),
    (r"expected token .*, got '", Text("There are two words side by side inside {{{{ }}}} or {% %}."), Text("A field's name has no spaces: write {{{{ first_name }}}}.")),
    (r"expected name or number", Text(_ODD, odd="."), Text("Write a field's name, as in {{{{ first_name }}}}.")),
    (r"unknown tag '(?P<odd>\w+)'", Text("There is no tag {% {odd} %}."), ""),
    (r"[Uu]nexpected end of template", Text("A {{{{ or {% is never closed."), Text("Write }}}} or %} where it ends.")),
    (r"[Tt]ag name expected", *_NO_TAG),
    (r"""unexpected char (?:'"'|"'")""", Text("A text inside {{{{ }}}} or {% %} has no closing quote."), Text('Write it between two straight quotes: "…".')),
    (r"unexpected char '(?P<odd>[^'\\])'", Text(_ODD), Text("Write a field's name, as in {{{{ first_name }}}}.")),
    (r"unexpected char", Text("There is a character inside {{{{ }}}} or {% %} that does not belong there."), Text("Write a field's name, as in {{{{ first_name }}}}.")),
)  # fmt: skip


def explained(source: str, error: jinja2.TemplateSyntaxError) -> errors.Invalid:
    """Jinja's complaint in plain words."""
    if line := _unclosed(source):
        return problem(
            Text("This {{{{ is never closed."),
            Text("Write }}}} after the field's name, as in {{{{ first_name }}}}."),
            line,
        )
    message = error.message or ""
    what, hint = meant(message, _EXPLAINED) or (
        Text('The template cannot be read. Jinja: "{fault}"', fault=message),
        "",
    )
    return problem(what, hint, error.lineno)


def meant(message: str, table: Explanations) -> tuple[Text, Text | str] | None:
    """What a message of Jinja's means by a table, and what to write; None where it stands in no row."""
    for pattern, what, hint in table:
        if found := re.search(pattern, message):
            return _about(what, found), hint
    return None


def _about(what: Text, found: re.Match[str]) -> Text:
    """The sentence with the very thing that Jinja stumbled over, where it names one."""
    named = next((each for each in found.groupdict().values() if each), None)
    return what if named is None else Text(what.msgid, odd=named)


def _unclosed(source: str) -> int:
    """The line of the first `{{` that has no `}}` before the next opening, or 0."""
    start = source.find("{{")
    while start >= 0:
        following = source.find("{{", start + 2)
        if source.find("}}", start, following if following >= 0 else len(source)) < 0:
            return source.count("\n", 0, start) + 1
        start = following
    return 0


def located(found: errors.Problem, source: str, where: str = "") -> errors.Problem:
    """The problem with its place, and the column where the `name` it is about stands in that line."""
    name = found.what.params.get("name") if isinstance(found.what, Text) else None
    lines = source.split("\n")
    column = 0
    if isinstance(name, str) and 0 < found.line <= len(lines):
        column = lines[found.line - 1].find(name) + 1
    return dataclasses.replace(found, where=where, column=found.column or column)
