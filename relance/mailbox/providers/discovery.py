"""The servers of an address whose domain is no provider's own: what DNS says, else what the domain publishes on the web for mail
programs, else the names most companies use. Pure.

The first finding wins: SRV (made for this), then MX of a provider we know (whose servers, limits and sign-in are known better than any
domain publishes), then autoconfig (which costs questions to web servers). DNS without DNSSEC is whoever's word, and so is a web site.
Servers under the domain itself and those of a provider we know are believed, as every mail program does (RFC 6186, 6); any other is a
person's to confirm, for a password goes there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from relance.mailbox.account import Security, Server
from relance.mailbox.providers import KNOWN, Setup, at, autoconfig, guess, hosted, of, usual
from relance.wording import Text

RESERVED = ("example", "test", "invalid", "localhost")  # RFC 2606: DNS has none of them
MOST_RECORDS = 20  # of one answer that are looked at


class ServersFrom(StrEnum):
    """What the servers of an address are known from."""

    DOMAIN = "domain"  # it is one of a provider's own domains
    SRV = "srv"  # the domain's SRV records (RFC 6186, RFC 8314)
    MX = "mx"  # a provider we know receives the domain's mail
    AUTOCONFIG = "autoconfig"  # the domain publishes them on the web for mail programs
    USUAL = "usual"  # nothing says so: the usual names


@dataclass(frozen=True)
class SrvRecord:
    """One SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


class Resolver(Protocol):
    """What asks DNS. An answer is empty where there is none; raises `OSError` where nobody answers."""

    def mx(self, domain: str) -> Sequence[str]:
        """The names of its MX records."""

    def srv(self, name: str) -> Sequence[SrvRecord]:
        """Its SRV records."""


class Fetcher(Protocol):
    """What asks strangers' web servers."""

    def get(self, url: str, largest: int) -> bytes | None:
        """The document at an address; None where there is none of at most `largest` bytes. Never raises."""


@dataclass(frozen=True)
class Discovery:
    """The servers that were found, from what, and how far they can be believed."""

    setup: Setup
    origin: ServersFrom
    domain: str
    believed: bool = True  # False: a person has to confirm them before a password goes there
    offline: bool = False  # DNS did not answer

    @property
    def told(self) -> Text | None:
        """Where the servers come from; None where they are the provider's own and nothing was asked."""
        names = {"smtp": self.setup.smtp.host, "imap": self.setup.imap.host, "domain": self.domain}
        if self.origin is ServersFrom.SRV:
            return Text("The DNS records of {domain} name these servers: {smtp} and {imap}.", **names)
        if self.origin is ServersFrom.AUTOCONFIG:
            return Text(
                "The settings that {domain} publishes for mail programs name these servers: {smtp} and {imap}.",
                **names,
            )
        if self.origin is ServersFrom.MX and self.setup.provider:
            title = self.setup.provider.title
            return Text("The mail of {domain} is at {provider}: {smtp} and {imap}.", provider=title, **names)
        if self.origin is ServersFrom.USUAL and self.offline:
            return Text(
                "DNS does not answer, so the usual names of servers are taken: {smtp} and {imap}.", **names
            )
        if self.origin is ServersFrom.USUAL:
            return Text(
                "Neither DNS nor {domain} itself says which servers to use, so the usual names are taken: {smtp} and {imap}.",
                **names,
            )
        return None


def discover(address: str, resolver: Resolver, web: Fetcher | None = None) -> Discovery:
    """The servers of an address. Asks only for a domain that is no provider's own; `web`: None asks no web server. Never raises."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    known = guess(f"@{domain}")
    if known.provider is not None:
        return Discovery(known, ServersFrom.DOMAIN, domain)
    if domain.rpartition(".")[2] in RESERVED:
        return Discovery(usual(domain), ServersFrom.USUAL, domain)
    try:
        domain = domain.encode("idna").decode("ascii")
        found = _by_srv(domain, resolver) or _by_mx(domain, resolver)
        return found or (web and _published(address, domain, web)) or _nothing(domain)
    except UnicodeError:  # no name that DNS could have
        return Discovery(usual(domain), ServersFrom.USUAL, domain)
    except OSError:
        return Discovery(usual(domain), ServersFrom.USUAL, domain, offline=True)


def _nothing(domain: str) -> Discovery:
    return Discovery(usual(domain), ServersFrom.USUAL, domain)


def _by_mx(domain: str, resolver: Resolver) -> Discovery | None:
    provider = hosted(resolver.mx(domain)[:MOST_RECORDS])
    return Discovery(of(provider), ServersFrom.MX, domain) if provider else None


def _by_srv(domain: str, resolver: Resolver) -> Discovery | None:
    """TLS from the first byte goes before STARTTLS (RFC 8314, 3)."""
    imap = _server(resolver.srv(f"_imaps._tcp.{domain}"), Security.TLS)
    if imap is None:
        return None
    smtp = _server(resolver.srv(f"_submissions._tcp.{domain}"), Security.TLS)
    smtp = smtp or _server(resolver.srv(f"_submission._tcp.{domain}"), Security.STARTTLS)
    if smtp is None:
        return None
    return _named(smtp, imap, ServersFrom.SRV, domain)


def _published(address: str, domain: str, web: Fetcher) -> Discovery | None:
    """What the domain publishes; a document that cannot be read counts as none."""
    local = address.rpartition("@")[0]
    for url in autoconfig.addresses(domain):
        document = web.get(url, autoconfig.LARGEST)
        with contextlib.suppress(autoconfig.Unfit):
            servers = autoconfig.read(document, f"{local}@{domain}") if document else None
            if servers:
                return _named(*servers, ServersFrom.AUTOCONFIG, domain)
    return None


def _named(smtp: Server, imap: Server, origin: ServersFrom, domain: str) -> Discovery:
    provider = at(f"@{domain}", smtp, imap)
    setup = of(provider) if provider else Setup(smtp, imap)
    return Discovery(setup, origin, domain, believed=all(_is_ours(each, domain) for each in (smtp, imap)))


def _server(records: Sequence[SrvRecord], security: Security) -> Server | None:
    """The one to be asked first. A target "." says that there is none (RFC 6186, 3.4)."""
    fit = [each for each in records[:MOST_RECORDS] if each.target.rstrip(".") and 0 < each.port < 65536]
    first = min(fit, key=lambda each: (each.priority, -each.weight), default=None)
    return Server(first.target.rstrip(".").lower(), first.port, security) if first else None


def _is_ours(server: Server, domain: str) -> bool:
    known = {host for each in KNOWN.values() for host in (each.servers.smtp.host, each.servers.imap.host)}
    return server.host in known or server.host == domain or server.host.endswith(f".{domain}")
