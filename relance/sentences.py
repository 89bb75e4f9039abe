"""Words of somebody else as sentences of ours: joined without a second full stop."""

from __future__ import annotations

_ENDS = (".", "!", "?", "…")
_QUOTES = "”\"'"


def ended(words: object) -> str:
    """Words as a whole sentence: ended by a full stop, where no mark of their own ends them. Pure."""
    text = str(words).rstrip()
    return text if not text or text.rstrip(_QUOTES).endswith(_ENDS) else f"{text}."
