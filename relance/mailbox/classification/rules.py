"""The questions we ask of a mail that came in, each answered from the mail alone. The order is in `chain`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from relance.mailbox.classification import automated
from relance.mailbox.classification.delivery_failures import json_notices, notices
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.classification.languages import normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import RuleMatch, marked
from relance.mailbox.classification.named_dates import return_date
from relance.mailbox.classification.readings import Readings
from relance.mailbox.defects import Oddity
from relance.mailbox.parsing import authorship
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

# --- structure ------------------------------------------------------------------------------------------------------------


def is_own_copy(letter: Readings) -> RuleMatch | None:
    """Did one of our own mailboxes write it? Not where a list wrote its address over a person's, nor a report."""
    if letter.mail.reports or letter.mail.feedback_type:
        return None
    ours = authorship.wrote_it_ourselves(letter.mail, letter.own_addresses)
    return marked(f"From: {letter.mail.from_address}") if ours else None


def is_complaint(letter: Readings) -> RuleMatch | None:
    """Did a receiver press "this is spam"? (ARF, RFC 5965)"""
    kind = (letter.mail.feedback_type or "").lower()
    if not kind and (told := json_notices.complained_of(letter.mail.text)) is not None:
        return marked("complaint", told or None)
    if not kind or kind in _NO_COMPLAINT:
        return _is_unmarked_complaint(letter)
    if letter.mail.content_type != "multipart/report" and (letter.is_answer or letter.own):
        return None  # a person may forward a complaint as an attachment
    return marked(f"Feedback-Type: {kind}", _complainant(letter))


_NO_COMPLAINT = frozenset({"not-spam", "auth-failure", "dmarc", "virus"})
# RFC 5965, 7.3, and RFC 6591: statements about a mail that no person complained of.


def is_statistics(letter: Readings) -> RuleMatch | None:
    """A report between mail systems about nobody: authentication failures (RFC 6591), DMARC (RFC 7489), TLS (RFC 8460)."""
    kind = (letter.mail.feedback_type or "").lower()
    if kind in _NO_COMPLAINT and not letter.is_answer:
        return marked(f"Feedback-Type: {kind}")
    if letter.report_type == "tlsrpt" or letter.mail.header("tls-report-domain"):
        return marked("report-type=tlsrpt")
    titled = _AGGREGATE.match(letter.bare_subject)
    return RuleMatch(normalize.matched(titled)) if titled and not letter.is_answer else None


_AGGREGATE = re.compile(r"(?:\[[^\]]{1,40}\]\s*)?report domain: ?\S+\s*;? submitter: ?\S+")
# RFC 7489, 7.2.1.1


def _is_unmarked_complaint(letter: Readings) -> RuleMatch | None:
    """Outlook's JMRP sends the mail back under a subject of its own, without the report's structure."""
    local = (letter.mail.from_address or "").partition("@")[0]
    from_desk = local in {
        "staff",
        "feedbackloop",
        "fbl",
        "complaints",
        "arf",
        "abuse",
        "abuse-report",
        "complaint",
        "fbl-no-reply",
        "spamreport",
    }
    said = re.match(
        r"(?:complaint about message from(?P<named> [\d.:a-f]{6,45}$)?|e-?mail (?:feedback|abuse) report|abuse report|feedback loop)",
        letter.subject,
    )
    if letter.mail.feedback_type or not (from_desk or (said and said["named"])):
        return None
    return RuleMatch(letter.subject, recipient=_complainant(letter)) if said or _names_only(letter) else None


def _names_only(letter: Readings) -> bool:
    """Does the returned mail name its recipient and say nothing of a delivery, as only JMRP's header does?"""
    return any(not (each.action or each.status or each.diagnostic) for each in letter.mail.reports)


def _complainant(letter: Readings) -> str | None:
    named = [
        address
        for report in letter.mail.reports
        for address in (report.original_recipient, report.final_recipient)
        if address
    ]
    header = letter.mail.header("x-hmxmroriginalrecipient") or letter.mail.header("original-rcpt-to") or ""
    candidates = [*named, *letter.addresses(header), *letter.addresses(letter.text)]
    mailed = next((address for address in candidates if address in letter.mailed), None)
    return mailed or next((address for address in candidates if address != letter.mail.from_address), None)


