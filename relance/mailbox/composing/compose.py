"""A mail as the bytes that leave: laid out by hand, the same bytes for the same draft, 7-bit throughout, but for an address in To
that has letters beyond ASCII (RFC 6532)."""

from __future__ import annotations

import binascii
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from relance.mailbox import tls
from relance.mailbox.composing import dkim, final_check, header_lines
from relance.wording import Text, typed

SUBJECT_LIMIT = 1000
NAME_LIMIT = 320
# Far above anything a person writes; a template gone wrong is stopped here.
URL_LIMIT = 900  # a URL cannot be folded, and a line ends at 998
REFERENCES_LIMIT = 20  # RFC 5322 sets none; readers thread by the first and the last few

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$&'*+/=?^_{}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_TOKEN = re.compile(r"[A-Za-z0-9._+=-]{1,200}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_URL = re.compile(r"https?://[!#-;=?-~]+")
_MAILTO = re.compile(r"[!#-;=?-~]+@[!#-;=?-~]+")

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n") + b"\x7f"
_SHORT_LINE = 900  # 7bit may hold 998, but relays that re-wrap do so from 990 on
_CACHED_LINE = 1000


@dataclass(frozen=True)
class MailDraft:
    """Everything one mail says. Addresses are normalised already; `date` is aware; ids carry their angle brackets."""

    from_name: str
    from_address: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str | None
    message_id: str
    date: dt.datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: str | None = None
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None  # an address, or an address with `?subject=...`
    test: bool = False  # sent to its own sender, to be looked at; a header says so


@dataclass(frozen=True)
class _Part:
    """One body: how it is encoded, and the encoded lines, CRLF, the last one ended."""

    encoding: str
    body: bytes

    def head(self, subtype: str) -> bytes:
        charset = "us-ascii" if self.encoding == "7bit" else "utf-8"
        return (
            f"Content-Type: text/{subtype}; charset={charset}\r\nContent-Transfer-Encoding: {self.encoding}\r\n"
        ).encode("ascii")


def compose(draft: MailDraft, key: dkim.SigningKey | None = None) -> bytes:
    """The mail's bytes, CRLF lines, ready to be stored and sent, signed by `key` if there is one; raises `final_check.Unfit`
    when they may not leave."""
    head = _headers(draft)
    raw = b"".join((*head.values(), _content(draft)))
    # The content begins with its own Content-* headers; a text-only mail has one more of them.
    names = (
        [*head, "Content-Type"]
        if draft.html is not None
        else [*head, "Content-Type", "Content-Transfer-Encoding"]
    )
    if key is not None:
        raw, names = dkim.sign(raw, key, draft.date), ["DKIM-Signature", *names]
    final_check.check(_in_ascii(raw, draft.to_address), names)
    return raw


def _in_ascii(raw: bytes, address: str) -> bytes:
    """The mail with the one thing that may be other than ASCII put aside: the address in To."""
    return raw if address.isascii() else raw.replace(f"<{address}>".encode(), b"<somebody@there>", 1)


def new_message_id(token: str, domain: str) -> str:
    """`<token@domain>`; the token must be unique and should be hard to guess."""
    if not _TOKEN.fullmatch(token) or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"no Message-ID can be made from {token!r} and {domain!r}")
    return f"<{token}@{domain}>"


PROBE = "relance-probe"
# How the Message-ID of a mail begins that a mailbox sends itself: no reading of a mailbox heeds it.


def new_probe_id(token: str, domain: str) -> str:
    """The Message-ID of such a mail; `token` is 30 hexadecimal digits nobody can guess."""
    return new_message_id(f"{PROBE}.{token}", domain)


def is_message_id(text: str) -> bool:
    """Whether a header of ours may name a mail so."""
    return _MESSAGE_ID.fullmatch(text) is not None


def _headers(draft: MailDraft) -> dict[str, bytes]:
    """Every header but the Content-* ones, in the order they are written."""
    _check_limits(draft)
    head = {
        "From": header_lines.mailbox("From", draft.from_name[:NAME_LIMIT], _address(draft.from_address)),
        "To": header_lines.mailbox("To", draft.to_name, _of_a_person(draft.to_address)),
    }
    if draft.reply_to is not None:
        head["Reply-To"] = header_lines.folded("Reply-To", [f"<{_address(draft.reply_to)}>"])
    head["Subject"] = header_lines.text("Subject", draft.subject)
    head["Date"] = f"Date: {format_datetime(draft.date)}\r\n".encode("ascii")
    head["Message-ID"] = header_lines.folded("Message-ID", [_id(draft.message_id)])
    if draft.in_reply_to is not None:
        head["In-Reply-To"] = header_lines.folded("In-Reply-To", [_id(draft.in_reply_to)])
    if draft.references:
        head["References"] = header_lines.folded("References", _references(draft.references))
    head |= _unsubscribe(draft)
    if draft.test:
        head["X-Relance-Test"] = b"X-Relance-Test: yes\r\n"
    head["MIME-Version"] = b"MIME-Version: 1.0\r\n"
    return head


