"""Reading a mailbox over IMAP: which folders, what is new in them, and nothing marked as read.

One `Inbox` is one connection for one thread. A poll costs one STATUS a folder and, where UIDNEXT moved, one EXAMINE and
the fetches of what is new; nothing is ever searched by text, so no untrusted word reaches a command.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator
from types import TracebackType
from typing import Any, TypeVar

from imapclient import exceptions

from relance import clock, errors
from relance.mailbox.account import Account, Server
from relance.mailbox.imap import connection, folders
from relance.mailbox.imap import login as imap_login
from relance.mailbox.imap import responses as answers
from relance.mailbox.imap.connection import Timeouts
from relance.mailbox.imap.folders import Folder, FolderRefused, FolderRole, Listed
from relance.mailbox.imap.reader import FolderAccess, FolderReading
from relance.mailbox.imap.responses import Fetched
from relance.mailbox.parsing.inbound import InboundMail
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

__all__ = ["Fetched", "Folder", "FolderRole", "Inbox", "Timeouts"]

MAX_FOLDERS = 10_000  # more are not watched in part: nobody could say which were left out
_IDLE_SLICE = 300.0  # providers forget idle connections sooner than the 29 minutes of RFC 2177
_NOWHERE = "no such folder, only to leave the one that is open"
_STOP_SECONDS = 0.5  # between two questions whether to stop waiting
_DEFAULT = Timeouts()
T = TypeVar("T")
_GARBLES: set[Server] = set()
# Servers whose STATUS was seen to garble the ids of folders, as Cyrus 3.6 does: they are asked by EXAMINE instead.


class Inbox:
    """One mailbox, opened read-only. Connects and logs in on entering; raises `errors.Unreachable` or `errors.Broken`.

    After an error the object is finished: make a new one. Not for several threads.
    """

    def __init__(self, account: Account, *, timeouts: Timeouts = _DEFAULT) -> None:
        self._account = account
        self._timeouts = timeouts
        self._connected: connection.Client | None = None
        self._opened: str | None = None
        self._wire_names: dict[str, str] = {}
        self._told_uidnext = 0  # the inbox's, when the folders were last listed
        self._ids: dict[str, str] = {}  # of the folders, when they were last listed

    def __enter__(self) -> Inbox:
        self._connected = imap_login.connect(self._account, self._timeouts)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out and close; may be called twice."""
        client, self._connected, self._opened = self._connected, None, None
        if client is not None:
            connection.close(client)

    @property
    def can_idle(self) -> bool:
        """Whether the server can announce new mail by itself."""
        return bool(self._client.has_capability("IDLE"))

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        """Every watched folder with its UIDVALIDITY and UIDNEXT, the inbox first; nothing is opened for it.

        A folder that the server shows but lets nobody look at comes with `refused`: an answer may lie in it.
        """
        with self._told(Text("listing the folders")):
            self._leave()
            self._ids = {}
            told = self._client.has_capability("LIST-STATUS")
            statuses = self._readable(self._list_with_status) if told else {}
            listed = statuses or dict.fromkeys(self._list())
            if not any(each.name.upper() == "INBOX" for each in listed):
                listed[Listed("INBOX", None, (), "INBOX")] = (
                    None  # it always exists, listed or not (RFC 3501, 5.1)
                )
            self._wire_names = {each.name: each.wire for each in listed}
            chosen = folders.watched(folders.classify(listed), with_trash=with_trash)
            if len(chosen) > MAX_FOLDERS:
                raise errors.Unreachable(
                    Text(
                        "The mailbox {address} has {folders} folders; more than {limit} are not watched.",
                        address=self._account.address,
                        folders=len(chosen),
                        limit=MAX_FOLDERS,
                    ).coded(SentenceCode.TOO_MANY_FOLDERS)
                )
            by_name = {each.name: status for each, status in listed.items()}
            found = (self._folder(name, role, by_name.get(name)) for name, role in chosen)
            kept = self._identified([folder for folder in found if folder is not None])
            self._told_uidnext = next((each.uidnext for each in kept if each.role is FolderRole.INBOX), 0)
            return kept

    def others(self) -> tuple[str, ...]:
        """What the names of other people's folders begin with (RFC 2342); empty where the server does not say."""
        if not self._client.has_capability("NAMESPACE"):
            return ()
        with self._told(Text("asking who owns which folders")):
            try:
                said = self._client.namespace()
            except exceptions.IMAPClientAbortError:
                raise
            except exceptions.IMAPClientError:
                return ()
            own = {answers.readable(prefix) for prefix, _ in said.personal or ()}
            found = (answers.readable(prefix) for prefix, _ in said.other or ())
            return tuple(prefix for prefix in found if prefix and prefix not in own)

    def fetch_new(
        self,
        folder: Folder,
        after_uid: int,
        limit: int = 500,
        *,
        whole_since: dt.datetime | None = None,
        again: Collection[int] = (),
    ) -> Iterator[Fetched]:
        """Mails with a UID above `after_uid`, or among `again`, ascending, at most `limit` of them, each bounded in bytes.

        Of mails that came before `whole_since` (INTERNALDATE) only some headers are fetched. A mail that vanished
        meanwhile (moved, expunged) is left out; one that the server cannot give, although it gives others, comes with
        `trouble`. Raises `FolderRefused` when the server shows fewer mails than it counts, gives none of them, or the
        folder was replaced (UIDVALIDITY changed) or is gone; `errors.Unreachable` when the connection breaks.
        """
        return self._reading(folder).mails(after_uid, limit, whole_since, again)

    def sent_ids(
        self, folder: Folder, after_uid: int, limit: int = 2000, *, again: Collection[int] = ()
    ) -> Iterator[tuple[int, InboundMail | None]]:
        """Ids, aliases, addresses, subject and date of the mails above `after_uid` (and of `again`): evidence of what
        was sent. None: the mail is there, and the server could not give it."""
        return self._reading(folder).sent_ids(after_uid, limit, again)

    def idle(self, seconds: float, *, known: int = 0, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until new mail is announced in the inbox, at most `seconds`; True means: look now. Only ever a hint.

        `known` is the UIDNEXT that the inbox was last read up to, where somebody else read it: mail that came since is
        news at once. Ends early, with False, soon after `stop()` is true. Where the server cannot announce, this waits and
        then says True. A dead connection raises `errors.Unreachable`.
        """
        with self._told(Text("waiting for new mail")):
            known = max(known, self._told_uidnext)
            uidnext = self._inbox_uidnext()
            if 0 < known < uidnext:
                return True  # came between the last look and now: no server will announce it again
            end = clock.elapsed() + seconds
            while (left := end - clock.elapsed()) > 0 and not stop():
                if self._idle_once(min(left, _IDLE_SLICE), stop):
                    with contextlib.suppress(OSError, exceptions.IMAPClientError, FolderRefused):
                        self._inbox_uidnext()  # what is told now is no news the next time
                    return True
            return not self.can_idle and not stop()

    # Below: one command or one decision each.

    @property
    def _client(self) -> connection.Client:
        if self._connected is None:
            raise errors.Unreachable(Text("This mailbox is not connected: enter it with `with` first."))
        return self._connected

    def _told(self, doing: Text) -> contextlib.AbstractContextManager[None]:
        return connection.told(
            self._account.imap,
            Text("{doing}, mailbox {address}", doing=doing, address=self._account.address),
            self._account.credentials.redact,
        )

    def _leave(self) -> None:
        """STATUS of the opened folder may be stale, so nothing stays open between polls. Expunges nothing: read-only."""
        if self._opened is None:
            return
        self._opened = None
        if self._client.has_capability("UNSELECT"):
            self._client.unselect_folder()
        else:
            self._close_folder()

    def _close_folder(self) -> None:
        """CLOSE; a server that says NO to a folder opened read-only lets go of it at a failed EXAMINE (RFC 3501 6.3.1)."""
        try:
            self._client.close_folder()
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            with contextlib.suppress(exceptions.IMAPClientError):
                self._client.select_folder(_NOWHERE, readonly=True)

    def _wire(self, name: str) -> str:
        return self._wire_names.get(name) or answers.wire_name(name)

    def _list(self) -> list[Listed]:
        return [answers.listed(*line) for line in self._client.list_folders()]

    def _list_with_status(self) -> dict[Listed, answers.Answer | None]:
        """LIST and every STATUS in one round trip (RFC 5819); empty when the server answers otherwise than promised."""
        wire: Any = self._client.wire
        # Dovecot leaves the flags out where only the numbers are asked for (RFC 6154, 2).
        flags = "SPECIAL-USE " if self._client.has_capability("SPECIAL-USE") else ""
        try:
            wire._simple_command("LIST", '""', '"*"', f"RETURN ({flags}STATUS ({' '.join(self._numbers)}))")
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            return {}
        lines = wire.untagged_responses.pop("LIST", [])
        told = wire.untagged_responses.pop("STATUS", [])
        listed = [answers.listed(*line) for line in self._client._proc_folder_list(lines)]
        statuses = answers.statuses(told)
        return {each: statuses.get(each.name) for each in listed}

    def _folder(self, name: str, role: FolderRole, status: answers.Answer | None) -> Folder | None:
        """A folder with its numbers, or with the server's words why not; None when it is gone by now."""
        wire = self._wire(name)
        if not answers.can_be_said(wire):
            return Folder(
                name, role, 0, 0, self._why(name, Text("its name has characters that no command can send"))
            )
        if status is None:
            try:
                status = self._readable(lambda: self._client.folder_status(wire, self._numbers))
            except exceptions.IMAPClientAbortError:
                raise
            except exceptions.IMAPClientError as refusal:
                if role is FolderRole.INBOX:
                    raise
                if self._gone(wire):
                    return None
                words = connection.server_words(refusal, self._account.credentials.redact)
                return Folder(name, role, 0, 0, self._why(name, Text("the server says {words}", words=words)))
        if answers.object_id(status) is None:
            _GARBLES.add(self._account.imap)
        return answers.folder(name, role, status)

    @property
    def _numbers(self) -> list[str]:
        """What STATUS is asked for; a folder's own id says more than its name (RFC 8474)."""
        known = ["UIDNEXT", "UIDVALIDITY", "MESSAGES"]
        asked = self._client.has_capability("OBJECTID") and self._account.imap not in _GARBLES
        return [*known, "MAILBOXID"] if asked else known

    def _readable(self, ask: Callable[[], T]) -> T:
        """What was asked for; once more without the folders' ids where they may be what cannot be read."""
        try:
            return ask()
        except (exceptions.ProtocolError, *connection.NONSENSE):
            if "MAILBOXID" not in self._numbers:
                raise
            _GARBLES.add(self._account.imap)
            return ask()

    def _identified(self, found: list[Folder]) -> list[Folder]:
        """The folders with their ids; no two have the same one (RFC 8474, 4)."""
        ids = [each.object_id for each in found if each.object_id]
        if len(set(ids)) < len(ids):
            _GARBLES.add(self._account.imap)
        if self._account.imap in _GARBLES and self._client.has_capability("OBJECTID"):
            found = [dataclasses.replace(each, object_id=self._id_by_examine(each)) for each in found]
        self._ids = {each.name: each.object_id for each in found}
        return found

    def _id_by_examine(self, folder: Folder) -> str:
        if folder.refused:
            return ""
        with contextlib.suppress(FolderRefused):  # whoever reads it is told why
            return answers.object_id(self._examine(folder.name)) or ""
        return ""

    def _why(self, name: str, words: Text, code: SentenceCode = SentenceCode.FOLDER_UNREADABLE) -> Text:
        return Text(
            "The folder {folder} of {address} cannot be read: {words}",
            folder=name,
            address=self._account.address,
            words=ended(words),
        ).coded(code)

    def _gone(self, wire: str) -> bool:
        """Whether a refused folder is none any more: as the list says now, for refusals are worded in many ways."""
        pattern = "*" if set("*%") & set(wire) else wire
        now = [answers.listed(*line) for line in self._client.list_folders("", pattern)]
        return not any(each.is_folder and each.wire == wire for each in now)

    def _examine(self, name: str) -> answers.Answer:
        try:
            answer: answers.Answer = self._client.select_folder(self._wire(name), readonly=True)
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError as refusal:
            words = connection.server_words(refusal, self._account.credentials.redact)
            barred = self._why(name, Text("the server says {words}", words=words), SentenceCode.FOLDER_BARRED)
            raise FolderRefused(barred, barred=True) from refusal
        self._opened = name
        listed, told = self._ids.get(name), answers.object_id(answer)
        if listed and told and listed != told:
            _GARBLES.add(
                self._account.imap
            )  # or it was replaced; then this costs no more than a few commands
            raise FolderRefused(
                self._why(
                    name,
                    Text(
                        "its MAILBOXID was {listed} in the list, but is {opened} when it is opened",
                        listed=listed,
                        opened=told,
                    ),
                )
            )
        return answer

    def _reading(self, folder: Folder) -> FolderReading:
        place = FolderAccess(
            client=self._client,
            examine=lambda: self._examine(folder.name),
            is_open=lambda: self._opened == folder.name,
            told=self._told,
            refused=lambda words: FolderRefused(self._why(folder.name, words)),
            redact=self._account.credentials.redact,
        )
        return FolderReading(folder, place)

    def _inbox_uidnext(self) -> int:
        self._told_uidnext = answers.number(self._examine("INBOX").get(b"UIDNEXT"))
        return self._told_uidnext

    def _idle_once(self, seconds: float, stop: Callable[[], bool]) -> bool:
        if not self.can_idle:
            self._wait_readable(seconds, stop)
            self._client.noop()
            return False
        tag = self._client.start_idle()
        self._wait_readable(seconds, stop)
        return self._client.end_idle(tag)

    def _wait_readable(self, seconds: float, stop: Callable[[], bool]) -> None:
        """Until the server says anything; nobody who wants to leave waits longer than a moment."""
        end = clock.elapsed() + seconds
        while (left := end - clock.elapsed()) > 0 and not stop():
            if self._client.wait_readable(min(left, _STOP_SECONDS)):
                return
