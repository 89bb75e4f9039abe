from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.sequences.assignment import MailboxShares

PEOPLE = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c"]), st.lists(st.integers(1, 4), max_size=2)), max_size=30
)


@given(PEOPLE)
def test_colleagues_stay_together_unless_somebody_was_written_to_before(
    asked: list[tuple[str, list[int]]],
) -> None:
    shares = MailboxShares([1, 2, 3])
    picked = [(organisation, wrote, shares.pick(organisation, wrote)) for organisation, wrote in asked]
    assert all(mailbox in (1, 2, 3) for _, _, mailbox in picked)
    for organisation in ("a", "b", "c"):
        new = {
            mailbox for name, wrote, mailbox in picked if name == organisation and not {*wrote} & {1, 2, 3}
        }
        assert len(new) <= 1
    again = MailboxShares([1, 2, 3])
    assert [again.pick(organisation, wrote) for organisation, wrote in asked] == [each[2] for each in picked]


def test_strangers_are_shared_evenly() -> None:
    shares = MailboxShares([7, 3, 5])
    assert [shares.pick(f"firm{number}", ()) for number in range(7)] == [7, 3, 5, 7, 3, 5, 7]
    assert Counter(shares.load) == {7: 3, 3: 2, 5: 2}


def test_who_wrote_last_goes_on() -> None:
    shares = MailboxShares([1, 2])
    shares.knows({"acme": 2})
    assert shares.pick("acme", [9, 1]) == 1
    assert shares.pick("acme", []) == 2
