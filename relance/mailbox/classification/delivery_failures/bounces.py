"""Was a mail of ours returned, whose address failed, and why?

Our own reading of RFC 3464 comes first, then the words of servers that send no report. flufl.bounce is asked last, and
believed only of a machine's mail about somebody we mailed: it takes a person who quotes a bounce for a bounce.
"""

from __future__ import annotations

import email.message
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

import flufl.bounce

from relance.mailbox import refusal_words
from relance.mailbox.classification.automated import speaks_to_us
from relance.mailbox.classification.delivery_failures import speaking, status
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.message_view import ClassifierInput
from relance.mailbox.parsing import reports
from relance.mailbox.parsing.inbound import DeliveryReport, Speaker
from relance.mailbox.refusal_words import About

_DAEMON = re.compile(
    r"mailer-?daemon|post-?master|mail-?daemon|mailerdaemon|microsoftexchange[0-9a-f]+|system-?administrator|mail-?delivery|"
    r"mta|bounces?|bounce-notification|mailadmin|mail-?system|mdaemon|delivery|daemon|noreply-?mail|mailsystem|double-bounce"
)
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?system|mailer[ -]?daemon|mail administrator|system administrator|postmaster|microsoft outlook|"
    r"delivery (?:status|sub|system)|internet mail delivery|mail system|mail router|undeliverable|returned mail"
)
_PHRASES = re.compile(
    r"(?:could|can|was|is|has|have|were|will)(?: ?not|n't)(?: yet)? (?:be |been )?(?:able to |successfully )?(?:deliver|be delivered|reach)|"
    r"(?:delivery|message|mail)[^.\n]{0,60}(?:has |have |was |is )?(?:failed|undeliverable|not (?:been )?delivered|delayed|rejected|blocked|returned|bounced|wasn't delivered|couldn't be)|"
    r"undeliver(?:able|ed)|delivery (?:has )?(?:failed|failure|incomplete|error|problem|temporar)|failed (?:permanently|recipient)|permanent(?:ly)? (?:fail|error|fatal)|"
    r"(?:unable|unsuccessful|failed|not able|wasn't able|weren't able) (?:in |to )?(?:deliver|send|complete)|returned to sender|address (?:not found|couldn't be found|wasn't found)|"
    r"did not send (?:the|your) message|did not send (?:the|your) message|user unknown|recipient address rejected|mailbox (?:full|unavailable|not found)|does not exist|no such user|the following (?:address|recipient|message)|fatal errors|"
    r"smtp error|remote (?:host|server|mail server) (?:said|returned|responded|replied)|host .{1,80} said:|550[ -]|554[ -]|may not exist|not listed in|"
    r"unzustellbar|nicht zugestellt|konnte nicht|niedostarcz|nie (?:mozna|udalo sie|moglismy|zostala|moze zostac|dostarczono)|n'a pas pu|non remis|n'ont pas pu|"
    r"no se (?:ha podido|pudo|puede|han podido)|impossibile|non (?:e stato|recapit)|kan niet|niet (?:worden )?(?:be|af)(?:zorg|gelever)|nao (?:foi|pode|e) |nelze|nedoruc|nepodarilo|"
    r"не (?:вдалося|удалось|може|доставлен|был)|недоставлен"
)
_NEAR_ADDRESS = re.compile(
    r"(?:(?:final|original)-recipient\s*:\s*(?:rfc822|utf-8)\s*;|x-failed-recipients\s*:|"
    r"(?<![\w.+@-])(?:recipient|address|addresses|user|deliver(?:y|ed)?|to|reach|mailbox|for|an|do|a|para|destinat\w*|adres\w*|empfanger\w*|odbiorc\w*|message)\b)"
    r"[^@]{0,120}?<?([\w.+'/=&%#-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,24})"
)  # fmt: skip
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounce:
    """A returned or delayed mail: how it is meant, whom it speaks of, and the server's words."""

    severity: Severity | None  # None: delivered or relayed, nothing failed
    recipient: str | None
    status: str | None
    evidence: str
    delayed: bool = False
    definite: bool = True  # where it is for good: whether it says for certain that there is no such address
    speaker: Speaker = Speaker.UNKNOWN


def read(letter: ClassifierInput) -> Bounce | None:
    """What this mail reports about a delivery, or nothing where it is no report."""
    for reading in (_from_reports, _from_words, _from_second_opinion):
        if bounce := reading(letter):
            return bounce
    return None


# --- a report by the book (RFC 3464) ------------------------------------------------------------------------------------

