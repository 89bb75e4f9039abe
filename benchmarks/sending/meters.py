"""What processes cost, as the kernel counts it (Linux: /proc)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU."""

    user: float
    system: float

    @property
    def whole(self) -> float:
        return self.user + self.system

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.user + other.user, self.system + other.system)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.user - other.user, self.system - other.system)


NOTHING = Cost(0.0, 0.0)


def cost(pids: Iterable[int]) -> Cost:
    """What these processes, the children they have and the children they had used so far."""
    lines = _lines()
    return sum((_used(lines[pid]) for pid in _family(pids) if pid in lines), NOTHING)


def _family(pids: Iterable[int]) -> set[int]:
    """These processes and all below them."""
    wanted, lines = set(pids), _lines()
    while more := {pid for pid, line in lines.items() if int(line[1]) in wanted} - wanted:
        wanted |= more
    return wanted


def peak_memory(pid: int) -> int:
    """The most memory a process had in use so far, in bytes (its peak resident set)."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def memory(pid: int) -> tuple[int, int]:
    """What a process and those below it have in use now, in bytes: resident, and what they share with nobody."""
    found = {"Rss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for each in _family({pid}):
        for line in (PROC / str(each) / "smaps_rollup").read_text().splitlines()[1:]:
            name, _, value = line.partition(":")
            if name in found:
                found[name] += int(value.split()[0]) * 1024
    return found["Rss"], found["Private_Clean"] + found["Private_Dirty"]


def _lines() -> dict[int, list[str]]:
    """/proc/PID/stat of every process from the third field (the state) on: the second may hold blanks."""
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue  # gone since the folder was read
        found[int(path.parent.name)] = text.rpartition(")")[2].split()
    return found


def _used(line: list[str]) -> Cost:
    """Fields 14 to 17 of proc(5): user, system, and the same of children that have ended."""
    user, system, gone_user, gone_system = (int(field) / TICK for field in line[11:15])
    return Cost(user + gone_user, system + gone_system)
