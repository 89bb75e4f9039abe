"""What Redis refuses: a password, a right, a key that is somebody else's. It answers, so waiting alone mends nothing."""

from __future__ import annotations

import redis

CODES = {
    "WRONGTYPE": "a key of ours (they begin with `relance`) holds something that is not ours; give Relance a database of its "
    "own (the number at the end of redis_url), or delete that key: it holds hints only, and nothing is lost",
    "OOM": "Redis has no memory left; give it more, or empty it: it holds hints only",
    "MISCONF": "Redis cannot save to its disk; make room there",
    "READONLY": "this Redis is a replica; let redis_url name the one that is written to",
}
# By the code that begins an error of the protocol (redis.io, "Simple errors").
PASSWORD = "correct the user and the password in redis_url, or give that user access to all keys and commands"  # noqa: S105


def refused(trouble: Exception) -> str | None:
    """What to do about it; None where Redis is only away."""
    if isinstance(trouble, (redis.AuthenticationError, redis.exceptions.NoPermissionError)):
        return f"{_code_first(trouble)}: {PASSWORD}"
    if isinstance(trouble, redis.ResponseError):
        words = _code_first(trouble)
        code = words.partition(" ")[0]
        return f"{words}: {CODES[code]}" if code in CODES else words
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
