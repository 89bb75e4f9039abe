"""Questions to the person. Every one has a flag, and none is asked where nobody sits to answer."""

from __future__ import annotations

import sys

import typer

from relance.cli.terminal import show
from relance.wording import _


def answerable() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def wrong(words: str) -> typer.BadParameter:
    """Wrong use of a command, told by typer with its usage line; exit code 2."""
    return typer.BadParameter(words)


def text(question: str, flag: str, default: str | None = None) -> str:
    """A line of text; without a terminal the flag is needed."""
    if not answerable():
        raise wrong(_("{flag} is needed here, as there is no terminal to ask at.", flag=flag))
    answer: str = typer.prompt(question, default=default, err=True)
    return answer


def require_answer(*, yes: bool) -> None:
    """Refuse what will be asked about where nobody can answer, before any work goes into it."""
    if not yes and not answerable():
        raise wrong(_("There is no terminal to ask for confirmation. Add --yes to go ahead."))


def agreed(question: str) -> bool:
    """Whether somebody at the terminal agrees to something that does no harm: they do with Enter alone. Raises `typer.Abort`
    where they leave instead."""
    return _answered(question, _("[Y/n]"), nothing=True)


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether to go on. `yes` answers beforehand; without a terminal it is needed."""
    require_answer(yes=yes)
    return yes or _answered(question, _("[y/N]"), nothing=False)


def _answered(question: str, choices: str, *, nothing: bool) -> bool:
    """Yes or no; `nothing` is what Enter alone means."""
    while True:
        answer = (
            typer.prompt(f"{question} {choices}", default="", show_default=False, err=True).strip().lower()
        )
        if not answer:
            return nothing
        if answer in ("n", "no", _("n"), _("no")):
            return False
        if answer in ("y", "yes", _("y"), _("yes")):
            return True
        show.note(_("Error: invalid input"))


def secret(question: str) -> str:
    """A secret asked at the terminal, or the first line of standard input."""
    if answerable():
        return str(typer.prompt(question, hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise wrong(_("A secret is needed on standard input, which is empty."))
    return line


def password(question: str, *, from_stdin: bool) -> str:
    """A password from the first line of standard input, else from RELANCE_PASSWORD, else asked. Never an argument:
    other people on a machine can read those."""
    from relance.config import password_of_environment

    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise wrong(_("--password-stdin was given, but standard input is empty."))
        return line
    known = password_of_environment()
    if known:
        return known
    if not answerable():
        raise wrong(
            _("a password is needed: --password-stdin reads it from standard input, or set RELANCE_PASSWORD.")
        )
    answer: str = typer.prompt(question, hide_input=True, err=True)
    return answer
