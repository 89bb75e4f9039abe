"""An engine that notes what it is asked, and answers what a test put there; and the command line before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from relance import config, errors
from relance.cli import tree
from relance.engine.sequences.control import EnrollmentView

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
ESCAPE = "Ada\x1b]0;owned\x07 \u202eevil [red]x[/red]"
ADA = EnrollmentView(1, "ada@acme.example", "Trial", 1, "me@acme.example", "bounced", "550 no", "intro", None)


@dataclass(frozen=True)
class Spec:
    address: str
    name: str
    username: str
    password: str = field(repr=False)
    smtp: Any
    imap: Any
    ca_file: str | None = None
    daily_cap: int | None = None
    gap_seconds: int = 60
    hourly_cap: int | None = None
    jitter_seconds: int = 0
    ramp_up: str = ""
    unknown_policy: str = "hold"
    plus_addressing: bool = False


@dataclass(frozen=True)
class Contact:
    id: int
    email: str
    first_name: str
    last_name: str = ""
    company: str = ""
    zone: str = ""
    country: str = ""


@dataclass(frozen=True)
class Thing:
    """Whatever else the engine answers, by name."""

    address: str = "me@acme.example"
    name: str = "Me"
    version: int = 1
    changed: bool = True
    warnings: tuple[errors.Problem, ...] = ()
    yaml: str = "sequence: x\n"
    value: str = "ada@acme.example"
    words: str = "This task is closed."
    people: int = 0
    state: str = "active"
    emails: tuple[str, ...] = ()
    sign_in: str = "password"
    secret: bytes = b"sealed"
    ramp_plan: tuple[Any, ...] = ()
    steps: tuple[Any, ...] = ()
    sentences: tuple[str, ...] = ("It waits for Monday.",)


@dataclass(frozen=True)
class Problems:
    problems: tuple[errors.Problem, ...] = ()
    warnings: tuple[errors.Problem, ...] = ()


@dataclass(frozen=True)
class Step:
    name: str
    ok: bool
    words: str


@dataclass(frozen=True)
class Tried:
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)


@dataclass(frozen=True)
class Row:
    line: int
    reason: str


@dataclass(frozen=True)
class Import:
    read: int = 3
    added: int = 2
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Row, ...] = (Row(3, "no @ in the address"),)
    errors_file: Path | None = Path("/tmp/errors.csv")
    unknown_columns: dict[str, str] = field(default_factory=lambda: {"team_size": "Team size"})
    warnings: tuple[str, ...] = ("two rows for ada",)


@dataclass(frozen=True)
class Skipped:
    email: str
    reason: str


@dataclass(frozen=True)
class Enrolled:
    enrolled: int = 2
    skipped: tuple[Skipped, ...] = (Skipped("bo@acme.example", "suppressed"),)
    by_mailbox: dict[str, int] = field(default_factory=lambda: {"me@acme.example": 2})
    first_due: dt.datetime | None = AT
    first_kind: str = "mail"
    last_first_mail: dt.date | None = None
    last_mail_code: str = ""
    last_mail_reason: object = None
    last_mail: dt.date | None = None


class Noun:
    """A part of the engine: notes what it is asked, and answers what the test put there."""

    def __init__(self, name: str, engine: Engine) -> None:
        self._name, self._engine = name, engine

    def __getattr__(self, verb: str) -> Any:
        return lambda *given, **named: self._engine.asked(f"{self._name}.{verb}", given, named)


class Engine:
    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self.settings: config.Settings | None = None
        for noun in (
            "contacts",
            "sequences",
            "mailboxes",
            "tasks",
            "unknown",
            "restored",
            "enrollments",
            "messages",
            "inbox",
            "reports",
        ):
            setattr(self, noun, Noun(noun, self))

    def __getattr__(self, verb: str) -> Any:
        return lambda *given, **named: self.asked(verb, given, named)

    def asked(self, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self.calls.append((name, given, named))
        answer = self.answers.get(name, Thing())
        if isinstance(answer, Exception):
            raise answer
        return answer

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *exc: object) -> None:
        self.calls.append(("close", (), {}))


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(tree.build(words), list(words), input=given)
