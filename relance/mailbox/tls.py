"""Whom to trust: verified TLS always, unprotected connections only to this very computer."""

from __future__ import annotations

import functools
import ipaddress
import pathlib
import ssl

from relance import errors
from relance.wording import Text, of_system


def context(ca_file: str | None = None) -> ssl.SSLContext:
    """A client context that verifies certificate and name, trusting the system's authorities and `ca_file` (PEM).

    Contexts are shared: reading the system's authorities costs more than a poll. Do not change what you are given.
    Raises `errors.Broken` when `ca_file` cannot be read.
    """
    if not ca_file:
        return _made(None, 0)
    try:
        return _made(ca_file, pathlib.Path(ca_file).stat().st_mtime_ns)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise errors.Broken(
            Text(
                "The file of trusted certificates {ca_file} cannot be read ({reason}). Give the path of a PEM "
                "file, or leave the setting out to trust the system's authorities.",
                ca_file=ca_file,
                reason=_reason(error),
            )
        ) from error


@functools.lru_cache(maxsize=64)
def _made(ca_file: str | None, changed: int) -> ssl.SSLContext:
    del changed  # part of the key: a file that was replaced is read again
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        made.load_verify_locations(cafile=ca_file)
    return made


def is_loopback(host: str) -> bool:
    """Whether this host is certainly this computer, so that nothing crosses a network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _reason(error: Exception) -> Text | str:
    if isinstance(error, ssl.SSLError):
        return error.reason or Text("no certificate in it")
    if isinstance(error, OSError) and error.strerror:
        return of_system(error)
    return str(error)
