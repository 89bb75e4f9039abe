"""One setting bounds every wait for a mail server, and lengthens none."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.imap.client import Timeouts
from relance.mailbox.smtp.client import Limits


@given(st.floats(0.1, 1000))
def test_no_wait_is_longer_than_the_bound_or_than_it_was(seconds: float) -> None:
    for bounds in (Limits(), Timeouts()):
        within = bounds.within(seconds)
        for field in dataclasses.fields(bounds):
            before, after = getattr(bounds, field.name), getattr(within, field.name)
            if isinstance(before, bool):
                assert after == before
            else:
                assert after == min(before, seconds), field.name


def test_what_is_set_by_default_changes_nothing() -> None:
    assert (Limits().within(600), Timeouts().within(600)) == (Limits(), Timeouts())
