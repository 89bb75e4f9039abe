"""Where the program asks a sentence of ours: by its literal, by what it was made of, by what its annotation says.

Read from the source, without running it. A sentence is a literal of the catalogue, whatever `_`, `n_` or `str` of a `Text` makes, what
is caught and told (`str(error)`), a name that was given one of those, and a call, field or table that is annotated to give a `Text`.
To ask one is to compare it, to look for something in it, to cut it at some words, or to look something up by it.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

ASKS = (
    *("startswith", "endswith", "match", "fullmatch", "search", "find", "index", "count", "rfind", "rindex"),
    *("findall", "finditer", "fnmatch", "fnmatchcase", "compile"),
    # Of the database:
    *(
        "in_",
        "not_in",
        "like",
        "ilike",
        "not_like",
        "contains",
        "icontains",
        "istartswith",
        "iendswith",
        "regexp_match",
    ),
)
LOOKS = ("get", "setdefault", "pop")
_WORDS = re.compile(r"^\W*\w+\s+\w+\s+\w+")
# Three words and more are no accident.
CUTS = ("partition", "rpartition", "split", "rsplit", "removeprefix", "removesuffix")
KEEPS = (
    "strip", "rstrip", "lstrip", "lower", "upper", "casefold", "capitalize", "replace", "format", "expandtabs", "title",
)  # fmt: skip
# Methods of a text that give it back, changed a little.
MAKES = ("_", "n_")
WAYS = ("plural", "within", "prose", "together", "read")
# Of `Text`: other ways to make one.
TEXTS = ("Text", "Text | None", "wording.Text", "wording.Text | None")
SHOWN = ("text", "reason", "words")
# Fields under which errors and rows keep a Text without saying so everywhere.
SPOKEN = ("words", "reason", "sync_error", "send_error", "halted", "trouble", "plain")
# Fields that hold a sentence already made, as `str`: a part of it is no code either.


@dataclass(frozen=True)
class Known:
    """Names that stand for a `Text` everywhere: what is called and gives one, fields that hold one, tables of them."""

    calls: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()  # what is called and gives a sentence already made

    def and_of(self, here: Known) -> Known:
        """With what a file says of its own names, which may stand for something else in others."""
        return Known(
            self.calls | here.calls,
            self.fields | here.fields,
            self.tables | here.tables,
            self.speakers | here.speakers,
        )


@dataclass
class _Seen:
    texts: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    def note(self, name: str, is_text: bool) -> None:
        (self.texts if is_text else self.others).add(name)

    @property
    def sure(self) -> frozenset[str]:
        """Those that are a Text wherever the name is used."""
        return frozenset(self.texts - self.others)


def known(sources: Iterable[str]) -> Known:
    """What the annotations of the whole program say."""
    seen: dict[str, _Seen] = defaultdict(_Seen)
    trees = [ast.parse(source) for source in sources]
    for tree in trees:
        for kind, name, is_text in _annotated(tree):
            seen[kind].note(name, is_text)
    said = Known(seen["calls"].sure, seen["fields"].sure, seen["tables"].sure)
    for each in (function for tree in trees for function in _functions(tree)):
        seen["speakers"].note(each.name, _Reader(frozenset(), said, each).speaks)
    return dataclasses.replace(said, speakers=seen["speakers"].sure)


def _annotated(tree: ast.Module) -> Iterator[tuple[str, str, bool]]:
    """Of each name with an annotation: what it is, the name, and whether it stands for a sentence."""
    for node in _functions(tree):
        yield "fields" if _is_property(node) else "calls", node.name, _says_text(node.returns)
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for name, annotation in (found for each in classes for found in _declared(each.body)):
        yield "fields", name, _says_text(annotation)
    for name, annotation in _declared(tree.body):
        yield "tables", name, _holds_texts(annotation)


def _declared(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for each in body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, each.annotation


def decisions(source: str, sentences: frozenset[str], names: Known = Known()) -> Iterator[str]:
    """Each place of a source that asks a sentence, as it is written there."""
    tree = ast.parse(source)
    here = names.and_of(known([source]))
    for scope in (tree, *_functions(tree)):
        yield from _Reader(sentences, here, scope).asked()


def literal(node: ast.expr) -> list[str]:
    """The texts that are written there: one, or those of a tuple, list or set."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [text for each in node.elts for text in literal(each)]
    return []


