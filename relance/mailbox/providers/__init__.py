"""Which provider a mailbox is at, where its servers are, and how people sign in there. Pure; the facts are in `table.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from relance import errors
from relance.mailbox.account import Security, Server
from relance.mailbox.providers.facts import PASSWORDS, Provider, SendingLimits, Way, WayIn
from relance.mailbox.providers.table import KNOWN
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

__all__ = [
    "KNOWN",
    "Provider",
    "Setup",
    "Way",
    "advice",
    "at",
    "guess",
    "hosted",
    "limits",
    "of",
    "of_domain",
    "password_ended",
    "usual",
]

_BY_DOMAIN = {domain: each for each in KNOWN.values() for domain in each.domains}


@dataclass(frozen=True)
class Setup:
    """The servers of a mailbox, and the provider they belong to where it is one that we know."""

    smtp: Server
    imap: Server
    provider: Provider | None = None


def usual(domain: str) -> Setup:
    """The servers that most companies name so themselves."""
    return Setup(
        Server(f"smtp.{domain}", 587, Security.STARTTLS), Server(f"imap.{domain}", 993, Security.TLS)
    )


def of(provider: Provider) -> Setup:
    """A provider's own servers."""
    return Setup(provider.servers.smtp, provider.servers.imap, provider)


def of_domain(domain: str) -> Provider | None:
    """Whose own domain it is, in which anybody can have an address."""
    return _BY_DOMAIN.get(domain.lower())


def guess(address: str) -> Setup:
    """The servers of an address: its provider's where the domain is one of a provider's own, else the usual ones."""
    domain = address.rpartition("@")[2].lower()
    known = _BY_DOMAIN.get(domain)
    return of(known) if known else usual(domain)


def at(address: str, smtp: Server, imap: Server) -> Provider | None:
    """Whose servers these are; None where a provider of ours has not both. The address tells those apart that share servers."""
    known = _BY_DOMAIN.get(address.rpartition("@")[2].lower())
    hosts = (smtp.host.lower(), imap.host.lower())
    found = [each for each in KNOWN.values() if hosts == (each.servers.smtp.host, each.servers.imap.host)]
    if known in found:
        return known
    return next((each for each in found if not each.domains), found[0] if found else None)


def limits(address: str, smtp: Server, imap: Server) -> SendingLimits | None:
    """What the provider that takes a mailbox's mails allows; None: not known."""
    sending = _owner(address, smtp, imap, "smtp")
    return sending.limits if sending else None


def advice(provider: Provider, on: dt.date) -> tuple[Text, ...]:
    """What its customers need to know before they sign in from another program."""
    return tuple(_advice(provider, on))


def _advice(provider: Provider, on: dt.date) -> Iterator[Text]:
    ways = provider.ways(on)
    if Way.APP_PASSWORD in ways and Way.PASSWORD not in ways:
        yield Text(
            "{provider} requires an app password (two-step verification must be on), not the one you sign in with.",
            provider=provider.title,
        )
    if provider.imap_off:
        yield Text(
            "{provider} lets programs read mail only after IMAP is switched on in the mailbox's settings.",
            provider=provider.title,
        )


def password_ended(address: str, smtp: Server, imap: Server, on: dt.date) -> errors.Problem | None:
    """Why no password can serve at these servers any more, and what to type instead; None where one may. Each server counts for itself."""
    reading, sending = _owner(address, smtp, imap, "imap"), _owner(address, smtp, imap, "smtp")
    why = _none_for(reading, "IMAP", on) or _none_for(sending, "SMTP", on)
    if why is None:
        return None
    instead = Text("Type `relance mailbox sign-in {address}`.", address=address)
    return errors.Problem(why, where="password", command=instead)


def _owner(address: str, smtp: Server, imap: Server, kind: str) -> Provider | None:
    """Who runs one of two servers: whoever runs both, else anybody who has it."""
    host = (imap if kind == "imap" else smtp).host.lower()
    having = [each for each in KNOWN.values() if getattr(each.servers, kind).host == host]
    return at(address, smtp, imap) or next(iter(having), None)


def _none_for(provider: Provider | None, protocol: str, on: dt.date) -> Text | None:
    ends = [_end(each, protocol) for each in provider.sign_in if each.way in PASSWORDS] if provider else []
    over = [day for day in ends if day is not None and on >= day]
    if provider is None or not over or len(over) < len(ends):
        return None
    return Text(
        "{provider} has not accepted passwords from other programs since {day} ({protocol}). This mailbox needs sign-in "
        "with OAuth 2.0, on the provider's own page.",
        provider=provider.title,
        day=max(over),
        protocol=protocol,
    ).coded(SentenceCode.SIGN_IN_ENDED)


def _end(each: WayIn, protocol: str) -> dt.date | None:
    return each.imap_ends if protocol == "IMAP" else each.smtp_ends


def hosted(mx: Iterable[str]) -> Provider | None:
    """Who hosts a domain, by the names of its MX records."""
    names = [name.rstrip(".").lower() for name in mx]
    for each in KNOWN.values():
        if any(name == end or name.endswith(f".{end}") for name in names for end in each.hosts):
            return each
    return None
