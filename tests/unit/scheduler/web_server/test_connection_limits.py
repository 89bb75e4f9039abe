"""The door's rules: how many come in, of whom, and who makes room."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any

import pytest

from relance.scheduler.web_server import connection_limits, open_files


class Caller:
    """A connection as the door sees it."""

    def __init__(self, *, said_all: bool = False) -> None:
        self.said_all = said_all
        self.was_cut = False

    def cut(self) -> None:
        self.was_cut = True


def admit(entrance: connection_limits.Door, address: str, *, said_all: bool = False) -> Any:
    caller: Any = Caller(said_all=said_all)
    return caller if entrance.admit(caller, address) else None


def test_one_address_has_a_share_and_a_proxy_has_all() -> None:
    entrance = connection_limits.Door(
        connection_limits.ConnectionLimits(most=100, most_each=3, trusted=("10.0.0.0/8", "::1/128"))
    )
    ours = [admit(entrance, "203.0.113.9") for _ in range(5)]
    assert [caller is not None for caller in ours] == [True, True, True, False, False]
    assert admit(entrance, "203.0.113.10") is not None
    assert all(admit(entrance, "10.1.2.3") and admit(entrance, "::1") for _ in range(20))
    entrance.leave(ours[0])
    assert admit(entrance, "203.0.113.9") is not None


def test_a_household_of_ipv6_is_one_address() -> None:
    entrance = connection_limits.Door(connection_limits.ConnectionLimits(most_each=1))
    assert admit(entrance, "2001:db8:1:2::a") is not None
    assert admit(entrance, "2001:db8:1:2:ffff::b") is None
    assert admit(entrance, "2001:db8:1:3::a") is not None


def test_where_the_house_is_full_whoever_is_longest_in_saying_what_it_wants_makes_room() -> None:
    entrance = connection_limits.Door(connection_limits.ConnectionLimits(most=3, most_each=100))
    served = admit(entrance, "203.0.113.1", said_all=True)
    first, second = (admit(entrance, "203.0.113.2") for _ in range(2))
    assert admit(entrance, "203.0.113.3", said_all=True) is not None
    assert (served.was_cut, first.was_cut, second.was_cut) == (False, True, False)
    assert admit(entrance, "203.0.113.3", said_all=True) is not None
    assert second.was_cut
    assert admit(entrance, "203.0.113.4") is None  # everybody inside waits for us
    assert entrance.turned_away == 3
    entrance.leave(first)  # was out already


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", "::1"),
        ("203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_an_address_is_compared_without_its_dress(written: str, meant: str) -> None:
    assert connection_limits.plain(written) == meant


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """The process's limits, to be set and changed without touching ours."""
    now = [(1024, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda which: now[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: now.append(limits))
    return now


@pytest.mark.parametrize(
    ("limits", "wanted", "kept", "room"),
    [
        ((1024, 4096), 256, 248, 256),  # enough
        ((256, 4096), 256, 248, 256),  # raised
        ((300, 300), 256, 248, 52),  # what is left
        ((128, 128), 256, 248, 8),  # mail needs all of it; an unsubscribe gets through all the same
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 256, 248, 256),
    ],
)
def test_mail_keeps_its_files(
    limit: list[tuple[int, int]], limits: tuple[int, int], wanted: int, kept: int, room: int
) -> None:
    limit[:] = [limits]
    assert open_files.room(wanted, kept) == room


def test_more_work_keeps_more_files() -> None:
    assert open_files.of_mail(8, 20) - open_files.of_mail(0, 0) == 8 * 5 + 20 * 3
