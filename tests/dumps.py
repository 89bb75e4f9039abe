"""What an operator's own dump of a database holds, and whether a secret can be read in it: PostgreSQL's `pg_dump`, SQLite's `.dump`."""

from __future__ import annotations

import base64
import contextlib
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import finder

SYSTEM, PROGRAMS = "/usr/lib/postgresql", "*/bin/pg_dump"


def of(url: str) -> str:
    """All of it, as the program writes it: text as it is, bytes in hexadecimal digits."""
    return _by_sqlite(urlsplit(url).path[1:]) if url.startswith("sqlite") else _by_pg_dump(url)


def _by_sqlite(path: str) -> str:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as conn:
        return "\n".join(conn.iterdump())


def _by_pg_dump(url: str) -> str:
    program = next(_programs(), None)
    if program is None:
        finder.not_run("PostgreSQL: no pg_dump on this machine")
    plain = url.replace("postgresql+psycopg:", "postgresql:", 1)
    words = [str(program), "--no-password", "--no-owner", plain]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if "version mismatch" in done.stderr:
        finder.not_run("PostgreSQL: pg_dump is older than the server")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _programs() -> Iterator[Path]:
    yield from finder.newest_first(SYSTEM, PROGRAMS)
    yield from filter(None, [finder.binary("pg_dump")])


def told(dump: str, secrets: Iterable[str]) -> list[str]:
    """The beginnings of those secrets that can be read in it: as they are, in hexadecimal digits or in Base64."""
    lower = dump.lower()
    return [each[:6] for each in secrets if any(form in dump or form in lower for form in _forms(each))]


def _forms(secret: str) -> Iterator[str]:
    assert len(secret) > 8, "too short to be told from chance"
    raw = secret.encode()
    yield from (secret, raw.hex())
    # In Base64 what stands before it shifts its letters; the ends are left out, as they mix with what is beside.
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw).decode()[4:-4]
