"""Every bar in one run, with the peers beside us: `python -m benchmarks.all`, or `make bench`.

Each part can be had alone: `python -m benchmarks.send`, `.hits`, `.paced`, `.claims`, `.looks`, `.console`, `.footprint`; `--parts hits looks`
leaves the rest out. A part that this machine lacks something
for (a peer without network, Postfix, PostgreSQL) is named and left out.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys

from benchmarks import bars
from benchmarks.bars import Figures
from benchmarks.peers import house
from benchmarks.sending import ground

PART_SECONDS = 900.0
PARTS = ("send", "hits", "paced", "claims", "looks", "console", "footprint")


def main() -> int:
    options = _options()
    print(
        f"Python {platform.python_version()}, {options.mails} mails, {options.hits} hits: ratios of one run",
        flush=True,
    )
    peer = _peer(options) if "send" in options.parts else {}
    told = {
        name: _part(name, words) if words[0] in options.parts else {}
        for name, words in _parts(options).items()
    }
    found = list(bars.bars(told, peer, options.hits))
    head = f"{'what':46}{'measured':>10}   bar"
    print("\n".join(["", head, *map(str, found)]))
    print(
        f"{sum(each.met is True for each in found)} met, {sum(each.met is False for each in found)} not met"
    )
    return 0 if all(told[name] for name, words in _parts(options).items() if words[0] in options.parts) else 1


def _parts(options: argparse.Namespace) -> dict[str, list[str]]:
    send = ["send", "--mails", str(options.mails), "--mailboxes", str(options.mailboxes)]
    hits = ["hits", "--hits", str(options.hits)]
    return {
        "two workers": [*send, "--workers", "2"],
        "one worker": [*send, "--workers", "1"],
        "SQLite": [*send, "--workers", "2", "--database", "sqlite"],
        "hits": hits,
        "hits on SQLite": [*hits, "--database", "sqlite"],
        "paced": ["paced"],
        "claims": ["claims", "--large", str(options.people)],
        "looks": ["looks", "--people", str(options.people)],
        "looks on SQLite": ["looks", "--people", str(options.people), "--database", "sqlite"],
        "console": ["console", "--people", str(options.people)],
        "console on SQLite": ["console", "--people", str(options.people), "--database", "sqlite"],
        "footprint": ["footprint"],
        "footprint on SQLite": ["footprint", "--database", "sqlite"],
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
        print(f"{name}: a bar is not met, or WRONG; run it alone: {' '.join(command[1:-1])}", file=sys.stderr)
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.all", description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--mailboxes", type=int, default=200)
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=300_000, help="in a large installation")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument("--size", type=int, default=4600, help="bytes of a peer's mail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
