"""The bytes of the golden mails: `python -m tests.golden.bytes` writes what is compared with from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from relance.engine.db import ids
from relance.engine.sending import compose
from relance.engine.store.sending.messages import Message
from tests.golden import mails

FILE = Path(__file__).with_name("sha256.txt")


def written() -> Iterator[Message | compose.Unwritten]:
    """Every golden mail as `draft` writes it now."""
    for number, house, mailbox, case, now in mails.cases():
        with mock.patch.object(ids, "message", return_value=10**12 + number):
            yield compose.draft(house, mailbox, case, now)


def told(mail: Message | compose.Unwritten) -> str:
    """One line: the mail's fingerprints, of its bytes and of the rest of its row, or the reason why there is none."""
    if isinstance(mail, compose.Unwritten):
        return f"none {mail.why.code}"
    rest = repr((mail.subject, mail.body, mail.links, mail.message_id, mail.thread, mail.recipient)).encode()
    return f"mail {hashlib.sha256(mail.raw).hexdigest()} {hashlib.sha256(rest).hexdigest()[:16]}"


if __name__ == "__main__":
    FILE.write_text("".join(f"{told(mail)}\n" for mail in written()))
