"""What has digits and is no date, blanked out. Pure."""

from __future__ import annotations

import re

_MASKS = re.compile(
    r"""(?:https?://|www\.)\S{1,200} | (?<!\S)\S{1,80}@\S{1,80}                # addresses
      | \+\s?\d[\d\ ()./-]{6,}                                                  # international numbers
      | (?:tel|phone|mobile|mob|cell|fax|telefon|handy|gsm|kom|telefono|movil)\b[.:]?\s?[\d\ ()+./-]{6,}
      | (?<![\d.,/-])\(?0\d{2,4}\)?[\ /-]\d[\d\ /-]{4,}                         # national numbers
      | (?<!\d)\d{3}[\ .-]\d{3}[\ .-]\d{3,4}(?!\d)
      | (?<!\d)(?:\d{2}[\ .]){4}\d{2}(?!\d)
      | [#$€£]\s?\d[\d.,]* | \d[\d.,]*\s?(?:%|€|\$|£|eur\b|usd\b|pln\b|zl\b|kc\b|chf\b)
      | (?<![\d./-])\d{1,2}[:h]\d{2}(?!\d)(?:\s?[ap]\.?m\b\.?)? | (?<![\d./-])\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|hrs\b)
      | (?<![\d./-])\d{1,2}[.]\d{2}\s?(?:uhr|h|hrs|uur|hod|[ap]\.?m)\b
      | (?<!\w)\d{5,}(?!\w)                                                     # ticket and order numbers
    """,
    re.VERBOSE,
)


def mask(folded: str) -> str:
    """The text with everything blanked out that has digits and is no date; positions are kept."""
    return _MASKS.sub(lambda match: "_" * len(match.group()), folded)
