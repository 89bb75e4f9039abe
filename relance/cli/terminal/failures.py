"""What a person sees of an error: one clear message on standard error, and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from relance import errors, wording
from relance.cli.terminal import session, show, speech
from relance.wording import _, ended, of_system

FAILED, WRONG_USE, STANDS_STILL, INTERRUPTED = 1, 2, 3, 130


class Root(TyperGroup):
    """The outermost group: nothing but a message and an exit code leaves it."""

    for_programs = False  # whether what was typed asks for JSON

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        """Speak the reader's language, then do what was typed."""
        language, words = speech.found(sys.argv[1:] if args is None else args)
        self.for_programs = "--json" in words
        before, zone = wording.language(), wording.shown_zone()
        wording.speak(language)
        try:
            speech.translate(self)
            return super().main(words, *more, **options)
        finally:
            wording.speak(before)
            wording.show_times_in(zone)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """As typer does, its refusals in the reader's language."""
        with speech.refusing():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            with speech.refusing():
                return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read our output (`| head`) has enough; Python would complain once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            show.problem(_("stopped"))
            raise typer.Exit(INTERRUPTED) from None
        except Exception as fault:
            code = told(fault, debug=session.of(ctx).debug)
            if code is None:
                raise  # one of typer's own, which it tells itself
            if self.for_programs:
                from relance.cli.terminal import fault_data

                show.data(fault_data.of(fault, code))
            raise typer.Exit(code) from None


def told(fault: Exception, *, debug: bool = False) -> int | None:
    """Tell a person about an error; returns the exit code, or None when this error is not ours to tell."""
    if isinstance(fault, (typer.Exit, typer.Abort, typer.TyperException)):
        return None
    if debug:
        traceback.print_exception(fault)
    if isinstance(fault, errors.Invalid):
        for problem in fault.problems:
            show.problem(str(problem))
        return WRONG_USE
    if isinstance(fault, errors.RelanceError):
        show.problem(str(fault))
        return WRONG_USE if isinstance(fault, errors.WrongUse) else FAILED
    if isinstance(fault, OSError):
        show.problem(_of_the_system(fault))
        return FAILED
    hint = "" if debug else f" {_('`relance --debug ...` shows where; please report it.')}"
    show.problem(
        f"{_('an unexpected error ({name}): {error}', name=type(fault).__name__, error=ended(of_system(fault)))}{hint}"
    )
    return FAILED


def _of_the_system(fault: OSError) -> str:
    words = of_system(fault)
    if fault.filename:
        return f"{fault.filename}: {ended(words)}"
    if isinstance(fault, ConnectionError):
        return _("a server could not be reached: {error}", error=ended(words))
    return str(ended(words))
