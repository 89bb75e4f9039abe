"""What the lines of journals say about mails and turns, put together. Pure, but for which run of the host it is."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from relance.engine.journal.lines import JournalLine, LineKind
from relance.mailbox.smtp.outcome import Outcome, SendResult

NEVER = SendResult(Outcome.NOT_SENT, "data", text="the worker stopped before the mail's body")


@dataclass(frozen=True)
class Entry:
    """What the journals say about one attempt."""

    began: bool = False
    end: SendResult | None = None  # how it ended for certain


Attempts = Mapping[int | None, Entry]
# By fence; None: in a line of an earlier release, which did not say it.


@dataclass(frozen=True)
class Findings:
    """What the journals in a folder say about some messages, and of which turns they tell everything."""

    entries: Mapping[int, Attempts]
    whole: frozenset[tuple[int, int]]  # (mailbox id, fence): no body began there that is not written here

    def of(self, message: int, fence: int) -> Entry:
        """What is known of one attempt at a message; an acceptance is known of all of them."""
        attempts = self.entries.get(message, {})
        taken = (each for each in attempts.values() if each.end and each.end.outcome is Outcome.ACCEPTED)
        return next(taken, None) or attempts.get(fence) or attempts.get(None) or Entry()

    def end(self, message: int, mailbox_id: int, fence: int) -> SendResult | None:
        """How the attempt of that turn ended for certain; None: nothing here can tell."""
        known = self.of(message, fence)
        if known.end is None and not known.began and (mailbox_id, fence) in self.whole:
            return NEVER
        return known.end


@dataclass(frozen=True)
class Memory:
    """Every mail that a server took, and the highest fence of each mailbox."""

    accepted: Mapping[int, SendResult]
    fences: Mapping[int, int]

    def __bool__(self) -> bool:
        return bool(self.accepted or self.fences)


def note(line: JournalLine, wanted: set[int], found: dict[int, dict[int | None, Entry]]) -> None:
    """Put what a line says to the rest, if it is about a wanted message."""
    if line.kind in (LineKind.BEGUN, LineKind.ENDED) and line.number in wanted:
        found.setdefault(line.number, {})[line.fence] = Entry(True, line.end)


def told(lines: Iterable[JournalLine], *, dead: bool) -> set[tuple[int, int]]:
    """The turns of which these lines tell everything: they are over, or their process is, and the host's memory is not."""
    begun: dict[
        tuple[int, int], str
    ] = {}  # without its beginning an end proves nothing: more of it may be gone
    over = set()
    for line in lines:
        if line.kind is LineKind.TURN and line.fence is not None:
            begun[line.number, line.fence] = line.boot
        elif line.kind is LineKind.OVER and line.fence is not None:
            over.add((line.number, line.fence))
    return {turn for turn, boot in begun.items() if turn in over or (dead and boot == boot_id())}


def merge(here: Mapping[int, Attempts], found: dict[int, dict[int | None, Entry]]) -> None:
    """What one process says, to what others say."""
    for number, attempts in here.items():
        known = found.setdefault(number, {})
        for fence, entry in attempts.items():
            known[fence] = max(known.get(fence, entry), entry, key=_weight)


def _weight(entry: Entry) -> int:
    """An acceptance stands. A body that began and has no end in its own journal leaves doubt, whatever another one knows
    of the same fence: a restored database counts its fences again."""
    if entry.end is None:
        return 1
    return 2 if entry.end.outcome is Outcome.ACCEPTED else 0


def speaks_of(
    line: JournalLine, open_mails: Collection[int], open_turns: Collection[tuple[int, int]]
) -> bool:
    """Whether a line is about one of these mails or turns."""
    if line.kind in (LineKind.TURN, LineKind.OVER):
        return (line.number, line.fence) in open_turns
    return line.number in open_mails


@functools.cache
def boot_id() -> str:
    """Which run of this host it is: lines of an earlier one may have been lost with its memory."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
