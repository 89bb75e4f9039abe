"""Kinds of mails and intents as somebody writes them. Pure."""

from __future__ import annotations

from relance import errors
from relance.engine.reasons.code_words import word
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


def intent_of(kind: Kind, text: str) -> str:
    """An intent, by its word, of an answer of this kind. Raises `errors.Invalid` where the answer is not a person's: it would change
    nothing."""
    words = intent(text)
    if kind is not Kind.HUMAN:
        raise errors.Invalid(
            Text(
                "Only a human answer can mean {intent}; this one is: {kind}.",
                intent=word("intent", words),
                kind=word("mail", kind.value),
            ),
            command=Text("Add --kind human-answer if a person wrote it."),
            page=Text("Choose what it is once more."),
        )
    return words
