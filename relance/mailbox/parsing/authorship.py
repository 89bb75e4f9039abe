"""Who wrote a mail, where From alone does not tell: lists and forwarders write their own address over it, even ours. Pure.

*Sure* witnesses are those a list leaves when it rewrites From (X-Original-From; Reply-To beside a List-Id or an address of
ours in From). The others (Reply-To and Sender of any mail, the envelope's sender, RFC 8601 and RFC 8617 results, which
are not verified here) only say who it may be from: in doubt somebody has to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from relance.mailbox.parsing import header_fields
from relance.mailbox.parsing.inbound import InboundMail

_ORIGINAL = ("x-original-from", "x-original-sender")
# Not X-Google-Original-From: Gmail notes there what one of its own users wrote, such as an alias of ours.
_LIST = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-loop")
_MAIL_FROM = re.compile(r"\bsmtp\.mailfrom=\"?([^\s;\"()]{1,320})", re.IGNORECASE)
_RESULTS = ("arc-authentication-results", "authentication-results")
HEADERS = (*_ORIGINAL, "reply-to", "sender", "return-path", "list-id", *_RESULTS)
"""What must be fetched of a mail for its witnesses to be heard."""


def bare(address: str) -> str:
    """An address without the token that stands behind a plus in it."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def is_ours(address: str | None, own: Collection[str]) -> bool:
    """Whether an address is one of ours, whatever token stands in it."""
    return address is not None and (address in own or bare(address) in own)


def wrote_it_ourselves(mail: InboundMail, own: Collection[str]) -> bool:
    """Whether a mail with our address in From is our own: not if somebody else answers through it.

    That is so when another address is to be answered, on a mail that came to us or through a list.
    """
    if mail.from_address not in own:
        return False
    if _others(mail, _ORIGINAL, own):
        return False
    came = any(is_ours(each, own) for each in mail.to)
    return not ((came or _through_a_list(mail)) and _others(mail, ("reply-to", "sender"), own))


def came_to_us_alone(mail: InboundMail, own: Collection[str]) -> bool:
    """Whether a mail names nobody but us as who it is for. If it answers a mail of ours then, From is not who wrote it."""
    return bool(mail.to) and all(is_ours(each, own) for each in mail.to)


def sure(mail: InboundMail, own: Collection[str]) -> tuple[str, ...]:
    """The person who wrote it, as surely as From says so elsewhere: From itself, or whose address was written over there."""
    original = _others(mail, _ORIGINAL, own)
    rewritten = mail.from_address in own or mail.from_address is None or _through_a_list(mail)
    replies = _others(mail, ("reply-to",), own) if rewritten else ()
    sender = () if is_ours(mail.from_address, own) or mail.from_address is None else (mail.from_address,)
    return tuple(dict.fromkeys((*sender, *original, *replies)))


def possible(mail: InboundMail, own: Collection[str]) -> tuple[str, ...]:
    """Anyone else who may have written it."""
    known = {*sure(mail, own), mail.from_address}
    found = (*_others(mail, ("reply-to", "sender", "return-path"), own), *_envelope(mail, own))
    return tuple(dict.fromkeys(each for each in found if each not in known))


def _through_a_list(mail: InboundMail) -> bool:
    return any(mail.header(name) for name in _LIST)


def _others(mail: InboundMail, names: Collection[str], own: Collection[str]) -> tuple[str, ...]:
    values = [value.encode("utf-8", "replace") for name, value in mail.headers if name in names]
    return tuple(
        found.address for found in header_fields.addresses(values) if not is_ours(found.address, own)
    )


def _envelope(mail: InboundMail, own: Collection[str]) -> Iterator[str]:
    """The envelope's sender as the servers on the way noted it: forwarders keep that, or a list's own."""
    said = (value for name, value in mail.headers if name in _RESULTS)
    for each in (found for value in said for found in _MAIL_FROM.findall(value)):
        for mailbox in header_fields.addresses([each.encode("utf-8", "replace")]):
            if not is_ours(mailbox.address, own):
                yield mailbox.address
