"""All that is looked at for one mailbox, one after the other. Pure: the answers are given."""

from __future__ import annotations

from collections.abc import Iterator

from relance.mailbox import free_mail
from relance.mailbox.health import dmarc, link_host, records, spf
from relance.mailbox.health.dmarc import Passes
from relance.mailbox.health.dns_answers import DnsAnswers
from relance.mailbox.health.findings import Finding, Grade
from relance.mailbox.health.link_host import LinkHost
from relance.mailbox.health.records import OwnKey
from relance.mailbox.providers.facts import Authentication

_NOTHING_KNOWN = Authentication()


def examine(
    email: str,
    provider: Authentication | None,
    links: LinkHost,
    answers: DnsAnswers,
    seen: Passes | None = None,
    key: OwnKey | None = None,
) -> tuple[Finding, ...]:
    """The findings for a mailbox. `seen`: what its own mail met when it came back; `key`: what signs it here. An address at a free-mail domain is its provider's
    care: of it only the links are looked at."""
    return tuple(_found(email, provider or _NOTHING_KNOWN, links, answers, seen or Passes(), key))


def _found(
    email: str,
    provider: Authentication,
    links: LinkHost,
    answers: DnsAnswers,
    seen: Passes,
    key: OwnKey | None,
) -> Iterator[Finding]:
    domain = email.rpartition("@")[2].lower()
    if domain not in free_mail.DOMAINS:
        sender = spf.examine(domain, provider.spf_include, answers)
        yield sender
        yield _signed(domain, provider, answers, seen, key)
        passes = Passes(_passes(seen.spf, sender), seen.dkim)
        yield dmarc.examine(domain, passes, answers, key.domain if key else "")
        yield records.mx(domain, answers)
    yield link_host.examine(links, answers)


def _signed(
    domain: str, provider: Authentication, answers: DnsAnswers, seen: Passes, key: OwnKey | None
) -> Finding:
    """Our own signature is judged by its key; otherwise what was seen of a mail weighs more than what DNS lets expect."""
    ours = records.own_key(key, answers) if key is not None else None
    if ours is not None and (ours.grade is not Grade.FINE or seen.dkim is None):
        return ours
    if seen.dkim is not None:
        return records.signed(domain, passes=seen.dkim)
    return records.dkim(domain, provider.dkim_selectors, answers)


def _passes(seen: bool | None, sender: Finding) -> bool | None:
    """What was seen of a mail weighs more than what the records let expect."""
    return False if seen is None and sender.grade is Grade.FAILED else seen