class _Reader:
    """One function (or the module around them): which of its names hold sentences, and where they are asked."""

    def __init__(self, sentences: frozenset[str], names: Known, scope: ast.AST) -> None:
        self._sentences = sentences
        self._names = names
        self._nodes = list(_own(scope))
        self._texts: set[str] = set()
        self._told: set[str] = set()
        self._learn(scope)

    def asked(self) -> Iterator[str]:
        """What is asked there, as it is written."""
        for node in self._nodes:
            held = [] if _of_nothing(node) else _sides(node)
            keys = _looked_up(node)
            if any(map(self._sentence, held)) or any(map(self._rendered, keys)) or self._parts(node, held):
                yield ast.unparse(node)
            elif isinstance(node, ast.Dict) and (said := [each for each in node.keys if self._is_key(each)]):
                yield f"{{{ast.unparse(said[0])}: …}}"

    @property
    def speaks(self) -> bool:
        """Whether what it returns is a sentence already made."""
        returned = [each.value for each in self._nodes if isinstance(each, ast.Return) and each.value]
        made = [
            each for each in returned if not (isinstance(each, ast.Constant) and each.value in ("", None))
        ]
        return bool(made) and all(map(self._rendered, made))

    def _is_key(self, node: ast.expr | None) -> bool:
        """Whether something is looked up by a sentence there; codes have two words at most, or three."""
        return node is not None and (
            self._rendered(node) or any(map(_WORDS.search, self._sentences & set(literal(node))))
        )

    def _parts(self, node: ast.AST, held: list[ast.expr]) -> bool:
        """Whether something is looked for there that is a good part of a sentence of ours."""
        compared = isinstance(node, ast.Compare) and not any(
            isinstance(each, ast.In | ast.NotIn) for each in node.ops
        )
        parts = [] if compared else [text for each in held for text in literal(each) if _WORDS.search(text)]
        return any(part in sentence for part in parts for sentence in self._sentences)

    def _sentence(self, node: ast.expr) -> bool:
        return bool(self._sentences & set(literal(node))) or self._rendered(node) or self._text(node)

    def _learn(self, scope: ast.AST) -> None:
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
            self._texts |= {each.arg for each in given if _says_text(each.annotation) or _is_error(each)}
        for node in self._nodes:
            if isinstance(node, ast.ExceptHandler) and node.name:
                self._texts.add(node.name)
        before = -1
        while before != len(self._told) + len(self._texts):  # a name may be given what another one holds
            before = len(self._told) + len(self._texts)
            for name, value in _given(self._nodes):
                if self._rendered(value):
                    self._told.add(name)
                elif self._text(value):
                    self._texts.add(name)

    def _rendered(self, node: ast.expr) -> bool:
        """Whether it is a sentence as people read it."""
        if isinstance(node, ast.Name):
            return node.id in self._told
        if isinstance(node, ast.Attribute):
            return node.attr in SPOKEN
        if isinstance(node, ast.Call):
            return self._makes_words(node.func, node.args)
        return any(map(self._rendered, (*_either(node), *_joined(node))))

    def _makes_words(self, called: ast.expr, args: list[ast.expr]) -> bool:
        if isinstance(called, ast.Name):
            made = called.id in MAKES or called.id in self._names.speakers
            return made or (called.id == "str" and any(map(self._shown, args)))
        if not isinstance(called, ast.Attribute):
            return False
        return called.attr in self._names.speakers or (called.attr in KEEPS and self._rendered(called.value))

    def _shown(self, node: ast.expr) -> bool:
        return (
            self._text(node)
            or self._rendered(node)
            or (isinstance(node, ast.Attribute) and node.attr in SHOWN)
        )

    def _text(self, node: ast.expr) -> bool:
        """Whether it is a sentence as a value."""
        if isinstance(node, ast.Name):
            return node.id in self._texts
        if isinstance(node, ast.Attribute):
            of_error = node.attr in SHOWN and self._text(node.value)
            return of_error or node.attr in self._names.fields or node.attr == "msgid"
        if isinstance(node, ast.Subscript):
            return self._table(node.value)
        if isinstance(node, ast.Call):
            return self._makes_text(node.func)
        return any(map(self._text, _either(node)))

    def _makes_text(self, called: ast.expr) -> bool:
        if isinstance(called, ast.Name):
            return called.id == "Text" or called.id in self._names.calls
        if not isinstance(called, ast.Attribute):
            return False
        made = called.attr in WAYS and isinstance(called.value, ast.Name) and called.value.id == "Text"
        return (
            made or called.attr in self._names.calls or (called.attr == "get" and self._table(called.value))
        )

    def _table(self, node: ast.expr) -> bool:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name in self._names.tables


def _sides(node: ast.AST) -> list[ast.expr]:
    """What is held against each other there: both sides of a comparison, a text and what it is asked for or cut at."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ASKS:
            return [node.func.value, *node.args]
        if node.func.attr in CUTS and node.args:
            return [node.func.value, *node.args]
    if isinstance(node, ast.MatchValue):
        return [node.value]
    return [node.subject] if isinstance(node, ast.Match) else []


def _either(node: ast.expr) -> list[ast.expr]:
    """What it gives back, one or the other: of `a if b else c`, `a or b`, `(a := b)`."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    return [node.value] if isinstance(node, ast.NamedExpr) else []


def _joined(node: ast.expr) -> list[ast.expr]:
    """What a text is put together from: `a + b`, `f"{a}"`."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    values = node.values if isinstance(node, ast.JoinedStr) else []
    return [each.value for each in values if isinstance(each, ast.FormattedValue)]


def _looked_up(node: ast.AST) -> list[ast.expr]:
    """What something is looked up by there."""
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.DictComp):
        return [node.key]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKS:
        return node.args[:1]
    return []


def _of_nothing(node: ast.AST) -> bool:
    """Whether it asks only if there is anything: `x is None`, `x == ""`."""
    if not isinstance(node, ast.Compare):
        return False
    return all(isinstance(each, ast.Constant) and each.value in (None, "") for each in node.comparators)


def _given(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((each.id, node.value) for each in node.targets if isinstance(each, ast.Name))
        elif (
            isinstance(node, ast.AnnAssign | ast.NamedExpr)
            and isinstance(node.target, ast.Name)
            and node.value
        ):
            yield node.target.id, node.value


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope itself, and not in a function inside."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own(child)


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(each) for each in node.decorator_list)


def _is_error(given: ast.arg) -> bool:
    return given.annotation is not None and ast.unparse(given.annotation).endswith(("Error", "Exception"))


def _says_text(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).replace("'", "") in TEXTS


def _holds_texts(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).replace("'", "").endswith(", Text]")
