"""Web requests as prospects, their mail programs and the machines before them make them. Loopback only."""

from __future__ import annotations

import functools
import html.parser
import http.client
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from relance.sandbox import record

TIMEOUT = 10.0
LARGEST_PAGE = 1 << 20


@dataclass(frozen=True)
class Agent:
    """Who asks: the headers that tell a person's browser from a machine."""

    user_agent: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Errand:
    """One request to make, for whom and why."""

    person: str
    act: record.Act
    url: str
    agent: Agent
    method: str = "GET"
    form: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Page:
    """An answer: what the record says of it, and its text."""

    visit: record.Visit
    text: str = ""


@dataclass(frozen=True)
class Form:
    """A form a page offers for sending by POST."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Answer:
    status: int = 0
    location: str = ""
    trouble: str = ""
    text: str = ""


def visit(book: record.Record, errand: Errand) -> Page:
    """Make the request and write it into the record with its answer. Redirects are noted, not followed."""
    asked = book.moment()
    answer = _ask(errand)
    entry = book.add(functools.partial(_entry, errand, answer, asked))
    return Page(entry, answer.text)


def find_form(page: str, url: str) -> Form | None:
    """The first form with `method="post"` on a page, with its fields as they stand; None where there is none."""
    reader = _FormReader()
    reader.feed(page)
    if reader.action is None:
        return None
    return Form(urljoin(url, reader.action), reader.fields)


def _entry(errand: Errand, answer: _Answer, asked: record.Moment, when: record.Moment) -> record.Visit:
    return record.Visit(
        asked=asked,
        answered=when,
        person=errand.person,
        act=errand.act,
        method=errand.method,
        url=errand.url,
        user_agent=errand.agent.user_agent,
        status=answer.status,
        location=answer.location,
        trouble=answer.trouble,
    )


def _ask(errand: Errand) -> _Answer:
    parts = urlsplit(errand.url)
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        return _Answer(trouble="not asked: only http on loopback is")
    body = urlencode(errand.form) if errand.form is not None else None
    headers = {"User-Agent": errand.agent.user_agent, **dict(errand.agent.headers)}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
    try:
        connection.request(errand.method, target, body, headers)
        reply = connection.getresponse()
        text = reply.read(LARGEST_PAGE).decode("utf-8", "replace")
        return _Answer(reply.status, reply.getheader("Location", ""), text=text)
    except (OSError, http.client.HTTPException) as trouble:
        return _Answer(trouble=f"{type(trouble).__name__}: {trouble}")
    finally:
        connection.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _FormReader(html.parser.HTMLParser):
    """Collects the first form that is sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False
        self._done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self._done and values.get("method", "").lower() == "post":
            self.action, self._inside = values.get("action", ""), True
        elif self._inside and tag in ("input", "button") and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._inside:
            self._inside, self._done = False, True
