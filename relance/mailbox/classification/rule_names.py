"""What people are told of each rule that decides what a mail is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from relance.wording import Text

NAMES: Mapping[str, Text] = {
    "is complaint": Text.within("rule", "spam complaint"),
    "is statistics": Text.within("rule", "report between mail systems"),
    "is receipt": Text.within("rule", "read receipt"),
    "is own copy": Text.within("rule", "copy of our own mail"),
    "is calendar": Text.within("rule", "calendar response"),
    "is unreadable": Text.within("rule", "nothing to read"),
    "is blocked": Text.within("rule", "sender blocked"),
    "is soft bounce": Text.within("rule", "returned for now"),
    "is hard bounce": Text.within("rule", "returned for good"),
    "is delivered": Text.within("rule", "delivery report"),
    "is unsubscribe mail": Text.within("rule", "unsubscribe button"),
    "is challenge": Text.within("rule", "sender check"),
    "has left": Text.within("rule", "left the company"),
    "is away": Text.within("rule", "out of office"),
    "is bulk mail": Text.within("rule", "bulk mail"),
    "is acknowledgement": Text.within("rule", "acknowledgement"),
    "is wordless absence": Text.within("rule", "automatic reply, wording not recognised"),
    "is automatic": Text.within("rule", "sent by a machine"),
    "asks to stop": Text.within("rule", "asks to stop"),
    "is person": Text.within("rule", "written by a person"),
    "is beyond rules": Text.within("rule", "too complex for the rules"),
}
"""By the name that a judgement keeps of its rule."""


_BEFORE: Mapping[str, str] = {"the rules could not read it": "is beyond rules"}


def code(stored: str) -> str:
    """A rule's name as it was stored at any time."""
    return _BEFORE.get(stored, stored)
