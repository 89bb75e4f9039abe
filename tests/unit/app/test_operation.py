"""A function of the engine as a method: the same signature without the Context, the same sentence."""

from __future__ import annotations

import inspect

from relance.app.operation import LateOperation, Operation, Service


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


def test_one_of_a_room_that_is_loaded_later_is_not_fetched_before_it_is_asked_for() -> None:
    fetched = []

    class Late(Service):
        begin = LateOperation(lambda: fetched.append(1) or enroll)  # type: ignore[func-returns-value]

    assert fetched == []
    assert Late("here").begin("ada@x.example") == ("here", "ada@x.example", False)  # type: ignore[arg-type]
    assert inspect.getdoc(Late("here").begin) == "Start."  # type: ignore[arg-type]
