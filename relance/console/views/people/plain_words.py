"""Why, in a few words for salespeople, where the whole of it is a server's or a program's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relance.engine.reasons import Code
from relance.wording import N_, _

_PLAIN: Mapping[str, str] = {
    Code.NO_SUCH_ADDRESS: N_("the address does not exist"),
    Code.ADDRESS_DEAD: N_("the address does not exist"),
    Code.BOUNCED: N_("the mail came back"),
    Code.COMPLAINED: N_("complained about the mail"),
    Code.ANSWERED_INVITATION: N_("sent or answered an invitation"),
}


def plainly(codes: Sequence[str]) -> str:
    """The codes of reasons in a few words; empty where some are better read as they are."""
    if not codes or not set(codes) <= set(_PLAIN):
        return ""
    return "; ".join(dict.fromkeys(_(_PLAIN[each]) for each in codes))
