"""A function of the engine, offered as a method: its signature and its sentence stand in one place."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from relance.engine.context import Context

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Service")


class Holder(Protocol):
    """Whatever has a Context: an installation, or one of its nouns."""

    _context: Context


class Service:
    """What can be done about one noun of an installation."""

    def __init__(self, context: Context) -> None:
        self._context = context


class Operation(Generic[P, R]):
    """A function that takes the Context first, as a method of what holds one."""

    def __init__(self, function: Callable[Concatenate[Context, P], R]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, holder: None, owner: type) -> Callable[Concatenate[Context, P], R]: ...

    @overload
    def __get__(self, holder: Holder, owner: type) -> Callable[P, R]: ...

    def __get__(self, holder: Holder | None, owner: type) -> Callable[..., R]:
        if holder is None:
            return self.function
        return cast(Callable[P, R], types.MethodType(self.function, holder._context))


class LateOperation(Operation[P, R]):
    """The same, of a room that is loaded when it is first asked for."""

    def __init__(self, fetch: Callable[[], Callable[Concatenate[Context, P], R]]) -> None:
        self._fetch = fetch

    @property
    def function(self) -> Callable[Concatenate[Context, P], R]:  # type: ignore[override]
        """The function itself."""
        return self._fetch()


class Noun(Generic[S]):
    """A `Service` as an attribute of an installation, made when it is first asked for: its rooms are loaded then."""

    def __init__(self, service: Callable[[], type[S]]) -> None:
        self._service = service

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, installation: None, owner: type) -> Noun[S]: ...

    @overload
    def __get__(self, installation: Any, owner: type) -> S: ...

    def __get__(self, installation: Any, owner: type) -> Noun[S] | S:
        if installation is None:
            return self
        found = installation.__dict__[self._name] = self._service()(installation._context)
        return found
