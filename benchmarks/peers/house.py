"""Where the peers live: a virtual environment of their own in `benchmarks/.peers`, made at the first run, pinned by hash."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from benchmarks.sending.ground import Ground

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".peers"
PINNED = HERE / "requirements.txt"
INSTALL_SECONDS, RUN_SECONDS = 300.0, 300.0


class NoPeer(Exception):
    """A peer cannot be had here; says why."""


@dataclass(frozen=True)
class Peer:
    """What a peer reached."""

    rate: float
    processes: int
    renders: str  # before, sending
    cpu: float  # its own seconds a mail


def python() -> Path:
    """The peers' Python, with everything they need. Raises `NoPeer` where that cannot be had."""
    found, done = FOLDER / "bin" / "python", FOLDER / "installed.txt"
    if done.is_file() and done.read_text() == PINNED.read_text():
        return found
    print("installing the peers into benchmarks/.peers ...", file=sys.stderr)
    try:
        venv.create(FOLDER, with_pip=True, clear=True)
        subprocess.run(
            [
                found,
                "-m",
                "pip",
                "-q",
                "--disable-pip-version-check",
                "install",
                "--require-hashes",
                "-r",
                PINNED,
            ],
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as failed:
        words = (getattr(failed, "stderr", b"") or b"").decode(errors="replace").strip().splitlines()
        raise NoPeer(words[-1] if words else str(failed)) from failed
    done.write_text(PINNED.read_text())
    return found


RENDERS = ("sending", "before")


def django_post_office(place: Ground, mails: int, size: int) -> list[Peer]:
    """With one process and with two, rendering as it sends and before, one after the other, each from an empty queue."""
    program, url = python(), make_url(place.database_url).set(drivername="postgresql")
    words = [str(program), str(HERE / "django_post_office.py"), url.render_as_string(False)]
    return [_run(words, place, [mails, size, many], renders) for renders in RENDERS for many in (1, 2)]


def _run(words: list[str], place: Ground, given: list[int], renders: str) -> Peer:
    taken, (mails, _, many) = place.sink.taken(), given
    asked = [*words, str(place.sink.port), *map(str, given), renders]
    try:
        said = subprocess.run(asked, check=True, capture_output=True, timeout=RUN_SECONDS)
    except subprocess.SubprocessError as failed:
        raise NoPeer(f"it did not end well: {failed}") from failed
    told = json.loads(said.stdout)
    if told["sent"] != mails or place.sink.taken() - taken != mails:
        raise NoPeer(f"it sent {told['sent']} of {mails} mails, and {place.sink.taken() - taken} arrived")
    return Peer(mails / told["seconds"], many, renders, told["cpu"] / mails)
