"""The desk: what the tracking pages need of whoever knows the mails. They are given one; this room knows no database."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol

from relance.tracking import hits


class OptOutResult(enum.Enum):
    """What happened to a wish to get no more mail. There is no answer for "something was done, perhaps"."""

    IN_FORCE = "in force"  # no mail leaves for them any more
    KEPT = "kept"  # written down for good, and in force as soon as the database answers
    UNKNOWN = "unknown"  # the link is ours, but neither it nor our records say whose mail it stood in


class Desk(Protocol):
    """Called from several threads at once, once for each hit. What it raises never reaches a visitor."""

    def record(self, found: Sequence[hits.Hit]) -> None:
        """Record opens, and clicks whose target stands in the link. Raises `errors.Unreachable` to be asked again."""

    def clicked(self, hit: hits.Hit) -> str | None:
        """Record that a link was followed; return its target, or None for a link we do not know."""

    def keep(self, hit: hits.Hit) -> bool:
        """Write down that the recipient wants no more, without the database; False when that cannot be."""

    def unsubscribe(self, hit: hits.Hit) -> OptOutResult:
        """Suppress the recipient, now: what is returned is durable. Repeating is no error."""

    def replay(self) -> None:
        """Carry out what was kept. Called every few seconds, by one thread."""

    def contact_of(self, hit: hits.Hit) -> str | None:
        """The recipient's address as the page may show it (see `pages.mask`), or None."""
