"""Where answers to a domain's mail go (MX), and under which keys its mail is signed (DKIM). Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from relance.mailbox.health import findings
from relance.mailbox.health.dns_answers import DnsAnswer, DnsAnswers, tagged
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


def mx(domain: str, answers: DnsAnswers) -> Finding:
    """Whether mail to a domain arrives anywhere (RFC 5321, 5.1; a null MX: RFC 7505)."""
    answer = answers.ask(domain, "MX")
    if answer.silent:
        return findings.silent(Check.MX, domain)
    names = [each.decode("ascii", "replace").rstrip(".") for each in answer.records]
    if any(names):
        said = Text("{domain} receives mail at {host}.", domain=domain, host=next(filter(None, names)))
        return Finding(Check.MX, Grade.FINE, said.coded(SentenceCode.MX_FOUND))
    if names:
        said = Text(
            "The DNS of {domain} says that it receives no mail: answers would not arrive. Its administrator has to name"
            " a mail server (MX).",
            domain=domain,
        )
        return Finding(Check.MX, Grade.FAILED, said.coded(SentenceCode.MX_REFUSES))
    return _without_mx(domain, [answers.ask(domain, kind) for kind in ("A", "AAAA")])


def _without_mx(domain: str, found: Sequence[DnsAnswer]) -> Finding:
    if any(each.records for each in found):
        said = Text(
            "{domain} names no mail server (MX), so answers go to the host of its website, if that takes mail. The DNS "
            "administrator of {domain} should add one.",
            domain=domain,
        )
        return Finding(Check.MX, Grade.WARNING, said.coded(SentenceCode.MX_MISSING))
    if any(each.silent for each in found):
        return findings.silent(Check.MX, domain)
    said = Text(
        "The DNS of {domain} names no mail server (MX) and no address: answers cannot arrive, and many receivers refuse"
        " mail from it. Its administrator has to name a mail server.",
        domain=domain,
    )
    return Finding(Check.MX, Grade.FAILED, said.coded(SentenceCode.MX_NOWHERE))


def signed(domain: str, *, passes: bool) -> Finding:
    """What the receiving server noted of a mail that the mailbox sent itself."""
    if passes:
        said = Text(
            "A mail from this mailbox arrived with a valid DKIM signature of {domain}.", domain=domain
        )
        return Finding(Check.DKIM, Grade.FINE, said.coded(SentenceCode.DKIM_PASSES))
    said = Text(
        "A mail from this mailbox arrived without a valid DKIM signature of {domain}. The mailbox's provider says how to switch "
        "it on for the domain.",
        domain=domain,
    )
    return Finding(Check.DKIM, Grade.WARNING, said.coded(SentenceCode.DKIM_FAILS))


@dataclass(frozen=True)
class OwnKey:
    """The public half of what signs a mailbox's mails here, and where it has to be published."""

    domain: str  # for which it signs
    name: str  # selector._domainkey.domain
    record: str  # as it has to be published
    public: bytes  # what `p=` has to hold


def own_key(key: OwnKey, answers: DnsAnswers) -> Finding:
    """Whether receivers find the key that our signature needs. With another one, or none, every signature is certain to fail."""
    answer = answers.ask(key.name, "TXT")
    if answer.silent:
        return findings.silent(Check.DKIM, key.name)
    known = [tagged(each) for each in answer.records if key_of(each) == key.public]
    good = [each for each in known if _takes_mail(each)]
    if good and all(is_test(each) for each in good):
        return _testing(key.name)
    if good:
        said = Text("The key that signs the mail of this mailbox is published at {name}.", name=key.name)
        return Finding(Check.DKIM, Grade.FINE, said.coded(SentenceCode.DKIM_OWN_KEY))
    if not answer.records:
        said = Text(
            "The key that signs the mail of this mailbox is not published. The DNS administrator has to add a TXT record at"
            " {name}: {record}",
            name=key.name,
            record=key.record,
        )
        return Finding(Check.DKIM, Grade.FAILED, said.coded(SentenceCode.DKIM_NOT_PUBLISHED))
    said = Text(
        "Another key is published at {name} than the one that signs the mail of this mailbox, so that its signatures are not"
        " valid. The DNS administrator has to replace the TXT record there: {record}",
        name=key.name,
        record=key.record,
    )
    return Finding(Check.DKIM, Grade.FAILED, said.coded(SentenceCode.DKIM_OTHER_KEY))


def _takes_mail(tags: dict[str, str]) -> bool:
    """Whether a record lets its key sign mail as we do (RFC 6376, 3.6.1): `h=` and `s=` may exclude that."""
    hashes, uses = (_listed(tags.get(name, "")) for name in ("h", "s"))
    return (not hashes or "sha256" in hashes) and (not uses or bool(uses & {"*", "email"}))


def is_test(tags: dict[str, str]) -> bool:
    """Whether a record says that its domain only tries DKIM out: receivers then count the mail as unsigned (RFC 6376, 3.6.1)."""
    return "y" in _listed(tags.get("t", ""))


def _testing(name: str) -> Finding:
    said = Text(
        "The key at {name} is published as a test (t=y), so that receivers count the mail as unsigned. The DNS administrator"
        " has to remove t=y from that record.",
        name=name,
    )
    return Finding(Check.DKIM, Grade.WARNING, said.coded(SentenceCode.DKIM_TESTING))


def _listed(value: str) -> set[str]:
    return {each.strip().lower() for each in value.split(":") if each.strip()}


def dkim(domain: str, selectors: Sequence[str], answers: DnsAnswers) -> Finding:
    """Whether a key is published under one of the names a provider usually gives. That none is there says nothing: a selector is
    any name, and only a signed mail tells it."""
    silent = ""
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        answer = answers.ask(name, "TXT")
        silent = silent or (name if answer.silent else "")
        keys = [tagged(each) for each in answer.records if key_of(each)]
        if keys and all(is_test(each) for each in keys):
            return _testing(name)
        if keys:
            said = Text(
                "A key for DKIM is published for {domain} ({selector}).", domain=domain, selector=selector
            )
            return Finding(Check.DKIM, Grade.FINE, said.coded(SentenceCode.DKIM_FOUND))
    if silent:
        return findings.silent(Check.DKIM, silent)
    said = Text(
        "It is not known under which name the key for DKIM of {domain} is published. A test of the mailbox with a mail "
        "to itself shows whether its mail is signed.",
        domain=domain,
    )
    return Finding(Check.DKIM, Grade.UNKNOWN, said.coded(SentenceCode.DKIM_UNKNOWN))


def key_of(record: bytes) -> bytes:
    """The public key in a record (RFC 6376, 3.6.1), in DER; empty where it is none, was withdrawn, or cannot be read."""
    tags = tagged(record)
    if tags.get("v", "DKIM1") != "DKIM1":
        return b""
    try:
        return base64.b64decode("".join(tags.get("p", "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
