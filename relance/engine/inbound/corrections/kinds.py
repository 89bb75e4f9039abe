"""Kinds of mails and intents as somebody writes them. Pure."""

from __future__ import annotations

from relance import errors
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import Text


def kind(text: str) -> Kind:
    """A kind that a mail can be said to be. Raises `errors.Invalid`."""
    words = text.strip().lower().replace("-", " ")
    kinds = {each.value.replace("-", " "): each for each in Kind if each is not Kind.OWN_COPY}
    if words not in kinds:
        raise errors.Invalid(
            Text(
                '"{text}" is not a kind of mail. Choose one of: {kinds}.',
                text=text,
                kinds=", ".join(kinds),
            )
        )
    return kinds[words]


def intent(text: str) -> str:
    """An intent, by its word. Raises `errors.Invalid`."""
    words = text.strip().lower()
    if words not in {each.value for each in Intent}:
        raise errors.Invalid(
            Text(
                '"{text}" is not an intent. Choose one of: {intents}.',
                text=text,
                intents=", ".join(each.value for each in Intent),
            )
        )
    return words