_GRAVITY = ("failed", "delayed", None, "relayed", "expanded", "delivered")


def _from_reports(letter: ClassifierInput) -> Bounce | None:
    told = letter.mail.reports or reports.in_text(letter.mail.text)
    ordered = sorted(told, key=lambda report: (not _is_ours(report, letter), _gravity(report)))
    if not ordered or letter.mail.feedback_type or not _is_machine_report(letter) or _asks_for_proof(letter):
        return None  # a person may forward a report as an attachment
    report = ordered[0]
    words = "\n".join(filter(None, (report.diagnostic, letter.subject, _own_words(letter))))
    action = (report.action or "").lower()
    if action in {"delivered", "relayed", "expanded"}:
        return Bounce(None, _recipient(report, letter), report.status, f"Action: {action}")
    code, said = _telling_code(report), report.diagnostic
    if not said and code in _GENERIC:  # OpenSMTPD, Exim: what was said stands in the notice alone
        code = status.find(_own_words(letter)) or code
        said = _evidence(letter, _own_words(letter)) if code not in _GENERIC else None
    severity = _severity(code, report, words)
    fields = {"Action": action, "Status": report.status}
    evidence = said or ", ".join(f"{name}: {value}" for name, value in fields.items() if value)
    return Bounce(
        severity,
        _recipient(report, letter),
        code,
        normalize.quote(evidence),
        action == "delayed",
        status.is_definite(code, words),
        speaking.speaker(report, letter, code, report.diagnostic or words),
    )


_GENERIC = frozenset({None, "5.0.0", "5.0.1"})


def _asks_for_proof(letter: ClassifierInput) -> bool:
    """A challenge dressed as a report: from nobody's mail system, and with something to click."""
    return bool(
        not is_from_daemon(letter)
        and "http" in letter.text
        and letter.say("challenge.phrases", letter.unwrapped)
    )


def _gravity(report: DeliveryReport) -> int:
    action = (report.action or "").lower() or None
    return _GRAVITY.index(action) if action in _GRAVITY else 2


def _is_ours(report: DeliveryReport, letter: ClassifierInput) -> bool:
    return bool({report.original_recipient, report.final_recipient} & letter.mailed)


def _recipient(report: DeliveryReport, letter: ClassifierInput) -> str | None:
    """The address we mailed where the report names it; a forwarded address is the original's, not the final's."""
    named = [address for address in (report.original_recipient, report.final_recipient) if address]
    failed = [
        address.lower() for address in letter.addresses(letter.mail.header("x-failed-recipients") or "")
    ]
    return next((address for address in named if address in letter.mailed), next(iter(named or failed), None))


def _telling_code(report: DeliveryReport) -> str | None:
    """The status field, or a more telling code in the diagnostic: many servers report 5.0.0 and explain in words."""
    said = status.find(report.diagnostic or "")
    if report.status and said and (report.status.endswith(".0.0") or report.status[0] == said[0]):
        return said if report.status.endswith(".0.0") else report.status
    return report.status or said


def _severity(code: str | None, report: DeliveryReport, words: str) -> Severity:
    """By the diagnostic; where it is silent by all the words; a failure that nothing explains is the address's."""
    if (report.action or "").lower() == "delayed":
        return (
            status.severity(code if code and code[0] == "4" else "4.0.0", report.diagnostic or "")
            or Severity.SOFT
        )
    diagnostic = " ".join((report.diagnostic or "").split())
    if _speaks_of_us(code, diagnostic):
        return Severity.BLOCKED
    said = status.severity(code, diagnostic)
    unexplained = not report.diagnostic or code in _GENERIC
    return (status.severity(code, words) if unexplained else said) or said or _default(code)


def _speaks_of_us(code: str | None, diagnostic: str) -> bool:
    """Unmistakable words about the sender, whatever the code: a quota, an identity, an account that may not send."""
    said = refusal_words.read(diagnostic)
    full = About.FULL in said and (code or "").startswith(("5.2.", "4."))
    return About.SENDER in said and About.NO_ADDRESS not in said and not full


def _default(code: str | None) -> Severity:
    return Severity.SOFT if code and code.startswith("4") else Severity.HARD


def _own_words(letter: ClassifierInput) -> str:
    """The notice above the returned mail, whose words are ours and prove nothing."""
    notice = letter.text.parts(_RETURNED)[0][:4000]
    return notice.replaced(_OUR_HEADERS, "").replaced(_CONTINUED, " ")


