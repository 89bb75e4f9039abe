"""Is a mail a machine's notice about a delivery, and what of it are the machine's own words? Pure."""

from __future__ import annotations

import re

from relance.mailbox.classification.automated import speaks_to_us
from relance.mailbox.classification.delivery_failures import json_notices
from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import ClassifierInput

DAEMON = re.compile(
    r"mailer-?daemon|post-?master|mail-?daemon|mailerdaemon|microsoftexchange[0-9a-f]+|system-?administrator|mail-?delivery|"
    r"mta|bounces?|bounce-notification|mailadmin|mail-?system|mdaemon|delivery|daemon|noreply-?mail|mailsystem|double-bounce"
)
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?system|mailer[ -]?daemon|mail administrator|system administrator|postmaster|microsoft outlook|"
    r"delivery (?:status|sub|system)|internet mail delivery|mail system|mail router|undeliverable|returned mail"
)
PHRASES = re.compile(
    r"(?:could|can|was|is|has|have|were|will)(?: ?not|n't)(?: yet)? (?:be |been )?(?:able to |successfully )?(?:deliver|be delivered|reach)|"
    r"(?:delivery|message|mail)[^.\n]{0,60}(?:has |have |was |is )?(?:failed|undeliverable|not (?:been )?delivered|delayed|rejected|blocked|returned|bounced|wasn't delivered|couldn't be)|"
    r"undeliver(?:able|ed)|delivery (?:has )?(?:failed|failure|incomplete|error|problem|temporar)|failed (?:permanently|recipient)|permanent(?:ly)? (?:fail|error|fatal)|"
    r"(?:unable|unsuccessful|failed|not able|wasn't able|weren't able) (?:in |to )?(?:deliver|send|complete)|returned to sender|address (?:not found|couldn't be found|wasn't found)|"
    r"did not send (?:the|your) message|user unknown|recipient address rejected|mailbox (?:full|unavailable|not found)|does not exist|no such user|the following (?:address|recipient|message)|fatal errors|"
    r"smtp error|remote (?:host|server|mail server) (?:said|returned|responded|replied)|host .{1,80} said:|550[ -]|554[ -]|may not exist|not listed in|"
    r"unzustellbar|nicht zugestellt|konnte nicht|niedostarcz|nie (?:mozna|udalo sie|moglismy|zostala|moze zostac|dostarczono)|n'a pas pu|non remis|n'ont pas pu|"
    r"no se (?:ha podido|pudo|puede|han podido)|impossibile|non (?:e stato|recapit)|kan niet|niet (?:worden )?(?:be|af)(?:zorg|gelever)|nao (?:foi|pode|e) |nelze|nedoruc|nepodarilo|"
    r"не (?:вдалося|удалось|може|доставлен|был)|недоставлен"
)


def is_from_daemon(letter: ClassifierInput) -> bool:
    """Does it come from a mail system's own address, and not as somebody's answer?"""
    local = (letter.mail.from_address or "").lower().partition("@")[0]
    name = normalize.fold(letter.mail.from_name)
    return bool(DAEMON.fullmatch(local) or _DAEMON_NAME.search(name)) or (
        not letter.mail.from_address and letter.has_null_sender
    )


def is_machine_report(letter: ClassifierInput) -> bool:
    """A report by structure or sender; a person's mail that quotes one never is."""
    failed = letter.mail.header("x-failed-recipients") is not None
    return (
        failed
        or _is_report(letter)
        or is_from_daemon(letter)
        or _is_silent_system(letter)
        or _is_formula(letter)
        or _is_bare_report(letter)
        or bool(json_notices.read(letter.mail.text))
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
    return not _GREETING.match(letter.text) and bool(PHRASES.search(letter.text[:1500]))


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


def asks_for_proof(letter: ClassifierInput) -> bool:
    """A challenge dressed as a report: from nobody's mail system, and with something to click."""
    return bool(
        not is_from_daemon(letter)
        and "http" in letter.text
        and letter.say("challenge.phrases", letter.unwrapped)
    )


def is_mailer_daemon(letter: ClassifierInput) -> bool:
    """The one address that never writes of anything else."""
    return (letter.mail.from_address or "").startswith("mailer-daemon@")


_DELAY = re.compile(
    r"delay(?:ed)?|warning: (?:message|could not)|delivery incomplete|will (?:be retried|keep trying|retry|continue)|still trying|temporar(?:y|ily) (?:problem|fail|error)|"
    r"no action is required|you do not need to (?:do anything|resend)|verzoger|opozni|retard|retras|ritard|vertrag|atras|zpozd|затрим"
)
_GAVE_UP = re.compile(
    r"giv(?:e|ing|en) up|permanent|expired|has failed|did not succeed|was unable|couldn't be delivered|failed permanently|final(?:ly)?"
)


def is_delay(letter: ClassifierInput, words: str) -> bool:
    """Does it say that the server keeps trying?"""
    subject_says = _DELAY.search(letter.subject)
    return bool(subject_says or (_DELAY.search(words[:800]) and not _GAVE_UP.search(words)))


def own_words(letter: ClassifierInput) -> Folded:
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
