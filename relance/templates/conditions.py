"""Conditions: the question a step asks, in the language of the templates and behind the same fence."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import jinja2
from jinja2 import nodes
from jinja2.parser import Parser

from relance import errors
from relance.templates import values, variables
from relance.templates.markup import pieces
from relance.templates.safety import allow_list, fence
from relance.templates.words import Missing, Unusable
from relance.wording import N_, Text
from relance.wording.sentence_codes import SentenceCode

MAX_CONDITION = 2000

# What has happened, as a condition may ask for it: the names of the arguments, and how many must be given.
FACTS: dict[str, tuple[tuple[str, ...], int]] = {
    "clicked": (("step", "label"), 1),
    "opened": (("step",), 1),
    "replied": ((), 0),
}
_EXAMPLES = {"clicked": 'clicked("intro", "pricing")', "opened": 'opened("intro")', "replied": "replied()"}
_AS_IN = Text("Write {example}.", example=_EXAMPLES["clicked"])
_ODD = N_('There is a "{odd}" in the condition where it does not belong.')
_EXPLAINED: pieces.Explanations = (
    (r"unexpected char '[“”„‟‘’‚«»]'", Text("Curly quotes cannot be used in a condition."), Text('Write straight quotes: "…".')),
    (r"got '='$", Text("A single = does not compare anything."), Text('Write ==, as in country == "PL".')),
    (r"Expected an expression|'end of|[Uu]nexpected end of", Text("Something is missing in the condition."), _AS_IN),
    (r"No filter named '(\w+)'", Text("This filter is not available."), ""),
    (r"""unexpected char (?:'"'|"'")""", Text("A text in the condition has no closing quote."), Text('Write it between two straight quotes: "…".')),
    (r"expected token .*, got '(?P<got>[^'\w\s]{1,3})'$|^unexpected '(?P<odd>[^']+)'|unexpected char '(?P<char>[^'\\])'", Text(_ODD), _AS_IN),
    (r"expected token .*, got '", Text("There are two words side by side in the condition."), Text('Write "and" or "or" between two questions.')),
    (r"expected name or number", Text(_ODD, odd="."), _AS_IN),
    (r"unexpected char", Text("There is a character in the condition that does not belong there."), _AS_IN),
)  # fmt: skip
# What Jinja says about a mistake in a condition. It has no braces, so nothing here speaks of any.

Fact = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Condition:
    """A checked question about a contact's fields and about what has happened."""

    text: str
    names: frozenset[str]
    """The fields it asks for, by dotted name."""
    facts: tuple[Fact, ...]
    """What it asks to have happened, as `("clicked", ("intro", "pricing"))`: step ids and labels for a checker."""
    _needed: tuple[str, ...]
    _template: jinja2.Template

    def evaluate(
        self, contact: Mapping[str, object], facts: Mapping[str, Callable[..., bool]]
    ) -> bool | Missing | Unusable:
        """The answer. `facts` answers each call by its name; Missing where a field that decides is not there."""
        fields = values.Fields()
        try:
            fields = values.plain(contact, frozenset(name.partition(".")[0] for name in self.names))
            context = self._template.new_context(
                {**fields, **{name: values.carried(fact) for name, fact in facts.items()}}, shared=True
            )
            for _ in self._template.root_render_func(context):
                pass
            return bool(context.vars["answer"])
        except values.CallerFailed as failed:
            raise failed.error from None
        except jinja2.UndefinedError:
            return Missing(tuple(name for name in self._needed if not values.has(fields, name)), "condition")
        except values.UnfitValue as unfit:
            return Unusable(unfit.text, "condition")
        except TypeError:
            return Unusable(
                Text("Text is compared with a number here: write field | int, as in employees | int > 50."),
                "condition",
            )


def compile_condition(text: str) -> Condition:
    """The condition ready to be asked; raises errors.Invalid with every mistake."""
    text = values.clean(text).strip()
    tree = _parsed(text)
    found = [*map(_braceless, allow_list.problems(tree, frozenset(FACTS))), *_misused(tree)]
    if found:
        raise errors.Invalid([pieces.located(problem, text) for problem in found])
    uses = variables.uses(tree)
    answer = nodes.Assign(nodes.Name("answer", "store", lineno=1), tree, lineno=1)
    template = fence.plain_text().from_string(nodes.Template([answer], lineno=1))
    return Condition(
        text=text,
        names=frozenset(use.path for use in uses),
        facts=tuple(dict.fromkeys(_facts(tree))),
        _needed=tuple(dict.fromkeys(use.path for use in uses if use.needed)),
        _template=template,
    )


def check_condition(text: str, known: Collection[str]) -> list[errors.Problem]:
    """Every mistake in a condition; `known` as for `check_source`."""
    try:
        compile_condition(text)
    except errors.Invalid as invalid:
        return [pieces.located(problem, text) for problem in invalid.problems]
    uses = variables.uses(_parsed(values.clean(text).strip()))
    return [pieces.located(problem, text) for problem in variables.unknown(uses, known)]


