"""`python -m tests.simulation`: play seeds, or tell the story of one."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests import reworded
from tests.simulation import mutants, profile, story
from tests.simulation.story import Played

SHOWN = 3
# Breaches told of one seed: the first ones say most.
PROGRESS = 500
# Seeds between two lines about how far it is.


def main() -> int:
    """Exit 1 when any seed broke a promise."""
    reworded.as_wanted()
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--trace", action="store_true", help="tell the story")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mutants", nargs="*", help="how many seeds it takes to catch these mutants (all)")
    asked = parser.parse_args()
    if asked.mutants is not None:
        return _mutants(asked.mutants or list(mutants.MUTANTS), range(asked.first, asked.first + asked.seeds))
    if asked.seed is not None:
        return _one(asked.seed, trace=asked.trace)
    return _many(range(asked.first, asked.first + asked.seeds), asked.processes)


def _one(seed: int, *, trace: bool) -> int:
    played = story.play(seed)
    if trace:
        print("\n".join(played.lines))
    print(f"seed {seed}: {played.digest}, {played.taken} mails taken, {played.steps} steps")
    for each in played.breaches[:SHOWN]:
        print(f"  BROKEN: {each}")
    return 1 if played.breaches else 0


def _mutants(names: Sequence[str], seeds: Sequence[int]) -> int:
    survivors = 0
    for name in names:
        worth = (seed for seed in seeds if mutants.could_be_caught(name, profile.draw(seed)))
        broken = next((played for seed in worth if (played := _mutated(name, seed)).breaches), None)
        survivors += broken is None
        told = f"caught by seed {broken.seed}: {broken.breaches[0]}" if broken else "NOT CAUGHT"
        print(f"{name}: {told}", flush=True)
    return 1 if survivors else 0


def _mutated(name: str, seed: int) -> Played:
    with mutants.MUTANTS[name]():
        return story.play(seed)


def _many(seeds: Iterable[int], processes: int) -> int:
    began = time.monotonic()
    total = Figures()
    for played in _results(seeds, processes):
        total.add(played)
        if total.seeds % PROGRESS == 0:
            print(f"{total.seeds} seeds played, {total.broken} broken", file=sys.stderr, flush=True)
        for each in played.breaches[:SHOWN]:
            print(f"seed {played.seed} BROKEN: {each}")
        if played.breaches:
            print(f"  replay: python -m tests.simulation --seed {played.seed} --trace")
    print("\n".join(total.lines(time.monotonic() - began)))
    return 1 if total.broken else 0


def _results(seeds: Iterable[int], processes: int) -> Iterator[Played]:
    if processes <= 1:
        yield from map(story.play_briefly, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(story.play_briefly, seeds, chunksize=8)


class Figures:
    """The closing lines."""

    def __init__(self) -> None:
        self.seeds = self.broken = 0
        self.kinds = Counter[str]()
        self.sums = dict.fromkeys(("taken", "crashes", "freezes", "faults", "steps", "unknown"), 0)

    def add(self, played: Played) -> None:
        self.seeds += 1
        self.broken += bool(played.breaches)
        for name in self.sums:
            self.sums[name] += getattr(played, name)
        self.kinds.update(played.kinds)

    def lines(self, seconds: float) -> tuple[str, str]:
        """The figures, and the faults by kind."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        counts = ", ".join(f"{name} {value}" for name, value in self.sums.items())
        figures = f"simulation: seeds {self.seeds}, broken {self.broken}, {counts}, seconds {seconds:.1f}"
        return f"faults: {kinds}", figures


if __name__ == "__main__":
    sys.exit(main())