def is_receipt(letter: Readings) -> RuleMatch | None:
    """Read, displayed or deleted (RFC 8098), by structure or by the words mail programs use."""
    if letter.report_type == "disposition-notification" and not notices.is_refusal(letter):
        return marked("report-type=disposition-notification")
    said = letter.say("receipt.phrases", letter.text[:1500])
    titled = letter.say("subject.receipt", letter.subject[:40])
    return (
        said
        if said and titled and letter.subject.startswith(titled.evidence[:4]) and len(letter.body) < 900
        else None
    )


def is_calendar(letter: Readings) -> RuleMatch | None:
    """An invitation answered, countered or sent (RFC 5546): a person pressed that button."""
    method = (letter.mail.calendar_method or "").upper()
    if method in {"REPLY", "COUNTER", "REQUEST", "CANCEL", "DECLINECOUNTER", "REFRESH"}:
        return marked(f"METHOD:{method}")
    titled = letter.say("subject.calendar", letter.bare_subject[:60])
    if not titled or not re.match(r"[^:]{3,40}:", letter.bare_subject):
        return None
    return letter.say("calendar.phrases", letter.body) or (
        None if letter.own else _at_start(titled, letter.bare_subject)
    )


def _at_start(found: RuleMatch, text: str) -> RuleMatch | None:
    return found if text.startswith(found.evidence) else None


def is_unreadable(letter: Readings) -> RuleMatch | None:
    """Could nothing be read of it, or is it no mail? Then a person must look."""
    mail = letter.mail
    nothing = not mail.text.strip() and not mail.subject.strip()
    if mail.from_address is None and (nothing or not any(name in _MAIL_HEADERS for name, _ in mail.headers)):
        return RuleMatch("", told=_why_unreadable(mail.defects))
    return None


def _why_unreadable(defects: Sequence[Oddity]) -> Text:
    told = Text.together(*(each.text for each in defects[:_DEFECTS]), by="; ")
    return told or Text("neither sender nor subject nor text")


_DEFECTS = 4  # of a mail are named: nobody reads thirty
_MAIL_HEADERS = frozenset(
    ("from", "to", "subject", "date", "message-id", "received", "return-path", "in-reply-to", "references", "auto-submitted")
)  # fmt: skip
# Bytes with none of these are no mail at all.


# --- bounces ------------------------------------------------------------------------------------------------------------------


_DELAYED = Text("delayed, not failed: the server keeps trying").coded(SentenceCode.DELAYED_ONLY)
_NEVER_WRITTEN_TO = Text("is about an address that was never contacted: perhaps a forwarded one").coded(
    SentenceCode.NEVER_WRITTEN_TO
)


def _bounced(letter: Readings, severity: Severity | None) -> RuleMatch | None:
    bounce = letter.bounce
    if bounce is None or bounce.severity is not severity:
        return None
    notes: tuple[Text, ...] = (_DELAYED,) if bounce.delayed else ()
    if bounce.recipient and letter.mailed and bounce.recipient not in letter.mailed:
        notes += (_NEVER_WRITTEN_TO,)
    return RuleMatch(
        bounce.evidence,
        recipient=bounce.recipient,
        status=bounce.status,
        notes=notes,
        definite=bounce.definite,
        speaker=bounce.speaker,
        failure=None if severity is None else bounce.failure,
        stage=None if severity is None else bounce.stage,
        others=bounce.others,
    )


def is_blocked(letter: Readings) -> RuleMatch | None:
    """Returned for the sender's sake: quota, reputation, policy."""
    return _bounced(letter, Severity.BLOCKED)


def is_soft_bounce(letter: Readings) -> RuleMatch | None:
    """Returned or delayed for now."""
    return _bounced(letter, Severity.SOFT)


def is_hard_bounce(letter: Readings) -> RuleMatch | None:
    """Returned for good."""
    return _bounced(letter, Severity.HARD)


def is_delivered(letter: Readings) -> RuleMatch | None:
    """A report that all went well."""
    return _bounced(letter, None)


# --- machines -----------------------------------------------------------------------------------------------------------------


