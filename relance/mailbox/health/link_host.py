"""Whether recipients can open the links in a mail: the host that they lead to. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from relance.mailbox.health import findings
from relance.mailbox.health.dns_answers import DnsAnswer, DnsAnswers
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


class Reached(StrEnum):
    """What a request to the address of the links met."""

    OURS = "ours"  # it was answered as we answer
    OTHER = "other"  # somebody else answered
    CERTIFICATE = "certificate"  # it is not valid for the host
    NOBODY = "nobody"  # not in time, or not at all; from here, that is
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class LinkHost:
    """The beginning of every link, and what a request there met."""

    base: str
    reached: Reached = Reached.NOT_ASKED


def examine(links: LinkHost, answers: DnsAnswers) -> Finding:
    """How it stands with the host of the links."""
    parts = urlsplit(links.base)
    host = (parts.hostname or "").rstrip(".").lower()
    addresses = _addresses(host, answers)
    if addresses.silent:
        return findings.silent(Check.LINKS, host)
    if not addresses.records:
        return _nowhere(host)
    if all(_only_here(each) for each in addresses.records):
        return _only_inside(host)
    return _met(host, links.reached, secure=parts.scheme == "https")


def _addresses(host: str, answers: DnsAnswers) -> DnsAnswer:
    try:
        return DnsAnswer((str(ipaddress.ip_address(host)).encode(),))
    except ValueError:
        found = [answers.ask(host, kind) for kind in ("A", "AAAA")]
    known = tuple(record for each in found for record in each.records)
    return DnsAnswer(known, silent=not known and any(each.silent for each in found))


def _only_here(written: bytes) -> bool:
    """Whether nobody on the internet reaches an address: this computer's, or one of a private network."""
    try:
        return not ipaddress.ip_address(written.decode("ascii", "replace")).is_global
    except ValueError:
        return False


def _nowhere(host: str) -> Finding:
    said = Text(
        "The links in mails lead to {host}, which DNS does not know: no recipient could open one, or unsubscribe. An "
        "administrator has to create the name, or set another web address for the links.",
        host=host,
    )
    return Finding(Check.LINKS, Grade.FAILED, said.coded(SentenceCode.LINKS_NOWHERE))


def _only_inside(host: str) -> Finding:
    """Only a warning: DNS in an office may answer otherwise than outside."""
    said = Text(
        "Seen from here, the links in mails lead to {host}, an address that the internet cannot reach. Unless DNS "
        "answers otherwise outside, an administrator has to set another web address for the links.",
        host=host,
    )
    return Finding(Check.LINKS, Grade.WARNING, said.coded(SentenceCode.LINKS_INSIDE))


def _met(host: str, reached: Reached, *, secure: bool) -> Finding:
    if reached is Reached.CERTIFICATE:
        said = Text(
            "The certificate of {host} is not valid, so browsers warn people who open a link in a mail. An "
            "administrator has to renew or correct it.",
            host=host,
        )
        return Finding(Check.LINKS, Grade.WARNING, said.coded(SentenceCode.LINKS_CERTIFICATE))
    if reached is Reached.OTHER:
        said = Text(
            "{host} answers, but it is not Relance that does: links in mails may lead nowhere. An administrator has to "
            "look at the web server there.",
            host=host,
        )
        return Finding(Check.LINKS, Grade.WARNING, said.coded(SentenceCode.LINKS_OTHER))
    if reached is Reached.NOBODY:
        said = Text(
            "{host} cannot be reached from here, so it is not known whether recipients can open links.",
            host=host,
        )
        return Finding(Check.LINKS, Grade.UNKNOWN, said.coded(SentenceCode.LINKS_NOT_REACHED))
    if not secure:
        said = Text(
            "The links in mails are not encrypted (http), and mail programs offer no one-click unsubscribing for them. "
            "An administrator should set a web address that begins with https.",
        )
        return Finding(Check.LINKS, Grade.WARNING, said.coded(SentenceCode.LINKS_UNENCRYPTED))
    said = Text("Links lead to {host}.", host=host)
    return Finding(Check.LINKS, Grade.FINE, said.coded(SentenceCode.LINKS_FINE))
