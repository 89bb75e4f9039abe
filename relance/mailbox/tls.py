"""Whom to trust: verified TLS always, unprotected connections only to this very computer."""

from __future__ import annotations

import ipaddress
import ssl

from relance import errors


def context(ca_file: str | None = None) -> ssl.SSLContext:
    """A client context that verifies certificate and name, trusting the system's authorities and `ca_file` (PEM).

    Raises `errors.Broken` when `ca_file` cannot be read.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            made.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise errors.Broken(
                f"The file of trusted certificates {ca_file} cannot be read ({_reason(error)}). "
                "Give the path of a PEM file, or leave the setting out to trust the system's authorities."
            ) from error
    return made


def is_loopback(host: str) -> bool:
    """Whether this host is certainly this computer, so that nothing crosses a network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "no certificate in it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
