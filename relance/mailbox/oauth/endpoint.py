"""One question to an endpoint of a provider: by https (or to this machine), bounded in time and bytes, and redirected nowhere."""

from __future__ import annotations

import http.client
import urllib.parse
from dataclasses import dataclass

from relance.mailbox import bounded_http, tls

SECONDS = 20.0  # for the whole question, however slowly an endpoint answers
LARGEST = 64 * 1024  # bytes of an answer; those with tokens take a few kilobytes
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class UnfitAddress(ValueError):
    """An endpoint's address to which no secret may be sent."""


class NoAnswer(Exception):
    """The endpoint did not answer in full; whether it has done what it was asked is not known."""


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered."""

    status: int
    body: bytes


def is_fit(url: str) -> bool:
    """Whether secrets may be sent to that address: https with a host and nothing odd, or http on this machine. Pure."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = all("!" <= letter <= "~" for letter in url) and not parts.username and not parts.fragment
    return (
        plain
        and bool(host)
        and (parts.scheme == "https" or (parts.scheme == "http" and tls.is_loopback(host)))
    )


def post(url: str, form: str, *, seconds: float = SECONDS) -> Answer:
    """The answer to a form. Raises `UnfitAddress`, and `NoAnswer` where none came, or none that can be trusted."""
    if not is_fit(url):
        raise UnfitAddress(url)
    parts = urllib.parse.urlsplit(url)
    link = bounded_http.link(parts.hostname or "", parts.port, seconds, secure=parts.scheme == "https")
    try:
        with bounded_http.within(seconds, link):
            path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
            link.request("POST", path, form.encode("ascii"), _FORM)
            response = link.getresponse()
            body = bounded_http.body(response, LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
    if body is None:
        raise NoAnswer("the answer is too large")
    if link.was_cut:
        raise NoAnswer("the answer did not end in time")
    return Answer(response.status, body)
