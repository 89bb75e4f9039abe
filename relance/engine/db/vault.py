"""Credentials at rest: AES-256-GCM, bound to the row they belong to, under a key that can be changed."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from relance import errors, late
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

if TYPE_CHECKING:
    from cryptography import exceptions
    from cryptography.hazmat.primitives.ciphers import aead
else:  # seven megabytes, for those who sign in somewhere
    exceptions, aead = late.modules("cryptography.exceptions", "cryptography.hazmat.primitives.ciphers.aead")

_NONCE = (
    12  # bytes; NIST SP 800-38D, 8.2: random 96-bit nonces are right for the few secrets one key seals here
)
_KEY_ID = 1  # byte


def derive(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose from the installation's secret (HKDF-SHA256, RFC 5869)."""
    key = hmac.digest(bytes(32), secret, "sha256")  # 2.2, with the salt that stands for none
    return hmac.digest(key, f"relance {purpose}\x01".encode(), "sha256")  # 2.3, its first block


class Vault:
    """Seals and opens short secrets. The key's id travels with the ciphertext, so that old ones open after a rotation."""

    def __init__(self, secrets: Mapping[int, bytes], current: int) -> None:
        self._keys = {number: derive(secret, "credentials") for number, secret in secrets.items()}
        self._current = current

    def seal(self, plain: str, place: str) -> bytes:
        """Encrypt for one `place` (for instance `mailbox/ada@acme.example`); it opens nowhere else."""
        nonce = os.urandom(_NONCE)
        sealed = aead.AESGCM(self._keys[self._current]).encrypt(nonce, plain.encode(), place.encode())
        return bytes([self._current]) + nonce + sealed

    @property
    def current(self) -> int:
        """The number of the key that seals what is new."""
        return self._current

    def is_current(self, sealed: bytes) -> bool:
        """Whether that key has sealed it."""
        return bool(sealed) and sealed[0] == self._current

    def open(self, sealed: bytes, place: str) -> str:
        """The secret, or `errors.Broken` when the key is another one or the row was tampered with."""
        key = self._keys.get(sealed[0]) if sealed else None
        if key is None:
            raise errors.Broken(
                Text(
                    "the password of {place} was sealed with key {key}, which is not configured here. Give the old "
                    "key beside the new one, or enter the password again.",
                    place=place,
                    key=sealed[:1].hex() or "?",
                ).coded(SentenceCode.KEY_IS_ANOTHER)
            )
        try:
            return (
                aead.AESGCM(key)
                .decrypt(sealed[_KEY_ID : _KEY_ID + _NONCE], sealed[_KEY_ID + _NONCE :], place.encode())
                .decode()
            )
        except exceptions.InvalidTag:
            raise errors.Broken(
                Text(
                    "the password of {place} does not open with this installation's secret key. Is RELANCE_SECRET_KEY "
                    "(or relance.key) the one it was stored with?",
                    place=place,
                ).coded(SentenceCode.KEY_IS_ANOTHER)
            ) from None
