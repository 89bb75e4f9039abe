from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.sequences.senders.assignment import MailboxShares

PEOPLE = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c"]), st.lists(st.integers(1, 4), max_size=2)), max_size=30
)
SHARES = st.dictionaries(st.integers(1, 9), st.integers(0, 20), min_size=1, max_size=7).filter(
    lambda shares: any(shares.values())
)


def equal(*mailboxes: int) -> MailboxShares:
    return MailboxShares(dict.fromkeys(mailboxes, 1))


def apart(given_to: Counter[int], shares: dict[int, int]) -> Fraction:
    """How far from their shares the mailboxes are, the furthest of them."""
    whole, many = sum(shares.values()), sum(given_to.values())
    return max(abs(given_to[each] - Fraction(many * share, whole)) for each, share in shares.items())


@given(PEOPLE)
def test_colleagues_stay_together_unless_somebody_was_written_to_before(
    asked: list[tuple[str, list[int]]],
) -> None:
    shares = equal(1, 2, 3)
    picked = [(organisation, wrote, shares.pick(organisation, wrote)) for organisation, wrote in asked]
    assert all(mailbox in (1, 2, 3) for _, _, mailbox in picked)
    for organisation in ("a", "b", "c"):
        new = {
            mailbox for name, wrote, mailbox in picked if name == organisation and not {*wrote} & {1, 2, 3}
        }
        assert len(new) <= 1
    again = equal(1, 2, 3)
    assert [again.pick(organisation, wrote) for organisation, wrote in asked] == [each[2] for each in picked]


def test_strangers_are_shared_evenly() -> None:
    shares = equal(7, 3, 5)
    assert [shares.pick(f"firm{number}", ()) for number in range(7)] == [7, 3, 5, 7, 3, 5, 7]
    assert shares.load == {7: 3, 3: 2, 5: 2}


@given(SHARES, st.integers(1, 200))
def test_strangers_are_shared_by_weight_never_a_whole_person_off(shares: dict[int, int], many: int) -> None:
    run, given_to = MailboxShares(shares), Counter[int]()
    for _ in range(many):
        given_to[run.pick("", ())] += 1
        assert apart(given_to, shares) < 1
    assert not any(given_to[each] for each, share in shares.items() if not share)


@given(SHARES, st.lists(st.integers(1, 3), min_size=1, max_size=60))
def test_it_makes_no_difference_how_many_come_at_a_time(shares: dict[int, int], batches: list[int]) -> None:
    latest: list[int] = []
    for many in batches:
        run = MailboxShares(shares)
        run.gave(latest[: run.lookback])
        for _ in range(many):
            latest.insert(0, run.pick("", ()))
        assert apart(Counter(latest), shares) < 1


@given(SHARES, PEOPLE)
def test_a_stranger_never_goes_to_a_mailbox_that_has_its_share(
    shares: dict[int, int], asked: list[tuple[str, list[int]]]
) -> None:
    run, whole = MailboxShares(shares), sum(shares.values())
    for _, wrote in asked:
        before = {each: run.load[each] for each, share in shares.items() if share}
        picked = run.pick("", wrote)
        if not set(wrote) & set(shares):
            assert Fraction(before[picked]) < Fraction((sum(before.values()) + 1) * shares[picked], whole)


def test_with_the_share_0_a_mailbox_keeps_its_people_and_takes_no_others() -> None:
    shares = MailboxShares({1: 0, 2: 3})
    shares.knows({"acme": 1})
    assert shares.pick("acme", []) == 2
    assert shares.pick("acme", [1]) == 1
    assert shares.pick("hill", []) == 2


def test_a_mailbox_that_joins_is_not_given_at_once_what_it_missed() -> None:
    run = equal(1, 2, 3)
    run.gave([1, 2] * 500)
    for _ in range(10):
        assert Counter(run.pick("", ()) for _ in range(18)) == {1: 6, 2: 6, 3: 6}


def test_a_large_company_is_made_up_for_with_strangers() -> None:
    run = equal(1, 2)
    assert [run.pick("acme", ()) for _ in range(8)] == [1] * 8
    assert [run.pick("", ()) for _ in range(8)] == [2] * 8


def test_who_wrote_last_goes_on() -> None:
    shares = equal(1, 2)
    shares.knows({"acme": 2})
    assert shares.pick("acme", [9, 1]) == 1
    assert shares.pick("acme", []) == 2


def test_one_that_is_full_gets_nobody_while_another_is_not() -> None:
    run = MailboxShares({1: 3, 2: 1}, room={1: 0})
    assert [run.pick("", ()) for _ in range(8)] == [2] * 8


def test_room_is_used_up_and_then_the_shares_alone_count() -> None:
    run = MailboxShares({1: 3, 2: 1}, room={1: 6, 2: 6})
    assert Counter(run.pick("", ()) for _ in range(12)) == {1: 6, 2: 6}
    assert Counter(run.pick("", ()) for _ in range(400))[1] >= 290


def test_who_was_written_to_before_is_given_to_a_full_one_all_the_same() -> None:
    run = MailboxShares({1: 1, 2: 1}, room={1: 0})
    assert run.pick("acme", [1]) == 1
    assert run.pick("acme", []) == 1
