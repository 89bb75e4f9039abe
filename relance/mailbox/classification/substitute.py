"""The address somebody names instead of their own."""

from __future__ import annotations

import re

from relance.mailbox.classification.message_view import ClassifierInput

_REACH = 160


def named(letter: ClassifierInput) -> str | None:
    """The address to write to instead: one beside words like "contact" or "successor", else the only other one."""
    others = [address for address in letter.addresses(letter.body) if address != letter.mail.from_address]
    beside = (address for address in others if _is_recommended(letter, address))
    return next(beside, others[0] if len(others) == 1 else None)


def _is_recommended(letter: ClassifierInput, address: str) -> bool:
    place = letter.body.find(address)
    near = letter.body[max(0, place - _REACH) : place]
    return letter.say("left.substitute", re.sub(r"\S+@\S+", " ", near)) is not None
