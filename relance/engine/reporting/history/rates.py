"""A share as it can honestly be told: with the number it rests on and its interval, and not at all of a few. Pure.

Wilson's score interval at 95 % (Wilson 1927; Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion, 2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FEWEST = 100
# Of fewer a percentage says nothing.
_QUANTILE = 1.959964  # of the normal distribution: 97.5 %


@dataclass(frozen=True)
class Rate:
    """So many of so many. `share`, `low` and `high` are from 0 to 1; None where there are too few to say."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The part, where it can be told. (Answers may be to mails of before: more than all is not a share.)"""
        return self.count / self.of if self.of >= FEWEST and self.count <= self.of else None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return None if self.share is None else max(0.0, self._middle() - self._half())

    @property
    def high(self) -> float | None:
        """The upper end."""
        return None if self.share is None else min(1.0, self._middle() + self._half())

    def _middle(self) -> float:
        spread = _QUANTILE**2 / self.of
        return (self.count / self.of + spread / 2) / (1 + spread)

    def _half(self) -> float:
        share, spread = self.count / self.of, _QUANTILE**2 / self.of
        return _QUANTILE / (1 + spread) * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of))
