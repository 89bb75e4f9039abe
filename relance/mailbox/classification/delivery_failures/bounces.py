"""Was a mail of ours returned, whose address failed, and why?

Our own reading of RFC 3464 comes first, then the words of servers that send no report. flufl.bounce is asked last, and
believed only of a machine's mail about somebody we mailed: it takes a person who quotes a bounce for a bounce.
"""

from __future__ import annotations

import dataclasses
import email.message
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

import flufl.bounce

from relance.mailbox import refusal_words
from relance.mailbox.classification.delivery_failures import (
    json_notices,
    meaning,
    notices,
    recipients,
    speaking,
    status,
)
from relance.mailbox.classification.delivery_failures.meaning import FailureReading, RefusalWords
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.classification.languages import normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import ClassifierInput
from relance.mailbox.failures import FailureReason, FailureStage
from relance.mailbox.parsing import reports
from relance.mailbox.parsing.inbound import DeliveryReport, OtherRecipient, Speaker
from relance.mailbox.refusal_words import About

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounce:
    """A returned or delayed mail: how it is meant, whom it speaks of, why and where it failed, and the server's words."""

    severity: Severity | None  # None: delivered or relayed, nothing failed
    recipient: str | None
    status: str | None
    evidence: str
    delayed: bool = False
    definite: bool = True  # where it is for good: whether it says for certain that there is no such address
    speaker: Speaker = Speaker.UNKNOWN
    failure: FailureReason = FailureReason.UNKNOWN
    stage: FailureStage = FailureStage.UNKNOWN
    others: tuple[OtherRecipient, ...] = ()  # whom the same report speaks of besides


def read(letter: ClassifierInput) -> Bounce | None:
    """What this mail reports about a delivery, or nothing where it is no report."""
    for reading in (_from_reports, _from_words, _from_second_opinion):
        if bounce := reading(letter):
            return bounce
    return None


# --- a report by the book (RFC 3464), or a service's in JSON --------------------------------------------------------------

_GRAVITY = ("failed", "delayed", None, "relayed", "expanded", "delivered")
_WENT_WELL = frozenset({"delivered", "relayed", "expanded"})
_OTHERS = 10  # recipients of one report that are judged besides ours


def _from_reports(letter: ClassifierInput) -> Bounce | None:
    told = letter.mail.reports or reports.in_text(letter.mail.text) or json_notices.read(letter.mail.text)
    ordered = sorted(told, key=lambda report: (not _is_ours(report, letter), _gravity(report)))
    if not ordered or letter.mail.feedback_type:
        return None
    if not notices.is_machine_report(letter) or notices.asks_for_proof(letter):
        return None  # a person may forward a report as an attachment
    found = _of_report(ordered[0], letter, told)
    others = [_other(each, letter, told) for each in ordered[1 : 1 + _OTHERS] if _is_another(each, found)]
    return dataclasses.replace(found, others=tuple(others))


def _is_another(report: DeliveryReport, found: Bounce) -> bool:
    return (
        report.action not in _WENT_WELL
        and bool(report.final_recipient)
        and report.final_recipient != found.recipient
    )


def _other(report: DeliveryReport, letter: ClassifierInput, told: Sequence[DeliveryReport]) -> OtherRecipient:
    found = _of_report(report, letter, told)
    return OtherRecipient(report.final_recipient or "", found.failure, found.stage, found.status)


def _of_report(report: DeliveryReport, letter: ClassifierInput, told: Sequence[DeliveryReport]) -> Bounce:
    """What a report says of one recipient, by their own part of it and their own lines of the notice."""
    if report.action in _WENT_WELL:
        return Bounce(None, _recipient(report, letter), report.status, f"Action: {report.action}")
    about = _about(report, letter, told)
    code = _telling_code(report)
    if (
        not report.diagnostic and code in _GENERIC
    ):  # OpenSMTPD, Exim: what was said stands in the notice alone
        code = status.find(about) or code
    found, severity = _meaning(report, letter, code, about)
    words = "\n".join(filter(None, (report.diagnostic, letter.subject, about)))
    return Bounce(
        severity,
        _recipient(report, letter),
        code,
        _shown(letter, about, report.diagnostic, found.phrase),
        report.action == "delayed",
        found.definite and severity is Severity.HARD and not _reached_somebody(report, told),
        speaking.speaker(report, letter, code, report.diagnostic or words),
        found.failure,
        found.stage,
    )


