"""The engine's doors to the mail room. The real ones are `mailbox.smtp.client.Outbox` and `mailbox.imap.client.Inbox`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from relance.mailbox.account import Account

if TYPE_CHECKING:
    from relance.mailbox.health.dns_answers import DnsAnswers
    from relance.mailbox.health.link_host import Reached
    from relance.mailbox.imap.folders import Folder
    from relance.mailbox.imap.responses import Fetched
    from relance.mailbox.parsing.inbound import InboundMail
    from relance.mailbox.smtp.outcome import SendResult
    from relance.mailbox.smtp.usage import Usage
    from relance.wording import Text


class Span(Protocol):
    """Something that lasts, being measured."""

    def end(self) -> None:
        """It is over. One that never ends is not told of."""


class Telemetry(Protocol):
    """What measures. Nothing that decides asks it; safe to share between threads, and it never raises."""

    def span(self, name: str, **attributes: str) -> Span:
        """Something begins that lasts."""

    def count(self, name: str, value: float = 1, **attributes: str) -> None:
        """Something happened, so many times."""


class Outbox(Protocol):
    """One connection to send by. Each method that returns None says: go on; a value says how it ended."""

    @property
    def usage(self) -> Usage:
        """What it has cost the server so far."""

    def connect(self) -> SendResult | None:
        """Connect and log in."""

    def offer(
        self, sender: str, recipient: str, size: int, message_id: str | None = None
    ) -> SendResult | None:
        """MAIL, RCPT, DATA; None after a 354. `message_id` is what reports about the mail should name."""

    def withdraw(self) -> None:
        """After a 354: send no body after all."""

    def transmit(self, raw: bytes) -> SendResult:
        """The body, and the server's last word."""


class Inbox(Protocol):
    """One connection to read by, read-only."""

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        """Every watched folder; with the bin too, for an answer that was read and thrown away is still an answer."""

    def others(self) -> tuple[str, ...]:
        """What the names of other people's folders begin with (RFC 2342)."""

    def fetch_new(
        self,
        folder: Folder,
        after_uid: int,
        limit: int = 500,
        *,
        whole_since: dt.datetime | None = None,
        again: Collection[int] = (),
    ) -> Iterator[Fetched]:
        """Mails above a UID or among `again`, ascending; of those that came before `whole_since` the headers.

        Raises `FolderRefused` where not every mail that the server counts was shown.
        """

    def sent_ids(
        self, folder: Folder, after_uid: int, limit: int = 2000, *, again: Collection[int] = ()
    ) -> Iterator[tuple[int, InboundMail | None]]:
        """The headers of mails above a UID or among `again`; None where the server shows a mail and does not give it."""


class IdleConnection(Protocol):
    """One connection that hears of new mail."""

    @property
    def can_idle(self) -> bool:
        """Whether the server can announce new mail by itself."""

    def idle(self, seconds: float, *, known: int = 0, stop: Callable[[], bool] = ...) -> bool:
        """Wait for news of the inbox; True means: look now."""


class CopyBox(Protocol):
    """One connection by which copies of sent mail are filed."""

    def file(self, message_id: str, raw: bytes, sent_at: dt.datetime) -> Text | str:
        """File a mail unless it lies there already. Empty, or the words in which the server refused it."""


OpenOutbox = Callable[[Account], AbstractContextManager[Outbox]]
OpenInbox = Callable[[Account], AbstractContextManager[Inbox]]
OpenSent = Callable[[Account], AbstractContextManager[CopyBox]]
OpenIdle = Callable[[Account], AbstractContextManager[IdleConnection]]

OpenDns = Callable[[], "DnsAnswers"]
"""What DNS says, asked anew, each question once."""
ReachLinks = Callable[[str], "Reached"]
"""Who answers at the beginning of every link."""
