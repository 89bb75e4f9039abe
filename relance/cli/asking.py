"""Questions to the person. Every one has a flag, and none is asked where nobody sits to answer."""

from __future__ import annotations

import sys

import typer


def answerable() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def wrong(words: str) -> typer.BadParameter:
    """Wrong use of a command, told by typer with its usage line; exit code 2."""
    return typer.BadParameter(words)


def text(question: str, flag: str, default: str | None = None) -> str:
    """A line of text; without a terminal the flag is needed."""
    if not answerable():
        raise wrong(f"{flag} is needed here (nobody sits at a terminal to be asked).")
    answer: str = typer.prompt(question, default=default, err=True)
    return answer


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether to go on. `yes` answers beforehand; without a terminal it is needed."""
    if yes:
        return True
    if not answerable():
        raise wrong("add --yes to do this (nobody sits at a terminal to be asked).")
    return typer.confirm(question, err=True)


def password(question: str, *, from_stdin: bool) -> str:
    """A password from the first line of standard input, else from RELANCE_PASSWORD, else asked. Never an argument:
    other people on a machine can read those."""
    from relance.config import password_of_environment

    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise wrong("--password-stdin was given, but standard input is empty.")
        return line
    known = password_of_environment()
    if known:
        return known
    if not answerable():
        raise wrong(
            "a password is needed: --password-stdin reads it from standard input, or set RELANCE_PASSWORD."
        )
    answer: str = typer.prompt(question, hide_input=True, err=True)
    return answer
