"""The addresses that stand in a mail: pixel, tracked link, unsubscribe."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from relance import errors
from relance.tracking import tokens
from relance.wording import Text

_NOBODYS = b"a key that opens nothing, known to everybody"


class Links:
    """Builds the addresses below one base URL, such as `https://go.acme.example` or `https://acme.example/mail`."""

    def __init__(self, base_url: str, signer: tokens.Signer) -> None:
        self._base = _checked(base_url)
        self._signer = signer
        self.only_here = _only_here(base_url)  # whether no other computer can open them

    @staticmethod
    def check(base_url: str) -> None:
        """Raise `errors.Misconfigured` for what links cannot begin with."""
        _checked(base_url)
        if not _has_real_port(base_url):
            raise _unfit(base_url)

    def below(self, base_url: str) -> Links:
        """The same below another base; empty: these. Whatever they are below, they are read alike."""
        return Links(base_url, self._signer) if base_url else self

    def inert(self) -> Links:
        """The same to look at, below the same base, but nobody's: what they say is read by no installation. They stand in mails that are
        only shown, so that looking at one counts as nothing and opts nobody out."""
        return Links(self._base, tokens.Signer({0: _NOBODYS}, 0))

    @property
    def base(self) -> str:
        """What each of them begins with."""
        return self._base

    def open_url(self, message: int) -> str:
        """Where the pixel of a message is loaded from."""
        return f"{self._base}/o/{self._signer.sign(tokens.Purpose.OPEN, message)}.gif"

    def click_url(self, message: int, index: int, target: str) -> str:
        """What stands in the mail instead of its link number `index`; the target is sealed in it, if not too long."""
        carried = target if len(target.encode()) <= tokens.LONGEST_CARRIED else ""
        return f"{self._base}/c/{self._signer.sign(tokens.Purpose.CLICK, message, index, carried)}"

    def unsubscribe_url(self, message: int, recipient: str) -> str:
        """For the List-Unsubscribe header (RFC 8058) and the line at the mail's end; the address is sealed in it."""
        return f"{self._base}/u/{self._signer.sign(tokens.Purpose.UNSUBSCRIBE, message, carried=recipient)}"

    def sealed(self, address: str) -> tokens.Claim | None:
        """What an unsubscribe address says that this installation made, below whatever base; None for any other."""
        token = address.partition("?")[0].rpartition("/")[2]
        return self._signer.read(tokens.Purpose.UNSUBSCRIBE, token)


class StraightLinks(Links):
    """Those of a mail that is sent to its own sender as a test: its links lead straight to where they should, so that they can be tried,
    and the others are nobody's. Nothing is counted, and nobody is opted out."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, tokens.Signer({0: _NOBODYS}, 0))

    def below(self, base_url: str) -> Links:
        """The same below another base."""
        return StraightLinks(base_url) if base_url else self

    def click_url(self, message: int, index: int, target: str) -> str:
        """The target itself."""
        del message, index
        return target


def _checked(base_url: str) -> str:
    """The base without its last slash; it goes into headers and attributes as it stands, so it must be plain."""
    try:
        parts = urlsplit(base_url)
    except ValueError:  # half of an IPv6 address
        raise _unfit(base_url) from None
    plain = base_url.isascii() and base_url.isprintable() and not set(base_url) & set(" \"'<>\\")
    if (
        not plain
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
    ):
        raise _unfit(base_url)
    return base_url.rstrip("/")


def _unfit(base_url: str) -> errors.Misconfigured:
    return errors.Misconfigured(
        Text(
            'The tracking address "{name}" cannot be used. Write the start of a web address, such as https://go.acme.example.',
            name=base_url,
        )
    )


def _has_real_port(base_url: str) -> bool:
    """Only asked of what is written anew: what was stored before must not stop mail that is due."""
    try:
        return urlsplit(base_url).port != 0
    except ValueError:
        return False


def _only_here(base_url: str) -> bool:
    host = (urlsplit(base_url).hostname or "").lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
