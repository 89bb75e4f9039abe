"""The fence a template runs behind: a sandbox that reaches nothing but the given values.

The allow-list (`allow_list.py`) refuses bad templates before they are compiled; this is the second fence, for what it
might miss: no arithmetic, no Python attribute of anything, no globals, and a limit on what comes out.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
import markupsafe
from jinja2 import exceptions, runtime, sandbox

from relance.templates import values
from relance.templates.safety import filters
from relance.templates.safety.filters import Absent
from relance.wording import Text

MAX_OUTPUT = values.MAX_TEXT

TESTS = ("defined", "in", "number", "string", "undefined")
_BATCH = 64  # pieces of output between two looks at its length
LOOP_FIELDS = frozenset({"first", "index", "index0", "last", "length"})


class Fence(sandbox.ImmutableSandboxedEnvironment):
    """A Jinja environment in which templates see values and a few filters, and nothing of Python."""

    intercepted_binops = frozenset({"//", "%", "+", "*", "-", "/", "**"})

    def __init__(self, *, autoescape: bool, finalize: Callable[[Any], Any] | None) -> None:
        super().__init__(
            autoescape=autoescape,
            undefined=Absent,
            finalize=finalize,
            keep_trailing_newline=True,
            cache_size=0,
            auto_reload=False,
        )
        self.globals.clear()
        self.filters = dict(filters.FILTERS)
        # Jinja writes `x in y` and the bounds of `if` as tests of its own; only these can be named.
        self.tests = {name: self.tests[name] for name in TESTS}

    def call_binop(self, context: runtime.Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Refuse all arithmetic: `9 ** 9 ** 9` and `'a' * 10 ** 9` stop a machine, not a mail."""
        raise exceptions.SecurityError(f"the operator {operator} is not available in templates")

    def call(self, context: runtime.Context, obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Call what we put beside the values (links, facts); the values themselves hold nothing that can be called."""
        if isinstance(obj, Absent | runtime.LoopContext):
            raise exceptions.SecurityError("this cannot be called in a template")
        kwargs.pop(
            "_loop_vars", None
        )  # what Jinja adds within a loop, for functions that ask for its context
        return obj(*args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of given fields, a fact of the loop; never an attribute of a Python object."""
        if isinstance(obj, runtime.LoopContext) and attribute in LOOP_FIELDS:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field by name or an entry of a list by number."""
        if isinstance(obj, values.Fields):
            return obj[argument] if argument in obj else Absent(name=obj.name_of(str(argument)))
        if isinstance(obj, list) and isinstance(argument, int):
            return (
                obj[argument]
                if -len(obj) <= argument < len(obj)
                else Absent(name=f"entry {argument} of a list")
            )
        if isinstance(obj, Absent):
            return Absent(name=f"{obj.path}.{argument}")
        return Absent(name=str(argument))


def _shown_as_html(value: Any) -> Any:
    """As `values.shown`; line breaks of a value stay line breaks."""
    value = values.shown(value)
    if type(value) is str and "\n" in value:
        return markupsafe.Markup(str(markupsafe.escape(value)).replace("\n", "<br>"))  # noqa: S704 - escaped
    return value


@functools.cache
def plain_text() -> Fence:
    """For subjects, text parts and conditions."""
    return Fence(autoescape=False, finalize=values.shown)


@functools.cache
def typed_html() -> Fence:
    """For HTML made from a body."""
    return Fence(autoescape=True, finalize=_shown_as_html)


@functools.cache
def given_html() -> Fence:
    """For HTML given by the author, where a value may stand within an attribute."""
    return Fence(autoescape=True, finalize=values.shown)


def run(template: jinja2.Template, context: Mapping[str, Any]) -> str:
    """What the template makes of the context; stops as soon as it is too long."""
    chunks = template.root_render_func(template.new_context(dict(context), shared=True))
    made = ""
    while batch := list(itertools.islice(chunks, _BATCH)):
        if len(made) + sum(map(len, batch)) > MAX_OUTPUT:
            raise values.UnfitValue(Text("The mail would be larger than {size} kB.", size=MAX_OUTPUT // 1024))
        made += "".join(batch)
    return made
