"""What Redis refuses is told with what to do about it, in the reader's language."""

from __future__ import annotations

import pytest
import redis

from relance import wording
from relance.scheduler.queue import redis_refusals
from tests import english

WRONG = (
    redis.AuthenticationError("invalid username-password pair"),
    redis.ResponseError("WRONGTYPE Operation"),
    redis.ResponseError("MISCONF Errors"),
    redis.exceptions.ReadOnlyError("replica"),
    redis.exceptions.OutOfMemoryError("maxmemory"),
)


@pytest.mark.parametrize("trouble", WRONG, ids=lambda each: type(each).__name__)
def test_the_advice_is_in_the_readers_language(trouble: Exception) -> None:
    told = redis_refusals.refused(trouble)
    with wording.speaking("pl"):
        said, _, advice = str(told).partition(": ")
    assert str(trouble) in said
    assert advice
    assert english.sentences(advice) == []


def test_where_redis_is_only_away_nothing_is_to_be_done() -> None:
    assert redis_refusals.refused(redis.ConnectionError("Connection refused")) is None
