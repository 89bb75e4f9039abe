"""Who may send for a domain, as its SPF record says (RFC 7208), and whether a provider's servers are among them. Pure.

Nobody knows from which address a provider will send, so nothing is evaluated for one: the record and what it includes are read
whole. That a provider is excluded is said only where nothing in them could cover a single one of its addresses.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from relance.mailbox.health import findings
from relance.mailbox.health.dns_answers import DnsAnswer, DnsAnswers
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MOST_LOOKUPS = 10  # terms that make a receiver ask DNS again (RFC 7208, 4.6.4)
MOST_NETWORKS = 500  # of one domain that are compared; a record with more is not judged
_TERM = re.compile(
    r"(?P<sign>[+\-~?]?)(?P<name>[a-z0-9][a-z0-9_.\-]*)(?P<rest>[:=/].*)?", re.IGNORECASE | re.DOTALL
)
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_MECHANISMS = _ASKING | {"all", "ip4", "ip6"}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class Reach:
    """What a domain's record and all that it includes say together."""

    lookups: int = 0
    includes: set[str] = field(default_factory=set)
    networks: list[Network] = field(default_factory=list)
    vague: bool = False  # something in it covers addresses that cannot be listed
    silent: str = ""  # a name of which DNS said nothing
    broken: str = ""  # a term, or an included domain, that makes the whole record an error
    others: str = ""  # what becomes of who is not listed: the sign before `all`; empty: neutral

    @property
    def too_many(self) -> bool:
        """Whether receivers give up before its end."""
        return self.lookups > MOST_LOOKUPS

    @property
    def sure(self) -> bool:
        """Whether `networks` is all that it covers."""
        return not (self.vague or self.silent or self.broken or self.too_many)


def records(answer: DnsAnswer) -> list[str]:
    """The SPF records among a name's TXT records."""
    found = [each.decode("ascii", "replace") for each in answer.records]
    return [each for each in found if each[:6].lower() == "v=spf1" and each[6:7] in ("", " ")]


def reach(domain: str, answers: DnsAnswers) -> Reach:
    """Read a domain's record and what it includes, to the limit of lookups."""
    found = Reach()
    _read(domain, answers, found, top=True)
    return found


def _read(domain: str, answers: DnsAnswers, found: Reach, *, top: bool) -> None:
    answer = answers.ask(domain, "TXT")
    written = records(answer)
    if answer.silent:
        found.silent = found.silent or domain
    elif len(written) != 1:
        found.broken = found.broken or domain  # of one that is included, too (RFC 7208, 5.2)
    else:
        _terms(written[0], answers, found, top=top)


def _terms(record: str, answers: DnsAnswers, found: Reach, *, top: bool) -> None:
    redirect = ""
    for word in record.split(" ")[1:]:
        if not word or found.too_many:
            continue
        term = _TERM.fullmatch(word)
        name = term["name"].lower() if term else ""
        rest = (term["rest"] or "") if term else ""
        if term and rest.startswith("="):
            redirect = rest[1:] if name == "redirect" and not term["sign"] else redirect
        elif term is None or name not in _MECHANISMS:
            found.broken = found.broken or word
        elif name == "all":
            _everybody(found, term["sign"] or "+", top=top)
            return  # what follows counts for nothing, a redirect included
        elif term["sign"] != "-":
            _covers(name, rest, word, answers, found)
        else:
            found.lookups += name in _ASKING
    if redirect:
        _follow(redirect, answers, found, top=top)


def _everybody(found: Reach, sign: str, *, top: bool) -> None:
    if top:
        found.others = sign
    if sign == "+":
        found.vague = True


def _covers(name: str, rest: str, word: str, answers: DnsAnswers, found: Reach) -> None:
    """A term that lets somebody send."""
    if name in ("ip4", "ip6"):
        _network(name, rest, word, found)
    elif name == "include":
        _follow(rest.removeprefix(":"), answers, found, top=False)
    else:
        found.lookups += 1
        found.vague = True  # what these stand for may change any day


def _network(name: str, rest: str, word: str, found: Reach) -> None:
    kind = ipaddress.IPv4Network if name == "ip4" else ipaddress.IPv6Network
    try:
        found.networks.append(kind(rest.removeprefix(":"), strict=False))
    except ValueError:
        found.broken = found.broken or word
    if len(found.networks) > MOST_NETWORKS:
        del found.networks[MOST_NETWORKS:]
        found.vague = True


