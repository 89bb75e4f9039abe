"""Which mailbox writes to whom: who wrote before goes on, one mailbox a company, the rest by their shares among those that have
room today. Pure and deterministic."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd

LOOKBACK = 20
# People, in whole rounds: what companies and earlier threads put out of balance is made up for among so many, about a day's; and
# a mailbox that joins is not given at once all that it missed.


@dataclass
class MailboxShares:
    """How new contacts are shared out among mailboxes; keeps count over several batches."""

    shares: Mapping[
        int, int
    ]  # in the order in which equals are served; 0: only people it has written to before
    companies: dict[str, int] = field(default_factory=dict)
    room: dict[int, int] = field(
        default_factory=dict
    )  # how many more each can take today; not there: any number

    def __post_init__(self) -> None:
        common = gcd(*self.shares.values()) or 1
        self.taking = {mailbox: share // common for mailbox, share in self.shares.items() if share}
        self.whole = sum(self.taking.values())
        self.lookback = self.whole * max(1, LOOKBACK // self.whole) - 1
        self.latest: deque[int] = deque()
        self.load: Counter[int] = Counter()

    def gave(self, mailboxes: Iterable[int]) -> None:
        """To whom the latest people were given before this run, the last first: it goes on there, however few come at a time."""
        for mailbox in reversed(list(mailboxes)):
            self._count(mailbox)

    def knows(self, companies: Mapping[str, int]) -> None:
        """Mailboxes that wrote to these organisations before; what was decided in this run stands."""
        for organisation, mailbox in companies.items():
            self.companies.setdefault(organisation, mailbox)

    def pick(self, organisation: str, wrote: Sequence[int]) -> int:
        """The mailbox for one person: `wrote` are those that wrote to them before, the last first. Counts it."""
        chosen = self._before(wrote) or self._company(organisation) or self._next()
        if organisation:
            self.companies.setdefault(organisation, chosen)
        self._count(chosen)
        if self.room.get(chosen):
            self.room[chosen] -= 1
        return chosen

    def _count(self, mailbox: int) -> None:
        if mailbox not in self.taking:
            return
        self.latest.append(mailbox)
        self.load[mailbox] += 1
        if len(self.latest) > self.lookback:
            self.load[self.latest.popleft()] -= 1

    def _before(self, wrote: Sequence[int]) -> int | None:
        return next((mailbox for mailbox in wrote if mailbox in self.shares), None)

    def _company(self, organisation: str) -> int | None:
        found = self.companies.get(organisation)
        return found if self.shares.get(found or 0) else None

    def _next(self) -> int:
        """Of those with less than their share of the latest people, the one whose share is up soonest (Balinski and Young's quota
        method): no mailbox is ever a whole person away from its share of the strangers, and each whole round is like the one before. One that is
        full today gets nobody while another is not; when all are, the shares alone count."""
        people = len(self.latest) + 1
        able = [each for each in self.taking if self.room.get(each) != 0] or list(self.taking)
        behind = [each for each in able if self.load[each] * self.whole < people * self.taking[each]]
        return min(behind or able, key=lambda each: (self.load[each] + 1) / self.taking[each])
