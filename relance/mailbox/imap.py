"""Reading a mailbox over IMAP: which folders, what is new in them, and nothing marked as read.

One `Inbox` is one connection for one thread. A poll costs one STATUS a folder and, where UIDNEXT moved, one EXAMINE and
the fetches of what is new; nothing is ever searched by text, so no untrusted word reaches a command.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from imapclient import exceptions

from relance import clock, errors
from relance.mailbox import folders, imap_wire, parse
from relance.mailbox import imap_answers as answers
from relance.mailbox.account import Account
from relance.mailbox.folders import Folder, FolderRefused, Listed, Role
from relance.mailbox.imap_answers import Fetched
from relance.mailbox.imap_wire import Timeouts
from relance.mailbox.inbound import Inbound

__all__ = ["Fetched", "Folder", "Inbox", "Role", "Timeouts"]

MAX_FOLDERS = 10_000  # more are not watched in part: nobody could say which were left out
_SCAN_BATCH = 500
_SEARCH_SPAN = 50_000  # UIDs a search, so that its one-line answer stays far below the line limit
_IDLE_SLICE = 300.0  # providers forget idle connections sooner than the 29 minutes of RFC 2177
_NOWHERE = "no such folder, only to leave the one that is open"
_STOP_SECONDS = 0.5  # between two questions whether to stop waiting
_DEFAULT = Timeouts()


class Inbox:
    """One mailbox, opened read-only. Connects and logs in on entering; raises `errors.Unreachable` or `errors.Broken`.

    After an error the object is finished: make a new one. Not for several threads.
    """

    def __init__(self, account: Account, *, timeouts: Timeouts = _DEFAULT) -> None:
        self._account = account
        self._timeouts = timeouts
        self._connected: imap_wire.Client | None = None
        self._opened: str | None = None
        self._wire_names: dict[str, str] = {}
        self._told_uidnext = 0  # the inbox's, when the folders were last listed

    def __enter__(self) -> Inbox:
        self._connected = imap_wire.connect(self._account, self._timeouts)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out and close; may be called twice."""
        client, self._connected, self._opened = self._connected, None, None
        if client is not None:
            imap_wire.close(client)

    @property
    def can_idle(self) -> bool:
        """Whether the server can announce new mail by itself."""
        return bool(self._client.has_capability("IDLE"))

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        """Every watched folder with its UIDVALIDITY and UIDNEXT, the inbox first; nothing is opened for it.

        A folder that the server shows but lets nobody look at comes with `refused`: an answer may lie in it.
        """
        with self._told("listing the folders"):
            self._leave()
            statuses = self._list_with_status() if self._client.has_capability("LIST-STATUS") else {}
            listed = statuses or dict.fromkeys(self._list())
            if not any(each.name.upper() == "INBOX" for each in listed):
                listed[Listed("INBOX", None, (), "INBOX")] = (
                    None  # it always exists, listed or not (RFC 3501, 5.1)
                )
            self._wire_names = {each.name: each.wire for each in listed}
            chosen = folders.watched(folders.classify(listed), with_trash=with_trash)
            if len(chosen) > MAX_FOLDERS:
                raise errors.Unreachable(
                    f"The mailbox {self._account.address} has {len(chosen)} folders; more than {MAX_FOLDERS} are not "
                    "watched."
                )
            by_name = {each.name: status for each, status in listed.items()}
            found = (self._folder(name, role, by_name.get(name)) for name, role in chosen)
            kept = [folder for folder in found if folder is not None]
            self._told_uidnext = next((each.uidnext for each in kept if each.role is Role.INBOX), 0)
            return kept

    def fetch_new(
        self, folder: Folder, after_uid: int, limit: int = 500, *, whole_since: dt.datetime | None = None
    ) -> Iterator[Fetched]:
        """Mails with a UID above `after_uid`, ascending, at most `limit` of them, each bounded in bytes.

        Of mails that came before `whole_since` (INTERNALDATE) only some headers are fetched. A mail that vanished
        meanwhile (moved, expunged) is left out; one that the server cannot give comes with `trouble`. Raises
        `errors.Unreachable`, also when the folder was replaced (UIDVALIDITY changed) or is gone.
        """
        items = ["RFC822.SIZE", "INTERNALDATE"]
        if self._client.has_capability("X-GM-EXT-1"):
            items.append("X-GM-THRID")
        uids = self._uids_after(folder, after_uid, limit)
        for start in range(0, len(uids), _SCAN_BATCH):
            scanned = uids[start : start + _SCAN_BATCH]
            facts = self._fetch(folder, scanned, items)
            old = {uid for uid in scanned if answers.came_before(facts.get(uid, {}), whole_since)}
            for is_old, some in itertools.groupby(scanned, old.__contains__):
                yield from (self._headers if is_old else self._whole)(folder, list(some), facts)

    def _whole(
        self, folder: Folder, uids: Sequence[int], facts: Mapping[int, answers.Answer]
    ) -> Iterator[Fetched]:
        for batch in answers.batches(uids, facts):
            texts = self._fetch(folder, batch, [answers.HEADER, answers.TEXT])
            for uid in batch:
                fetched = answers.joined(uid, facts.get(uid, {}), texts.get(uid, {}))
                fetched = fetched or self._second_look(folder, uid)
                if fetched is not None:
                    yield fetched

    def _headers(
        self, folder: Folder, uids: Sequence[int], facts: Mapping[int, answers.Answer]
    ) -> Iterator[Fetched]:
        found = self._fetch(folder, uids, [answers.MATCHED_FIELDS])
        for uid in uids:
            raw = answers.section(found.get(uid, {}), b"BODY[HEADER.FIELDS")
            if raw is None:
                yield from self._whole(folder, [uid], facts)
            else:
                yield answers.heading(uid, raw, facts[uid])

    def sent_ids(self, folder: Folder, after_uid: int, limit: int = 2000) -> Iterator[tuple[int, Inbound]]:
        """Ids, aliases, addresses, subject and date of the mails above `after_uid`: evidence of what was sent."""
        uids = self._uids_after(folder, after_uid, limit)
        for start in range(0, len(uids), _SCAN_BATCH):
            batch = uids[start : start + _SCAN_BATCH]
            found = self._fetch(folder, batch, [answers.SENT_FIELDS, "RFC822.SIZE"])
            for uid in batch:
                raw = answers.section(found.get(uid, {}), b"BODY[HEADER.FIELDS")
                if raw is not None:
                    size = answers.number(found[uid].get(b"RFC822.SIZE"))
                    yield uid, parse.read(raw, size=size, truncated=True)

    def append_sent(self, raw: bytes, folder: Folder | None = None) -> bool:
        """File a copy of a sent mail as read; False when there is no Sent folder. Raises `errors.Unreachable`."""
        name = folder.name if folder else self._sent_folder()
        if name is None:
            return False
        with self._told(f"filing a copy in {name}"):
            self._client.append(self._wire(name), raw, flags=[b"\\Seen"])
        return True

    def idle(self, seconds: float, *, known: int = 0, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until new mail is announced in the inbox, at most `seconds`; True means: look now. Only ever a hint.

        `known` is the UIDNEXT that the inbox was last read up to, where somebody else read it: mail that came since is
        news at once. Ends early, with False, soon after `stop()` is true. Where the server cannot announce, this waits and
        then says True. A dead connection raises `errors.Unreachable`.
        """
        with self._told("waiting for news"):
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
    def _client(self) -> imap_wire.Client:
        if self._connected is None:
            raise errors.Unreachable("This mailbox is not connected: enter it with `with` first.")
        return self._connected

    def _told(self, doing: str) -> contextlib.AbstractContextManager[None]:
        return imap_wire.told(
            self._account.imap, f"{doing} of {self._account.address}", self._account.password
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
        try:
            wire._simple_command("LIST", '""', '"*"', "RETURN (STATUS (UIDNEXT UIDVALIDITY))")
        except exceptions.IMAPClientAbortError:
            raise
        except exceptions.IMAPClientError:
            return {}
        lines = wire.untagged_responses.pop("LIST", [])
        told = wire.untagged_responses.pop("STATUS", [])
        listed = [answers.listed(*line) for line in self._client._proc_folder_list(lines)]
        statuses = answers.statuses(told)
        return {each: statuses.get(each.name) for each in listed}

    def _folder(self, name: str, role: Role, status: answers.Answer | None) -> Folder | None:
        """A folder with its numbers, or with the server's words why not; None when it is gone by now."""
        wire = self._wire(name)
        if not answers.can_be_said(wire):
            return Folder(name, role, 0, 0, self._why(name, "its name holds signs that no command can carry"))
        if status is None:
            try:
                status = self._client.folder_status(wire, ["UIDNEXT", "UIDVALIDITY"])
            except exceptions.IMAPClientAbortError:
                raise
            except exceptions.IMAPClientError as refusal:
                if role is Role.INBOX:
                    raise
                if self._gone(wire):
                    return None
                words = imap_wire.server_words(refusal, self._account.password)
                return Folder(name, role, 0, 0, self._why(name, f"the server says {words}"))
        return Folder(
            name, role, answers.number(status.get(b"UIDVALIDITY")), answers.number(status.get(b"UIDNEXT"))
        )

    def _why(self, name: str, words: str) -> str:
        return f"The folder {name} of {self._account.address} cannot be looked at: {words}."

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
            words = imap_wire.server_words(refusal, self._account.password)
            raise FolderRefused(self._why(name, f"the server says {words}")) from refusal
        self._opened = name
        return answer

    def _uids_after(self, folder: Folder, after_uid: int, limit: int) -> list[int]:
        with self._told(f"opening the folder {folder.name}"):
            answer = self._examine(folder.name)
            uidvalidity = answers.number(answer.get(b"UIDVALIDITY"))
            if folder.uidvalidity and uidvalidity and uidvalidity != folder.uidvalidity:
                raise errors.Unreachable(
                    f"The folder {folder.name} of {self._account.address} was replaced while it was read. "
                    "It will be read again."
                )
            end = max(folder.uidnext, answers.number(answer.get(b"UIDNEXT")))
            return self._search(after_uid, end, answers.number(answer.get(b"EXISTS")), limit)

    def _search(self, after_uid: int, uidnext: int, exists: int, limit: int) -> list[int]:
        """UIDs above the watermark by explicit spans; wider ones where the numbers lie far apart."""
        if not exists:
            return []
        if not uidnext or exists <= _SEARCH_SPAN:
            return self._search_span(after_uid + 1, "*", after_uid)[:limit]
        found: list[int] = []
        span, low = _SEARCH_SPAN, after_uid + 1
        while low < uidnext and len(found) < limit:
            hits = self._search_span(low, str(low + span - 1), after_uid)
            found.extend(hits)
            low += span
            span = span * 2 if len(hits) < _SEARCH_SPAN // 4 else _SEARCH_SPAN
        return found[:limit]

    def _search_span(self, low: int, high: str, after_uid: int) -> list[int]:
        """`n:*` answers with the last mail even where that lies below n (RFC 3501, 6.4.8), so the answer is sifted."""
        return sorted({uid for uid in self._client.uids(low, high) if uid > after_uid})

    def _fetch(
        self, folder: Folder, uids: Sequence[int], items: Sequence[str]
    ) -> Mapping[int, answers.Answer]:
        """One FETCH; an answer that cannot be read is asked for again mail by mail, so that one mail spoils only itself."""
        if not uids:
            return {}
        with self._told(f"reading the folder {folder.name}"):
            if self._opened != folder.name:
                self._examine(folder.name)
            try:
                return self._fetch_once(uids, items)
            except _Spoilt:
                found: dict[int, answers.Answer] = {}
                for uid in uids if len(uids) > 1 else ():
                    found.update(self._fetch_alone(uid, items))
                return found

    def _fetch_alone(self, uid: int, items: Sequence[str]) -> Mapping[int, answers.Answer]:
        try:
            return self._fetch_once([uid], items)
        except _Spoilt:
            return {}

    def _fetch_once(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, answers.Answer]:
        try:
            found: Mapping[int, answers.Answer] = self._client.fetch(list(uids), list(items))
        except exceptions.IMAPClientAbortError:
            raise
        except OSError:
            raise
        except (
            exceptions.IMAPClientError,
            RecursionError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
        ) as error:
            raise _Spoilt from error
        return found

    def _second_look(self, folder: Folder, uid: int) -> Fetched | None:
        """A mail without a text: None when it is gone; else it is told, so that a person can look."""
        facts = self._fetch(folder, [uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid, {})
        texts = self._fetch(folder, [uid], [answers.HEADER, answers.TEXT]).get(uid, {})
        fetched = answers.joined(uid, facts, texts)
        if fetched is not None:
            return fetched
        with self._told(f"reading the folder {folder.name}"):
            if uid not in self._search_span(uid, str(uid), uid - 1):
                return None
        few = self._fetch(folder, [uid], [answers.SENT_FIELDS]).get(uid, {})
        raw = answers.section(few, b"BODY[HEADER.FIELDS") or b""  # perhaps enough to tell whose mail it is
        size = answers.number(facts.get(b"RFC822.SIZE"))
        return Fetched(
            uid, raw, size, True, answers.date(facts), None, trouble="the server could not give this mail"
        )

    def _sent_folder(self) -> str | None:
        with self._told("looking for the Sent folder"):
            classified = folders.classify(self._list())
        return next((name for name, role in classified if role is Role.SENT), None)

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


class _Spoilt(Exception):
    """An answer that the protocol library cannot read, or a NO to a FETCH."""
