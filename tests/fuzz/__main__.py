"""`python -m tests.fuzz`: mutated mails through reading and judging, steered by coverage, until the time is up.

Exit code 0: nothing found. 1: a mail made something raise, hang or grow; it lies in the folder of findings. 2: atheris,
which does the steering, is not installed here.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import reworded

CORPUS = Path(__file__).parent.parent / "corpus"
# What a mail is steered by, so that mutations hit on it: names, boundaries and values that a rule asks for.
WORDS = (
    "\\r\\n\\r\\n", "--", "boundary=", "Content-Type: ", "multipart/report", "message/rfc822", "message/delivery-status",
    "message/feedback-report", "text/html", "text/calendar", "charset=utf-16", "=?utf-8?b?", "?=", "METHOD:REPLY",
    "Content-Transfer-Encoding: base64", "quoted-printable", "Auto-Submitted: auto-replied", "Return-Path: <>", "Status: 5.1.1",
    "Final-Recipient: rfc822;", "Action: failed", "Feedback-Type: abuse", "References: <", "until 14 August", "<blockquote>",
)  # fmt: skip


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    asks = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asks.add_argument("--seconds", type=int, default=60, help="when to stop (default: 60)")
    asks.add_argument("--memory", type=int, default=1024, help="most resident memory, in MiB (default: 1024)")
    asks.add_argument("--one", type=int, default=10, help="most seconds for one mail (default: 10)")
    asks.add_argument(
        "--findings", type=Path, default=Path("fuzz-findings"), help="where a finding is written"
    )
    asks.add_argument("--again", type=Path, help="play one finding again, without mutations")
    return asks.parse_args()


def main() -> int:
    """Run as the command line says. The work is a process of its own, since libFuzzer ends the one it runs in."""
    reworded.as_wanted()
    wanted = arguments()
    if wanted.again:
        return _again(wanted.again)
    if importlib.util.find_spec("atheris") is None:
        print(
            "atheris is not installed here (it has wheels for Linux on x86_64 only); `make test` fuzzes with Hypothesis."
        )
        return 2
    wanted.findings.mkdir(parents=True, exist_ok=True)
    before = set(wanted.findings.iterdir())
    with tempfile.TemporaryDirectory(prefix="relance-fuzz-") as scratch:
        code = subprocess.run(_command(wanted, Path(scratch)), check=False).returncode
    found = sorted(set(wanted.findings.iterdir()) - before)
    for path in found:
        print(f"finding: {path} (python -m tests.fuzz --again {path})")
    if not found and code == 0:
        print("nothing found")
        return 0
    return 1


def _command(wanted: argparse.Namespace, scratch: Path) -> list[str]:
    words = scratch / "words"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in WORDS), "utf-8")
    grown = scratch / "grown"
    grown.mkdir()
    seeds = sorted({path.parent for path in CORPUS.glob("*/*.eml")})
    return [
        sys.executable, "-m", "tests.fuzz.driven",
        f"-max_total_time={wanted.seconds}", f"-rss_limit_mb={wanted.memory}", f"-timeout={wanted.one}",
        f"-artifact_prefix={wanted.findings}/", f"-dict={words}", "-max_len=65536", "-len_control=0",
        "-print_final_stats=1", str(grown), *map(str, seeds),
    ]  # fmt: skip


def _quoted(word: str) -> str:
    """As libFuzzer's dictionaries spell it."""
    return word.replace('"', '\\"').replace("\\r\\n", "\\x0d\\x0a")


def _again(path: Path) -> int:
    from tests.fuzz import inbound

    inbound.one_mail(path.read_bytes())
    print("nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
