"""A text under headers of one's choice, written by the standard library and judged as a mailbox judges it, nothing else being known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from relance.mailbox.classification.safe import Known, judge
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification

OURS = "me@us.example"


def judged(text: str, received: dt.datetime, headers: Mapping[str, str]) -> Classification:
    """What it is, dated and received at that instant."""
    mail = EmailMessage()
    mail["To"], mail["Date"] = OURS, received
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    raw = mail.as_bytes()
    return judge(message.read(raw, size=len(raw), truncated=False), Known(received, frozenset({OURS})))


def second_hand(note: Mapping[str, Any]) -> Classification:
    """A note of the second hand: its headers say whose it is, when it came and whether a machine calls itself one."""
    headers = note["headers"]
    named = {"From": headers["from"], "Subject": headers["subject"], "Message-ID": "<1@them.example>"}
    if headers["auto"]:
        named["Auto-Submitted"] = "auto-replied"
    elif headers["subject"].lower().startswith("re:"):
        named["In-Reply-To"] = "<2@us.example>"
    return judged(note["text"], dt.datetime.fromisoformat(headers["date"]), named)
