"""What the page's editor is told: which keys and words a sequence may have where, what its own buttons are called, and its nonce."""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from relance.console.requests import security
from relance.console.visit import Visit
from relance.engine.definition.reading import load
from relance.wording import N_, Text

# What CodeMirror calls things, and what they are called here.
WORDS = {
    "Find": N_("Find in the text"),
    "Replace": N_("Replace with"),
    "next": N_("Next"),
    "previous": N_("Previous"),
    "all": N_("Select all"),
    "match case": N_("match case"),
    "regexp": N_("regular expression"),
    "by word": N_("whole words"),
    "replace": N_("Replace it"),
    "replace all": N_("Replace all"),
    "close": N_("Close"),
    "current match": N_("current match"),
    "on line": N_("on line"),
    "replaced match on line $": N_("replaced on line $"),
    "replaced $ matches": N_("$ places replaced"),
    "Go to line": N_("Go to line"),
    "go": N_("Go"),
    "Diagnostics": N_("Mistakes in the text"),
    "No diagnostics": N_("There are no mistakes in it."),
    "Completions": N_("Suggestions"),
    "Control character": N_("Invisible character"),
    "Selection deleted": N_("Selection deleted"),
    "Fold line": N_("Fold the lines below"),
    "Unfold line": N_("Unfold the lines below"),
    "Folded lines": N_("Folded: lines"),
    "Unfolded lines": N_("Unfolded: lines"),
    "folded code": N_("folded lines"),
    "unfold": N_("unfold"),
    "to": N_("to"),
}
NONCE_BYTES = 16


def show(visit: Visit, template: str, **values: Any) -> Response:
    """A page with the editor in it: its styles, and no others, are let in by a number that is used once."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    told = {
        "nonce": nonce,
        "words": {theirs: str(Text(ours)) for theirs, ours in WORDS.items()},
        "keys": keys(),
    }
    answer = visit.show(template, editor=told, **values)
    answer.headers["content-security-policy"] = security.with_styles(nonce)
    return answer


@functools.cache
def keys() -> Mapping[str, Mapping[str, Any]]:
    """The keys of each kind of mapping: which kinds stand below them (`of`), or some of the words they take (`words`)."""
    return completions(json.loads(load.schema()))


def completions(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The same of any JSON Schema; that of the whole text goes by no name. Pure."""
    kinds = {"": schema, **schema["$defs"]}
    return {
        name: {
            key: {"of": sorted(set(_below(each))), "words": list(dict.fromkeys(_words(each)))}
            for key, each in kind.get("properties", {}).items()
        }
        for name, kind in kinds.items()
    }


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """It, and what it may be instead or hold."""
    yield schema
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, [schema.get("items")])):
        yield from _parts(each)


def _below(schema: Mapping[str, Any]) -> Iterator[str]:
    for each in _parts(schema):
        if "$ref" in each:
            yield each["$ref"].rpartition("/")[2]


def _words(schema: Mapping[str, Any]) -> Iterator[str]:
    for each in _parts(schema):
        known = [
            *each.get("enum", ()),
            *([each["const"]] if "const" in each else ()),
            *each.get("examples", ()),
        ]
        known += [True, False] if each.get("type") == "boolean" else []
        yield from (one if isinstance(one, str) else json.dumps(one) for one in known if one is not None)
