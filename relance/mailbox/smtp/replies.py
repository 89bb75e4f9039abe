"""What a server's refusal means: one table from stage, code and words to the outcome and to whom it speaks of."""

from __future__ import annotations

import functools
import os
import re
import ssl
from typing import Literal

from relance.mailbox import refusal_words, tls
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import Text, as_in_the_source, quoted
from relance.wording.system import BY_WORDS

TEXT_LIMIT = 500
Later = Literal["for now"]
FOR_NOW: Later = "for now"

# Asked with "stage code status <what the words speak of>..."; a missing status reads "-". The first match decides, and a
# third value says that it is so for now, whatever the code. Statuses are those of RFC 3463 and the IANA registry.
BLAME: tuple[tuple[str, Blame] | tuple[str, Blame, Later], ...] = (
    # Before any mail: the login and the server's door.
    (r"auth 5", Blame.SENDER),
    (r"auth 4", Blame.SERVER),
    (r"(connect|tls) ", Blame.SERVER),
    # The mailbox is not logged in, wherever the server notices (530; Gmail's 5.5.1, Microsoft's 5.7.57).
    (r"\w+ 53[0458] ", Blame.SENDER),
    # Words that are unmistakably about us outweigh every code: providers put them under those of the recipient, too.
    (r"\w+ 4\d\d 4\.5\.3 ", Blame.SERVER),
    (r"\w+ 432 ", Blame.SENDER),
    (r"\w+ .*<sender>", Blame.SENDER),
    (r"\w+ [45]\d\d [45]\.(1\.[78]|4\.5) ", Blame.SENDER),
    # Microsoft's: daily limits of recipients (of a mailbox, of a tenant), a blocked tenant, an IP, another's address in From.
    (r"\w+ [45]\d\d [45]\.(1\.90|2\.252|7\.(233|705|708)) ", Blame.SENDER),
    # A full mailbox and a full disk are so for now (at MAIL 5.2.2 is Exchange's quota of the sender).
    (r"(rcpt|data|final) [45]\d\d ([45]\.2\.2 |.*<full>)", Blame.RECIPIENT, FOR_NOW),
    (r"\w+ [45]\d\d [45]\.3\.[12] ", Blame.SERVER, FOR_NOW),
    # Put off: greylisting asks everybody to come back, whatever its status; a policy (X.7) asks the sender to slow down.
    (r"\w+ 4\d\d (?!.*<(spam|rule)>).*<not now>", Blame.SERVER),
    (r"\w+ 4\d\d 4\.[12]\.\d+ ", Blame.RECIPIENT),
    (r"\w+ 4\d\d (4\.7\.\d+ |.*<spam>)", Blame.SENDER),
    (r"\w+ 4", Blame.SERVER),
    # This mail: its size (2.3, 3.4), its form (X.6), what is in it; not where the words call it spam.
    (r"\w+ 5\d\d 5\.(2\.3|3\.4|6\.\d+) ", Blame.CONTENT),
    (r"(mail|data|final) 5\d\d (?!.*<spam>).*<content>", Blame.CONTENT),
    # The address, where it is what the server was just asked about. Policy under an address's status is policy all the same.
    (r"rcpt 5\d\d 5\.4\.1 ", Blame.RECIPIENT),  # Microsoft, of addresses its directory does not know
    (r"(rcpt|data|final) 5\d\d .*<no address>", Blame.RECIPIENT),
    (r"(rcpt|data|final) 5\d\d 5\.1\.\d+ (?!.*<(spam|rule)>)", Blame.RECIPIENT),
    # Policy and reputation: the sender's, until proved otherwise.
    (r"\w+ 5\d\d (5\.7\.\d+ |.*<(spam|rule)>)", Blame.SENDER),
    (r"\w+ 5\d\d .*<not now>", Blame.SERVER, FOR_NOW),
    (r"(rcpt|data|final) 5\d\d 5\.2\.\d+ ", Blame.RECIPIENT),
    (r"\w+ 5\d\d 5\.[345]\.\d+ ", Blame.SERVER),
    # Without a useful status or word: the bare code at its stage (RFC 5321, 4.3.2).
    (r"rcpt 552 ", Blame.RECIPIENT, FOR_NOW),
    (r"(mail|data|final) 552 ", Blame.CONTENT),
    (r"mail 5", Blame.SENDER),
    (r"rcpt 5(5[0-3]|1[0-3]|21|56) ", Blame.RECIPIENT),
    (r"rcpt 5", Blame.SENDER),
    (r"final 5", Blame.CONTENT),
    (r"", Blame.SERVER),
)

