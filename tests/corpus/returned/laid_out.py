"""The cases of `cases.toml` as mails, and what the rules make of them: `python -m tests.corpus.returned.laid_out`."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relance.mailbox import classification
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification

CASES = Path(__file__).parent / "cases.toml"
OURS, THEM = "ada@northwind.example", "kim@lake.example"
NOW = dt.datetime(2026, 11, 4, 9, 0, tzinfo=dt.UTC)
FIELDS = ("kind", "reason", "stage", "dead")
_HEADERS = (
    "Return-Path: <>\nFrom: {sender}\nTo: {ours}\nSubject: {subject}\nDate: Wed, 4 Nov 2026 09:00:00 +0000\n"
    "Message-ID: <{name}@out.northwind.example>\nMIME-Version: 1.0\n"
)
_PLAIN = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
_REPORT = (
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n" + _PLAIN + "--b\n"
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; out.northwind.example\n\n{report}\n\n--b--\n"
)


def cases() -> list[dict[str, Any]]:
    """What is to be judged, and what is to be found."""
    return list(tomllib.loads(CASES.read_text("utf-8"))["case"])


def raw(case: dict[str, Any]) -> bytes:
    """The mail of a case."""
    sender = case.get("from", "Mail Delivery System <MAILER-DAEMON@out.northwind.example>")
    values = {"sender": sender, "ours": OURS, "subject": "Undelivered Mail Returned to Sender", **case}
    written = (_HEADERS + (_REPORT if "report" in case else _PLAIN)).format(**values)
    return written.replace("\n", "\r\n").encode()


def judged(case: dict[str, Any]) -> Classification:
    """As the engine judges it: with the addresses we mailed."""
    return judged_raw(raw(case), case.get("recipient", THEM))


def judged_raw(mail: bytes, mailed: str = THEM) -> Classification:
    """The same of a mail that is written already."""
    hosts = ["out.northwind.example"]
    return classification.judge(
        message.read(mail), received=NOW, own_addresses=[OURS], mailed=[mailed], own_hosts=hosts
    )


def found(case: dict[str, Any]) -> dict[str, Any]:
    """What the rules say, by the names that a case has for it."""
    judgement = judged(case)
    dead = judgement.kind == "hard bounce" and judgement.definite
    told = {name: getattr(judgement, name, None) for name in ("kind", "stage", "recipient")}
    told["reason"] = judgement.failure
    return {**{name: value and str(value) for name, value in told.items()}, "dead": dead}


def mistakes(case: dict[str, Any]) -> Iterator[str]:
    """What is not as it should be; nothing is asked of what a case does not name."""
    said, wanted = found(case), {"recipient": THEM, **case}
    for name in (*FIELDS, "recipient"):
        if name in wanted and said[name] != wanted[name]:
            yield f"{name}: {said[name]}, not {wanted[name]}"


def main() -> None:
    """How many of each there are, and how many are right."""
    for name in FIELDS:
        asked = [each for each in cases() if name in each]
        print(f"{name}: {sum(found(each)[name] == each[name] for each in asked)} of {len(asked)}")
    for each in cases():
        if wrong := list(mistakes(each)):
            print(f"  {each['name']}: {'; '.join(wrong)} [{judged(each).evidence}]")


if __name__ == "__main__":
    main()
