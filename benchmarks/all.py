"""Every bar in one run, with the peers beside us: `python -m benchmarks.all`, or `make bench`.

The parts can be had alone: `python -m benchmarks.send`, `python -m benchmarks.hits`. A part that this machine lacks something
for (a peer without network, Postfix, PostgreSQL) is named and left out.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.peers import house
from benchmarks.sending import ground

PART_SECONDS = 900.0
Figures = Mapping[str, Any]


def main() -> int:
    options = _options()
    print(
        f"Python {platform.python_version()}, {options.mails} mails, {options.hits} hits: ratios of one run",
        flush=True,
    )
    peer = _peer(options)
    told = {name: _part(name, words) for name, words in _parts(options).items()}
    print("\n".join(["", "what                                          ratio     bar", *_lines(told, peer)]))
    return 0 if all(told.values()) else 1


def _parts(options: argparse.Namespace) -> dict[str, list[str]]:
    send = ["send", "--mails", str(options.mails), "--mailboxes", str(options.mailboxes)]
    hits = ["hits", "--hits", str(options.hits)]
    return {
        "two workers": [*send, "--workers", "2"],
        "one worker": [*send, "--workers", "1"],
        "SQLite": [*send, "--workers", "2", "--database", "sqlite"],
        "hits": hits,
        "hits on SQLite": [*hits, "--database", "sqlite"],
    }


def _part(name: str, words: list[str]) -> Figures:
    """What a part measured; nothing where it could not or went wrong."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"benchmarks.{words[0]}", *words[1:], "--json"]
    try:
        said = subprocess.run(command, capture_output=True, timeout=PART_SECONDS)
        found: Figures = json.loads(said.stdout)
    except (subprocess.SubprocessError, ValueError):
        print(f"{name}: not measured", file=sys.stderr)
        return {}
    if said.returncode:
        print(f"{name}: WRONG; run it alone: {' '.join(command[1:-1])}", file=sys.stderr)
    return found


def _peer(options: argparse.Namespace) -> dict[str, float]:
    """Mails a second of django-post-office on the same kind of PostgreSQL, the better of one and two processes, by when it
    renders; nothing where it cannot be had."""
    lacking = ground.missing("postgresql")
    try:
        if lacking:
            raise house.NoPeer("; ".join(lacking))
        with ground.laid("postgresql") as place:
            found = house.django_post_office(place, options.mails, options.size)
    except house.NoPeer as why:
        print(f"django-post-office is left out: {why}", file=sys.stderr)
        return {}
    best: dict[str, float] = {}
    for each in found:
        what = f"{each.processes} processes, rendered {each.renders}"
        print(
            f"django-post-office, {what}: {each.rate:.0f} mails a second, {each.cpu * 1e6:.0f} us of CPU without its database",
            flush=True,
        )
        best[each.renders] = max(each.rate, best.get(each.renders, 0.0))
    return best


def _lines(told: Mapping[str, Figures], peer: Mapping[str, float]) -> list[str]:
    two, one, sqlite = (told[name] for name in ("two workers", "one worker", "SQLite"))

    def rate(of: Figures) -> float | None:
        return of.get("mails_per_second")

    lines = [
        _ratio("mails, of smtp-source", two.get("ratio"), "7%", percent=True),
        _ratio("mails, of django-post-office that renders", _by(rate(two), peer.get("sending")), "2.5"),
        _ratio("  of one whose queue is rendered before", _by(rate(two), peer.get("before")), "2.5"),
        _ratio("mails on SQLite, of the one that renders", _by(rate(sqlite), peer.get("sending")), "1.5"),
        _ratio("  of the one rendered before", _by(rate(sqlite), peer.get("before")), "1.5"),
        _ratio("two workers, of one", _by(rate(two), rate(one)), "1.6"),
    ]
    for name in ("hits", "hits on SQLite"):
        half = told[name].get("runs", {}).get("at half the rate", {}).get("p99")
        lines.append(_ratio(f"{name}, of a constant", told[name].get("ratio"), "60%", percent=True))
        lines.append(
            _ratio(f"{name}, of a constant by CPU", told[name].get("ratio_by_cpu"), "", percent=True)
        )
        lines.append(
            f"{name + ', p99 at half rate':42}" + (f"{1000 * half:6.1f} ms   25 ms" if half else "     -")
        )
    if two:
        lines.append(f"{'peak memory of a worker':42}{max(two['memory']) / 2**20:6.0f} MB   80 MB")
    return lines


def _by(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours and theirs else None


def _ratio(name: str, found: float | None, bar: str, *, percent: bool = False) -> str:
    if found is None:
        return f"{name:42}     -      {bar}"
    return f"{name:42}{f'{found:6.1%}' if percent else f'{found:6.2f}'}      {bar}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.all", description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--mailboxes", type=int, default=200)
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--size", type=int, default=4600, help="bytes of a peer's mail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
