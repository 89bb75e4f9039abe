"""What an SMTP server offers: its answer to EHLO, read."""

from __future__ import annotations

from dataclasses import dataclass

from relance.mailbox.smtp.envelope import Envelope
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable

_SIZE_DIGITS = 20  # RFC 1870, 4; of 5,000 digits Python reads no number


@dataclass(frozen=True)
class Capabilities:
    """What the server said of itself in answer to EHLO."""

    starttls: bool = False
    pipelining: bool = False
    size: int | None = None  # the largest mail it takes; None where it does not say
    auth: frozenset[str] = frozenset()
    dsn: bool = False  # takes our name for a mail and repeats it in its bounces (RFC 3461)
    utf8: bool = (
        False  # takes addresses with letters beyond ASCII, in envelopes and headers (SMTPUTF8, RFC 6531)
    )
    eight_bit: bool = False  # takes bytes beyond ASCII in a body (8BITMIME, RFC 6152)


def told(text: str) -> Capabilities:
    """What an EHLO reply offers; its first line is the server's name."""
    offers: dict[str, list[str]] = {}
    for line in text.upper().split("\n")[1:]:
        # "AUTH=PLAIN" is how servers older than RFC 4954 say it.
        keyword, *values = line.replace("AUTH=", "AUTH ", 1).split() or [""]
        offers.setdefault(keyword, []).extend(values)
    size = next(iter(offers.get("SIZE", [])), "")
    return Capabilities(
        starttls="STARTTLS" in offers,
        pipelining="PIPELINING" in offers,
        size=_limit(size) if "SIZE" in offers else None,
        dsn="DSN" in offers,
        utf8="SMTPUTF8" in offers,
        eight_bit="8BITMIME" in offers,
        auth=frozenset(offers.get("AUTH", [])),
    )


def _limit(said: str) -> int:
    """The largest mail a server takes; 0: no limit, or none that makes sense (RFC 1870, 3)."""
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= _SIZE_DIGITS else 0


def not_for(can: Capabilities, mail: Envelope) -> SendResult | None:
    """What the server said of itself in answer to EHLO decides before it is asked."""
    if can.size and mail.size > can.size:
        why = f"the mail has {mail.size} bytes, the server accepts {can.size}"
        return SendResult(Outcome.REFUSED, "mail", Blame.CONTENT, text=why, unsendable=Unsendable.TOO_LARGE)
    if mail.international and not can.utf8:
        return SendResult(Outcome.REFUSED, "mail", Blame.CONTENT, text=NO_UTF8, unsendable=Unsendable.ADDRESS)
    return None


NO_UTF8 = (
    'the server does not offer SMTPUTF8, which an address with other letters than a to z before its "@" needs'
)
