"""Which fields a template uses, and which of them it cannot do without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from relance import errors
from relance.templates import foreign
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MAX_NAMED = 12
# Fields that are named where none is like what was written.


@dataclass(frozen=True)
class Use:
    """One place where a field is used, by its dotted name; not needed where it has a default or is only asked about."""

    path: str
    line: int
    needed: bool


@dataclass(frozen=True)
class _Scope:
    """What is known at a place: names bound by loops, and fields that a test has shown to be there."""

    bound: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()

    def with_there(self, paths: frozenset[str]) -> _Scope:
        return _Scope(self.bound, self.there | paths)

    def with_bound(self, name: str) -> _Scope:
        return _Scope(self.bound | {name, "loop"}, self.there)


def uses(tree: nodes.Node) -> list[Use]:
    """Every use of a field, in the order of the template. The tree has passed the allow-list."""
    return list(_uses(tree, _Scope()))


def unknown(found: Iterable[Use], known: Collection[str]) -> Iterator[errors.Problem]:
    """A problem for each field that no contact has. In `known`, `custom.*` stands for every field of custom."""
    told: set[str] = set()
    for use in found:
        if use.path in told or _is_known(use.path, known):
            continue
        told.add(use.path)
        yield errors.Problem(
            Text('There is no contact field "{name}".', name=use.path).coded(SentenceCode.FIELD_UNKNOWN),
            hint=_nearest(use.path, known),
            line=use.line,
        )


def _is_known(path: str, known: Collection[str]) -> bool:
    if path in known:
        return True
    parents = path.split(".")[:-1]
    return any(".".join(parents[:length]) + ".*" in known for length in range(1, len(parents) + 1))


def _nearest(path: str, known: Collection[str]) -> Text | str:
    if meant := foreign.field(path, known):
        return Text("Did you mean {near}?", near=meant)
    # `firstName`, `First_Name` and `contact.first_name` are one slip away from `first_name`.
    by_letters = {foreign.letters(name): name for name in sorted(known)}
    last = foreign.letters(path.rsplit(".", 1)[-1])
    for wanted in (foreign.letters(path), last):
        if near := errors.nearest(wanted, by_letters):
            return Text("Did you mean {near}?", near=by_letters[near])
    names = ", ".join(sorted(known)[:MAX_NAMED])
    if len(known) > MAX_NAMED:
        return Text("Known fields: {names}, …", names=names)
    return Text("Known fields: {names}.", names=names) if names else ""


def _path(node: nodes.Node, scope: _Scope) -> str | None:
    """The dotted name a node stands for; None where it is no name or belongs to a loop."""
    if isinstance(node, nodes.Name):
        return None if node.name in scope.bound else node.name
    if isinstance(node, nodes.Getattr):
        inner = _path(node.node, scope)
        return f"{inner}.{node.attr}" if inner else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        inner = _path(node.node, scope)
        # An entry of a list (`products[0]`) is asked of the list.
        return f"{inner}.{node.arg.value}" if inner and isinstance(node.arg.value, str) else inner
    return None


def _uses(node: nodes.Node, scope: _Scope) -> Iterator[Use]:
    if path := _path(node, scope):
        yield Use(path, node.lineno, path not in scope.there)
    elif isinstance(node, nodes.If | nodes.CondExpr):
        yield from _uses_of_choice(node, scope)
    elif isinstance(node, nodes.For):
        yield from _uses_of_loop(node, scope)
    elif isinstance(node, nodes.And | nodes.Or):
        yield from _asked(node.left, scope)
        yield from _uses(node.right, _after_left(node, scope))
    else:
        # What is only asked about comes first among the children; a fact's name is not a field.
        children = list(node.iter_child_nodes(exclude=("node",) if isinstance(node, nodes.Call) else None))
        if children and _only_asks(node):
            yield from _asked(children.pop(0), scope)
        for child in children:
            yield from _uses(child, scope)


def _after_left(node: nodes.And | nodes.Or, scope: _Scope) -> _Scope:
    """What is known when the right side of an "and" or "or" is looked at."""
    shown = _shown(node.left, scope) if isinstance(node, nodes.And) else _shown_by_no(node.left, scope)
    return scope.with_there(shown)


def _only_asks(node: nodes.Node) -> bool:
    """Whether a node asks if its first child is there, so that its absence does no harm."""
    if isinstance(node, nodes.Filter | nodes.Test):
        return node.name in ("default", "d", "defined", "undefined")
    return isinstance(node, nodes.Not)


def _asked(node: nodes.Node, scope: _Scope) -> Iterator[Use]:
    """Uses where a missing field does no harm, because it is only asked whether it is there."""
    if path := _path(node, scope):
        yield Use(path, node.lineno, needed=False)
    elif isinstance(node, nodes.And | nodes.Or):
        yield from _asked(node.left, scope)
        yield from _asked(node.right, _after_left(node, scope))
    else:
        yield from _uses(node, scope)


def _uses_of_choice(node: nodes.If | nodes.CondExpr, scope: _Scope) -> Iterator[Use]:
    yield from _asked(node.test, scope)
    yes = scope.with_there(_shown(node.test, scope))
    no = scope.with_there(_shown_by_no(node.test, scope))
    if isinstance(node, nodes.CondExpr):
        yield from _uses(node.expr1, yes)
        if node.expr2 is not None:
            yield from _uses(node.expr2, no)
        return
    for child in node.body:
        yield from _uses(child, yes)
    for other in node.elif_:
        yield from _uses(other, no)
        no = no.with_there(_shown_by_no(other.test, no))
    for child in node.else_:
        yield from _uses(child, no)


def _uses_of_loop(node: nodes.For, scope: _Scope) -> Iterator[Use]:
    yield from _uses(node.iter, scope)
    inner = scope.with_bound(node.target.name) if isinstance(node.target, nodes.Name) else scope
    for child in [*([node.test] if node.test else []), *node.body]:
        yield from _uses(child, inner)
    for child in node.else_:
        yield from _uses(child, scope)


def _shown(test: nodes.Node, scope: _Scope) -> frozenset[str]:
    """The fields that are certainly there when the test says yes."""
    if path := _path(test, scope):
        return frozenset({path})
    if isinstance(test, nodes.Test) and test.name == "defined":
        return frozenset({path}) if (path := _path(test.node, scope)) else frozenset()
    if isinstance(test, nodes.And):
        return _shown(test.left, scope) | _shown(test.right, scope)
    if isinstance(test, nodes.Or):
        return _shown(test.left, scope) & _shown(test.right, scope)
    return _shown_by_no(test.node, scope) if isinstance(test, nodes.Not) else frozenset()


def _shown_by_no(test: nodes.Node, scope: _Scope) -> frozenset[str]:
    """The fields that are certainly there when the test says no."""
    if isinstance(test, nodes.Test) and test.name == "undefined":
        return frozenset({path}) if (path := _path(test.node, scope)) else frozenset()
    if isinstance(test, nodes.Or):
        return _shown_by_no(test.left, scope) | _shown_by_no(test.right, scope)
    if isinstance(test, nodes.And):
        return _shown_by_no(test.left, scope) & _shown_by_no(test.right, scope)
    return _shown(test.node, scope) if isinstance(test, nodes.Not) else frozenset()