def is_unsubscribe_mail(letter: Readings) -> RuleMatch | None:
    """The mail a program writes when somebody presses "unsubscribe" (RFC 2369, mailto): the subject says it all."""
    bare = letter.bare_subject.strip(" .!*")
    found = letter.say("opt_out.alone", bare)
    if not found or len(found.evidence) < len(bare) or (letter.is_answer and len(letter.own) > 200):
        return None
    return RuleMatch(normalize.quote(letter.mail.subject), found.language)


def is_challenge(letter: Readings) -> RuleMatch | None:
    """Does a spam filter want a person to prove themselves?"""
    return (
        letter.say("challenge.phrases", letter.unwrapped)
        if not letter.words.quotes_ours and len(letter.body) < 6000
        else None
    )


def has_left(letter: Readings) -> RuleMatch | None:
    """A machine says that the person no longer works there, or that the address is given up."""
    if letter.machine is None:
        return None
    gone = letter.say("left.phrases", letter.body) or letter.say("left.address_gone", letter.body)
    return gone or letter.say("left.phrases", letter.spoken_subject)


def is_away(letter: Readings) -> RuleMatch | None:
    """A machine says that the person is away: in the subject, in the text, or by a day of return."""
    if letter.machine is None:
        return None
    said = letter.say("absence.away", letter.body) or letter.say("subject.absence", letter.spoken_subject)
    return said or _names_a_return(letter)


def _names_a_return(letter: Readings) -> RuleMatch | None:
    """A surely read day."""
    if _is_about_something_else(letter):
        return None
    found = return_date.first_day_back(
        f"{normalize.original(letter.spoken_subject)}\n\n{letter.words.body}",
        letter.today,
        day_first=letter.day_first,
    )
    return RuleMatch(found.evidence) if found and found.rank <= return_date.SURE else None


def _is_about_something_else(letter: Readings) -> bool:
    """When a request is answered, or an address, a place, a job changes: no absence, whatever day stands beside it."""
    return _is_about_a_request(letter) or letter.say("absence.moved", letter.body) is not None


def _is_about_a_request(letter: Readings) -> bool:
    """A help desk's receipt: "we will answer by Friday" is a promise."""
    words = Folded.joined("\n", (letter.spoken_subject, letter.body))
    return letter.say("acknowledgement.opened", words) is not None or _REQUEST.search(words) is not None


_REQUEST = re.compile(
    r"(?<!\w)(?:ticket|case|request|anfrage|vorgang|vorgangs|demande|zgloszeni\w+|solicitud|richiesta|aanvraag|verzoek|pedido|pozadav\w+)"
    r"[^\n.]{0,12}?(?:#|№|n[ro°]?[.o]?)?\s?(?:\d{4,}|_{4,})"
)


def is_bulk_mail(letter: Readings) -> RuleMatch | None:
    """List or mass mail that answers nobody; a person's answer through a list is still an answer."""
    found = automated.is_bulk(letter)
    if found is None or letter.words.quotes_ours or _is_personal(letter, found):
        return None
    return found if not letter.is_answer or _goes_to_others(letter) else None


def _is_personal(letter: Readings, found: RuleMatch) -> bool:
    """Automatic answers call themselves bulk too; and somebody we mailed may write through a program for mass mail."""
    if found.evidence.startswith("precedence") and letter.machine:
        return True
    if letter.mail.header("list-id") or letter.machine or not automated.speaks_to_us(letter):
        return False
    return letter.mail.from_address in letter.mailed or bool(letter.say("absence.opening", letter.own[:300]))


def _goes_to_others(letter: Readings) -> bool:
    """A discussion list's post: not addressed to any mailbox of ours, nor in the name of one."""
    if letter.mail.from_address in letter.own_addresses:
        return False  # a list of ours wrote over who it is from
    addressed = f"{letter.mail.header('to') or ''} {letter.mail.header('cc') or ''}".lower()
    posted = letter.mail.header("list-post") or letter.mail.header("list-id")
    return bool(
        posted and letter.own_addresses and not any(address in addressed for address in letter.own_addresses)
    )


def is_acknowledgement(letter: Readings) -> RuleMatch | None:
    """A machine's thanks for our mail: a ticket number, an address nobody reads."""
    return automated.acknowledges(letter) if letter.machine else _is_unmarked_acknowledgement(letter)