_ROWS = tuple((re.compile(pattern), blame, bool(later)) for pattern, blame, *later in BLAME)
OF_ONE_MAIL = ("rcpt", "data", "final")
# Where a server speaks of the mail that it is asked to take, and not of whom it takes it from.
_GONE = frozenset({"5.1.1", "5.1.10"})
# Bad destination mailbox; recipient not found, or a domain that takes no mail at all (RFC 7505).
_OURS = frozenset({"5.1.7", "5.1.8", "5.4.5", "5.7.57", "5.1.90", "5.2.252", "5.7.233", "5.7.705", "5.7.708"})
# The sender's address, its domain, its quota, its login; then Microsoft's codes (see `BLAME`).
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

_NUMBER = re.compile(r"\[Errno -?\d+\] ")
# By which Python calls a fault, and nobody else.

_BEFORE_MAIL = ("connect", "tls", "auth")


def verdict(stage: str, code: int, text: str) -> SendResult:
    """The meaning of a full 4xx or 5xx reply.

    Before MAIL no mail was judged, so the outcome is `NOT_SENT` whatever the code; blame `SENDER` then says that a
    person must act. A 421 before the body says that the server goes away, so the mail may simply be offered again;
    421 4.7.x is a deferral all the same, for it asks this sender to slow down.
    """
    status, words = refusal_words.status(text, code), bounded(text)
    spoken = "".join(f"<{about}>" for about in sorted(refusal_words.read(text)))
    question = f"{stage} {code} {status or '-'} {spoken}"
    blame, later = next((blame, later) for row, blame, later in _ROWS if row.match(question))
    if blame is Blame.SENDER and stage in OF_ONE_MAIL and refusal_words.is_passed_on(text):
        blame = Blame.RECEIVER
    return SendResult(_outcome(stage, code, status, later=later), stage, blame, code, status, words)


def is_definite(result: SendResult) -> bool:
    """Whether a refusal says for certain that there is no such address: by its status, or by clear words at RCPT."""
    if result.outcome is not Outcome.REFUSED or result.blame is not Blame.RECIPIENT:
        return False
    clear = result.stage == "rcpt" and refusal_words.About.NO_ADDRESS in refusal_words.read(result.text)
    return result.status in _GONE or clear


def may_be_of_one(result: SendResult) -> bool:
    """Whether a policy that is held against the sender may be about this one mail all the same: its words speak of
    nothing that is certainly ours, such as a quota, an identity or a login."""
    policy = (
        result.outcome is Outcome.REFUSED and result.blame is Blame.SENDER and result.stage in OF_ONE_MAIL
    )
    ours = result.code is None or 530 <= result.code <= 538 or (result.status or "") in _OURS
    return policy and not ours and refusal_words.About.SENDER not in refusal_words.read(result.text)


def accepted(code: int, text: str) -> SendResult:
    """A full 2xx after the body. The words may carry the provider's own id, so they are kept."""
    return SendResult(
        Outcome.ACCEPTED, "final", Blame.SERVER, code, refusal_words.status(text, code), bounded(text)
    )


