"""Signed tokens: which mail, which link and for what, so that nobody can guess or swap one.

A token is base64url of `key id (1 byte) | tag (16 bytes) | hidden claim`. The tag is HMAC-SHA256 over the claim, cut to
128 bits, with a key made for one purpose only; the claim is hidden under a key stream made from the tag (a synthetic IV:
Rogaway and Shrimpton, "Deterministic Authenticated-Encryption", 2006). So a recipient cannot count our mails, and whoever
sees a link does not read what it carries: whom to write to no more, or where a click leads. A link thus does its work
also where its mail's row is gone (a database put back from a backup) or cannot be asked just now.

Tokens never expire: an unsubscribe link has to work for as long as the mail is kept.
"""

from __future__ import annotations

import base64
import binascii
import enum
import functools
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from relance import errors
from relance.wording import Text

TAG_BYTES = 16
STREAM_BYTES = 32  # a block of the key stream: one SHA-256
SMALLEST_SECRET = 16
LONGEST_CARRIED = 1100  # bytes; a mail program may cut an address of more than 2,000 characters
# Two numbers of at most 64 and 32 bits, seven bits a byte, and what the link carries.
LONGEST_CLAIM = 10 + 5 + LONGEST_CARRIED
LONGEST_TOKEN = -(-(1 + TAG_BYTES + LONGEST_CLAIM) * 4 // 3)
LARGEST_MESSAGE = 2**63 - 1
LARGEST_INDEX = 2**31 - 1

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SPELLING = re.compile(r"[A-Za-z0-9_-]+")


class Purpose(enum.StrEnum):
    """What a token is for. One made for one purpose is no token at all for another."""

    OPEN = "open"
    CLICK = "click"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True)
class Claim:
    """What a valid token says: the number of the message, of the link within it, and what the link carries.

    `carried` is the recipient (unsubscribe) or the target (click); empty in links made before they carried anything.
    """

    message: int
    index: int
    carried: str = field(default="", repr=False)


class Mac:
    """HMAC-SHA256 (RFC 2104) with the key's share of the work done once: a mail carries half a dozen tokens, and
    `hmac.digest` takes three times as long. Safe to use from several threads: the kept states are only copied."""

    def __init__(self, key: bytes) -> None:
        block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, text: bytes) -> bytes:
        """The 32 bytes for a text."""
        inner = self._inner.copy()
        inner.update(text)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


@dataclass(frozen=True, repr=False)
class _Keys:
    """The two keys made from one secret for one purpose; never shown."""

    tag: Mac
    hide: Mac


class Signer:
    """Makes tokens with the current secret and reads those of every secret it knows.

    To rotate, add a new key id, make it current, and keep the old one for as long as mails signed with it may be read.
    """

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        if current not in keys:
            raise errors.Misconfigured(
                Text("The current tracking key {number} is not among the keys.", number=current)
            )
        for key_id, secret in keys.items():
            _check(key_id, secret)
        self._current = current
        self._keys = {
            (key_id, purpose): _made_for(secret, purpose)
            for key_id, secret in keys.items()
            for purpose in Purpose
        }

    def sign(self, purpose: Purpose, message: int, index: int = 0, carried: str = "") -> str:
        """The token for one message (and link) and one purpose; four characters for every three bytes it carries."""
        text = carried.encode()
        if not (0 <= message <= LARGEST_MESSAGE and 0 <= index <= LARGEST_INDEX):
            raise ValueError(f"no token can carry message {message}, link {index}")
        if len(text) > LONGEST_CARRIED:
            raise ValueError(f"no token can carry {len(text)} bytes")
        keys = self._keys[self._current, purpose]
        claim = _number(message) + _number(index) + text
        tag = _tag(keys, self._current, claim)
        return _encoded(bytes((self._current,)) + tag + _masked(keys, tag, claim))

    def read(self, purpose: Purpose, token: str) -> Claim | None:
        """What the token claims, or None unless it is exactly one that `sign` made for this purpose."""
        raw = _decoded(token)
        if raw is None or len(raw) <= 1 + TAG_BYTES:
            return None
        key_id, tag = raw[0], raw[1 : 1 + TAG_BYTES]
        keys = self._keys.get((key_id, purpose))
        if keys is None:
            return None
        claim = _masked(keys, tag, raw[1 + TAG_BYTES :])
        if not hmac.compare_digest(tag, _tag(keys, key_id, claim)):
            return None
        return _claim(claim)


def _check(key_id: int, secret: bytes) -> None:
    if not 0 <= key_id <= 255:
        raise errors.Misconfigured(
            Text("A tracking key id must be a number from 0 to 255, not {number}.", number=key_id)
        )
    if len(secret) < SMALLEST_SECRET:
        raise errors.Misconfigured(
            Text(
                "Tracking key {number} is too short: it needs at least {size} bytes.",
                number=key_id,
                size=SMALLEST_SECRET,
            )
        )


def _made_for(secret: bytes, purpose: Purpose) -> _Keys:
    label = f"relance tracking {purpose}".encode()
    maker = Mac(secret)
    return _Keys(tag=Mac(maker.digest(label + b" tag")), hide=Mac(maker.digest(label + b" hide")))


def _tag(keys: _Keys, key_id: int, claim: bytes) -> bytes:
    return keys.tag.digest(bytes((key_id,)) + claim)[:TAG_BYTES]


def _masked(keys: _Keys, tag: bytes, claim: bytes) -> bytes:
    """Hide a claim, or bring a hidden one back: the same exclusive-or both ways."""
    stream = keys.hide.digest(tag)
    for block in range(1, -(-len(claim) // STREAM_BYTES)):
        stream += keys.hide.digest(tag + bytes((block,)))
    return (int.from_bytes(claim) ^ int.from_bytes(stream[: len(claim)])).to_bytes(len(claim))


def _decoded(token: str) -> bytes | None:
    """The bytes of a token in its one proper spelling; base64's lax readings would give a token many names."""
    if len(token) > LONGEST_TOKEN or not _SPELLING.fullmatch(token):
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return None
    return raw if _encoded(raw) == token else None


def _encoded(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


@functools.lru_cache(maxsize=256)  # a mail's own number stands in each of its half a dozen tokens
def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first, the high bit set on all but the last."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _claim(raw: bytes) -> Claim:
    """What stands in a claim whose tag was right, so that only `sign` can have written it."""
    message, after = _read_number(raw, 0)
    index, after = _read_number(raw, after)
    return Claim(message, index, raw[after:].decode())


def _read_number(raw: bytes, start: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    value = 0
    for place, byte in enumerate(raw[start:]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, start + place + 1
    return value, len(raw)
