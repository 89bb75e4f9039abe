"""The two moments SMTP leaves open, measured: no protocol closes them, so that their length is worth knowing.

*Unseen*: between the last time it was asked whether a mail may go and its body's first byte, a new no is not heard.
*Unrecorded*: between a body's first byte and the commit that says how it ended, only the server and the journal know.
"""

from __future__ import annotations

from relance import clock


class Residue:
    """The spans of one turn's mails, in seconds of machine time."""

    def __init__(self) -> None:
        self.unseen: list[float] = []
        self.unrecorded: list[float] = []
        self._asked = 0.0
        self._bodies: list[float] = []

    def asked(self) -> None:
        """It was just asked whether the next mail may go."""
        self._asked = clock.elapsed()

    def begins(self) -> None:
        """A body's first byte is about to leave."""
        now = clock.elapsed()
        self.unseen.append(now - self._asked)
        self._bodies.append(now)

    def recorded(self) -> None:
        """The ends of all bodies so far are committed."""
        now = clock.elapsed()
        self.unrecorded += [now - begun for begun in self._bodies]
        self._bodies.clear()