# "Your message / To: … / Subject: … did not reach": Exchange repeats our headers, whose words are ours too.
_OUR_HEADERS = re.compile(r"(?m)^[ \t]*\*?(?:to|cc|subject|from|sent|date|message-id):(?:[ \t].*)?$")
_CONTINUED = re.compile(r"(?<=[\w,:>)])\n[ \t]{2,}(?=[\w(<])|(?<=[^\n]{50})(?<=[\w,])\n(?=[a-z])")
# A sentence of the server's that was folded like a header, or broken at the end of a long line.
_RETURNED = re.compile(
    r"\n[ >]*-{2,}[^\n]{0,60}(?:original|returned|copy of|forwarded|message header|below this line)[^\n]{0,60}|\n(?:received: from|return-path: <|dkim-signature:|message-id: <)|"
    r"\noriginal message (?:headers|details|follows)?|\n[ -]*message (?:headers|body|contents?) (?:follow|-)|\nreporting-mta:"
)


# --- a server's plain words --------------------------------------------------------------------------------------------


def is_from_daemon(letter: ClassifierInput) -> bool:
    """Does it come from a mail system's own address, and not as somebody's answer?"""
    local = (letter.mail.from_address or "").lower().partition("@")[0]
    name = normalize.fold(letter.mail.from_name)
    return bool(_DAEMON.fullmatch(local) or _DAEMON_NAME.search(name)) or (
        not letter.mail.from_address and letter.has_null_sender
    )


def _is_machine_report(letter: ClassifierInput) -> bool:
    """A report by structure or sender; a person's mail that quotes one never is."""
    failed = letter.mail.header("x-failed-recipients") is not None
    return (
        failed
        or _is_report(letter)
        or is_from_daemon(letter)
        or _is_silent_system(letter)
        or _is_formula(letter)
        or _is_bare_report(letter)
    )


def _is_report(letter: ClassifierInput) -> bool:
    report_type = letter.report_type
    return letter.mail.content_type == "multipart/report" and report_type in {"delivery-status", ""}


def _is_bare_report(letter: ClassifierInput) -> bool:
    """A report's own part, from an ordinary address and under no answer's subject, beside words that say the same.

    A person who hands a report on answers somebody, forwards it, greets or asks.
    """
    if not letter.mail.reports or letter.is_answer or letter.words.quotes_ours or speaks_to_us(letter):
        return False
    return not _GREETING.match(letter.text) and bool(_PHRASES.search(letter.text[:1500]))


_GREETING = re.compile(r"\s*(?:hi|hello|dear|dzien|hallo|bonjour|hola)\b")
_REFUSED = re.compile(r"(?:automatically |was |has been |is )(?:rejected|refused|returned|bounced)")


def is_refusal(letter: ClassifierInput) -> bool:
    """Sieve's "reject" (RFC 5429), which may come as a receipt: the mail was not taken."""
    refused = _REFUSED.search(f"{letter.subject}\n{letter.text[:500]}")
    return bool(is_from_daemon(letter) and refused and letter.report_type == "disposition-notification")


_FORMULA = re.compile(
    r"following (?:recipients?|address|persons?|users?)|failed recipients?|created automatically by|automatically generated|rcpt to:|delivery attempts|"
    r"non-?delivery report|did not reach|remote host said|delivery of (?:e-?mail|your message) to|(?:unable|not able|failed) to deliver|could not be delivered to|"
    r"delivery (?:to|has) (?:failed|the following)|n'a pas (?:pu|ete)|konnte nicht (?:zugestellt|an)|nie (?:moze zostac|mogla zostac|zostala) dostarczon"
)


def _is_formula(letter: ClassifierInput) -> bool:
    """A gateway's report from some address of its own: a bounce's subject and formula, answering nobody, greeting nobody."""
    if (
        letter.mail.in_reply_to
        or letter.mail.references
        or letter.words.quotes_ours
        or _GREETING.match(letter.text)
    ):
        return False
    return bool(_is_titled(letter.subject) and _FORMULA.search(letter.text[:400]))


def _is_titled(subject: str) -> bool:
    """Does a bounce's subject open this one, or close it in brackets?"""
    found = (
        match
        for words in language.all_languages()
        for match in words.pattern("subject.bounce").finditer(subject)
    )
    return any(
        not match.start() or (subject.endswith(")") and subject[match.start() - 1] == "(") for match in found
    )


def _is_silent_system(letter: ClassifierInput) -> bool:
    """An empty envelope sender and a bounce's subject, whoever it claims to be from."""
    return letter.has_null_sender and letter.say("subject.bounce", letter.subject) is not None


