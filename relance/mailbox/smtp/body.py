"""A mail's bytes on their way: fit to travel, and as they travel."""

from __future__ import annotations

from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult


def stuffed(raw: bytes) -> bytes:
    """The body as it travels: leading dots doubled, ended by the lone dot (RFC 5321, 4.5.2). `raw` has CRLF lines."""
    start = b"." if raw.startswith(b".") else b""
    end = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
    return b"".join((start, raw.replace(b"\r\n.", b"\r\n.."), end))


def unfit(raw: bytes) -> SendResult | None:
    """Lone CR or LF would let a body speak SMTP to some servers; such bytes never leave."""
    if raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        return None
    return SendResult(
        Outcome.REFUSED, "body", Blame.CONTENT, text="the stored mail has a line end that is not CRLF"
    )