def _follow(name: str, answers: DnsAnswers, found: Reach, *, top: bool) -> None:
    """Another domain's record counts, too. A circle ends at the limit of lookups."""
    found.lookups += 1
    name = name.rstrip(".").lower()
    if not name or "%" in name:  # a macro: who is asked about depends on the mail
        found.vague = True
    elif not found.too_many:
        found.includes.add(name)
        _read(name, answers, found, top=top)


def examine(domain: str, include: str, answers: DnsAnswers) -> Finding:
    """How it stands with a domain; `include`: what the provider tells its customers to include, empty where that is not known."""
    answer = answers.ask(domain, "TXT")
    written = records(answer)
    if answer.silent:
        return findings.silent(Check.SPF, domain)
    if len(written) > 1:
        return _several(domain, len(written))
    if not written:
        return _missing(domain, include)
    found = reach(domain, answers)
    return next(_judged(domain, include, found, answers))


def _judged(domain: str, include: str, found: Reach, answers: DnsAnswers) -> Iterator[Finding]:
    """The first counts."""
    if found.broken:
        said = Text(
            "The SPF record of {domain} cannot be read: {term}. Receivers count it as an error. The DNS administrator "
            "of {domain} has to correct it.",
            domain=domain,
            term=found.broken,
        )
        yield Finding(Check.SPF, Grade.WARNING, said.coded(SentenceCode.SPF_BROKEN))
    if found.too_many:
        said = Text(
            "The SPF record of {domain} makes receivers ask DNS more than {limit} times; they give up and count it as "
            "an error. The DNS administrator of {domain} has to remove what is no longer used.",
            domain=domain,
            limit=MOST_LOOKUPS,
        )
        yield Finding(Check.SPF, Grade.WARNING, said.coded(SentenceCode.SPF_TOO_MANY_LOOKUPS))
    if include and include in found.includes:
        said = Text("SPF allows the provider to send for {domain}.", domain=domain)
        yield Finding(Check.SPF, Grade.FINE, said.coded(SentenceCode.SPF_ALLOWS))
    if found.silent:
        yield findings.silent(Check.SPF, found.silent)
    yield _without(domain, include, found, answers)


def _without(domain: str, include: str, found: Reach, answers: DnsAnswers) -> Finding:
    """A record that does not name the provider."""
    if not include:
        said = Text(
            "{domain} has one SPF record. Which servers this mailbox's mail comes from is not known, so it is not known"
            " whether the record covers them.",
            domain=domain,
        )
        return Finding(Check.SPF, Grade.UNKNOWN, said.coded(SentenceCode.SPF_NOT_JUDGED))
    if found.others == "-" and excludes(found, reach(include, answers)):
        said = Text(
            "The SPF record of {domain} tells receivers to refuse mail from the mailbox's provider. The DNS "
            "administrator of {domain} has to add include:{include} to it.",
            domain=domain,
            include=include,
        )
        return Finding(Check.SPF, Grade.FAILED, said.coded(SentenceCode.SPF_EXCLUDES))
    said = Text(
        "The SPF record of {domain} does not name the mailbox's provider. Unless it lists the provider's servers one by"
        " one, the DNS administrator of {domain} should add include:{include} to it.",
        domain=domain,
        include=include,
    )
    return Finding(Check.SPF, Grade.WARNING, said.coded(SentenceCode.SPF_INCLUDE_MISSING))


def excludes(domain: Reach, provider: Reach) -> bool:
    """Whether a domain covers none of a provider's addresses, for certain."""
    if not (domain.sure and provider.sure and provider.networks):
        return False
    return not any(
        ours.version == theirs.version and ours.overlaps(theirs)
        for ours in domain.networks
        for theirs in provider.networks
    )


def _several(domain: str, count: int) -> Finding:
    said = Text(
        "{domain} has {count} SPF records. Receivers count that as an error (RFC 7208) as if there were none. The DNS "
        "administrator of {domain} has to merge them into one.",
        domain=domain,
        count=count,
    )
    return Finding(Check.SPF, Grade.FAILED, said.coded(SentenceCode.SPF_SEVERAL))


def _missing(domain: str, include: str) -> Finding:
    said = Text(
        "{domain} has no SPF record, so receivers cannot tell its mail from forged mail. The DNS administrator of "
        "{domain} should add one: {record}",
        domain=domain,
        record=f"v=spf1 include:{include} ~all" if include else "v=spf1 … ~all",
    )
    return Finding(Check.SPF, Grade.WARNING, said.coded(SentenceCode.SPF_MISSING))
