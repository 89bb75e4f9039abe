"""Passwords: what is accepted, how they are kept (Argon2id, RFC 9106), and that checking takes as long for nobody."""

from __future__ import annotations

import functools
import os
import threading

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from relance import errors
from relance.wording import Text

SHORTEST, LONGEST = 10, 200
# Characters. NIST SP 800-63B: length counts, and rules about kinds of characters do not help.
_MEMORY, _ROUNDS, _LANES = 19 * 1024, 2, 1
# OWASP's smallest: 19 MiB and some 40 ms a password.
_AT_ONCE = threading.BoundedSemaphore(2)
# Passwords that are computed at the same time: a flood of tries must not take the memory that mail needs.


def require_good(password: str, email: str) -> None:
    """Raises `errors.Invalid` for a password that is too short, too long or made of the address."""
    if len(password) < SHORTEST:
        raise errors.Invalid(
            Text.plural("Use at least {count} character.", "Use at least {count} characters.", SHORTEST)
        )
    if len(password) > LONGEST:
        raise errors.Invalid(
            Text.plural("Use at most {count} character.", "Use at most {count} characters.", LONGEST)
        )
    folded = password.casefold()
    name, _, domain = email.casefold().partition("@")
    rest = folded.replace(email.casefold(), "").replace(name, "").replace(domain.partition(".")[0], "")
    if len(rest) < SHORTEST // 2 or len(set(folded)) < SHORTEST // 2:
        raise errors.Invalid(
            Text("This is easy to guess from your email address, or repeats itself. Use several words.")
        )


def hashed(password: str) -> str:
    """As it is stored: a PHC string, which names its own cost."""
    with _AT_ONCE:
        return _kdf(os.urandom(16)).derive_phc_encoded(password.encode())


def fits(password: str, stored: str) -> bool:
    """Whether this is the password. Where none is stored, the same work is done for nothing."""
    with _AT_ONCE:
        try:
            Argon2id.verify_phc_encoded(password[: LONGEST + 1].encode(), stored or _nobodys())
        except InvalidKey:
            return False
    return bool(stored)


@functools.cache
def _nobodys() -> str:
    return _kdf(os.urandom(16)).derive_phc_encoded(os.urandom(16))


def _kdf(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=_ROUNDS, lanes=_LANES, memory_cost=_MEMORY)
