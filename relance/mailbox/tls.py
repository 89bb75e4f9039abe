"""Whom to trust: verified TLS always, unprotected connections only to this very computer."""

from __future__ import annotations

import functools
import ipaddress
import pathlib
import re
import ssl
from collections.abc import Mapping

from relance import errors
from relance.wording import Text, of_system, quoted
from relance.wording.sentence_codes import SentenceCode

_BEGIN = "-----BEGIN CERTIFICATE-----"
_CERTIFICATES = re.compile(rf"{_BEGIN}[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


def is_pem(trusted: str | None) -> bool:
    """Whether what a mailbox is to trust is the certificates themselves, and not the path of a file of them. Pure."""
    return trusted is not None and _BEGIN in trusted


def fault_of_pem(trusted: str | None) -> Text | None:
    """What is wrong with certificates that were handed over themselves; of a file nothing is said, which may come later."""
    if trusted is None or not is_pem(trusted):
        return None
    try:
        context(trusted)
    except errors.Broken as unreadable:
        return unreadable.text
    return None


def context(ca_file: str | None = None) -> ssl.SSLContext:
    """A client context that verifies certificate and name, trusting the system's authorities and `ca_file`: the path of a file
    of PEM, or the PEM itself.

    Contexts are shared: reading the system's authorities costs more than a poll. Do not change what you are given.
    Raises `errors.Broken` when `ca_file` cannot be read.
    """
    if not ca_file:
        return _made(None, 0)
    if is_pem(ca_file):
        return _of_text(ca_file)
    try:
        return _made(ca_file, pathlib.Path(ca_file).stat().st_mtime_ns)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise errors.Broken(
            Text(
                "The file of trusted certificates {ca_file} cannot be read ({reason}). Give the path of a PEM "
                "file, or leave the setting out to trust the system's authorities.",
                ca_file=ca_file,
                reason=_reason(error),
            ).coded(SentenceCode.CA_FILE_UNREADABLE)
        ) from error


@functools.lru_cache(maxsize=64)
def _made(ca_file: str | None, changed: int) -> ssl.SSLContext:
    del changed  # part of the key: a file that was replaced is read again
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file and is_pem(ca_file):
        made.load_verify_locations(cadata="\n".join(_CERTIFICATES.findall(ca_file)))
    elif ca_file:
        made.load_verify_locations(cafile=ca_file)
    return made


def _of_text(pem: str) -> ssl.SSLContext:
    try:
        return _made(pem, 0)
    except (OSError, ValueError) as error:
        raise errors.Broken(
            Text(
                "The certificate cannot be read ({reason}). Paste all of it, from its first line to its last.",
                reason=_reason(error),
            )
        ) from error


def is_loopback(host: str) -> bool:
    """Whether this host is certainly this computer, so that nothing crosses a network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _reason(error: Exception) -> Text:
    if isinstance(error, ssl.SSLError):
        return quoted(error.reason) if error.reason else Text("no certificate in it")
    return of_system(error)


CERTIFICATES: Mapping[int, Text] = {
    9: Text("it is not valid yet"),
    10: Text("it has expired"),
    18: Text("the server signed it itself"),
    19: Text("its authority is not trusted here"),
    20: Text("its authority is not known here"),
    21: Text("its authority is not known here"),
    23: Text("it has been revoked"),
    62: Text("it is made out to another name"),
    64: Text("it is made out to another name"),
}
"""What is wrong with a certificate, by OpenSSL's number (X509_V_ERR_…), beside "the certificate"."""


def of_certificate(error: ssl.SSLCertVerificationError) -> Text:
    """Why a certificate is not trusted; OpenSSL's words in quotation marks where that is not common."""
    return CERTIFICATES.get(error.verify_code) or quoted(error.verify_message)
