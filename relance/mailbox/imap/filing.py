"""Copies of what was sent, put into the Sent folder where the provider puts none. The one thing we write over IMAP.

A copy bears a header of ours above the mail's own (`InboundMail.filed_by_us`): what we filed ourselves must never pass for
a provider's evidence that a mail left, not even after the database was restored from a backup.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import TracebackType

from imapclient import exceptions

from relance import errors
from relance.mailbox.account import Account
from relance.mailbox.imap import connection, folders
from relance.mailbox.imap import login as imap_login
from relance.mailbox.imap import responses as answers
from relance.mailbox.imap.connection import Timeouts
from relance.mailbox.parsing.inbound import COPY_MARK
from relance.wording import Text

_DEFAULT = Timeouts()
_SENT = "Sent"  # where there is none: the name most programs give it
_FLAG = "\\Sent"  # RFC 6154


class SentFolder:
    """One mailbox's Sent folder. Connects and logs in on entering; raises `errors.Unreachable` or `errors.Broken`.

    After an error the object is finished: make a new one. Not for several threads.
    """

    def __init__(self, account: Account, *, timeouts: Timeouts = _DEFAULT) -> None:
        self._account = account
        self._timeouts = timeouts
        self._connected: connection.Client | None = None
        self._wire = ""

    def __enter__(self) -> SentFolder:
        self._connected = imap_login.connect(self._account, self._timeouts)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._connected = self._connected, None
        if client is not None:
            connection.close(client)

    def file(self, message_id: str, raw: bytes, sent_at: dt.datetime) -> Text | str:
        """File a mail as it was sent, marked as read and dated (INTERNALDATE) as it was sent, unless a mail of its Message-ID
        lies there already. Empty, or the words in which the server refused it."""
        doing = Text("filing the copies of sent mail, mailbox {address}", address=self._account.address)
        with connection.told(self._account.imap, doing, self._account.credentials.redact):
            try:
                if not self._is_there(message_id):
                    mark = f"{COPY_MARK}: {message_id}\r\n".encode("ascii")
                    self._client.append(self._wire, mark + raw, (b"\\Seen",), sent_at)
            except exceptions.IMAPClientAbortError:
                raise
            except exceptions.IMAPClientError as refusal:
                self._wire = ""
                return connection.server_words(refusal, self._account.credentials.redact)
        return ""

    @property
    def _client(self) -> connection.Client:
        if self._connected is None:
            raise errors.Unreachable(Text("This mailbox is not connected: enter it with `with` first."))
        return self._connected

    def _is_there(self, message_id: str) -> bool:
        if not self._wire:
            prefix, foreign = self._namespaces()
            wire = self._found(foreign) or self._made(prefix, foreign)
            self._client.select_folder(wire, readonly=True)
            self._wire = wire
        else:
            self._client.noop()  # what came meanwhile is to be found, too
        return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def _namespaces(self) -> tuple[str, list[str]]:
        """What the names of the owner's folders begin with, and what those of others do (RFC 2342)."""
        if not self._client.has_capability("NAMESPACE"):
            return "", []
        personal, *others = self._client.namespace()
        own = answers.readable(personal[0][0]) if personal else ""
        return own, [answers.readable(prefix) for each in others for prefix, _ in each or ()]

    def _found(self, foreign: list[str]) -> str:
        listed = [answers.listed(*line) for line in self._client.list_folders()]
        chosen = folders.own_sent([each for each in listed if answers.can_be_said(each.wire)], foreign)
        return chosen.wire if chosen else ""

    def _made(self, prefix: str, foreign: list[str]) -> str:
        """A new one, shown by programs that show only what is subscribed. Another program may make it at the same time."""
        wire = answers.wire_name(prefix + _SENT)
        try:
            self._create(wire)
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            wire = self._found(foreign)
            if not wire:
                raise
        self._done(self._client.subscribe_folder, wire)
        return wire

    def _create(self, wire: str) -> None:
        """With the flag where the server can set it (RFC 6154, 3) and does: it may have reasons not to."""
        can_flag = self._client.has_capability("CREATE-SPECIAL-USE")
        if not (can_flag and self._done(self._client.make_folder, wire, _FLAG)):
            self._client.make_folder(wire)

    @staticmethod
    def _done(command: Callable[..., object], *values: object) -> bool:
        """Whether the server did what can be done without."""
        try:
            command(*values)
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            return False
        return True
