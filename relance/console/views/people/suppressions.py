"""The do-not-contact list: who is on it and why, somebody put on it, somebody taken off."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import urlencode

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.views.people.plain_words import plainly
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.contacts import csv_reader
from relance.engine.contacts.service import WouldStop
from relance.engine.roles import Permission
from relance.engine.store.contacts.suppressions import Suppression
from relance.wording import N_, Text, _

KINDS = {"address": N_("Addresses"), "domain": N_("Domains")}


def index(visit: Visit) -> Response:
    """The list, by address and domain."""
    asked = visit.asked("ask", 320)
    if not asked or not visit.me.may(Permission.CONTACTS):
        return _shown(visit)
    try:
        return _shown(visit, ask=visit.app.contacts.would_stop(asked))
    except errors.Invalid as refused:
        return _shown(visit, refused.on_page, asked)


def _shown(visit: Visit, error: Text | str = "", written: str = "", ask: WouldStop | None = None) -> Response:
    search, after = visit.asked("q"), visit.asked(lists.AFTER)
    kind = visit.asked("kind") if visit.asked("kind") in KINDS else ""
    found = visit.app.contacts.suppressed(search, kind=kind, after=after, limit=lists.PAGE + 1)
    rows = found[: lists.PAGE]
    cursor = rows[-1].value if len(found) > lists.PAGE else ""
    return visit.show(
        "suppressions.html",
        UNPROCESSABLE if error else 200,
        rows=rows,
        plainly=plainly,
        search=search,
        chips=[lists.chip(visit, "kind", key, _(words)) for key, words in KINDS.items()],
        chosen=[("kind", kind)] if kind else [],
        pages=lists.pages(visit, cursor),
        can_add=visit.me.may(Permission.CONTACTS),
        can_lift=visit.me.may(Permission.LIFT),
        error=error,
        written=written,
        ask=ask,
        reason=visit.asked("reason", 300) if ask else "",
    )


def add(visit: Visit) -> Response:
    """An address; or everybody at a domain, once it was seen whom that stops."""
    value = visit.text("value", 320).strip()
    try:
        reason = visit.text("reason", 300)
        meant = visit.app.contacts.would_stop(value)
        if meant.kind == "domain" and visit.text("sure", 320) != meant.value:
            return visit.go(f"/suppressions?{urlencode({'ask': meant.value, 'reason': reason})}")
        made = visit.app.contacts.suppress(value, reason)
    except errors.Invalid as refused:
        return _shown(visit, refused.on_page, value)
    return visit.go(lists.back(visit, "/suppressions"), Text("{value} gets no more mail.", value=made.value))


def lift(visit: Visit) -> Response:
    """May be written to again; what was ended stays so."""
    value, back = visit.text("value", 320), lists.back(visit, "/suppressions")
    if visit.app.contacts.unsuppress(value, visit.text("reason", 300)):
        return visit.go(back, Text("{value} may be contacted again.", value=value))
    return visit.go(back, Text("{value} is no longer on the list.", value=value), "warn")


def file(visit: Visit) -> Response:
    """The whole list as a file for a spreadsheet, whose cells are no formulas."""
    head = ("value", "kind", "reason", "added_by", "since")
    rows = (
        (each.value, each.kind, each.reason, each.added_by, each.created_at.isoformat())
        for each in _all(visit)
    )
    return visit.table(itertools.chain([head], rows), "do-not-contact.csv")


def _all(visit: Visit) -> Iterator[Suppression]:
    """Everything on the list by value, read a page at a time."""
    after = ""
    while found := visit.app.contacts.suppressed(after=after, limit=csv_reader.ROWS_AT_ONCE):
        yield from found
        after = found[-1].value


PAGES = (
    Page("/suppressions", index, Permission.LOOK, rail=Rail(N_("Do not contact"), "ban", 65)),
    Page("/suppressions/list.csv", file, Permission.LOOK, part=True),
    Page("/suppressions", add, Permission.CONTACTS, "POST"),
    Page("/suppressions/lift", lift, Permission.LIFT, "POST"),
)
