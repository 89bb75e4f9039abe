"""A function of the engine as a method: the same signature without the Context, the same sentence."""

from __future__ import annotations

import inspect

from relance.app.operation import Operation, Service


def enroll(context: object, email: str, *, dry_run: bool = False) -> tuple[object, str, bool]:
    """Start."""
    return context, email, dry_run


class People(Service):
    begin = Operation(enroll)


def test_it_is_called_with_the_context_of_its_service() -> None:
    assert People("here").begin("ada@x.example", dry_run=True) == ("here", "ada@x.example", True)  # type: ignore[arg-type]


def test_help_says_what_the_function_says() -> None:
    begin = People("here").begin  # type: ignore[arg-type]
    assert inspect.getdoc(begin) == inspect.getdoc(People.begin) == "Start."
    assert list(inspect.signature(begin).parameters) == ["email", "dry_run"]
