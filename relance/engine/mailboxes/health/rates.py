"""How many of a mailbox's mails came back, were put off, or were complained about, and when that is too many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from relance.engine.reasons import Code, Reason, because
from relance.wording import Text


@dataclass(frozen=True)
class RateCounts:
    """Of the mails that left in a span: how many there were, and what became of them."""

    sent: int = 0
    bounced: int = 0  # refused, or came back for good, and not for a reason that passes
    deferred: int = 0  # not taken at the first offer
    complained: int = 0
    answered: int = 0

    def __add__(self, other: RateCounts) -> RateCounts:
        return RateCounts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True)
class RateLimits:
    """The most that is borne, in percent of the mails sent; 0: whatever happens."""

    bounced: float = 8.0
    deferred: float = 50.0
    complained: float = 0.3
    days: int = 7  # the span
    least: int = 50  # mails in the span; of fewer a rate says nothing


_FEWEST = 2
# One complaint or bounce is no rate, however few mails there are.
_CODES = {
    "complained": Code.COMPLAINT_RATE,
    "bounced": Code.BOUNCE_RATE,
    "deferred": Code.DEFERRAL_RATE,
}


def too_many(counts: Iterable[tuple[str, RateCounts]], limits: RateLimits) -> Reason | None:
    """Why a mailbox has to pause: by all its mails, or by those to one receiving provider or domain; None where all is within limits."""
    by_receiver = list(counts)
    everything = sum((each for _, each in by_receiver), RateCounts())
    return next(
        (why for where, each in [("", everything), *by_receiver] for why in _over(where, each, limits)), None
    )


def _over(where: str, counts: RateCounts, limits: RateLimits) -> Iterator[Reason]:
    if counts.sent < limits.least:
        return
    for name, code in _CODES.items():
        count, limit = getattr(counts, name), getattr(limits, name)
        if limit and count >= _FEWEST and count * 100 > limit * counts.sent:
            whom = where or Text("all recipients")
            yield because(code, count=count, sent=counts.sent, days=limits.days, limit=limit, whom=whom)
