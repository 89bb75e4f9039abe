"""Who made a hit: a human, a machine, or nobody can tell. Pure rules in one table, with a version.

Hits are kept raw and judged again when the rules improve. A click is called human only when it has settled: a scanner's
second link may still come. Nothing here ever stops a sequence; it only says what a count may count.
"""

from __future__ import annotations

import bisect
import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from relance.tracking import hits, machines, tokens
from relance.tracking.machines import Does

RULES_VERSION = 4


class HitKind(enum.StrEnum):
    """Who made a hit, as far as the evidence goes."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"
    OWN = "own"  # whoever sends the mails looked at one themselves


@dataclass(frozen=True)
class HitLimits:
    """The spans and counts the rules use. Where business time is scaled, spans have to grow with it."""

    soon: dt.timedelta = dt.timedelta(
        seconds=10
    )  # a scanner looks at delivery; people need longer to reach a mail
    burst: dt.timedelta = dt.timedelta(
        seconds=2
    )  # people do not follow two links of a mail within this; a page takes longer to look at
    # Many mails from one network within this: a gateway. Colleagues behind one line, and all who leave through one provider's,
    # are seen within minutes, not within seconds.
    crowd: dt.timedelta = dt.timedelta(seconds=5)
    crowd_size: int = 5
    settling: dt.timedelta = dt.timedelta(
        seconds=60
    )  # longer than the other spans, so that all evidence is in


@dataclass(frozen=True)
class HitContext:
    """What is known around a hit when it is judged."""

    now: dt.datetime
    accepted_at: dt.datetime | None = None  # when the receiving server accepted the mail
    links_nearby: int = 1  # different links of this mail followed within `burst` of the hit, its own included
    recipients_nearby: int = (
        1  # different recipients with hits from its network within `crowd`, its own included
    )
    own: bool = (
        False  # whether it came from the browser with which the mailbox's owner was at work in the console
    )


@dataclass(frozen=True)
class HitVerdict:
    """Who made the hit, the signs that speak for it (by name), and by which rules."""

    kind: HitKind
    reasons: tuple[str, ...]
    rules_version: int = RULES_VERSION


def judge(hit: hits.Hit, context: HitContext, limits: HitLimits = HitLimits()) -> HitVerdict:
    """Judge one hit by every sign in the table; a machine's sign outweighs a doubtful one, and who is known by name is no machine."""
    found = [(sign.name, sign.kind_for(hit)) for sign in SIGNS if sign.seen(hit, context, limits)]
    for kind in (HitKind.OWN, HitKind.MACHINE, HitKind.UNKNOWN):
        names = tuple(name for name, says in found if says is kind)
        if names:
            return HitVerdict(kind, names)
    return HitVerdict(HitKind.HUMAN, ())


def at_first_sight(hit: hits.Hit) -> HitKind:
    """What the hit says of itself alone, before anything is known around it."""
    return judge(hit, HitContext(hit.at + HitLimits().settling)).kind


class Nearby:
    """The clicks on one mail, each with its link, oldest first; tells how many links were followed around a moment."""

    def __init__(self, clicks: Sequence[tuple[dt.datetime, int]], burst: dt.timedelta) -> None:
        self._times = [at for at, _ in clicks]
        self._links = [link for _, link in clicks]
        self._burst = burst
        # From each click, the next one with another link: so many the same one asks for are passed over at once.
        self._next = [len(clicks)] * len(clicks)
        for place in range(len(clicks) - 2, -1, -1):
            same = self._links[place] == self._links[place + 1]
            self._next[place] = self._next[place + 1] if same else place + 1

    def links(self, at: dt.datetime) -> int:
        """Different links followed within the burst around a click: 1, or 2 for two and more."""
        first = bisect.bisect_left(self._times, at - self._burst)
        if first == len(self._times) or self._next[first] == len(self._times):
            return 1
        return 2 if self._times[self._next[first]] <= at + self._burst else 1


def settles_at(hit: hits.Hit, limits: HitLimits = HitLimits()) -> dt.datetime:
    """From when on judging this hit gives its lasting verdict."""
    return hit.at + limits.settling


@dataclass(frozen=True)
class Sign:
    """One question about a hit, and what a yes means for an open and for a click (None: nothing)."""

    name: str
    asks: Callable[[hits.Hit, HitContext, HitLimits], bool]
    for_open: HitKind | None
    for_click: HitKind | None

    def kind_for(self, hit: hits.Hit) -> HitKind | None:
        """What a yes means for this hit."""
        return self.for_open if hit.purpose is tokens.Purpose.OPEN else self.for_click

    def seen(self, hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
        """Whether the sign means anything for such a hit and is there."""
        return self.kind_for(hit) is not None and self.asks(hit, context, limits)


def _own(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del hit, limits
    return context.own


def _head(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return hit.method == "HEAD"


def _prefetch(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return hit.prefetch


def _scanner(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return Does.SCANNER in machines.does(hit.user_agent)


def _scanner_network(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return machines.of_a_filter(hit.network)


def _gmail_ahead(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return Does.AHEAD in machines.does(hit.user_agent)


def _apple_ahead(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return Does.PRIVACY in machines.does(hit.user_agent)


def _soon(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    # Before the acceptance counts too: the mail was on its way, and nobody has it yet.
    return context.accepted_at is not None and hit.at - context.accepted_at < limits.soon


def _burst(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del hit, limits
    return context.links_nearby >= 2


def _crowd(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    # A mail service's picture proxy loads for everybody from the same few networks.
    return context.recipients_nearby >= limits.crowd_size and Does.PROXY not in machines.does(hit.user_agent)


def _no_language(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return not hit.has_language and Does.PROXY not in machines.does(hit.user_agent)


def _no_agent(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    del context, limits
    return not hit.user_agent


def _settling(hit: hits.Hit, context: HitContext, limits: HitLimits) -> bool:
    return context.now < settles_at(hit, limits)


SIGNS: tuple[Sign, ...] = (
    Sign("own", _own, HitKind.OWN, HitKind.OWN),
    Sign("head", _head, HitKind.MACHINE, HitKind.MACHINE),
    Sign("prefetch", _prefetch, HitKind.MACHINE, HitKind.MACHINE),
    Sign("scanner", _scanner, HitKind.MACHINE, HitKind.MACHINE),
    # Office's own programs load pictures through the same network for a reader, so an open from there proves nothing.
    Sign("scanner network", _scanner_network, HitKind.UNKNOWN, HitKind.MACHINE),
    Sign("gmail ahead", _gmail_ahead, HitKind.MACHINE, None),
    Sign("apple ahead", _apple_ahead, HitKind.UNKNOWN, None),
    Sign("soon", _soon, HitKind.MACHINE, HitKind.MACHINE),
    Sign("burst", _burst, None, HitKind.MACHINE),
    Sign("crowd", _crowd, HitKind.MACHINE, HitKind.MACHINE),
    # Some mail programs load pictures without saying a language; browsers that follow a link always say one.
    Sign("no language", _no_language, HitKind.UNKNOWN, HitKind.MACHINE),
    Sign("no agent", _no_agent, HitKind.UNKNOWN, HitKind.MACHINE),
    Sign("settling", _settling, HitKind.UNKNOWN, HitKind.UNKNOWN),
)
