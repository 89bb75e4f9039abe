"""What machines opened and clicked, as a person is told of it: filters that check links, programs that load pictures. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from relance.complete import complete
from relance.engine.store.contacts.hits import MachineHit
from relance.tracking import judge
from relance.wording import N_, _

WHAT: Mapping[str, str] = {"open": N_("a picture was loaded"), "click": N_("a link was followed")}
SIGNS: Mapping[str, str] = complete(  # by which a machine is known
    [each.name for each in judge.SIGNS],
    {
        "own": N_("in the browser with which the mailbox's owner uses the console"),
        "head": N_("it only asked whether the link works"),
        "prefetch": N_("it was loaded ahead of time"),
        "scanner": N_("by a program that checks mail"),
        "scanner network": N_("from the network of a mail filter"),
        "gmail ahead": N_("Gmail loaded it ahead of time"),
        "apple ahead": N_("Apple Mail loaded it ahead of time"),
        "soon": N_("within seconds of delivery"),
        "burst": N_("several links at once"),
        "crowd": N_("for many recipients from the same network"),
        "no language": N_("not by a browser that a person uses"),
        "no agent": N_("by a program that gives no name"),
        "settling": N_("not certain yet"),
    },
)


def lines(hits: Sequence[MachineHit]) -> tuple[tuple[dt.datetime, str], ...]:
    """When, and what, with the signs that it was no person."""
    return tuple((each.at, _told(each)) for each in hits)


def _told(hit: MachineHit) -> str:
    what, signs = _(WHAT[hit.kind]), ", ".join(_(SIGNS[each]) for each in hit.reasons if each in SIGNS)
    return _("{what} ({signs})", what=what, signs=signs) if signs else what