def _meaning(
    report: DeliveryReport, letter: ClassifierInput, code: str | None, about: Folded
) -> tuple[FailureReading, Severity]:
    """By the diagnostic; where it is silent by the notice; a failure that nothing explains is never certain."""
    diagnostic = normalize.fold(" ".join((report.diagnostic or "").split()))
    told, otherwise = _severity(code, report, f"{diagnostic}\n{letter.subject}\n{about}")
    hosts = [each for each in (report.remote or report.reporting, *_senders(letter)) if each]
    said = RefusalWords(diagnostic, code, hosts, letter.language, speaking.stage(report, letter), told)
    found = meaning.read(said)
    if found.failure is FailureReason.UNKNOWN or not diagnostic:
        found = meaning.read(dataclasses.replace(said, words=f"{diagnostic}\n{about}"))
    elif found.stage is FailureStage.UNKNOWN:
        found = meaning.placed(found, about)
    return found, _weighed(found, told, otherwise, delayed=report.action == "delayed")


def _weighed(found: FailureReading, told: Severity | None, otherwise: Severity, *, delayed: bool) -> Severity:
    """What nothing explains is `otherwise`; what is still tried is never for good."""
    unexplained = found.failure is FailureReason.UNKNOWN and told is None
    severity = meaning.before_recipient(otherwise, found.stage) if unexplained else found.severity
    return Severity.SOFT if delayed and severity is Severity.HARD else severity


def _senders(letter: ClassifierInput) -> tuple[str, ...]:
    return ((letter.mail.from_address or "").rpartition("@")[2],)


_GENERIC = frozenset({None, "5.0.0", "5.0.1", "4.0.0"})


def _reached_somebody(report: DeliveryReport, told: Sequence[DeliveryReport]) -> bool:
    """An address that stands for several: where one of them got the mail, it is no dead one."""
    return any(
        each.original_recipient is not None
        and each.original_recipient == report.original_recipient
        and each.action in _WENT_WELL
        for each in told
    )


def _gravity(report: DeliveryReport) -> int:
    return _GRAVITY.index(report.action if report.action in _GRAVITY else None)


def _is_ours(report: DeliveryReport, letter: ClassifierInput) -> bool:
    return bool({report.original_recipient, report.final_recipient} & letter.mailed)


def _recipient(report: DeliveryReport, letter: ClassifierInput) -> str | None:
    """The address we mailed where the report names it; a forwarded address is the original's, not the final's."""
    named = [address for address in (report.original_recipient, report.final_recipient) if address]
    failed = [
        address.lower() for address in letter.addresses(letter.mail.header("x-failed-recipients") or "")
    ]
    return next((address for address in named if address in letter.mailed), next(iter(named or failed), None))


def _about(report: DeliveryReport, letter: ClassifierInput, told: Sequence[DeliveryReport]) -> Folded:
    """The notice's words about one recipient: all of them, but those that stand under another one's address."""
    notice = notices.own_words(letter)
    if letter.mail.text.lstrip()[:1] in {"{", "["} and not letter.mail.reports:
        return normalize.folded("")  # JSON: what was said of each is in their own report
    theirs = {report.final_recipient, report.original_recipient}
    rest = {each.final_recipient for each in told if each.final_recipient} - theirs
    if not rest:
        return notice
    kept: list[Folded] = []
    here = True
    for line in notice.parts(_LINE):
        if any(address and address in line for address in theirs):
            here = True
        elif any(address in line for address in rest):
            here = False
        if here:
            kept.append(line)
    return Folded.joined("\n", kept)


_LINE = re.compile(r"\n")


def _telling_code(report: DeliveryReport) -> str | None:
    """The status field, or a more telling code in the diagnostic: many servers report 5.0.0 and explain in words."""
    said = status.find(report.diagnostic or "")
    if report.status and said and (report.status.endswith(".0.0") or report.status[0] == said[0]):
        return said if report.status.endswith(".0.0") else report.status
    return report.status or said


def _severity(code: str | None, report: DeliveryReport, words: str) -> tuple[Severity | None, Severity]:
    """What code and clear words say of whose problem it is, if they do; and what is to be taken where nothing explains it."""
    if report.action == "delayed":
        soft = status.severity(code if code and code[0] == "4" else "4.0.0", report.diagnostic or "")
        return soft or Severity.SOFT, Severity.SOFT
    diagnostic = " ".join((report.diagnostic or "").split())
    if _speaks_of_us(code, diagnostic):
        return Severity.BLOCKED, Severity.BLOCKED
    unexplained = not report.diagnostic or code in _GENERIC
    told = (status.told(code, words) if unexplained else None) or status.told(code, diagnostic)
    by_reply = (status.severity(code, words) if unexplained else None) or status.severity(code, diagnostic)
    return told, by_reply or _default(code)


def _speaks_of_us(code: str | None, diagnostic: str) -> bool:
    """Unmistakable words about the sender, whatever the code: a quota, an identity, an account that may not send."""
    said = refusal_words.read(diagnostic)
    full = About.FULL in said and (code or "").startswith(("5.2.", "4."))
    return About.SENDER in said and About.NO_ADDRESS not in said and not full


