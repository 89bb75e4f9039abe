"""Judging: what a mail that came in is, why, and what the person wants. Pure rules over values; no clock, no SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relance import late

if TYPE_CHECKING:
    from relance.mailbox.classification.chain import VERSION, judge
    from relance.mailbox.classification.quoting import answer_text

__all__ = ["VERSION", "answer_text", "judge"]

__getattr__ = late.names(__name__, {"chain": ("VERSION", "judge"), "quoting": ("answer_text",)})
# Its small files, such as the rules' names, are asked for by those who judge nothing.
