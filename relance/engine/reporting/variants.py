"""Whether one variant of a mail does better than another: said only where there is enough to say it. Pure.

Two proportions, two-sided at 5 %, found with 80 % power (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed., 4.1).
Nothing is said before each side has as many mails as that asks for, so that looking every day does not find what is not there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from relance.engine.reporting.sequence_report import VariantReport
from relance.wording import Text
from relance.wording.dates import decimal

FEWEST = 100  # mails a side, below which a rate says nothing
_ALPHA, _POWER = 1.959964, 0.841621  # quantiles of the normal distribution: 97.5 %, 80 %


@dataclass(frozen=True)
class VariantVerdict:
    """`best` is the variant that gets more answers, where that is settled; `words` say it, or what is still missing."""

    best: str | None
    words: Text


def verdict(found: Sequence[VariantReport]) -> VariantVerdict | None:
    """By the people who answered, of the two sides that were sent most; None where there are not two."""
    if len(found) < 2:
        return None
    one, other = sorted(found, key=lambda each: -each.sent)[:2]
    if min(one.sent, other.sent) < FEWEST:
        return VariantVerdict(
            None, Text("Not enough data: fewer than {fewest} mails with one of them.", fewest=FEWEST)
        )
    rates = one.replied / one.sent, other.replied / other.sent
    better, worse = (one, other) if rates[0] >= rates[1] else (other, one)
    told = {"better": _percent(max(rates)), "worse": _percent(min(rates))}
    needed = mails_needed(*rates)
    if needed is None:
        return VariantVerdict(
            None, Text("No difference so far: {better}% answer either one.", better=told["better"])
        )
    if min(one.sent, other.sent) < needed:
        return VariantVerdict(
            None,
            Text(
                "Not enough data: it takes about {needed} mails per variant to tell {better}% from {worse}%.",
                needed=_rounded(needed),
                **told,
            ),
        )
    return VariantVerdict(
        better.id,
        Text(
            "{best} gets more answers: {better}% against {worse}% for {other}.",
            best=better.id,
            other=worse.id,
            **told,
        ),
    )


def mails_needed(one: float, other: float) -> int | None:
    """How many mails each side needs to tell two rates (0 to 1) apart; None where they are the same."""
    if one == other:
        return None
    mean = (one + other) / 2
    spread = _ALPHA * math.sqrt(2 * mean * (1 - mean))
    spread += _POWER * math.sqrt(one * (1 - one) + other * (1 - other))
    return math.ceil((spread / (one - other)) ** 2)


def _percent(rate: float) -> str:
    return decimal(round(100 * rate, 1))


def _rounded(number: int) -> int:
    """To two figures, upwards: more would look exact."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return int(-(-number // unit) * unit)