def _default(code: str | None) -> Severity:
    return Severity.SOFT if code and code.startswith("4") else Severity.HARD


# --- a server's plain words --------------------------------------------------------------------------------------------


def _from_words(letter: ClassifierInput) -> Bounce | None:
    if not notices.is_machine_report(letter) or (letter.mail.reports and notices.asks_for_proof(letter)):
        return None
    words = notices.own_words(letter)
    formula = notices.PHRASES.search(f"{letter.subject}\n{words}") or letter.say(
        "subject.bounce", letter.subject
    )
    reason = _REASON.search(words)
    telling = reason[1] if reason else words
    code = status.find(telling)
    delayed = notices.is_delay(letter, words)
    assumed = code or ("4.0.0" if delayed else None)
    by_reply = status.severity(assumed, telling)
    if not formula and by_reply is None and not notices.is_mailer_daemon(letter):
        return None
    said = RefusalWords(
        telling, assumed, _senders(letter), letter.language, severity=status.told(assumed, telling)
    )
    found = meaning.placed(meaning.read(said), words)
    # A daemon's words that nobody can read are no proof that the address is dead.
    otherwise = by_reply or (Severity.HARD if formula else Severity.SOFT)
    severity = _weighed(found, said.severity, otherwise, delayed=delayed)
    return Bounce(
        severity,
        recipients.named(letter, words),
        code,
        _shown(letter, words, None, found.phrase),
        delayed,
        found.definite and severity is Severity.HARD,
        speaking.speaker(None, letter, code, words),
        found.failure,
        found.stage,
    )


_REASON = re.compile(r"\(reason: ([^\n]{3,300}?)\)\s*(?:\n|$|\(expanded)")
# Sendmail's summary of what the other server said; its transcript below adds a line of its own.


def _shown(letter: ClassifierInput, words: Folded, diagnostic: str | None, phrase: str) -> str:
    """What a judgement rests on: the server's own words, or the line that tells, and never a report's field."""
    if diagnostic:
        return normalize.quote(diagnostic)
    place = words.find(phrase) if phrase else -1
    if place >= 0:
        return normalize.quote(_around(words, place, len(phrase)))
    if match := _CODED.search(words) or notices.PHRASES.search(words):
        return normalize.quote(_around(words, match.start(), len(match.group())))
    return normalize.quote(letter.subject)


def _around(words: Folded, place: int, length: int) -> Folded:
    """The line in which a phrase stands, or as much of it as can be shown."""
    start, end = words.rfind("\n", 0, place) + 1, words.find("\n", place + length)
    end = end if end >= 0 else len(words)
    if end - start > _LINE_SHOWN and place - start > _BEFORE:
        start = words.rfind(" ", start, place - _BEFORE) + 1 or start
    return words[start:end].strip()


_LINE_SHOWN, _BEFORE = 160, 60  # letters: of a line, and of what stands before the telling words
_CODED = re.compile(r"\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b")


# --- the second opinion -----------------------------------------------------------------------------------------------------


def _from_second_opinion(letter: ClassifierInput) -> Bounce | None:
    """flufl.bounce's heuristics, behind the guard: machine-made, and about an address we mailed."""
    if not (notices.is_from_daemon(letter) or letter.has_null_sender) or (
        letter.words.quoted and not notices.is_from_daemon(letter)
    ):
        return None
    temporary, permanent = _ask_flufl(letter)
    for addresses, assumed in ((permanent, Severity.HARD), (temporary, Severity.SOFT)):
        if about_ours := addresses & letter.mailed:
            words = notices.own_words(letter)
            code = status.find(words)
            told = status.severity(code, words) or assumed
            found = meaning.read(RefusalWords(words, code, _senders(letter), letter.language, severity=told))
            return Bounce(
                found.severity,
                min(about_ours),
                code,
                letter.subject,
                definite=found.definite,
                failure=found.failure,
                stage=found.stage,
            )
    return None


def _ask_flufl(letter: ClassifierInput) -> tuple[frozenset[str], frozenset[str]]:
    message = email.message.Message()
    message["From"] = letter.mail.from_address or "mailer-daemon@invalid"
    message["Subject"] = normalize.quote(letter.mail.subject)
    message.set_payload(letter.mail.text[:20_000].encode("ascii", "replace").decode())
    try:
        temporary, permanent = flufl.bounce.all_failures(message)
    except Exception:  # it lets the exceptions of its detectors out; a second opinion may not stop the first
        _log.debug("flufl.bounce could not read a mail", exc_info=True)
        return frozenset(), frozenset()
    return _as_text(temporary), _as_text(permanent)


def _as_text(addresses: frozenset[bytes]) -> frozenset[str]:
    return frozenset(address.decode("utf-8", "replace").lower() for address in addresses)
