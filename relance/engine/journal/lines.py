"""The lines of a journal: what is written, and what is understood of whatever stands in such a file.

A journal is read when something has gone wrong, so nothing in it is taken for granted: it may be torn, damaged, somebody
else's, or no file at all. What cannot be understood leaves doubt, and doubt never says that a mail was not sent.
"""

from __future__ import annotations

import enum
import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable

REPLY_LIMIT = 500
# Characters of a server's words that are kept.
NAME_LIMIT = 40
# Of a stage or a status code, which are shorter.
MAX_BYTES = 128 * 1024 * 1024
# Bytes: many times the longest turn's. What is larger is not ours.
NUMBER_LIMIT = 2**63
# What a database's numbers end at.

_TORN = re.compile(rb'(?:\{(?:"[ -~]*)?)?')
# The beginning of a line of ours, which is ASCII: the process was killed in mid-write, or the disk was full.


class LineKind(enum.Enum):
    """What a line tells."""

    TURN = "turn"  # a turn of a mailbox began here
    BEGUN = "begin"  # the body of a message is about to leave
    ENDED = "ended"  # an attempt ended for certain
    OVER = "over"  # no body of this turn begins any more


@dataclass(frozen=True)
class JournalLine:
    """One line of ours."""

    kind: LineKind
    number: int  # of the mailbox, for turns; of the message, for attempts
    fence: int | None = None  # None: an earlier release did not say it
    end: SendResult | None = None  # None: it did not end, or how is not understood
    boot: str = ""


class Damaged(Exception):
    """A line of which something is missing: it may have told anything."""


def ended(message: int, fence: int, result: SendResult) -> dict[str, object]:
    """What is written when an attempt ended."""
    words = " ".join(result.text.split())[:REPLY_LIMIT]
    if result.outcome is Outcome.ACCEPTED:  # the line earlier releases know, too
        return {"accepted": message, "fence": fence, "code": result.code, "reply": words}
    more = {"as": result.outcome, "stage": result.stage, "blame": result.blame, "code": result.code}
    if (
        result.unsendable is not None
    ):  # why nobody was asked, as a code: the words alone would be taken for a server's
        more["unsendable"] = result.unsendable
    return {"ended": message, "fence": fence, **more, "status": result.status, "reply": words}


def read(paths: Iterable[Path]) -> tuple[list[JournalLine], bool]:
    """The lines of these files, and whether nothing of them is in doubt: every file was read, and no line is damaged."""
    lines: list[JournalLine] = []
    whole = True
    for path in paths:
        try:
            found = [understand(raw) for raw in _content(path).splitlines()]
        except FileNotFoundError:
            continue  # its process needs it no more
        except OSError:
            whole = False
            continue
        whole = whole and not any(isinstance(line, Damaged) for line in found)
        lines += [line for line in found if isinstance(line, JournalLine)]
    return lines, whole


def understand(raw: bytes) -> JournalLine | Damaged | None:
    """A line of ours; None where it is none, or one that was never finished."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None if _TORN.fullmatch(raw) else Damaged()
    return _line(told) if isinstance(told, dict) else None


def _content(path: Path) -> bytes:
    """Of a file, and of nothing else: a pipe of that name would be waited for, a folder cannot be read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        is_ = os.fstat(descriptor)
        if not stat.S_ISREG(is_.st_mode) or is_.st_size > MAX_BYTES:
            raise OSError(f"{path} is not a journal")
        return file.read()


def _line(told: Mapping[str, object]) -> JournalLine | None:
    fence = _number(told.get("fence"))
    for kind in (LineKind.TURN, LineKind.OVER):
        mailbox = _number(told.get(kind.value))
        if mailbox is not None:
            boot = told.get("boot")
            return (
                None
                if fence is None
                else JournalLine(kind, mailbox, fence, boot=boot if isinstance(boot, str) else "")
            )
    begun = _number(told.get("begin"))
    if begun is not None:
        return JournalLine(LineKind.BEGUN, begun, fence)
    message = _number(told.get("accepted", told.get("ended")))
    return None if message is None else JournalLine(LineKind.ENDED, message, fence, _result(told))


def _result(told: Mapping[str, object]) -> SendResult | None:
    """The end a line tells of; None where it cannot be understood."""
    try:
        outcome = Outcome.ACCEPTED if "accepted" in told else Outcome(str(told["as"]))
        blame = Blame(str(told.get("blame", Blame.SERVER)))
    except (KeyError, ValueError):
        return None
    code, status = _number(told.get("code")), told.get("status")
    return SendResult(
        outcome,
        _words(told.get("stage", "final"), NAME_LIMIT),
        blame,
        code if code is not None and code < 1000 else None,
        _words(status, NAME_LIMIT) if isinstance(status, str) else None,
        _words(told.get("reply", ""), REPLY_LIMIT),
        unsendable=next((each for each in Unsendable if each.value == told.get("unsendable")), None),
    )


def _number(value: object) -> int | None:
    """A whole number that a database can hold; `true` is none."""
    return value if type(value) is int and 0 <= value < NUMBER_LIMIT else None


def _words(value: object, limit: int) -> str:
    """Text that every database takes: no NUL, no half of a character."""
    text = value if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else " " for letter in text[:limit])
