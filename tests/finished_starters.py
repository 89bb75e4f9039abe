"""A starter as somebody has written it out: what is marked in it holds the example that the mark gives."""

from __future__ import annotations

import re

MARK = re.compile(r"\[\[(?:[^\[\]]*(?:such as|na przykład): )?([^\[\]]+)\]\]")


def finished(text: str) -> str:
    """With nothing left to write, and no link that is only an example."""
    return MARK.sub(r"\1", text).replace("https://example.com/", "https://mine.example/")
