"""Who may ask a mail server now: whatever is silent, some thread is left for those that answer."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import clock, errors
from relance.engine.runtime import mail_servers
from relance.engine.runtime.mail_servers import Crowd, MailServers, ServerStanding, wait
from relance.mailbox.account import Security, Server

CALM = Crowd(threads=8, asking=0, doubtful=0)
FRESH = ServerStanding(answered=100.0)
UNHEARD = ServerStanding()


def place(number: int) -> Server:
    return Server(f"mail{number}.example", 993, Security.TLS)


@pytest.mark.parametrize(
    ("server", "crowd", "doubtful", "seconds"),
    [
        (FRESH, CALM, False, 0),
        (ServerStanding(visits=11, answered=100.0), CALM, False, 0),
        (
            ServerStanding(visits=12, answered=100.0),
            CALM,
            False,
            mail_servers.AGAIN,
        ),  # the other threads are for others
        (
            FRESH,
            Crowd(8, asking=7, doubtful=4),
            False,
            0,
        ),  # who answers is never kept waiting by who does not
        (UNHEARD, CALM, False, 0),
        (
            ServerStanding(visits=1, asking=1, since=99.9),
            CALM,
            False,
            mail_servers.AGAIN,
        ),  # one first, then the rest
        (
            ServerStanding(visits=1, asking=1, since=92.0),
            CALM,
            False,
            8.0,
        ),  # asked less often as it stays silent
        (ServerStanding(visits=1, asking=0, answered=10.0), CALM, False, 0),
        (UNHEARD, Crowd(8, asking=7, doubtful=0), False, mail_servers.AGAIN),
        (UNHEARD, Crowd(8, asking=4, doubtful=4), False, 0),
        (UNHEARD, Crowd(8, asking=4, doubtful=4), True, mail_servers.AGAIN),
        (ServerStanding(failures=1, rest_until=107.0), CALM, False, 7),
        (ServerStanding(failures=1, rest_until=99.0), CALM, False, 0),
        (ServerStanding(visits=1, failures=1, since=99.9), CALM, False, mail_servers.AGAIN),
        (ServerStanding(visits=1, failures=1, since=60.0), CALM, False, 40.0),
        (
            ServerStanding(visits=1, failures=1, since=-201.0),
            CALM,
            False,
            0,
        ),  # who hangs for ever keeps nobody away
        (UNHEARD, Crowd(1, 0, 0), True, 0),  # with one thread somebody must wait
    ],
)
def test_who_may_ask(server: ServerStanding, crowd: Crowd, doubtful: bool, seconds: float) -> None:
    assert wait(server, crowd, 100.0, doubtful=doubtful) == seconds


def test_a_server_in_trouble_is_left_alone_for_longer_and_longer() -> None:
    rests = [mail_servers.rest(failures) for failures in range(1, 12)]
    assert rests[:4] == [5, 10, 20, 40]
    assert max(rests) == mail_servers.LONGEST_REST


steps = st.lists(
    st.tuples(
        st.sampled_from(["enter", "answer", "fail", "leave"]),
        st.integers(0, 5),
        st.booleans(),
        st.floats(0, 20),
    ),
    max_size=80,
)


@given(st.integers(2, 9), steps)
@example(
    2, [("enter", 0, False, 0.0), ("answer", 0, False, 0.0), ("enter", 0, True, 0.0), ("enter", 0, True, 0.0)]
)
def test_whatever_happens_some_thread_is_left(threads: int, told: list[tuple[str, int, bool, float]]) -> None:
    """Visits come, are answered, fail and end in any order: the bounds hold after each step."""
    seconds = [0.0]
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setattr(clock, "elapsed", lambda: seconds[0])
        known = MailServers(threads)
        open_now: list[tuple[mail_servers.ServerVisit, contextlib.ExitStack]] = []
        trusted: set[int] = set()  # let in because their server had just answered
        for what, number, doubtful, later in told:
            seconds[0] += later
            if what == "enter":
                own = stack.enter_context(contextlib.ExitStack())
                counted_on = known._of(place(number)).standing().fresh(seconds[0])
                visit = own.enter_context(known.visit(place(number), doubtful=doubtful))
                if not visit.wait:
                    open_now.append((visit, own))
                    trusted |= {id(visit)} if counted_on else set()
            elif open_now:
                visit, own = open_now[number % len(open_now)]
                {"answer": visit.answered, "fail": visit.failed, "leave": own.close}[what]()
                if what == "leave":
                    open_now.remove((visit, own))
            _bounds_hold(known, [each for each, _ in open_now], trusted, threads)


def _bounds_hold(
    known: MailServers, visits: list[mail_servers.ServerVisit], trusted: set[int], threads: int
) -> None:
    asking = [each for each in visits if each.asking]
    assert sum(each.asking for each in known._known.values()) == len(asking)
    assert sum(each.visits for each in known._known.values()) == len(visits)
    in_doubt = [each for each in asking if each.doubtful and id(each) not in trusted]
    assert len(in_doubt) <= max(1, threads // 2)
    for each in visits:
        assert known._of(each.place).visits <= mail_servers.most(threads) < 2 * threads


def test_what_breaks_a_look_counts_as_a_failure_only_where_the_server_is_away() -> None:
    known = MailServers(4)
    with contextlib.suppress(errors.Unreachable), known.visit(place(1), doubtful=False):
        raise errors.Unreachable("this mailbox alone")
    assert known.wait(place(1), doubtful=False) == 0
    with contextlib.suppress(errors.Away), known.visit(place(1), doubtful=False):
        raise errors.Away("nobody is let in")
    assert 0 < known.wait(place(1), doubtful=False) <= mail_servers.FIRST_REST


def test_an_answer_ends_the_trouble_and_says_so() -> None:
    known = MailServers(4)
    seconds = 0.0
    with known.visit(place(1), doubtful=False) as visit:
        visit.failed()
    with pytest.MonkeyPatch.context() as patch:
        seconds = clock.elapsed() + 10
        patch.setattr(clock, "elapsed", lambda: seconds)
        with known.visit(place(1), doubtful=False) as visit:
            visit.answered()
            assert visit.recovered
        assert known.wait(place(1), doubtful=False) == 0
