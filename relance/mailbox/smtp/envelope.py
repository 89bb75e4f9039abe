"""What stands on the outside of a mail: from whom, to whom, how large, and what reports about it should call it."""

from __future__ import annotations

import re
from dataclasses import dataclass

ENVID_LIMIT = 100  # characters, RFC 3461, 4.4
_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_LOCAL = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+")
_PRINTABLE = re.compile("[!-~]+")


@dataclass(frozen=True)
class Envelope:
    """One mail's envelope. `size` is in bytes; `message_id` with or without its angle brackets."""

    sender: str
    recipient: str
    size: int
    message_id: str | None = None

    def check(self) -> None:
        """Raise `ValueError` for what may not stand in a command."""
        local, _, domain = self.recipient.rpartition("@")
        plain = _LOCAL.fullmatch(local) and local.isprintable() and _ADDRESS.fullmatch(f"_@{domain}")
        if not (_ADDRESS.fullmatch(self.sender) and plain):
            raise ValueError(f"{self.sender!r} or {self.recipient!r} is not an address for an envelope")

    @property
    def international(self) -> bool:
        """Whether it, and so its To, has letters beyond ASCII: only a server that offers SMTPUTF8 may be given it (RFC 6531, 3.2)."""
        return not self.recipient.isascii()

    @property
    def reporting(self) -> str:
        """What MAIL says of the reports about this mail, to a server that offers DSN (RFC 3461, 4.3 and 4.4).

        Its headers are enough of it, and they should name it: without angle brackets, as matching reads it from
        Original-Envelope-Id. An id too long for that is left out; the returned headers hold it. RCPT says nothing: by
        default failures are reported, and delays where the server thinks it right, which is what we want.
        """
        name = (self.message_id or "").strip("<>")
        if not _PRINTABLE.fullmatch(name) or len(name) > ENVID_LIMIT:
            return " RET=HDRS"
        return f" RET=HDRS ENVID={_xtext(name)}"


def _xtext(text: str) -> str:
    """Printable ASCII as a parameter's value (RFC 3461, 4): all stands for itself but these two."""
    return text.replace("+", "+2B").replace("=", "+3D")
