"""Passwords: what is accepted, how they are kept (Argon2id, RFC 9106), and that checking takes as long for nobody."""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Iterable

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


_PRODUCT = "relance"
_COMMON = [
    "administrator",
    "admin",
    "password",
    "passwort",
    "passwd",
    "pass",
    "haslo",
    "hasło",
    "welcome",
    "witaj",
    "witam",
    "letmein",
    "changeme",
    "zmienmnie",
    "default",
    "secret",
    "iloveyou",
    "kochanie",
    "kocham",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "pokemon",
    "monkey",
    "dragon",
    "master",
    "shadow",
    "michael",
    "charlie",
    "jordan",
    "computer",
    "internet",
    "samsung",
    "google",
    "polska",
    "warszawa",
    "misiek",
    "matrix",
    "trustno",
    "starwars",
    "whatever",
    "spring",
    "summer",
    "autumn",
    "winter",
    "wiosna",
    "lato",
    "jesien",
    "zima",
    "company",
    "sales",
    "test",
    "guest",
    "user",
    "login",
]
# The words of the commonest leaked passwords, in both languages. A password is refused when little is left without them.
_ROWS = (
    *("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm"),
    *("1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb", "zaq12wsxcde34rfv", "qazwsxedcrfv"),
)
# Alphabets and rows of a keyboard, read in both ways.
_SHORTEST_RUN, _SHORTEST_OWN = 4, 3
# Characters; what is shorter is found in every password.
_LOOKALIKES = str.maketrans("@4031$57", "aaoeisst")
_YEAR = re.compile(r"(?:19|20)\d\d")


def require_good(password: str, email: str, name: str = "") -> None:
    """Raises `errors.Invalid` for a password that is too short, too long, made of the address or the name, or common."""
    if len(password) < SHORTEST:
        raise errors.Invalid(
            Text.plural("Use at least {count} character.", "Use at least {count} characters.", SHORTEST)
        )
    if len(password) > LONGEST:
        raise errors.Invalid(
            Text.plural("Use at most {count} character.", "Use at most {count} characters.", LONGEST)
        )
    folded = password.casefold()
    own = _own(email.casefold(), name.casefold())
    if _little(_without(folded, own)) or len(set(folded)) < SHORTEST // 2:
        raise errors.Invalid(
            Text(
                "This is easy to guess from your name, your email address or the name of this program, or repeats itself. Use several words."
            )
        )
    if any(_is_common(each, own) for each in (folded, folded.translate(_LOOKALIKES))):
        raise errors.Invalid(
            Text(
                "This is among the passwords that are tried first. Use several words that do not belong together."
            )
        )


def _own(email: str, name: str) -> list[str]:
    """What anybody knows of somebody, the longest first."""
    local, _, domain = email.partition("@")
    parts = [*re.split(r"\W|_|\d", local), *name.split()]
    known = {email, local, domain.partition(".")[0], _PRODUCT, *parts}
    return sorted((each for each in known if len(each) >= _SHORTEST_OWN), key=len, reverse=True)


def _is_common(password: str, own: list[str]) -> bool:
    rest = _without(_without_runs(password), [*own, *_COMMON])
    return rest != password and _little(re.sub(r"[\W_]", "", _YEAR.sub("", rest)))


def _little(rest: str) -> bool:
    return len(rest) < SHORTEST // 2


def _without(password: str, words: Iterable[str]) -> str:
    for word in words:
        password = password.replace(word, "")
    return password


def _without_runs(password: str) -> str:
    """Without the pieces, as long as they come, that a finger types along a row."""
    rows = [way for row in _ROWS for way in (row, row[::-1])]
    at, left = 0, ""
    while at < len(password):
        end = at
        while end < len(password) and any(password[at : end + 1] in row for row in rows):
            end += 1
        if end - at < _SHORTEST_RUN:
            left, end = left + password[at], at + 1
        at = end
    return left


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
