"""An error as `--json` prints it: by its kind a program decides what to do next, by the codes of its problems what is wrong."""

from __future__ import annotations

import re
from typing import Any

from relance import errors
from relance.errors import Problem
from relance.wording import of_system

SYSTEM, UNEXPECTED = "system", "unexpected"


def of(fault: Exception, exit_code: int) -> dict[str, Any]:
    """`error` (`kind_of`), `exit_code`, and `problems`, each with `code`, `params`, `sentence` and where it stands."""
    return {
        "error": kind_of(fault),
        "exit_code": exit_code,
        "problems": [_data(each) for each in _problems(fault)],
    }


def kind_of(fault: Exception) -> str:
    """The name of one of our errors, in small letters ("not_found"); `system` for a fault of the operating system."""
    if isinstance(fault, errors.RelanceError):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(fault).__name__).lower()
    return SYSTEM if isinstance(fault, OSError) else UNEXPECTED


def _problems(fault: Exception) -> tuple[Problem, ...]:
    if isinstance(fault, errors.Invalid):
        return fault.problems
    if isinstance(fault, errors.RelanceError):
        return (Problem(fault.sentence, command=fault.command),)
    return (Problem(of_system(fault)),)


def _data(problem: Problem) -> dict[str, Any]:
    place = {"where": str(problem.where), "line": problem.line, "column": problem.column}
    return {"code": problem.code, "params": problem.params, "sentence": str(problem), **place}