def _from_words(letter: ClassifierInput) -> Bounce | None:
    if not _is_machine_report(letter) or (letter.mail.reports and _asks_for_proof(letter)):
        return None
    words = _own_words(letter)
    said = _PHRASES.search(f"{letter.subject}\n{words}") or letter.say("subject.bounce", letter.subject)
    reason = _REASON.search(words)
    telling = reason[1] if reason else words
    code = status.find(telling)
    delayed = _is_delay(letter, words)
    severity = status.severity(code or ("4.0.0" if delayed else None), telling)
    if not said and severity is None and not _is_mailer_daemon(letter):
        return None
    if delayed and severity is Severity.HARD:
        severity = Severity.SOFT
    # A daemon's words that nobody can read are no proof that the address is dead.
    unknown = Severity.HARD if said else Severity.SOFT
    return Bounce(
        severity or unknown,
        _named(letter, words),
        code,
        _evidence(letter, words),
        delayed,
        status.is_definite(code, telling),
        speaking.speaker(None, letter, code, words),
    )


_REASON = re.compile(r"\(reason: ([^\n]{3,300}?)\)\s*(?:\n|$|\(expanded)")
# Sendmail's summary of what the other server said; its transcript below adds a line of its own.


def _is_mailer_daemon(letter: ClassifierInput) -> bool:
    """The one address that never writes of anything else."""
    return (letter.mail.from_address or "").startswith("mailer-daemon@")


_DELAY = re.compile(
    r"delay(?:ed)?|warning: (?:message|could not)|delivery incomplete|will (?:be retried|keep trying|retry|continue)|still trying|temporar(?:y|ily) (?:problem|fail|error)|"
    r"no action is required|you do not need to (?:do anything|resend)|verzoger|opozni|retard|retras|ritard|vertrag|atras|zpozd|затрим"
)
_GAVE_UP = re.compile(
    r"giv(?:e|ing|en) up|permanent|expired|has failed|did not succeed|was unable|couldn't be delivered|failed permanently|final(?:ly)?"
)


def _is_delay(letter: ClassifierInput, words: str) -> bool:
    subject_says = _DELAY.search(letter.subject)
    return bool(subject_says or (_DELAY.search(words[:800]) and not _GAVE_UP.search(words)))


def _evidence(letter: ClassifierInput, words: str) -> str:
    match = re.search(
        r"[^\n]{0,80}(?:\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b)[^\n]{0,120}", words
    ) or _PHRASES.search(words)
    return normalize.quote(normalize.matched(match) if match else letter.subject)


def _named(letter: ClassifierInput, words: str) -> str | None:
    """The address it speaks of: one we mailed, else the header's, else the first one named beside a telling word."""
    candidates = list(_candidates(letter, words))
    mailed = next((address for address in candidates if address in letter.mailed), None)
    return mailed or next(iter(candidates), None)


def _candidates(letter: ClassifierInput, words: str) -> Iterator[str]:
    yield from letter.addresses(letter.mail.header("x-failed-recipients") or "")
    sender = letter.mail.from_address
    near = [
        match.group(1).strip("'.").removeprefix("smtp=").lower() for match in _NEAR_ADDRESS.finditer(words)
    ]
    everywhere = [*near, *letter.addresses(words), *letter.addresses(letter.text)]
    yield from (
        address
        for address in everywhere
        if address not in {sender, *letter.own_addresses} and not _is_system(address)
        if address in letter.mailed or address not in letter.mail.to  # it came to us
    )


def _is_system(address: str) -> bool:
    local, _, domain = address.partition("@")
    return (
        bool(_DAEMON.fullmatch(local))
        or (len(local) > 40 and any(letter.isdigit() for letter in local))
        or "." not in domain
    )


# --- the second opinion -----------------------------------------------------------------------------------------------------


def _from_second_opinion(letter: ClassifierInput) -> Bounce | None:
    """flufl.bounce's heuristics, behind the guard: machine-made, and about an address we mailed."""
    if not (is_from_daemon(letter) or letter.has_null_sender) or (
        letter.words.quoted and not is_from_daemon(letter)
    ):
        return None
    temporary, permanent = _ask_flufl(letter)
    for addresses, severity in ((permanent, Severity.HARD), (temporary, Severity.SOFT)):
        if about_ours := addresses & letter.mailed:
            words = _own_words(letter)
            return Bounce(
                status.severity(status.find(words), words) or severity,
                min(about_ours),
                status.find(words),
                letter.subject,
                definite=status.is_definite(status.find(words), words),
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