def _parsed(text: str) -> nodes.Expr:
    if not text:
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("The condition is empty.").coded(SentenceCode.CONDITION_UNREADABLE),
                    hint=Text("Write {example}.", example=_EXAMPLES["clicked"]),
                )
            ]
        )
    if len(text) > MAX_CONDITION:
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("The condition is longer than {most} characters.", most=MAX_CONDITION).coded(
                        SentenceCode.VALUE_TOO_LONG
                    )
                )
            ]
        )
    if "{{" in text or "{%" in text:
        hint = Text("Write it without braces, as in {example}.", example=_EXAMPLES["replied"])
        raise errors.Invalid(
            [
                errors.Problem(
                    Text("A condition has no {{{{ }}}} around it.").coded(SentenceCode.CONDITION_UNREADABLE),
                    hint=hint,
                    line=1,
                )
            ]
        )
    try:
        parser = Parser(fence.plain_text(), text, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise errors.Invalid([_unread(parser)])
    except jinja2.TemplateSyntaxError as error:
        raise errors.Invalid([_unclosed(text, error) or _explained(error)]) from None
    except (RecursionError, ValueError, OverflowError):
        raise errors.Invalid(
            Text("The condition is nested too deeply or contains too large a number.").coded(
                SentenceCode.TEMPLATE_TOO_LARGE
            )
        ) from None
    return tree


def _unclosed(text: str, error: jinja2.TemplateSyntaxError) -> errors.Problem | None:
    """Where the text ends inside a bracket, that is the mistake, whatever Jinja looked for next."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    if "end of template" not in (error.message or "") or bare.count("(") <= bare.count(")"):
        return None
    what = Text("The condition ends in the middle: a bracket is not closed.").coded(
        SentenceCode.CONDITION_UNREADABLE
    )
    return errors.Problem(what, hint=_AS_IN, line=error.lineno)


def _explained(error: jinja2.TemplateSyntaxError) -> errors.Problem:
    message = error.message or ""
    what, hint = pieces.meant(message, _EXPLAINED) or (
        Text('The condition cannot be read. Jinja: "{fault}"', fault=message),
        _AS_IN,
    )
    return errors.Problem(what.coded(SentenceCode.CONDITION_UNREADABLE), hint=hint, line=error.lineno)


def _braceless(found: errors.Problem) -> errors.Problem:
    """What is said of a template's expression, without what only templates have: braces, `if` and `for`."""
    hint = found.hint.msgid if isinstance(found.hint, Text) else found.hint
    return dataclasses.replace(found, hint=_AS_IN) if "{{" in hint or "{%" in hint else found


def _unread(parser: Parser) -> errors.Problem:
    token = parser.stream.current
    if token.type == "assign":
        return errors.Problem(
            Text("A single = does not compare anything.").coded(SentenceCode.CONDITION_UNREADABLE),
            hint=Text('Write ==, as in country == "PL".'),
            line=token.lineno,
        )
    what = Text('The condition cannot be understood from "{name}" onwards.', name=token.value).coded(
        SentenceCode.CONDITION_UNREADABLE
    )
    return errors.Problem(what, hint=Text('Write "and" or "or" between two questions.'), line=token.lineno)


def _misused(tree: nodes.Expr) -> Iterator[errors.Problem]:
    """Calls with wrong arguments, and facts that are not called."""
    calls = [call for call in _all(tree, nodes.Call) if isinstance(call, nodes.Call)]
    for call in calls:
        if isinstance(call.node, nodes.Name) and call.node.name in FACTS and _arguments(call) is None:
            name = call.node.name
            hint = Text("Write {example}.", example=_EXAMPLES[name])
            yield errors.Problem(
                Text('"{name}" can only be asked with fixed texts.', name=name).coded(
                    SentenceCode.QUESTION_MISUSED
                ),
                hint=hint,
                line=call.lineno,
            )
    called = {id(call.node) for call in calls}
    for node in _all(tree, nodes.Name):
        if isinstance(node, nodes.Name) and node.name in FACTS and id(node) not in called:
            hint = Text("Write {example}.", example=_EXAMPLES[node.name])
            yield errors.Problem(
                Text('"{name}" needs brackets.', name=node.name).coded(SentenceCode.QUESTION_MISUSED),
                hint=hint,
                line=node.lineno,
            )


def _facts(tree: nodes.Expr) -> Iterator[Fact]:
    for call in _all(tree, nodes.Call):
        if isinstance(call, nodes.Call) and isinstance(call.node, nodes.Name):
            yield call.node.name, _arguments(call) or ()


def _all(tree: nodes.Node, kind: type[nodes.Node]) -> list[nodes.Node]:
    return [*([tree] if isinstance(tree, kind) else []), *tree.find_all(kind)]


def _arguments(call: nodes.Call) -> tuple[str, ...] | None:
    """The fixed texts a fact is asked with, in order; None where they do not fit."""
    names, least = FACTS[call.node.name] if isinstance(call.node, nodes.Name) else ((), 0)
    if call.dyn_args is not None or call.dyn_kwargs is not None or len(call.args) > len(names):
        return None
    given = dict(zip(names, call.args, strict=False))
    for pair in call.kwargs:
        if pair.key not in names or pair.key in given:
            return None
        given[pair.key] = pair.value
    ordered = [given[name] for name in names if name in given]
    texts = tuple(
        item.value for item in ordered if isinstance(item, nodes.Const) and isinstance(item.value, str)
    )
    in_order = list(names[: len(texts)]) == [name for name in names if name in given]
    return texts if len(texts) == len(given) and len(texts) >= least and in_order else None
