"""Telling from a mail alone which step it is: the words, without what differs from copy to copy.

Two copies of a step to the same person differ in Message-ID, Date, and the tokens in their links; the words of one
step differ from those of every other. So the fingerprint is taken from the subject without "Re:" and from the plain
part without addresses of the web, digits, quoted lines and spacing. Two steps with the very same words under the
same subject would be taken for one step sent twice: nobody writes such a sequence on purpose.
"""

from __future__ import annotations

import hashlib
import re

from relance.sandbox.letters import letter

_PREFIX = re.compile(r"^(?:(?:re|fwd?|aw|odp)\s*:\s*)+", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+|\bmailto:\S+")
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_CHANGING = re.compile(r"[\d\s]+")


def of(raw: bytes) -> str:
    """The fingerprint of a mail's words."""
    mail = letter.read(raw)
    words = _QUOTED.sub(" ", mail.text or mail.html)
    plain = " ".join((_PREFIX.sub("", mail.subject), _WEB.sub(" ", words)))
    return hashlib.sha256(_CHANGING.sub(" ", plain).strip().casefold().encode()).hexdigest()
