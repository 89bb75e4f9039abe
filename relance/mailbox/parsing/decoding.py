"""Bytes to readable text: charsets as they really occur, RFC 2047 words, and the removal of what is not text.

Nothing here raises for any input; what cannot be decoded is replaced by U+FFFD.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import functools
import re

# What mail programs write for charsets that Python knows by another name. ISO-8859-1 and US-ASCII
# are read as Windows-1252, as browsers do (WHATWG Encoding): the label is a lie more often than not.
_ALIASES = {
    "ansi": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-mac-roman": "mac-roman",
    "x-mac-ce": "mac-latin2",
    "x-sjis": "cp932",
}
# Text codecs of Python that no mail is written in; some take quadratic time on hostile input.
_NOT_FOR_MAIL = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
)
_ENCODED_WORD = re.compile(r"=\?([!-<>@-~]{1,60})\?([bBqQ])\?([^?\r\n]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]+(?==\?[!-<>@-~]{1,60}\?[bBqQ]\?)")
# C0 and C1 controls, lone surrogates, and the marks that reorder what a reader sees.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff"
_NOT_TEXT = re.compile(f"[{_CONTROLS}]")
_NOT_LINE = re.compile(f"[{_CONTROLS}\t\n\u2028\u2029]+")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\u0085]")


@functools.lru_cache(maxsize=256)
def codec_name(charset: str) -> str | None:
    """Python's codec for what a mail calls its charset, or None when there is none fit for mail."""
    wanted = charset.strip().strip("\"'").lower()[:60]
    wanted = wanted.partition("*")[0]  # RFC 2231 language suffix
    for name in (_ALIASES.get(wanted, wanted), wanted.replace("cp-", "cp").replace("_", "-")):
        try:
            found = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        if found.name.replace("-", "_") in _NOT_FOR_MAIL or not found._is_text_encoding:
            return None
        return found.name
    return None


def to_text(data: bytes, charset: str | None = None) -> tuple[str, bool]:
    """Decode, and say whether it went cleanly: declared charset first, then UTF-8, then Windows-1252."""
    name = codec_name(charset) if charset else None
    if data[:3] == codecs.BOM_UTF8:
        name = "utf-8"
    candidates = [name] if name and name != "cp1252" else []
    for candidate in [*candidates, "utf-8"]:
        try:
            return data.decode(candidate), not charset or name is not None
        except (UnicodeError, ValueError):
            continue
    if name and name not in ("cp1252", "utf-8"):
        return _lossy(data, name), False
    if name == "utf-8":
        return _lossy(data, "utf-8"), False
    return data.decode("cp1252", "replace"), name == "cp1252"


def _lossy(data: bytes, name: str) -> str:
    try:
        return data.decode(name, "replace")
    except (UnicodeError, ValueError):
        return data.decode("cp1252", "replace")


def words(text: str) -> str:
    """Decode the encoded words (RFC 2047) in a header's text; neighbours in one charset are joined first.

    Tolerates what is common and wrong: words inside quotes, spaces inside words, characters cut between words.
    """
    if "=?" not in text:
        return text
    text = _BETWEEN_WORDS.sub(r"\1", text)
    out: list[str] = []
    pending = b""
    pending_charset = ""
    position = 0
    for match in _ENCODED_WORD.finditer(text):
        charset, kind, payload = match.groups()
        data = _word_bytes(kind, payload)
        if match.start() != position or charset.lower() != pending_charset:
            out.append(to_text(pending, pending_charset)[0] if pending else "")
            out.append(text[position : match.start()])
            pending, pending_charset = b"", charset.lower()
        pending += data
        position = match.end()
    out.append(to_text(pending, pending_charset)[0] if pending else "")
    out.append(text[position:])
    return "".join(out)


def _word_bytes(kind: str, payload: str) -> bytes:
    if kind in "bB":
        return from_base64(payload.encode("ascii", "ignore"))
    return binascii.a2b_qp(payload.replace(" ", "_").encode("utf-8", "replace"), header=True)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def from_base64(data: bytes) -> bytes:
    """Decode base64 whatever stands between its characters; what cannot be a whole byte at the end is dropped."""
    kept = _NOT_BASE64.sub(b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):  # cannot happen after the cleaning; parsing may never raise
        return b""


def clean_line(text: str, limit: int) -> str:
    """One line: controls and line ends become single spaces, ends trimmed, at most `limit` characters."""
    return _NOT_LINE.sub(" ", text[: limit * 2]).strip()[:limit]


def clean_text(text: str, limit: int) -> str:
    """Many lines with `\\n` between them, no other controls but tabs, at most `limit` characters."""
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text[: limit * 2]))[:limit]
