"""Whom a returned mail speaks of, where no machine part names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relance.mailbox.classification.delivery_failures import notices
from relance.mailbox.classification.message_view import ClassifierInput

_NEAR_ADDRESS = re.compile(
    r"(?:(?:final|original)-recipient\s*:\s*(?:rfc822|utf-8)\s*;|x-failed-recipients\s*:|"
    r"(?<![\w.+@-])(?:recipient|address|addresses|user|deliver(?:y|ed)?|to|reach|mailbox|for|an|do|a|para|destinat\w*|adres\w*|empfanger\w*|odbiorc\w*|message)\b)"
    r"[^@]{0,120}?<?([\w.+'/=&%#-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,24})"
)  # fmt: skip


def named(letter: ClassifierInput, words: str) -> str | None:
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
        bool(notices.DAEMON.fullmatch(local))
        or (len(local) > 40 and any(letter.isdigit() for letter in local))
        or "." not in domain
    )
