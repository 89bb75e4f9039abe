"""Which mailbox writes to whom: who wrote before goes on, one mailbox a company, the rest evenly. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class MailboxShares:
    """How new contacts are shared out among mailboxes; keeps count over several batches."""

    mailboxes: Sequence[int]  # in the order in which equals are served
    load: dict[int, int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)

    def knows(self, companies: Mapping[str, int]) -> None:
        """Mailboxes that wrote to these organisations before; what was decided in this run stands."""
        for organisation, mailbox in companies.items():
            self.companies.setdefault(organisation, mailbox)

    def pick(self, organisation: str, wrote: Sequence[int]) -> int:
        """The mailbox for one person: `wrote` are those that wrote to them before, the last first. Counts it."""
        chosen = self._before(wrote) or self._company(organisation) or self._least()
        if organisation:
            self.companies.setdefault(organisation, chosen)
        self.load[chosen] = self.load.get(chosen, 0) + 1
        return chosen

    def _before(self, wrote: Sequence[int]) -> int | None:
        return next((mailbox for mailbox in wrote if mailbox in self.mailboxes), None)

    def _company(self, organisation: str) -> int | None:
        found = self.companies.get(organisation)
        return found if found in self.mailboxes else None

    def _least(self) -> int:
        return min(self.mailboxes, key=lambda mailbox: self.load.get(mailbox, 0))
