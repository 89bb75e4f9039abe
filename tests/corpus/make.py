"""Lays out the corpus: `python -m tests.corpus.make` writes `mail/*.eml` and `mail/expected.jsonl`.

Everything here is the project's own writing. What no layout produces (odd, broken and hostile mail) is written by hand in
`hand/`, with what is expected of it in `hand/expected.jsonl`, and is not touched by this program. So is `field/`: mail written
to prove the rules wrong, by what real servers, gateways and people were seen to do.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.corpus import absences, answers, clients, machines

HERE = Path(__file__).parent
FOLDER = HERE / "mail"


@dataclass(frozen=True)
class Expected:
    """What a mail should be judged to be; a field that is None is not looked at, but for `until`."""

    file: str
    kind: str
    until: str | None = None
    substitute: str | None = None
    recipient: str | None = None
    status: str | None = None
    intent: str | None = None


Mail = tuple[Expected, bytes]


def base(number: int, sender: str = clients.THEM) -> tuple[tuple[str, str], ...]:
    return (
        ("Return-Path", f"<{sender}>"),
        ("From", f"Anna Nowak <{sender}>"),
        ("To", f"Jan Kowalski <{clients.OURS}>"),
        ("Date", "Mon, 3 Aug 2026 11:00:00 +0200"),
        ("Message-ID", f"<a{number}@acme.example>"),
    )


# Headers by which a machine's answer can be known, as different systems set them; the last leaves no mark at all.
ABSENCE_MARKS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("exchange", (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"), ("In-Reply-To", "<m1.abc@nasza.example>"))),
    ("gmail", (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes"), ("References", "<m1.abc@nasza.example>"))),
    ("sieve", (("Auto-Submitted", "auto-replied (vacation)"), ("In-Reply-To", "<m1.abc@nasza.example>"))),
    ("subject", ()),
)  # fmt: skip


def absence_mails() -> Iterator[Mail]:
    numbers = itertools.count(1)
    marks = itertools.cycle(ABSENCE_MARKS)
    for language, notes in absences.ABSENCES.items():
        prefixes = itertools.cycle(absences.PREFIXES[language])
        for text, until in notes:
            for html in (False, True):
                number, (name, headers), prefix = next(numbers), next(marks), next(prefixes)
                # Sieve answers under a plain "Auto:" or under the old subject: only its header tells.
                subject = "Re: " + clients.SUBJECT if name == "sieve" else prefix + clients.SUBJECT
                body = f"<html><body><p>{text.replace(chr(10), '<br>')}</p></body></html>" if html else text
                layout = clients.Layout((("Subject", subject), *headers), body, html=html)
                file = f"away-{language}-{name}-{number:03d}.eml"
                yield Expected(file, "out of office", until), clients.encode(layout, base(number))


def left_mails() -> Iterator[Mail]:
    numbers = itertools.count(1)
    for language, notes in absences.LEFT.items():
        for (text, substitute), (name, headers) in itertools.product(notes, ABSENCE_MARKS[:2]):
            number = next(numbers)
            layout = clients.Layout(
                (("Subject", absences.PREFIXES[language][0] + clients.SUBJECT), *headers), text
            )
            file = f"left-{language}-{name}-{number:03d}.eml"
            yield (
                Expected(file, "left the company", substitute=substitute),
                clients.encode(layout, base(number)),
            )


def answer_mails() -> Iterator[Mail]:
    numbers = itertools.count(1)
    programs = itertools.cycle(clients.CLIENTS)
    for language, texts in answers.ANSWERS.items():
        for (text, intent, later), _ in itertools.product(texts, range(2)):
            number, client = next(numbers), next(programs)
            layout = clients.lay_out(client, language, text)
            file = f"answer-{language}-{client}-{number:03d}.eml"
            yield Expected(file, "human answer", later, intent=intent), clients.encode(layout, base(number))


def opt_out_mails() -> Iterator[Mail]:
    numbers = itertools.count(1)
    programs = itertools.cycle(clients.CLIENTS)
    for language, texts in answers.OPT_OUTS.items():
        for text in texts:
            number, client = next(numbers), next(programs)
            layout = clients.lay_out(client, language, text)
            yield (
                Expected(f"stop-{language}-{client}-{number:03d}.eml", "opt-out"),
                clients.encode(layout, base(number)),
            )


def bounce_mails() -> Iterator[Mail]:
    numbers = itertools.count(1)
    servers = itertools.cycle(machines.SERVERS.items())
    for failure, _ in itertools.product(machines.FAILURES, range(2)):
        number, (server, write) = next(numbers), next(servers)
        while failure.action == "delayed" and server in {"exim", "qmail", "exchange"}:
            server, write = next(servers)
        status = (
            failure.status
            if server in {"postfix", "gmail", "exchange"} and not failure.status.endswith(".0.0")
            else None
        )
        expected = Expected(
            f"bounce-{server}-{failure.name}-{number:03d}.eml",
            failure.kind,
            recipient=machines.THEM,
            status=status,
        )
        yield expected, write(failure).replace("\n", "\r\n").encode()


def write(mails: Iterator[Mail]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.eml"):
        old.unlink()
    lines = []
    for expected, raw in mails:
        (FOLDER / expected.file).write_bytes(raw)
        lines.append(
            json.dumps(
                {key: value for key, value in asdict(expected).items() if value is not None},
                ensure_ascii=False,
            )
        )
    (FOLDER / "expected.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} mails in {FOLDER}")


def everything() -> Iterator[Mail]:
    return itertools.chain(absence_mails(), left_mails(), answer_mails(), opt_out_mails(), bounce_mails())


if __name__ == "__main__":
    write(everything())