def _is_unmarked_acknowledgement(letter: Readings) -> RuleMatch | None:
    """Without any mark: only from an address that takes no answers."""
    local = (letter.mail.from_address or "").partition("@")[0]
    silent = re.fullmatch(
        r"(?:do[-_.]?)?no[-_.]?(?:t[-_.]?)?reply.*|donotreply.*|no-?responder|nie-?odpowiadaj.*|ne-?pas-?repondre|noreply.*|no-reply.*",
        local,
    )
    if letter.words.quotes_ours:
        return None
    return automated.acknowledges(letter) if silent else _is_ticket_receipt(letter)


def _is_ticket_receipt(letter: Readings) -> RuleMatch | None:
    """A help desk's receipt without any mark: the ticket's number in subject and text, and a robot's words about it."""
    numbers = set(_TICKET.findall(letter.subject)) & set(_TICKET.findall(letter.own))
    if not numbers or letter.words.quoted or automated.speaks_to_us(letter):
        return None
    return letter.say("acknowledgement.opened", letter.own)


_TICKET = re.compile(r"(?<![\w.,/-])(?:[a-z]{1,6}-)?\d{4,12}(?![\w,/])")


def is_wordless_absence(letter: Readings) -> RuleMatch | None:
    """A person's automatic reply in words we do not know: mail programs offer it for absences, and little else."""
    if _is_about_something_else(letter):
        return None
    by_subject = automated.by_subject(letter)
    replied = (letter.mail.header("auto-submitted") or "").lower().startswith("auto-replied")
    return by_subject or (automated.by_header(letter) if replied or _is_exchange_absence(letter) else None)


def _is_exchange_absence(letter: Readings) -> bool:
    """Exchange answers as "generated", to one mail, and asks for no answer; in a language we have no words of."""
    asks = (
        "oof" in (silenced := (letter.mail.header("x-auto-response-suppress") or "").lower())
        or "all" in silenced
    )
    return asks and bool(letter.mail.in_reply_to) and letter.language is None


def is_automatic(letter: Readings) -> RuleMatch | None:
    """Any other mail that a machine made."""
    return letter.machine


# --- people -------------------------------------------------------------------------------------------------------------------


def asks_to_stop(letter: Readings) -> RuleMatch | None:
    """In their own words, not in our quoted footer; and not where they speak of unsubscribing as a subject.

    What is said in the subject alone counts, too. In doubt, nobody is taken for somebody who asks for no more mail: an answer of a
    person ends the sequence and is read by a person.
    """
    if not letter.own.strip():
        return letter.say("opt_out.phrases", _kept(letter, letter.spoken_subject))
    whole = letter.own.replaced(_NO_WORD, " ").squeezed()
    alone = letter.say("opt_out.alone", whole)
    if alone and len(alone.evidence) >= len(whole):
        return alone
    first_line = letter.own.strip().parts(_LINE)[0].strip(" .!*")
    alone = letter.say("opt_out.alone", first_line)
    if alone and len(alone.evidence) >= len(first_line) and len(whole) < 120:
        return alone
    return letter.say("opt_out.phrases", _kept(letter, letter.own))


_NO_WORD, _LINE, _BETWEEN = re.compile(r"[^\w\s'-]"), re.compile(r"\n"), re.compile(r"(?<=[.!?\n])\s+")


def _kept(letter: Readings, words: Folded) -> Folded:
    """Their words without the sentences that only speak about the thing, or mean an order."""
    return Folded.joined("\n", (each for each in words.parts(_BETWEEN) if not _means_else(letter, each)))


def _means_else(letter: Readings, sentence: Folded) -> bool:
    """Unsubscribing as a subject; goods that are not to be sent; a numbered line of an offer, but not an article of the law."""
    if letter.say("opt_out.not_meant", sentence) or letter.say("opt_out.goods", sentence):
        return True
    return letter.say("opt_out.item", sentence) is not None and letter.say("opt_out.law", sentence) is None


def is_person(letter: Readings) -> RuleMatch:
    """Everything else: when unsure, somebody answered."""
    return RuleMatch(normalize.quote(letter.words.own or letter.mail.subject))
