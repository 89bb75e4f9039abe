"""The settings for mail programs that a domain publishes on the web (autoconfig, as Thunderbird reads it). Pure.

Format: https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/config-file-format.html. A document is whoever's word: it
is read by expat alone, without a DOCTYPE (so no entity can be declared, and nothing is fetched), and only servers with
encryption are taken from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # nothing is expanded or fetched: a DOCTYPE ends the reading

from relance.mailbox.account import Security, Server

LARGEST = 64 * 1024  # bytes of a document; those of large providers take about four kilobytes
DEEPEST = 16  # elements in one another; the format needs five
MOST_SERVERS = 20  # of each direction
LONGEST_HOST = 253  # RFC 1035, 2.3.4
_SECURITY = {"ssl": Security.TLS, "starttls": Security.STARTTLS}
_ADDRESSES = ("https://autoconfig.{domain}/mail/config-v1.1.xml", "https://{domain}{path}")
_WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"


class Unfit(ValueError):
    """A document that is not read: no XML, too deep, or with a DOCTYPE."""


@dataclass
class _Entry:
    """What one <incomingServer> or <outgoingServer> says, by element; the first of each counts."""

    way: str
    kind: str
    said: dict[str, str] = field(default_factory=dict)


def addresses(domain: str) -> Iterator[str]:
    """Where a domain publishes its settings, the place that is asked first before the other. `domain`: in ASCII."""
    for each in _ADDRESSES:
        yield each.format(domain=domain, path=_WELL_KNOWN)


def read(document: bytes, address: str) -> tuple[Server, Server] | None:
    """The servers that a document names for an address, SMTP and IMAP: the first of each that is encrypted, as its order is one of
    preference. None where it names none. Raises `Unfit`."""
    entries = _entries(document)
    smtp = next(_servers(entries, "outgoingServer", "smtp", address), None)
    imap = next(_servers(entries, "incomingServer", "imap", address), None)
    return (smtp, imap) if smtp and imap else None


def _servers(entries: list[_Entry], way: str, kind: str, address: str) -> Iterator[Server]:
    fitting = [each for each in entries if (each.way, each.kind) == (way, kind)]
    for each in fitting[:MOST_SERVERS]:
        host = _host(each.said.get("hostname", ""), address)
        port = each.said.get("port", "")
        security = _SECURITY.get(each.said.get("socketType", "").lower())
        if host and security and _is_port(port):
            yield Server(host, int(port), security)


def _is_port(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 6 and 0 < int(written) < 65536


def _host(written: str, address: str) -> str:
    """A name as DNS could have it, in lower case; "" for anything else."""
    local, _at, domain = address.rpartition("@")
    places = {"%EMAILDOMAIN%": domain, "%EMAILLOCALPART%": local}
    for place, value in places.items():
        written = written.replace(place, value)
    host = written.strip().rstrip(".").lower()
    parts = host.split(".")
    plain = all(part and part.replace("-", "").replace("_", "").isalnum() for part in parts)
    return host if plain and host.isascii() and len(host) <= LONGEST_HOST and len(parts) > 1 else ""


def _entries(document: bytes) -> list[_Entry]:
    if len(document) > LARGEST:
        raise Unfit("the document is too large")
    reading = _Reading()
    # UTF-8 whatever the document says of itself: no codec is looked up by a name that somebody else chose.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reading.begin
    parser.CharacterDataHandler = reading.text
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError) as broken:
        raise Unfit(str(broken)) from broken
    return reading.entries


def _refuse_doctype(*_declared: object) -> None:
    raise Unfit("the document has a DOCTYPE")


class _Reading:
    """Where the parser stands: the elements around it, and what it has found."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self._around: list[str] = []
        self._words: list[str] = []

    def begin(self, name: str, said: dict[str, str]) -> None:
        self._around.append(name)
        self._words = []
        if len(self._around) > DEEPEST:
            raise Unfit("the document is too deep")
        if self._around[:2] == ["clientConfig", "emailProvider"] and len(self._around) == 3:
            self.entries.append(_Entry(name, said.get("type", "").lower()))

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, name: str) -> None:
        if len(self._around) == 4 and self._around[1] == "emailProvider" and self.entries:
            self.entries[-1].said.setdefault(name, "".join(self._words).strip())
        self._around.pop()
        self._words = []
