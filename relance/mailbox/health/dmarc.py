"""What a domain asks receivers to do with mail that fails (DMARC, RFC 7489), and whether a mail is aligned. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from relance.mailbox import address
from relance.mailbox.health import findings
from relance.mailbox.health.dns_answers import DnsAnswers, tagged
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


class Request(StrEnum):
    """What is to happen to mail that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True)
class Policy:
    """A DMARC record as it applies to one domain."""

    request: Request
    percent: int = 100  # of the mail it is asked for
    strict_spf: bool = False  # the domain itself must have passed, not another of the same organisation
    strict_dkim: bool = False
    testing: bool = (
        False  # receivers are asked to be milder than it says (RFC 9989), which older ones do not know
    )


@dataclass(frozen=True)
class Passes:
    """Whether the mail of a mailbox passes; None: not known."""

    spf: bool | None = None
    dkim: bool | None = None


def parsed(record: bytes, *, subdomain: bool = False) -> Policy | None:
    """A record's policy for its domain, or for those below it; None where it is none (RFC 7489, 6.3 and 6.6.3)."""
    tags = tagged(record)
    if next(iter(tags.items()), None) != ("v", "DMARC1"):
        return None
    asked = (tags.get("sp", "") if subdomain else "") or tags.get("p", "")
    if asked.lower() not in set(Request):
        if not tags.get("rua"):
            return None
        asked = Request.NONE
    percent = tags.get("pct", "100")
    return Policy(
        Request(asked.lower()),
        min(100, int(percent)) if percent.isascii() and percent.isdecimal() and len(percent) < 4 else 100,
        tags.get("aspf", "").lower() == "s",
        tags.get("adkim", "").lower() == "s",
        tags.get("t", "").lower() == "y",
    )


def aligned(ours: str, theirs: str, *, strict: bool) -> bool:
    """Whether a domain that passed speaks for the one in From (RFC 7489, 3.1)."""
    ours, theirs = ours.rstrip(".").lower(), theirs.rstrip(".").lower()
    if ours == theirs:
        return bool(ours)
    registered = address.organisation(ours)
    return not strict and registered is not None and registered == address.organisation(theirs)


@dataclass(frozen=True)
class Found:
    """What was found for a domain."""

    policy: Policy | None = None
    where: str = ""
    several: bool = False
    silent: str = ""


def look_up(domain: str, answers: DnsAnswers) -> Found:
    """The policy of a domain: its own, else its organisation's (RFC 7489, 6.6.3)."""
    for where in dict.fromkeys((domain, address.organisation(domain) or domain)):
        answer = answers.ask(f"_dmarc.{where}", "TXT")
        if answer.silent:
            return Found(silent=f"_dmarc.{where}")
        parts = [parsed(each, subdomain=where != domain) for each in answer.records]
        policies = [each for each in parts if each is not None]
        if policies:
            return Found(policies[0] if len(policies) == 1 else None, where, len(policies) > 1)
    return Found()


def examine(domain: str, passes: Passes, answers: DnsAnswers, signs: str = "") -> Finding:
    """How it stands with a domain whose mail passes as told; `signs`: the domain for which it is signed here, empty where it is not."""
    found = look_up(domain, answers)
    if found.silent:
        return findings.silent(Check.DMARC, found.silent)
    if found.several:
        said = Text(
            "{domain} has several DMARC records; receivers follow none of them. The DNS administrator of {domain} has "
            "to leave one.",
            domain=found.where,
        )
        return Finding(Check.DMARC, Grade.WARNING, said.coded(SentenceCode.DMARC_SEVERAL))
    if found.policy is None:
        said = Text(
            "{domain} has no DMARC record, which large receivers ask for. The DNS administrator of {domain} should add "
            "one at _dmarc.{domain}: {record}",
            domain=domain,
            record="v=DMARC1; p=none",
        )
        return Finding(Check.DMARC, Grade.WARNING, said.coded(SentenceCode.DMARC_MISSING))
    return next(_judged(domain, found.policy, passes, signs))


def _judged(domain: str, policy: Policy, passes: Passes, signs: str) -> Iterator[Finding]:
    """The first counts."""
    if passes.spf is False and passes.dkim is False and policy.request is not Request.NONE:
        said = Text(
            "{domain} asks receivers to refuse or set aside mail that passes neither SPF nor DKIM for it (DMARC), and "
            "the mail of this mailbox passes neither. The DNS administrator of {domain} has to put SPF or DKIM right "
            "first.",
            domain=domain,
        ).coded(SentenceCode.DMARC_REFUSES)
        certain = policy.request is Request.REJECT and policy.percent == 100 and not policy.testing
        yield Finding(Check.DMARC, Grade.FAILED if certain else Grade.WARNING, said)
    if policy.strict_dkim and signs and not aligned(domain, signs, strict=True):
        said = Text(
            "The DMARC record of {domain} accepts only signatures for {domain} itself (adkim=s), and the mail of this mailbox is "
            "signed for {signs}, which does not count. Use a key for {domain}, or ask its DNS administrator to remove adkim=s.",
            domain=domain,
            signs=signs,
        )
        yield Finding(Check.DMARC, Grade.WARNING, said.coded(SentenceCode.DMARC_STRICT))
    if policy.testing:
        said = Text(
            "{domain} has a DMARC record that is a test (t=y): receivers are asked not to follow it strictly.",
            domain=domain,
        )
        yield Finding(Check.DMARC, Grade.FINE, said.coded(SentenceCode.DMARC_TESTING))
    said = Text("{domain} has a DMARC record.", domain=domain)
    yield Finding(Check.DMARC, Grade.FINE, said.coded(SentenceCode.DMARC_FOUND))
