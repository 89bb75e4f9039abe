"""What a server's refusal means: one table from stage, code and words to the outcome and to whom it speaks of."""

from __future__ import annotations

import os
import re
import ssl

from relance.mailbox.outcome import Blame, Outcome, SendResult

TEXT_LIMIT = 500

# Asked with "stage code status words", lower case; a missing status reads "-". The first match decides.
# Statuses are those of RFC 3463 and the IANA registry; providers' own uses are named beside their row.
BLAME: tuple[tuple[str, Blame], ...] = (
    # Before any mail: the login and the server's door.
    (r"auth 5", Blame.SENDER),
    (r"auth 4", Blame.SERVER),
    (r"(connect|tls) ", Blame.SERVER),
    # The mailbox is not logged in, wherever the server notices (530; Gmail's 5.5.1, Microsoft's 5.7.57).
    (r"\w+ 53[0458] ", Blame.SENDER),
    # Greylisting asks everybody to come back.
    (r"\w+ 4\d\d \S+ .*gr[ae]y-?list", Blame.SERVER),
    # Quotas of the mailbox: Gmail's 5.4.5, Exchange's 432 and 5.2.2 at MAIL, and those who only use words.
    (r"\w+ [45]\d\d [45]\.4\.5 .*(quota|limit|sending)", Blame.SENDER),
    (r"\w+ 432 ", Blame.SENDER),
    (
        r"\w+ [45]\d\d \S+ .*\b(daily|hourly|sending|sender|outgoing|outbound|rate|messages per)\b.*\b(limit|quota)",
        Blame.SENDER,
    ),
    # Addresses (X.1): 7 and 8 are about the sender's, the rest about the recipient's.
    (r"\w+ [45]\d\d [45]\.1\.[78] ", Blame.SENDER),
    (r"(rcpt|data|final) [45]\d\d [45]\.1\.\d+ ", Blame.RECIPIENT),
    # Mailboxes (X.2): full or disabled; 3 is "message too long".
    (r"\w+ [45]\d\d [45]\.2\.3 ", Blame.CONTENT),
    (r"(rcpt|data|final) [45]\d\d [45]\.2\.\d+ ", Blame.RECIPIENT),
    # Mail systems (X.3): 4 is "message too big".
    (r"\w+ [45]\d\d [45]\.3\.4 ", Blame.CONTENT),
    (r"\w+ [45]\d\d [45]\.3\.\d+ ", Blame.SERVER),
    # Routing (X.4): Microsoft says 5.4.1 of addresses its directory does not know.
    (r"rcpt 5\d\d 5\.4\.1 ", Blame.RECIPIENT),
    (r"\w+ [45]\d\d [45]\.4\.\d+ ", Blame.SERVER),
    # Protocol (X.5) and content (X.6).
    (r"\w+ [45]\d\d [45]\.5\.\d+ ", Blame.SERVER),
    (r"\w+ [45]\d\d [45]\.6\.\d+ ", Blame.CONTENT),
    # Policy (X.7): after the body 0 and 1 speak of what it says; everything else of who sends it
    # (5.7.26 Gmail, 5.7.9 Yahoo, 5.7.515 Microsoft: not authenticated; 4.7.x: too fast).
    (r"final 5\d\d 5\.7\.[01] ", Blame.CONTENT),
    (r"\w+ [45]\d\d [45]\.7\.\d+ ", Blame.SENDER),
    # Without a useful status: the bare code at its stage (RFC 5321, 4.3.2).
    (r"(mail|data|final) 552 ", Blame.CONTENT),
    (r"mail 5", Blame.SENDER),
    (r"rcpt 5(5[0-3]|1[0-3]|21|56) ", Blame.RECIPIENT),
    (r"rcpt 5", Blame.SENDER),
    (r"final 5", Blame.CONTENT),
    (r"\w+ [45]", Blame.SERVER),
)

_ROWS = tuple((re.compile(pattern), blame) for pattern, blame in BLAME)
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?!\S)")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

_BEFORE_MAIL = ("connect", "tls", "auth")


def verdict(stage: str, code: int, text: str) -> SendResult:
    """The meaning of a full 4xx or 5xx reply.

    Before MAIL no mail was judged, so the outcome is `NOT_SENT` whatever the code; blame `SENDER` then says that a
    person must act. A 421 before the body says that the server goes away, so the mail may simply be offered again;
    421 4.7.x is a deferral all the same, for it asks this sender to slow down.
    """
    status, words = _status(code, text), bounded(text)
    question = f"{stage} {code} {status or '-'} {words.lower()} "
    blame = next(blame for row, blame in _ROWS if row.match(question))
    return SendResult(_outcome(stage, code, status), stage, blame, code, status, words)


def accepted(code: int, text: str) -> SendResult:
    """A full 2xx after the body. The words may carry the provider's own id, so they are kept."""
    return SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, code, _status(code, text), bounded(text))


def not_sent(stage: str, fault: BaseException | str) -> SendResult:
    """Trouble without a full reply before the first byte of the body."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        why = f"the server's certificate cannot be trusted: {fault.verify_message}"
        return SendResult(Outcome.NOT_SENT, "tls", Blame.SENDER, text=bounded(why))
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
    return bounded(str(fault)) or type(fault).__name__


def bounded(text: str) -> str:
    """A server's words on one line, without control characters, of bounded length."""
    return _CONTROLS.sub(" ", text[: 4 * TEXT_LIMIT]).strip()[:TEXT_LIMIT]


def _outcome(stage: str, code: int, status: str | None) -> Outcome:
    if stage in _BEFORE_MAIL:
        return Outcome.NOT_SENT
    if code == 421 and stage != "final" and not (status or "").startswith("4.7."):
        return Outcome.NOT_SENT
    return Outcome.REFUSED if code >= 500 else Outcome.DEFERRED


def _status(code: int, text: str) -> str | None:
    """The enhanced status at the start of the words, where its class agrees with the code (RFC 2034, 4)."""
    found = _STATUS.match(text)
    return found[0] if found and found[1] == str(code)[0] else None
