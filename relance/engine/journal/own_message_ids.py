"""The Message-IDs of our own mails: each bears a keyed mark that tells this installation whose step it is, and nobody else.

A token is 20 bytes, written as 32 letters and digits that survive a change of case (RFC 4648 base32, lower case): a tag
of 8 bytes and, hidden under a key stream made from it, the step's fingerprint (8 bytes) and the enrollment's number (4).
The fingerprint is a keyed hash of the sequence's name, the recipient and the step, so that a mail is known again by what
it is, also after a backup was put back and numbers were given anew. The same step to the same person bears the same id,
whichever state of the database wrote it: two copies of it are one mail to whoever compares Message-IDs (RFC 5322, 3.6.4).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relance import errors
from relance.tracking.tokens import SMALLEST_SECRET, Mac
from relance.wording import Text

_TAG, _PRINT, _NUMBER = 8, 8, 4  # bytes
_LARGEST = 2 ** (8 * _NUMBER) - 1
_FORM = re.compile(r"<?([a-z2-7]{32})@[^<>\s@]+>?", re.IGNORECASE)


@dataclass(frozen=True)
class OwnMessageId:
    """What a Message-ID of ours says. `enrollment` is its number when the mail was written, a hint: numbers come again."""

    message_id: str
    fingerprint: str
    enrollment: int


@dataclass(frozen=True, repr=False)
class _Keys:
    """Three keys made from one secret; never shown."""

    fingerprint: Mac
    tag: Mac
    hide: Mac


class OwnMessageIds:
    """Makes Message-IDs with the current secret, and knows those of every secret that is configured."""

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        if current not in keys or any(len(secret) < SMALLEST_SECRET for secret in keys.values()):
            raise errors.Misconfigured(
                Text("The key that Message-IDs are marked with is missing or too short.")
            )
        rest = [number for number in sorted(keys) if number != current]
        self._keys = [_made(keys[number]) for number in (current, *rest)]  # the current one first

    def token(self, enrollment: int, sequence: str, recipient: str, step: str) -> str:
        """The local part of a Message-ID: 32 characters, the same ones for the same step to the same person."""
        keys = self._keys[0]
        hint = enrollment if 0 <= enrollment <= _LARGEST else 0
        claim = _fingerprint(keys, sequence, recipient, step) + hint.to_bytes(_NUMBER)
        tag = _tag(keys, claim)
        return base64.b32encode(tag + _masked(keys, tag, claim)).decode("ascii").lower()

    def read(self, message_id: str) -> OwnMessageId | None:
        """What an id says, or None unless this installation made it. The domain is not looked at: forwarders change it."""
        found = _FORM.fullmatch(message_id.strip())
        if found is None:
            return None
        raw = base64.b32decode(found[1].upper())
        tag, hidden = raw[:_TAG], raw[_TAG:]
        for keys in self._keys:
            claim = _masked(keys, tag, hidden)
            if hmac.compare_digest(tag, _tag(keys, claim)):
                number = int.from_bytes(claim[_PRINT:])
                return OwnMessageId(f"<{message_id.strip().strip('<>')}>", claim[:_PRINT].hex(), number)
        return None

    def find_ours(self, ids: Iterable[str]) -> list[OwnMessageId]:
        """Those of some ids that this installation made, each step once."""
        found = {own.fingerprint: own for each in reversed(list(ids)) if (own := self.read(each)) is not None}
        return list(reversed(found.values()))

    def fingerprints(self, sequence: str, recipient: str, step: str) -> tuple[str, ...]:
        """What the ids of this step bear, one for each key they may have been made with, the current one first."""
        return tuple(_fingerprint(keys, sequence, recipient, step).hex() for keys in self._keys)


def _made(secret: bytes) -> _Keys:
    maker = Mac(secret)
    return _Keys(
        *(Mac(maker.digest(f"relance message id {use}".encode())) for use in ("print", "tag", "hide"))
    )


def _fingerprint(keys: _Keys, sequence: str, recipient: str, step: str) -> bytes:
    said = (part.encode("utf-8", "surrogatepass") for part in (sequence, recipient.lower(), step))
    text = b"".join(len(part).to_bytes(4) + part for part in said)  # so that no two triples read alike
    return keys.fingerprint.digest(text)[:_PRINT]


def _tag(keys: _Keys, claim: bytes) -> bytes:
    return keys.tag.digest(claim)[:_TAG]


def _masked(keys: _Keys, tag: bytes, claim: bytes) -> bytes:
    """Hide a claim, or bring a hidden one back: the same exclusive-or both ways."""
    stream = keys.hide.digest(tag)[: len(claim)]
    return (int.from_bytes(claim) ^ int.from_bytes(stream)).to_bytes(len(claim))
