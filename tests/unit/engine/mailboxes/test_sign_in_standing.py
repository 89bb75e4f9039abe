"""What is told of a sign-in before it stops any mail."""

from __future__ import annotations

import dataclasses
import datetime as dt

from relance.engine.mailboxes.sign_ins.standing import NOTICE, SignInStanding, standing
from relance.engine.store.mailboxes.grants import StoredGrant
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

NOW = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
SOON, LATER = NOW + dt.timedelta(minutes=40), NOW + dt.timedelta(days=60)
GRANT = StoredGrant(1, 1, b"", SOON, LATER, SOON, "", 0, 0, Text.prose(""))
ADA = "ada@sales.example"


def code_of(grant: StoredGrant) -> SentenceCode | None:
    """Of the warning, where there is one."""
    warning = standing(ADA, grant, NOW).warning
    return None if warning is None else SentenceCode(warning.code)


def test_a_sign_in_that_is_well_says_until_when_and_no_more() -> None:
    assert standing(ADA, GRANT, NOW) == SignInStanding(LATER, None)
    assert standing(ADA, dataclasses.replace(GRANT, grant_until=None), NOW) == SignInStanding()


def test_its_end_is_told_three_days_before() -> None:
    just = dataclasses.replace(GRANT, grant_until=NOW + NOTICE)
    assert code_of(just) is SentenceCode.SIGN_IN_ENDS
    assert code_of(dataclasses.replace(GRANT, grant_until=NOW + NOTICE + dt.timedelta(seconds=1))) is None


def test_renewals_that_fail_are_told_from_the_second_on_before_and_after_the_token_runs_out() -> None:
    failing = dataclasses.replace(GRANT, problem=Text.prose("no answer"), tries=1)
    assert code_of(failing) is None
    failing = dataclasses.replace(failing, tries=2)
    assert code_of(failing) is SentenceCode.RENEWAL_FAILS
    still, over = (
        str(standing(ADA, each, NOW).warning)
        for each in (failing, dataclasses.replace(failing, token_until=NOW))
    )
    assert still != over
    assert "no answer" in still


def test_a_refused_sign_in_has_paused_its_mailbox_which_says_why() -> None:
    assert standing(ADA, dataclasses.replace(GRANT, renew_at=None, grant_until=NOW), NOW) == SignInStanding()
    assert standing(ADA, None, NOW) == SignInStanding()
