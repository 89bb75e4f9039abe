"""A thousand generated mails are the bytes that they were when `tests/golden/sha256.txt` was written."""

from __future__ import annotations

from relance.engine.sending import compose
from tests.golden import bytes as golden


def test_every_golden_mail_is_the_bytes_it_was() -> None:
    mails = list(golden.written())
    known = golden.FILE.read_text().splitlines()
    changed = [
        f"mail {number}: {was} -> {now}"
        for number, (was, now) in enumerate(zip(known, map(golden.told, mails), strict=True))
        if was != now
    ]
    assert changed == [], "mails changed; where that is meant, run `python -m tests.golden.bytes`"
    assert sum(not isinstance(mail, compose.Unwritten) for mail in mails) > 950
