"""The policy, read top to bottom: the first question answered with yes says what a mail is.

Structure comes first, since reports quote everything; then headers, envelope and subject; words come last, and only the
sender's own. What no machine is known to have made was written by a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from relance.complete import complete
from relance.mailbox.classification import intent, rule_names, rules, substitute
from relance.mailbox.classification.languages import normalize
from relance.mailbox.classification.message_view import OurMail, RuleMatch
from relance.mailbox.classification.named_dates import return_date
from relance.mailbox.classification.readings import Readings
from relance.mailbox.parsing.inbound import Classification, InboundMail, Intent, Kind

VERSION = 17
# Raised whenever a rule or a data file changes what is judged, so that history can be judged again.

Rule = Callable[[Readings], RuleMatch | None]

RULES: tuple[tuple[Rule, Kind], ...] = (
    # Structure: what a program laid out so that programs can read it.
    (rules.is_complaint, Kind.COMPLAINT),
    (rules.is_statistics, Kind.AUTO_REPLY),
    (rules.is_receipt, Kind.RECEIPT),
    (rules.is_own_copy, Kind.OWN_COPY),
    (rules.is_calendar, Kind.CALENDAR),
    (rules.is_unreadable, Kind.UNREADABLE),
    # Reports about a delivery; one reading, asked four times.
    (rules.is_blocked, Kind.BLOCKED),
    (rules.is_soft_bounce, Kind.SOFT_BOUNCE),
    (rules.is_hard_bounce, Kind.HARD_BOUNCE),
    (rules.is_delivered, Kind.RECEIPT),
    # Machines that speak for a person; the button "unsubscribe" first, since programs send that mail too.
    (rules.is_unsubscribe_mail, Kind.OPT_OUT),
    (rules.is_challenge, Kind.CHALLENGE),
    (rules.has_left, Kind.LEFT_COMPANY),
    (rules.is_away, Kind.OUT_OF_OFFICE),
    (rules.is_bulk_mail, Kind.LIST_MAIL),
    (rules.is_acknowledgement, Kind.AUTO_REPLY),
    (rules.is_wordless_absence, Kind.OUT_OF_OFFICE),
    (rules.is_automatic, Kind.AUTO_REPLY),
    # People.
    (rules.asks_to_stop, Kind.OPT_OUT),
    (rules.is_person, Kind.HUMAN),
)
complete(Kind, {kind: rule for rule, kind in RULES})  # a kind that no rule finds does not import


def _name(rule: Rule) -> str:
    """What a judgement keeps of the rule that made it."""
    return rule.__name__.replace("_", " ")


complete((_name(rule) for rule, _kind in RULES), rule_names.NAMES)  # nor a rule that has no name for people


def judge(
    mail: InboundMail,
    *,
    received: dt.datetime,
    own_addresses: Collection[str],
    sent: Sequence[OurMail] = (),
    mailed: Collection[str] = (),
    own_hosts: Collection[str] = (),
) -> Classification:
    """What this mail is, and why.

    `received` is aware; `own_addresses` are our mailboxes; `sent` is what we sent to this person, to tell our words from
    theirs; `mailed` are the addresses we mailed, which guard the guesses about bounces; `own_hosts` are the servers of our
    mailbox, which tell our provider's words from a receiver's.
    """
    letter = Readings(mail, received, _small(own_addresses), tuple(sent), _small(mailed), _small(own_hosts))
    for rule, kind in RULES:
        if finding := rule(letter):
            return _filled(letter, kind, _name(rule), finding)
    raise AssertionError("the last rule answers every mail")


def _small(addresses: Collection[str]) -> frozenset[str]:
    return frozenset(address.lower() for address in addresses)


def _filled(letter: Readings, kind: Kind, rule: str, finding: RuleMatch) -> Classification:
    """The judgement with everything that belongs to its kind."""
    spoken = None if kind is Kind.UNREADABLE else finding.language or letter.language
    wish = intent.read(letter) if kind is Kind.HUMAN else None
    return Classification(
        kind=kind,
        rule=rule,
        evidence=finding.told or _quoted(finding.evidence),
        until=_until(letter, kind, spoken) or (wish.date if wish else None),
        recipient=finding.recipient,
        status=finding.status,
        intent=wish.intent.value if wish else None,
        language=(wish.language if wish else None) or spoken,
        substitute=_substitute(letter, kind, wish),
        version=VERSION,
        definite=finding.definite,
        speaker=finding.speaker,
        failure=finding.failure,
        stage=finding.stage,
        others=finding.others,
        notes=finding.notes,
        intent_evidence=_quoted(wish.evidence) if wish else "",
    )


def _quoted(evidence: str) -> str:
    """What a judgement rests on, in the letters it was written with."""
    return normalize.quote(normalize.original(evidence))


def _until(letter: Readings, kind: Kind, spoken: str | None) -> dt.date | None:
    if kind is not Kind.OUT_OF_OFFICE:
        return None
    text = f"{letter.words.body}\n\n{normalize.original(letter.spoken_subject)}"
    found = return_date.first_day_back(text, letter.today, hint=spoken, day_first=letter.day_first)
    return found.date if found else None


def _substitute(letter: Readings, kind: Kind, wish: intent.IntentReading | None) -> str | None:
    referred = wish is not None and wish.intent is Intent.REFERRAL
    return substitute.named(letter) if referred or kind in {Kind.LEFT_COMPANY, Kind.OUT_OF_OFFICE} else None
