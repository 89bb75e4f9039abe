"""The desk: what the tracking pages need of whoever knows the mails. They are given one; this room knows no database."""

from __future__ import annotations

from typing import Protocol

from relance.tracking import hits


class Desk(Protocol):
    """Called from several threads at once, once for each hit. What it raises never reaches a visitor."""

    def opened(self, hit: hits.Hit) -> None:
        """Record that the pixel was loaded. The response has been sent already."""

    def clicked(self, hit: hits.Hit) -> str | None:
        """Record that a link was followed; return its stored target, or None for a link we do not know."""

    def unsubscribe(self, message: int, hit: hits.Hit) -> None:
        """Suppress the message's recipient, now: once this returns, no mail leaves for them. Repeating is no error."""

    def contact_of(self, message: int) -> str | None:
        """The recipient's address as the page may show it (see `pages.mask`), or None."""
