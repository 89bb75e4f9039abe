"""What a browser calls itself, in two words. Never decides anything."""

from __future__ import annotations

from relance.wording import Text

NAMES = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def named(agent: str) -> str:
    """Such as `Firefox, Windows`; what is not known is said so."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (NAMES, SYSTEMS)]
    return ", ".join(filter(None, found)) or str(Text("unknown browser"))
