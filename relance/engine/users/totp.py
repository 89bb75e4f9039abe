"""Codes of a second factor: time-based one-time passwords (RFC 6238, HMAC-SHA1, six digits, 30 seconds)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
AROUND = 1
# Steps before and after now that are taken as well: clocks differ, and people type slowly.


def new_key() -> str:
    """A key of 160 bits, in base32 as apps take it."""
    return base64.b32encode(os.urandom(20)).decode()


def code(key: str, step: int, digits: int = DIGITS) -> str:
    """The code of a time step."""
    mac = hmac.new(_bytes(key), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(key: str, typed: str, seconds: float) -> int | None:
    """The time step that a typed code belongs to, near `seconds` since 1970; None where it fits none."""
    said = "".join(typed.split())
    now = int(seconds) // STEP_SECONDS
    found = None
    for step in range(now - AROUND, now + AROUND + 1):
        if hmac.compare_digest(code(key, step).encode(), said.encode()):
            found = step
    return found


def address(key: str, email: str, issuer: str) -> str:
    """What an app reads from the square of dots."""
    return f"otpauth://totp/{quote(f'{issuer}:{email}')}?secret={key}&issuer={quote(issuer)}"


def _bytes(key: str) -> bytes:
    try:
        return base64.b32decode(key + "=" * (-len(key) % 8))
    except binascii.Error:
        return b""
