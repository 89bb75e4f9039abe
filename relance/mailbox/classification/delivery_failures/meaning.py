"""Why a mail failed, from what servers say: a provider's own words first, then generic ones in any language, then the code.

Pure. What nothing explains stays unknown; `delivery_failures.bounces` and the send path ask the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance.complete import complete
from relance.mailbox.classification.delivery_failures import stages, status
from relance.mailbox.classification.delivery_failures.providers import provider
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.classification.languages import language
from relance.mailbox.failures import ABOUT_ADDRESS, BEFORE_RECIPIENT, FailureReason, FailureStage

_HOST = re.compile(r"\b(?:host|server|while talking to) ((?:[a-z0-9_-]{1,63}\.){1,8}[a-z][a-z0-9-]{1,23})")
_HOSTS = 4  # that are named in words, and looked at
_LONGEST = 2000  # letters of a server's words that are looked at
_ORDER = (
    FailureReason.LOOP,
    FailureReason.FULL,
    FailureReason.SIZE,
    FailureReason.NO_SUCH_DOMAIN,
    FailureReason.NO_SUCH_USER,
    FailureReason.SUSPENDED,
    FailureReason.AUTHENTICATION,
    FailureReason.RATE,
    FailureReason.CONTENT,
    FailureReason.REPUTATION,
    FailureReason.BLOCKED,
    FailureReason.FILTERED,
    FailureReason.NETWORK,
    FailureReason.EXPIRED,
    FailureReason.POLICY,
)
# Where words speak of several, the more particular one.

_LASTS: Mapping[FailureReason, Severity] = complete(
    FailureReason,
    {
        **dict.fromkeys(ABOUT_ADDRESS, Severity.HARD),
        FailureReason.UNKNOWN: Severity.HARD,
        FailureReason.FULL: Severity.SOFT,
        FailureReason.SIZE: Severity.SOFT,
        FailureReason.EXPIRED: Severity.SOFT,
        FailureReason.NETWORK: Severity.SOFT,
        FailureReason.LOOP: Severity.SOFT,
        FailureReason.CONTENT: Severity.BLOCKED,
        FailureReason.POLICY: Severity.BLOCKED,
        FailureReason.AUTHENTICATION: Severity.BLOCKED,
        FailureReason.REPUTATION: Severity.BLOCKED,
        FailureReason.RATE: Severity.BLOCKED,
        FailureReason.BLOCKED: Severity.BLOCKED,
        FailureReason.FILTERED: Severity.BLOCKED,
    },
)
"""Whose problem each is as a rule, and for how long."""

_CODES: tuple[tuple[re.Pattern[str], FailureReason], ...] = tuple(
    (re.compile(expression), reason)
    for expression, reason in (
        (r"[45]\.1\.(?:1|3|6|10)", FailureReason.NO_SUCH_USER),
        (r"[45]\.1\.2|5\.4\.4|[45]\.7\.18", FailureReason.NO_SUCH_DOMAIN),
        (r"[45]\.1\.(?:7|8|9)", FailureReason.POLICY),
        (r"[45]\.2\.1|5\.7\.13", FailureReason.SUSPENDED),
        (r"[45]\.2\.2", FailureReason.FULL),
        (r"[45]\.2\.3|[45]\.3\.4", FailureReason.SIZE),
        (r"[45]\.3\.\d+|[45]\.4\.[0-4]", FailureReason.NETWORK),
        (r"[45]\.4\.5|[45]\.5\.3|[45]\.7\.28|[45]\.1\.90", FailureReason.RATE),
        (r"[45]\.4\.(?:6|14)", FailureReason.LOOP),
        (r"[45]\.4\.7", FailureReason.EXPIRED),
        (r"[45]\.6\.\d+", FailureReason.CONTENT),
        (r"[45]\.7\.(?:8|9|2[0-7]|29)", FailureReason.AUTHENTICATION),
        (r"[45]\.7\.\d+", FailureReason.POLICY),
    )
)
# RFC 3463, 7372, 7505 and the registry of enhanced status codes; asked last, for servers misuse codes more than words.


@dataclass(frozen=True)
class RefusalWords:
    """What a server said, and what is known of who said it."""

    words: str  # folded
    code: str | None = None
    hosts: Sequence[str] = ()
    language: str | None = None
    stage: FailureStage = FailureStage.UNKNOWN  # where it is known without words
    severity: Severity | None = None  # by code and clear words; None: nothing tells


@dataclass(frozen=True)
class FailureReading:
    """What it means."""

    failure: FailureReason
    stage: FailureStage
    severity: Severity
    definite: bool  # whether it proves that there is no such address
    phrase: str = ""  # the words that tell, folded; empty where a code does, or nothing


def read(said: RefusalWords) -> FailureReading:
    """Why a mail failed. `severity` of what nothing explains is for good, and never definite."""
    words = status.without_addresses(said.words[:_LONGEST])
    stage = said.stage if said.stage is not FailureStage.UNKNOWN else stages.stage(words)
    found = _by_provider(said, words, stage) or _by_words(said, words, stage)
    return _about_sender(found) if found.stage in BEFORE_RECIPIENT else found


def _by_provider(said: RefusalWords, words: str, stage: FailureStage) -> FailureReading | None:
    codes = filter(None, (said.code, status.find(words)))
    hosts = [*said.hosts, *_HOST.findall(words)[:_HOSTS]]
    explained = provider.explained(codes, words, hosts)
    if explained is None:
        return None
    _, meaning, match = explained
    if _contradicts(meaning, said, words):
        return None
    severity = _LASTS[meaning.failure]
    if said.severity is not Severity.HARD:  # a domain that takes no mail says so whatever its code
        severity = _for_now(severity, said.code)
    if meaning.lasting is not None:
        severity = Severity.HARD if meaning.lasting else Severity.SOFT
    definite = meaning.definite
    if definite is None:
        definite = status.is_definite(said.code, said.words)
    definite = definite and meaning.failure in ABOUT_ADDRESS
    at = meaning.stage if meaning.stage is not None and stage is FailureStage.UNKNOWN else stage
    return FailureReading(meaning.failure, at, severity, definite, match.group())


def _contradicts(meaning: provider.ProviderMeaning, said: RefusalWords, words: str) -> bool:
    """A code alone is no match for words that clearly speak of something else."""
    return (
        meaning.coded and not meaning.sentence.pattern and said.severity is None and bool(topics(words, None))
    )


def _by_words(said: RefusalWords, words: str, stage: FailureStage) -> FailureReading:
    """By words in any language, as far as they agree with what code and clear words say of whose problem it is."""
    spoken = topics(words, said.language)
    severity = said.severity
    if severity is None:
        first = next(iter(spoken), FailureReason.UNKNOWN)
        severity = _for_now(_LASTS[first], said.code)
    reason = next((each for each in spoken if _fits(each, severity)), None)
    reason = reason or _by_code(said.code, severity) or _for_the_time(spoken, severity)
    gone = reason in (FailureReason.NO_SUCH_USER, FailureReason.NO_SUCH_DOMAIN) and reason in spoken
    definite = reason in ABOUT_ADDRESS and (gone or status.is_definite(said.code, said.words))
    return FailureReading(
        reason, stage, severity, definite and severity is Severity.HARD, spoken.get(reason, "")
    )


def _fits(reason: FailureReason, severity: Severity) -> bool:
    return _LASTS[reason] is severity or (severity is Severity.SOFT and reason is FailureReason.RATE)


def _for_the_time(spoken: Mapping[FailureReason, str], severity: Severity) -> FailureReason:
    """What is put off may have any reason, also one that would be for good; what is for good has its own, or none."""
    first = next(iter(spoken), FailureReason.UNKNOWN)
    return first if severity is Severity.SOFT else FailureReason.UNKNOWN


def _by_code(code: str | None, severity: Severity) -> FailureReason | None:
    meant = next((reason for expression, reason in _CODES if code and expression.fullmatch(code)), None)
    return meant if meant and (_fits(meant, severity) or severity is Severity.SOFT) else None


def _for_now(severity: Severity, code: str | None) -> Severity:
    return Severity.SOFT if severity is Severity.HARD and (code or "").startswith("4") else severity


def _about_sender(found: FailureReading) -> FailureReading:
    """Refused before the recipient was named: whatever it says, it cannot be about them."""
    reason = FailureReason.POLICY if found.failure in ABOUT_ADDRESS else found.failure
    severity = before_recipient(found.severity, found.stage)
    return dataclasses.replace(found, failure=reason, severity=severity, definite=False)


def placed(found: FailureReading, words: str) -> FailureReading:
    """The same, with the stage that further words of the notice tell, where it was not known."""
    if found.stage is not FailureStage.UNKNOWN:
        return found
    there = dataclasses.replace(found, stage=stages.stage(words))
    return _about_sender(there) if there.stage in BEFORE_RECIPIENT else there


def before_recipient(severity: Severity, stage: FailureStage) -> Severity:
    """A failure that nothing explains, by its stage: what is refused before the recipient is named is not about them."""
    early = severity is Severity.HARD and stage in BEFORE_RECIPIENT
    return Severity.BLOCKED if early else severity


def topics(words: str, hint: str | None) -> dict[FailureReason, str]:
    """The reasons that folded words speak of, the more particular first, each with its words: in English, which most servers
    speak, or else in the first language that finds any."""
    every = language.all_languages()
    for each in sorted(every, key=lambda one: (one.code != "en", one.code != hint)):
        matches = ((reason, each.find(f"bounce.{reason.value}", words)) for reason in _ORDER)
        found = {reason: match.group() for reason, match in matches if match}
        if found:
            return found
    return {}