def _check_limits(draft: MailDraft) -> None:
    if draft.date.tzinfo is None:
        raise final_check.UnfitMail(Text("the mail's date has no time zone"))
    if len(draft.subject) > SUBJECT_LIMIT:
        raise final_check.UnfitMail(
            Text("the subject is longer than {limit} characters", limit=SUBJECT_LIMIT)
        )
    if not header_lines.clean(draft.subject):
        raise final_check.UnfitMail(Text("the mail has no subject"))
    # The sender's own name is cut instead: whoever is written to is not held for how their mailbox is called.
    if len(draft.to_name) > NAME_LIMIT:
        raise final_check.UnfitMail(Text("a name is longer than {limit} characters", limit=NAME_LIMIT))


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or "=?" in address:
        raise final_check.UnfitMail(
            Text("{address} cannot be used as an address in a mail", address=typed(address))
        )
    return address


def _of_a_person(address: str) -> str:
    """Theirs may have letters of any script before the "@" (RFC 6532), ours may not."""
    if address.isascii():
        return _address(address)
    local, _, domain = address.rpartition("@")
    known = "".join(
        "x" if not each.isascii() and unicodedata.category(each)[0] in "LMN" else each for each in local
    )
    _address(f"{known}@{domain}")
    return address


def _id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise final_check.UnfitMail(Text("{message_id} is not a Message-ID", message_id=typed(message_id)))
    return message_id


def _references(ids: Sequence[str]) -> Sequence[str]:
    """The thread's root and its latest ids, without repeats."""
    unique = list(dict.fromkeys(map(_id, ids)))
    return unique if len(unique) <= REFERENCES_LIMIT else [unique[0], *unique[1 - REFERENCES_LIMIT :]]


def _unsubscribe(draft: MailDraft) -> dict[str, bytes]:
    """List-Unsubscribe (RFC 2369), and the one-click mark (RFC 8058) where there is a URL that may be posted to."""
    targets = []
    if draft.unsubscribe_url is not None:
        targets.append(_target(draft.unsubscribe_url, _URL))
    if draft.unsubscribe_mailto is not None:
        targets.append("mailto:" + _target(draft.unsubscribe_mailto.removeprefix("mailto:"), _MAILTO))
    if not targets:
        return {}
    pieces = [f"<{target}>" for target in targets]
    head = {"List-Unsubscribe": header_lines.folded("List-Unsubscribe", pieces, glue=",")}
    if draft.unsubscribe_url is not None and _one_click(draft.unsubscribe_url):
        head["List-Unsubscribe-Post"] = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return head


def _one_click(url: str) -> bool:
    """Whether a program may post to it unasked: over https only (RFC 8058, 3.1), or on this very computer, as in a sandbox."""
    return url.startswith("https://") or tls.is_loopback(urlsplit(url).hostname or "")


def _target(target: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(target) or "," in target or len(target) > URL_LIMIT:
        raise final_check.UnfitMail(Text("{target} cannot be used in List-Unsubscribe", target=typed(target)))
    return target


def _content(draft: MailDraft) -> bytes:
    """The Content-* headers, the empty line and the body."""
    if draft.html is None:
        part = _part(draft.text, b"")
        return b"".join((part.head("plain"), b"\r\n", part.body))
    boundary = _boundary(draft.message_id)
    mark = b"--" + boundary
    text, html = _part(draft.text, mark), _part(draft.html, mark)
    return b"".join(
        (
            b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n\r\n',
            mark + b"\r\n" + text.head("plain") + b"\r\n" + text.body + b"\r\n",
            mark + b"\r\n" + html.head("html") + b"\r\n" + html.body + b"\r\n",
            mark + b"--\r\n",
        )
    )


def _boundary(message_id: str) -> bytes:
    # "=_" can stand in no quoted-printable or base64 line (RFC 2045, 6.7).
    return b"=_" + hashlib.blake2b(message_id.encode(), digest_size=15).hexdigest().encode()


def _part(text: str, mark: bytes) -> _Part:
    """The text in the encoding that keeps it most readable: as it is, quoted-printable, or base64."""
    data = text.encode("utf-8", "replace")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = data.translate(None, _CONTROLS)
    if not data.endswith(b"\n"):
        data += b"\n"
    lines = data[:-1].split(b"\n")
    longest = max(map(len, lines))
    if data.isascii() and longest <= _SHORT_LINE and not (mark and mark in data):
        return _Part("7bit", data.replace(b"\n", b"\r\n"))
    # A letter beyond ASCII costs about four bytes quoted; base64 costs a third of everything.
    if 11 * (len(data) - len(text)) > len(data):
        return _Part("base64", _base64(data.replace(b"\n", b"\r\n")))
    return _Part(
        "quoted-printable",
        b"\r\n".join(map(_quoted_before if longest <= _CACHED_LINE else _quote, lines)) + b"\r\n",
    )


def _quote(line: bytes) -> bytes:
    return binascii.b2a_qp(line).replace(b"\n", b"\r\n")


# Most lines of a step's mail are the same for every contact: those are asked for again before a thousand others.
_quoted_before = lru_cache(maxsize=1024)(_quote)


def _base64(data: bytes) -> bytes:
    encoded = binascii.b2a_base64(data, newline=False)
    return b"".join([encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76)])
