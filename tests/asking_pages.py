"""Where something that is not Python asks a sentence of ours: a template, a script of a page, a statement of the database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes

from tests.asking import ASKS, CUTS, LOOKS, MAKES, SPOKEN

_EMPTY = ("", None)
_PAGE = re.compile(
    r"[\w.\]\[()]*\.(?:textContent|innerText|innerHTML)\s*(?:[!=]==?[^;{]*|\.(?:includes|startsWith|endsWith|match|indexOf|search|split|test)\b[^;{]*)"
)
# What people read on a page, held against something or searched.
_STRING = re.compile(r"""(?<![\w\\])(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1""")
_SAID = re.compile(r"(?i)(?:\blike|\bin|[!=<>]=?|\bglob)\s*\(?\s*'([^']+)'")
# In a statement.


def of_template(source: str, sentences: frozenset[str]) -> Iterator[str]:
    """Each place of a template that asks a sentence: by its literal, by a call that makes one, by a field that holds one."""
    tree = jinja2.Environment(autoescape=True).parse(source)
    for node in tree.find_all((nodes.Compare, nodes.Call, nodes.Getitem, nodes.Test)):
        if any(_speaks(each, sentences) for each in _held(node)):
            yield f"{node.lineno}: {type(node).__name__}"


def _held(node: nodes.Node) -> list[nodes.Node]:
    """What is held against each other there, searched, cut or looked up."""
    if isinstance(node, nodes.Compare):
        sides = [node.expr, *(each.expr for each in node.ops)]
        return [] if any(map(_is_nothing, sides)) else list(sides)
    if isinstance(node, nodes.Call):
        asks = isinstance(node.node, nodes.Getattr) and node.node.attr in (*ASKS, *CUTS, *LOOKS)
        return [node.node.node, *node.args] if asks and isinstance(node.node, nodes.Getattr) else []
    if isinstance(node, nodes.Getitem):
        return [node.arg]
    return [node.node, *node.args] if isinstance(node, nodes.Test) and node.args else []


def _is_nothing(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and node.value in _EMPTY


def _speaks(node: nodes.Node, sentences: frozenset[str]) -> bool:
    if isinstance(node, nodes.Const):
        return node.value in sentences
    if isinstance(node, nodes.Tuple | nodes.List):
        return any(_speaks(each, sentences) for each in node.items)
    if isinstance(node, nodes.Getattr):
        return node.attr in SPOKEN
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _speaks(node.node, sentences)
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MAKES


def of_script(source: str, sentences: frozenset[str]) -> Iterator[str]:
    """Each place of a script that asks what a page says, and each sentence that it knows: it is given those by the page."""
    yield from (found.group().strip() for found in _PAGE.finditer(source))
    yield from (text for _quote, text in _STRING.findall(source) if text in sentences)


def of_statements(source: str, sentences: frozenset[str]) -> Iterator[str]:
    """Each sentence, or part of one, that a statement of the database written as text asks for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            asked = (text.strip("%_ ") for text in _SAID.findall(node.value))
            yield from (text for text in asked if _is_said(text, sentences))


def _is_said(text: str, sentences: frozenset[str]) -> bool:
    """Whether it is a sentence, or so much of one that it is no accident."""
    return text in sentences or (text.count(" ") >= 2 and any(text in each for each in sentences))