def not_sent(stage: str, fault: BaseException | str) -> SendResult:
    """Trouble without a full reply before the first byte of the body."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        known = tls.CERTIFICATES.get(fault.verify_code)
        why = as_in_the_source(known) if known else fault.verify_message
        words = bounded(f"the server's certificate cannot be trusted: {why}")
        return SendResult(Outcome.NOT_SENT, "tls", Blame.SENDER, text=words)
    if isinstance(fault, ssl.SSLError):
        return SendResult(
            Outcome.NOT_SENT, "tls", Blame.SERVER, text=bounded(f"TLS failed: {fault.reason or fault}")
        )
    return SendResult(Outcome.NOT_SENT, stage, Blame.SERVER, text=described(fault))


def unknown(stage: str, fault: BaseException | str) -> SendResult:
    """Trouble without a full reply after the body began: it may have been delivered (RFC 1047)."""
    return SendResult(Outcome.UNKNOWN, stage, Blame.SERVER, text=described(fault))


def described(fault: BaseException | str) -> str:
    """The fault in words; an exception without any is named."""
    if isinstance(fault, TimeoutError) and not str(fault):
        return "no answer in time"
    if isinstance(fault, OSError) and fault.errno and fault.errno > 0:
        return os.strerror(fault.errno)
    return bounded(_NUMBER.sub("", str(fault))) or type(fault).__name__


_OWN = (
    Text.within("smtp", "no answer in time"),
    Text.within("smtp", "the server's reply is too long"),
    Text.within("smtp", "the server closed the connection"),
    Text.within("smtp", "the connection was closed"),
    Text.within("smtp", "the connection was lost"),
    Text.within("smtp", "the connection was lost: {fault}"),
    Text.within("smtp", "the connection is closed"),
    Text.within("smtp", "the connection was given up"),
    Text.within("smtp", "the server closed the connection during the TLS handshake"),
    Text.within("smtp", "the server did not answer in time"),
    Text.within("smtp", "there is no connection"),
    Text.within("smtp", "the server said, unasked: {words}"),
    Text.within("smtp", "the server sent something that is not an SMTP reply: {words}"),
    Text.within("smtp", "the server answered the body with {words}"),
    Text.within("smtp", "the server gave an unexpected answer: {words}"),
    Text.within("smtp", "the server's certificate cannot be trusted: {fault}"),
    Text.within("smtp", "TLS failed: {fault}"),
    Text.within("smtp", "{host} would be contacted without encryption; use TLS or STARTTLS"),
    Text.within("smtp", "the server offers no login by password (it offers: {offered})"),
    Text.within("smtp", "the server offers no login by OAuth 2.0 (it offers: {offered})"),
    Text.within("smtp", "the mail has {size} bytes, the server accepts {limit}"),
    Text.within(
        "smtp",
        'the server does not offer SMTPUTF8, which an address with other letters than a to z before its "@" needs',
    ),
    Text.within("smtp", "nothing was sent: {fault}"),
    Text.within("smtp", "the server does not offer STARTTLS; wrong port, or something on the way removes it"),
    Text.within("smtp", "the stored mail has a line end that is not CRLF"),
    Text.within("smtp", "the connection was gone before this mail's turn"),
    Text.within("smtp", "the process was asked to stop before this mail's body"),
    Text.within("smtp", "the mail's turn came too late after its mark"),
    Text.within("smtp", "another mail's refusal, which may hold this one, must be recorded first"),
    Text.within("smtp", "withdrawn before its body"),
    Text.within("smtp", "withdrawn before its body: {reasons}"),  # in events of earlier releases
    Text.within("smtp", "the worker stopped before the mail's body"),
    Text.within("smtp", "the worker stopped while the mail was under way"),
)
# What we say of a server that said nothing itself. Results and journals keep it in English, beside servers' own words; it
# is found again for people alone, and nothing is decided by it.
_PLACE = re.compile(r"\{(\w+)\}")
_SAID = ("fault", "words")
# Places that hold what somebody else says.


_CERTIFICATES = {each.msgid: each for each in tls.CERTIFICATES.values()}


def own_or_quoted(words: str) -> Text:
    """What a result says, for people: our own words in the reader's language, a server's in quotation marks."""
    return _own(words) or (quoted(words) if words else Text.prose(""))


def _own(words: str) -> Text | None:
    if (known := BY_WORDS.get(words) or _CERTIFICATES.get(words)) is not None:
        return known
    for own, pattern in _patterns():
        if (fits := pattern.fullmatch(words)) is not None:
            places = {
                name: own_or_quoted(value) if name in _SAID else value
                for name, value in fits.groupdict().items()
            }
            return Text.within("smtp", own.msgid, **places)
    return None


@functools.cache
def _patterns() -> tuple[tuple[Text, re.Pattern[str]], ...]:
    """Each sentence with what finds it and what stands in its places."""
    return tuple((own, re.compile(_pattern(own.msgid), re.DOTALL)) for own in _OWN)


def _pattern(sentence: str) -> str:
    parts = _PLACE.split(sentence)
    return "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))


def said(result: SendResult) -> Text:
    """What a result says: a server's code and words in quotation marks, ours in the reader's language."""
    return shown(result.code, result.text) if result.told is None else result.told


def shown(code: int | None, words: str) -> Text:
    """A result's words as they are quoted: a server's with its code in quotes, ours as they are."""
    return quoted(f"{code} {words}".strip()) if code is not None else own_or_quoted(words)


def bounded(text: str) -> str:
    """A server's words on one line, without control characters, of bounded length."""
    return _CONTROLS.sub(" ", text[: 4 * TEXT_LIMIT]).strip()[:TEXT_LIMIT]


def _outcome(stage: str, code: int, status: str | None, *, later: bool) -> Outcome:
    if stage in _BEFORE_MAIL:
        return Outcome.NOT_SENT
    if code == 421 and stage != "final" and not (status or "").startswith("4.7."):
        return Outcome.NOT_SENT
    return Outcome.REFUSED if code >= 500 and not later else Outcome.DEFERRED
