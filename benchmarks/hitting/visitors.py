"""Visitors: `python -m benchmarks.hitting.visitors PORT FILE ...` asks for every path in FILE and prints how it was answered.

A process of its own, and quicker than any server in Python: plain sockets and one poll, a connection a request (as our
server wants it), no library. Without `--rate` so many are always under way; with it requests begin when they are due,
and a late one is measured from when it was due, so that a server that stands still is not flattered.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HEADERS = (
    "Host: go.sales.example\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5\r\n"
    "Accept-Language: pl,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Referer: https://webmail.example/\r\n\r\n"
)
LONGEST_SECONDS = 300.0
IP_BIND_ADDRESS_NO_PORT = 24  # ip(7); the module names it from 3.12 on
HOSTS = [
    f"127.0.0.{number}" for number in range(1, 9)
]  # where visitors come from: each has its own range of ports


@dataclass
class Tally:
    """What came of it: seconds from asking (or from when it was due) to the first byte, by request."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def add(self, said: bytes, seconds: float) -> None:
        self.statuses[said[9:12].decode("ascii", "replace") or "nothing"] += 1
        self.waits.append(seconds)


@dataclass
class Visit:
    """One request under way."""

    line: socket.socket
    due: float
    said: bytes = b""
    seconds: float = 0.0


class Crowd:
    """All requests under way."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.port = port
        self.requests = requests
        self.poll = select.epoll()
        self.inside: dict[int, Visit] = {}
        self.tally = Tally()
        self.more = True
        self._count = 0

    def begin(self, due: float) -> None:
        """One more request, if there is one."""
        request = next(self.requests, None)
        if request is None:
            self.more = False
            return
        self._count += 1
        try:
            line = socket.socket()
            line.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            line.bind((HOSTS[self._count % len(HOSTS)], 0))
            line.connect((HOSTS[0], self.port))
            line.sendall(request)
        except OSError:
            self.tally.add(b"", time.perf_counter() - due)
            return
        self.inside[line.fileno()] = Visit(line, due)
        self.poll.register(line, select.EPOLLIN)

    def take(self, seconds: float) -> None:
        """What has been answered by now, or in so many seconds."""
        for number, _ in self.poll.poll(seconds):
            self._read(self.inside[number])

    def _read(self, visit: Visit) -> None:
        try:
            piece = visit.line.recv(65536)
        except OSError:
            piece = b""
        if not visit.said:
            visit.seconds = time.perf_counter() - visit.due
        visit.said += piece
        if not piece or _whole(visit.said):
            self.tally.add(visit.said, visit.seconds)
            del self.inside[visit.line.fileno()]
            visit.line.close()


def _whole(said: bytes) -> bool:
    """Whether a response is here to its last byte: like a browser, a visitor leaves then."""
    head, end, body = said.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return bool(end) and length.isdigit() and len(body) >= int(length)


def crowd(visit: Crowd, many: int) -> None:
    """So many at once until all have been answered."""
    while visit.more or visit.inside:
        while visit.more and len(visit.inside) < many:
            visit.begin(time.perf_counter())
        visit.take(1.0)


def stream(visit: Crowd, rate: float) -> None:
    """So many a second, whatever becomes of them."""
    start, number = time.perf_counter(), 0
    while visit.more or visit.inside:
        while visit.more and (due := start + number / rate) <= time.perf_counter():
            visit.begin(due)
            number += 1
        wait = start + number / rate - time.perf_counter() if visit.more else 1.0
        visit.take(max(0.0, min(wait, 1.0)))


def _told(tally: Tally, seconds: float) -> str:
    waits = sorted(tally.waits)

    def share(part: float) -> float:
        return waits[min(len(waits) - 1, int(part * len(waits)))]

    figures = {
        "count": len(waits),
        "seconds": seconds,
        "p50": share(0.5),
        "p99": share(0.99),
        "most": waits[-1],
    }
    return json.dumps(figures | {"statuses": tally.statuses})


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hitting.visitors")
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path, help="a path a line")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rate", type=float)
    options = parser.parse_args(words)
    paths = options.file.read_text().split()
    requests = iter([f"GET {path} HTTP/1.1\r\n{HEADERS}".encode() for path in paths])
    visit, began = Crowd(options.port, requests), time.perf_counter()
    if options.rate:
        stream(visit, options.rate)
    else:
        crowd(visit, options.connections)
    print(_told(visit.tally, time.perf_counter() - began))


if __name__ == "__main__":
    main()
