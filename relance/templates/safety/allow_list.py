"""What a template may say: checked on the syntax tree before anything is compiled.

Jinja folds constants while it compiles, so `{{ 9 ** 9 ** 9 }}` hangs a machine before any limit on running can bite.
What is not named here is refused, with the reason and the way out in plain words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jinja2 import nodes

from relance import errors
from relance.templates import values
from relance.templates.safety import fence, filters
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MAX_DEPTH = 40
MAX_NODES = 3000
MAX_TEXT = 1000
MAX_LIST = 50
MAX_TRUNCATE = 1000
MAX_SEPARATOR = 20

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Filter, nodes.If, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
    nodes.For, nodes.Concat, nodes.List, nodes.Tuple, nodes.Neg, nodes.Keyword,
)  # fmt: skip

Refusal = tuple[Text, Text | str]
# What is wrong, and what to write instead.

_ARITHMETIC = Text("Templates cannot do arithmetic.")
_WHY: dict[type[nodes.Node], Refusal] = {
    nodes.Call: (Text("Nothing can be called in a template."), Text('Write just the name, or use a filter such as | default("…").')),
    nodes.BinExpr: (_ARITHMETIC, Text("Put the finished number in a field of the contact.")),
    nodes.Pos: (_ARITHMETIC, Text("Leave the + out.")),
    nodes.Slice: (Text("Text cannot be cut with [from:to]."), Text("Use | truncate(30).")),
    nodes.Dict: (Text("A template cannot contain a table of its own."), Text("Put it in a field of the contact.")),
}  # fmt: skip
_FILTER_WHY = {
    "safe": Text("Values are always escaped, so that no one's name can put HTML into your mail."),
    "escape": Text("Values are escaped already."),
    "e": Text("Values are escaped already."),
    "urlencode": Text("Values in a link are encoded already: leave it out."),
}


def problems(tree: nodes.Node, calls: frozenset[str] = frozenset(), room: int = 1) -> list[errors.Problem]:
    """Everything the tree says that it may not say, by line. `calls`: names that may be called.

    `room`: how many times the usual size the tree may have, for what was made of a tree that had passed.
    """
    walk = _Walk(calls, room)
    found = list(walk.visit(tree, 0, loops=0))
    if walk.count > walk.most:
        return [
            errors.Problem(
                Text("The template contains too many expressions.").coded(SentenceCode.TEMPLATE_TOO_LARGE),
                hint=Text("Split it, or write more of it as plain text."),
            )
        ]
    return found


class _Walk:
    """One walk over a tree, counting as it goes."""

    def __init__(self, calls: frozenset[str], room: int) -> None:
        self.calls = calls
        self.most = MAX_NODES * room
        self.deepest = MAX_DEPTH * room
        self.count = 0

    def visit(self, node: nodes.Node, depth: int, loops: int) -> Iterator[errors.Problem]:
        """The problems of this node and of those below it; a refused node is not looked into."""
        self.count += 1
        if self.count > self.most:
            return
        if depth > self.deepest:
            yield errors.Problem(
                Text("The template is nested too deeply.").coded(SentenceCode.TEMPLATE_TOO_LARGE),
                hint=Text("Make it simpler."),
                line=node.lineno,
            )
            return
        if (found := self._refusal(node, loops)) is not None:
            yield errors.Problem(
                found[0].coded(SentenceCode.NOT_IN_TEMPLATES), hint=found[1], line=node.lineno
            )
            return
        loops += isinstance(node, nodes.For)
        for child in node.iter_child_nodes():
            yield from self.visit(child, depth + 1, loops)

    def _refusal(self, node: nodes.Node, loops: int) -> Refusal | None:
        if isinstance(node, nodes.Call) and self.calls:
            return (
                None
                if isinstance(node.node, nodes.Name) and node.node.name in self.calls
                else self._no_call()
            )
        if not isinstance(node, _ALLOWED):
            return _why(node)
        if isinstance(node, nodes.Name) and node.name in self.calls:
            return None
        if isinstance(node, nodes.For):
            return _for_refusal(node, loops)
        for kind, check in _CHECKS:
            if isinstance(node, kind):
                return check(node)
        return None

    def _no_call(self) -> Refusal:
        return Text("This cannot be called here."), Text(
            "You can call: {known}.", known=", ".join(sorted(self.calls))
        )


def _why(node: nodes.Node) -> Refusal:
    for kind, why in _WHY.items():
        if isinstance(node, kind):
            return why
    return (
        Text("This is not available in templates."),
        Text("You can use {{{{ values }}}}, {% if %} and {% for %}."),
    )


def _for_refusal(node: nodes.For, loops: int) -> Refusal | None:
    if loops:
        return Text("A {% for %} cannot be inside another {% for %}."), Text(
            'Use | join(", ") for the inner list.'
        )
    if not isinstance(node.iter, nodes.Name | nodes.Getattr):
        return (
            Text("A {% for %} can only go through a list in a field of the contact."),
            Text("Write {% for item in name_of_the_list %}."),
        )
    if node.recursive or not isinstance(node.target, nodes.Name):
        return Text("This form of {% for %} is not available."), Text(
            "Write {% for item in name_of_the_list %}."
        )
    return None


def _name_refusal(node: nodes.Node) -> Refusal | None:
    name = node.attr if isinstance(node, nodes.Getattr) else getattr(node, "name", "")
    if name.startswith("_"):
        return Text('"{name}" begins with an underscore; fields of a contact never do.', name=name), ""
    return None


def _const_refusal(node: nodes.Node) -> Refusal | None:
    value = getattr(node, "value", None)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return Text("A text in quotes may have at most {most} characters.", most=MAX_TEXT), ""
    if isinstance(value, int | float | complex) and not abs(value) <= values.MAX_NUMBER:
        return Text("This number is too large."), ""
    return None


def _item_refusal(node: nodes.Node) -> Refusal | None:
    if (
        isinstance(node, nodes.Getitem)
        and isinstance(node.arg, nodes.Const)
        and isinstance(node.arg.value, str | int)
    ):
        return _name_refusal(nodes.Name(str(node.arg.value), "load"))
    return (
        Text("Square brackets can only contain a fixed name or number."),
        Text('Write custom.field or custom["field"].'),
    )


def _list_refusal(node: nodes.Node) -> Refusal | None:
    items: list[nodes.Expr] = getattr(node, "items", [])
    if len(items) > MAX_LIST:
        return Text("A list may have at most {most} entries.", most=MAX_LIST), ""
    if not all(isinstance(item, nodes.Const) for item in items):
        return (
            Text("A list in a template can only contain fixed texts and numbers."),
            Text('Write country in ["PL", "DE"].'),
        )
    return None


def _compare_refusal(node: nodes.Node) -> Refusal | None:
    """Fields come from spreadsheets and are text; `employees > 50` would never say yes."""
    if not isinstance(node, nodes.Compare):
        return None
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    named = [side for side in sides if (name := _name_of(side)) and name.partition(".")[0] != "loop"]
    if named and any(_is_number(side) for side in sides):
        name = _name_of(named[0])
        return Text('"{name}" is text, but it is compared with a number here.', name=name), Text(
            "Write {field} | int.", field=name
        )
    return None


def _name_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_name_of(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _is_number(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Neg):
        return _is_number(node.node)
    return (
        isinstance(node, nodes.Const)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _minus_refusal(node: nodes.Node) -> Refusal | None:
    inner = getattr(node, "node", None)
    if isinstance(inner, nodes.Const) and isinstance(inner.value, int | float):
        return None
    return _ARITHMETIC, Text("A minus sign can only come before a fixed number.")


def _test_refusal(node: nodes.Node) -> Refusal | None:
    name = getattr(node, "name", "")
    if name in fence.TESTS:
        return None
    return Text('"is {name}" is not available.', name=name), Text(
        "You can ask: is defined, is undefined, is number, is string."
    )


def _filter_refusal(node: nodes.Node) -> Refusal | None:
    if not isinstance(node, nodes.Filter) or node.name not in filters.FILTERS:
        name = getattr(node, "name", "")
        offered = ", ".join(name for name in filters.FILTERS if name not in ("d", "count"))
        return Text('The filter "{name}" is not available.', name=name), _FILTER_WHY.get(
            name, Text("You can use: {offered}.", offered=offered)
        )
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return Text("A filter cannot take a list of arguments with *."), ""
    if node.node is None:
        return Text("{% filter %} is not available."), Text(
            "Write {{{{ name | {filter} }}}}.", filter=node.name
        )
    return _argument_refusal(node)


def _argument_refusal(node: nodes.Filter) -> Refusal | None:
    allowed = _ARGUMENTS.get(node.name)
    if allowed is None:
        return (
            None
            if not (node.args or node.kwargs)
            else (Text('The filter "{name}" takes no arguments.', name=node.name), "")
        )
    return allowed(node)


def _default_arguments(node: nodes.Filter) -> Refusal | None:
    if not node.args or len(node.args) + len(node.kwargs) > 2:
        return Text("default needs the text to use instead."), Text(
            'Write {{{{ first_name | default("there") }}}}.'
        )
    return None


def _truncate_arguments(node: nodes.Filter) -> Refusal | None:
    given = _constants(node, ("length", "killwords", "end"))
    if given is None or not _is_int(given.get("length", 255), 1, MAX_TRUNCATE):
        return Text("truncate needs a fixed length."), Text(
            "Write | truncate(40); the maximum is {most}.", most=MAX_TRUNCATE
        )
    if not isinstance(given.get("killwords", False), bool) or not _is_text(
        given.get("end", "..."), MAX_SEPARATOR
    ):
        return (
            Text("truncate takes a length, true or false, and a short ending."),
            Text('Write | truncate(40, true, "…").'),
        )
    return None


def _replace_arguments(node: nodes.Filter) -> Refusal | None:
    given = _constants(node, ("old", "new"))
    example = Text('Write | replace("Sp. z o.o.", "").')
    if given is None or not _is_text(given.get("old"), MAX_TEXT) or not _is_text(given.get("new"), MAX_TEXT):
        return Text("replace needs two fixed texts."), example
    old, new = str(given["old"]), str(given["new"])
    if not old or len(new) > len(old):
        return Text("replace cannot insert a text that is longer than the one it removes."), example
    return None


def _join_arguments(node: nodes.Filter) -> Refusal | None:
    given = _constants(node, ("d", "attribute"))
    fine = given is not None and _is_text(given.get("d", ""), MAX_SEPARATOR)
    name = given.get("attribute", "x") if given is not None else None
    if fine and isinstance(name, str) and not name.startswith("_") and "._" not in name:
        return None
    return Text("join needs a short fixed separator."), Text('Write {{{{ products | join(", ") }}}}.')


def _number_arguments(node: nodes.Filter) -> Refusal | None:
    given = _constants(node, ("default",))
    if given is not None and all(isinstance(value, int | float) for value in given.values()):
        return None
    return Text("{filter} takes at most one fixed number.", filter=node.name), Text(
        "Write | {filter} or | {filter}(0).", filter=node.name
    )


def _round_arguments(node: nodes.Filter) -> Refusal | None:
    given = _constants(node, ("precision",))
    if given is not None and _is_int(given.get("precision", 0), 0, 9):
        return None
    return Text("round takes the number of decimals, from 0 to 9."), Text("Write | round(1).")


_ARGUMENTS: dict[str, Callable[[nodes.Filter], Refusal | None]] = {
    "default": _default_arguments,
    "d": _default_arguments,
    "truncate": _truncate_arguments,
    "replace": _replace_arguments,
    "join": _join_arguments,
    "int": _number_arguments,
    "float": _number_arguments,
    "round": _round_arguments,
}

_CHECKS: tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], Callable[[nodes.Node], Refusal | None]], ...] = (
    ((nodes.Name, nodes.Getattr), _name_refusal),
    (nodes.Const, _const_refusal),
    (nodes.Getitem, _item_refusal),
    ((nodes.List, nodes.Tuple), _list_refusal),
    (nodes.Compare, _compare_refusal),
    (nodes.Neg, _minus_refusal),
    (nodes.Test, _test_refusal),
    (nodes.Filter, _filter_refusal),
)  # fmt: skip


def _constants(node: nodes.Filter, names: tuple[str, ...]) -> dict[str, object] | None:
    """The filter's arguments by name, or None where one is not fixed, not known or given twice."""
    given = [*zip(names, node.args, strict=False), *((pair.key, pair.value) for pair in node.kwargs)]
    values = {name: value.value for name, value in given if isinstance(value, nodes.Const) and name in names}
    return values if len(values) == len(node.args) + len(node.kwargs) else None


def _is_int(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest
