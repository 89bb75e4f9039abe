"""A mail's DKIM signature (RFC 6376, 8301, 8463), made over the very bytes that are stored and sent. Pure, but for the key's own
arithmetic, which is the cryptography library's."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import functools
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from relance import late
from relance.wording import Text

if TYPE_CHECKING:
    from cryptography import exceptions
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
else:  # seven megabytes, for those who sign
    exceptions, hashes, serialization, ed25519, padding, rsa = late.modules(
        "cryptography.exceptions",
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.serialization",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
        "cryptography.hazmat.primitives.asymmetric.padding",
        "cryptography.hazmat.primitives.asymmetric.rsa",
    )

RSA_BITS = 2048  # RFC 8301, 3.2: signers use at least so many
LONGEST_RSA = 4096  # the same: verifiers need not know longer ones
_KEY_LIMIT = 20_000  # bytes of a PEM file

# Each stands once more than the mail has it, so that nobody can add one (RFC 6376, 8.15): what a reader is shown, and what a
# program acts upon. RFC 8058, 3.1 asks for both list headers.
_SEALED = ("from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post")
# These are signed where the mail has them; a relay on its way may add one of its own.
_SIGNED = (
    *("message-id", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r\n]|\r\n[ \t])*)\r\n")
_BLANKS = re.compile(rb"[ \t]+")
_LINE = 72  # of the signature in base64


class UnfitSigningKey(ValueError):
    """No mail may be signed with this; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True)
class SigningKey:
    """What signs a mailbox's mails: the private key (PKCS #8, DER), and where its public half is published."""

    domain: str
    selector: str
    der: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """rsa or ed25519, as its record and `a=` name it."""
        return "rsa" if isinstance(_opened(self.der), rsa.RSAPrivateKey) else "ed25519"

    @property
    def public(self) -> bytes:
        """As `p=` has it: SubjectPublicKeyInfo in DER (RSA), the 32 bytes themselves (Ed25519: RFC 8463, 4)."""
        return _public(self.der)

    @property
    def name(self) -> str:
        """The name in DNS under which it is published."""
        return record_name(self.selector, self.domain)

    @property
    def record(self) -> str:
        """What is published there, as TXT."""
        return f"v=DKIM1; k={self.kind}; p={base64.b64encode(self.public).decode()}"


def record_name(selector: str, domain: str) -> str:
    """The name in DNS under which a key is published (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def kept(stored: str) -> bytes:
    """The private key that was stored, in base64, as a vault seals nothing but text."""
    return base64.b64decode(stored)


def to_keep(der: bytes) -> str:
    """A private key as it is to be stored."""
    return base64.b64encode(der).decode()


def read(pem: str) -> bytes:
    """A private key in PEM; raises `UnfitSigningKey`."""
    try:
        if len(pem) > _KEY_LIMIT:
            raise UnfitSigningKey(_NO_KEY)
        found = serialization.load_pem_private_key(pem.encode(), None)
    except TypeError:  # what the library says of one that needs a password
        raise UnfitSigningKey(_LOCKED) from None
    except (ValueError, exceptions.UnsupportedAlgorithm):
        raise UnfitSigningKey(_NO_KEY) from None
    if isinstance(found, rsa.RSAPrivateKey):
        if not RSA_BITS <= found.key_size <= LONGEST_RSA:
            raise UnfitSigningKey(
                Text("the RSA key has {bits} bits; from 2048 to 4096 are accepted.", bits=found.key_size)
            )
    elif not isinstance(found, ed25519.Ed25519PrivateKey):
        raise UnfitSigningKey(_OTHER_KIND)
    return _in_der(found)


_NO_KEY = Text("holds no private key in PEM.")
_LOCKED = Text("is protected by a passphrase; remove it first.")
_OTHER_KIND = Text("is neither an RSA nor an Ed25519 key, the two kinds that DKIM knows.")


def make(kind: str) -> bytes:
    """A new private key; `kind`: rsa or ed25519."""
    if kind == "ed25519":
        return _in_der(ed25519.Ed25519PrivateKey.generate())
    return _in_der(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def _in_der(key: Any) -> bytes:
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return bytes(key.private_bytes(serialization.Encoding.DER, form, none))


@functools.lru_cache(maxsize=64)
def _opened(der: bytes) -> Any:
    # It was examined when it was taken in; examining it again costs more than a hundred signatures.
    return serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)


@functools.lru_cache(maxsize=64)
def _public(der: bytes) -> bytes:
    public, raw = _opened(der).public_key(), serialization.Encoding.Raw
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.public_bytes(raw, serialization.PublicFormat.Raw)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(public.public_bytes(serialization.Encoding.DER, form))


def sign(raw: bytes, key: SigningKey, at: dt.datetime) -> bytes:
    """The mail with its signature on top: relaxed/relaxed, SHA-256, the whole body. `raw`: CRLF lines, headers of our own."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = [(name.lower().decode(), value) for name, value in _FIELD.findall(head + b"\r\n")]
    names = _names([name for name, _ in fields])
    unsigned = _unsigned(key, names, binascii.b2a_base64(_digest(body), newline=False).decode(), at)
    lines = [*_chosen(fields, names), _relaxed("dkim-signature", unsigned.encode())[:-2]]
    signature = base64.b64encode(_signed(key.der, b"".join(lines))).decode()
    rows = "\r\n ".join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
    return f"DKIM-Signature:{unsigned}{rows}\r\n".encode("ascii") + raw


def _unsigned(key: SigningKey, names: list[str], digest: str, at: dt.datetime) -> str:
    """The header's value, with nothing behind `b=` yet (RFC 6376, 3.7)."""
    return (
        f" v=1; a={key.kind}-sha256; c=relaxed/relaxed;\r\n d={key.domain};\r\n s={key.selector}; t={int(at.timestamp())};\r\n"
        f" h={_rows(names)};\r\n bh={digest};\r\n b="
    )


def _rows(names: list[str]) -> str:
    """The names with colons between them, four on a line: white space may stand around each (RFC 6376, 3.5)."""
    rows = [":".join(names[start : start + 4]) for start in range(0, len(names), 4)]
    return ":\r\n  ".join(rows)


def _names(there: list[str]) -> list[str]:
    """What `h=` says."""
    kept = {*_SEALED, *_SIGNED}
    return [*(name for name in there if name in kept), *_SEALED]


def _chosen(fields: list[tuple[str, bytes]], names: list[str]) -> list[bytes]:
    """What is signed of the headers: of those with the same name from the last one up (RFC 6376, 5.4.2); one that is named
    and is not there counts as nothing."""
    left, chosen = list(fields), []
    for name in names:
        found = next((each for each in reversed(left) if each[0] == name), None)
        if found is not None:
            left.remove(found)
            chosen.append(_relaxed(*found))
    return chosen


def _relaxed(name: str, value: bytes) -> bytes:
    """A header as RFC 6376, 3.4.2 has it."""
    return name.encode() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t") + b"\r\n"


def _digest(body: bytes) -> bytes:
    """Of the body as RFC 6376, 3.4.4 has it."""
    body = re.sub(rb" \r\n", b"\r\n", _BLANKS.sub(b" ", body)).rstrip(b"\r\n")
    return hashlib.sha256(body + b"\r\n" if body else b"").digest()


def _signed(der: bytes, data: bytes) -> bytes:
    key = _opened(der)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(hashlib.sha256(data).digest())  # RFC 8463, 3
    return bytes(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
