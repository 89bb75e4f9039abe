"""Passwords, tokens and second factors are sealed anew with the newest key, so that an older one can go."""

from __future__ import annotations

from dataclasses import dataclass

from relance import errors
from relance.engine.context import Context
from relance.engine.store.mailboxes import sealed

ROUNDS = 3  # what changes while it is sealed anew is looked at again


@dataclass(frozen=True)
class KeyRotation:
    """How a change of keys ended."""

    key: int  # the number of the newest key: everything below is sealed with it
    sealed_anew: int
    already: int  # that it had sealed before
    unopened: tuple[
        str, ...
    ] = ()  # whose secrets do not open with any key that is here; they were left as they are


def rotate(context: Context) -> KeyRotation:
    """Seal everything anew that another key than the newest has sealed. Safe beside running processes that have that key: whoever
    stores a new secret meanwhile seals it so by themselves."""
    anew = 0
    for _ in range(ROUNDS):
        with context.database.read() as conn:
            old = [each for each in sealed.everything(conn) if not context.vault.is_current(each.sealed)]
        opened = {each: plain for each in old if (plain := _opened(context, each)) is not None}
        with context.database.write() as conn:
            anew += sum(
                sealed.replace(conn, each, context.vault.seal(plain, each.place))
                for each, plain in opened.items()
            )
        if not opened:
            break
    return _told(context, anew)


def _opened(context: Context, each: sealed.Sealed) -> str | None:
    try:
        return context.vault.open(each.sealed, each.place)
    except errors.Broken:
        return None


def _told(context: Context, anew: int) -> KeyRotation:
    with context.database.read() as conn:
        found = sealed.everything(conn)
    left = tuple(sorted({each.owner for each in found if not context.vault.is_current(each.sealed)}))
    already = sum(context.vault.is_current(each.sealed) for each in found) - anew
    return KeyRotation(context.vault.current, anew, max(0, already), left)
