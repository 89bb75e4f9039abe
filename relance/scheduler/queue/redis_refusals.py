"""What Redis refuses: a password, a right, a key that is somebody else's. It answers, so waiting alone fixes nothing."""

from __future__ import annotations

import redis

from relance.wording import N_, Text

CODES = {
    "WRONGTYPE": N_(
        "one of our keys (they begin with `relance`) holds something that is not ours; give Relance a database of its own (the number at the end of redis_url), or delete that key: it holds hints only, and nothing is lost"
    ),
    "OOM": N_("Redis has no memory left; give it more, or empty it: it holds hints only"),
    "MISCONF": N_("Redis cannot save to its disk; make room there"),
    "READONLY": N_("this Redis is a replica; let redis_url name the one that is written to"),
}
# By the code that begins an error of the protocol (redis.io, "Simple errors").
PASSWORD = N_(
    "correct the user and the password in redis_url, or give that user access to all keys and commands"
)


def refused(trouble: Exception) -> Text | None:
    """What to do about it, behind Redis's own words; None where Redis is only away."""
    if isinstance(trouble, (redis.AuthenticationError, redis.exceptions.NoPermissionError)):
        return Text.together(_code_first(trouble), Text(PASSWORD), by=": ")
    if isinstance(trouble, redis.ResponseError):
        words = _code_first(trouble)
        advice = CODES.get(words.partition(" ")[0])
        return Text.together(words, Text(advice) if advice else "", by=": ")
    return None


def _code_first(trouble: Exception) -> str:
    """The error's words, with its code; redis-py keeps some codes in the class of the error."""
    words = " ".join(str(trouble).split())[:200]
    for kind, code in (
        (redis.exceptions.OutOfMemoryError, "OOM"),
        (redis.exceptions.ReadOnlyError, "READONLY"),
    ):
        if isinstance(trouble, kind) and not words.startswith(code):
            return f"{code} {words}"
    return words
