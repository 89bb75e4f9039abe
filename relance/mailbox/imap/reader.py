"""One folder, read: every mail that the server counts is accounted for, or the reading says that it saw not everything.

The server is asked twice in two ways. SEARCH names the UIDs; FETCH numbers the same mails from 1 to EXISTS (RFC 3501,
2.3.1.2). What one answer leaves out leaves a gap in the other, and a folder with a gap is not taken for read.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imapclient import exceptions

from relance.mailbox.imap import connection
from relance.mailbox.imap import responses as answers
from relance.mailbox.imap.folders import STRETCH, Folder, FolderRefused
from relance.mailbox.imap.responses import Answer, Fetched
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import InboundMail
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

_SCAN_BATCH = 500
_SEARCH_SPAN = 50_000  # UIDs a search, so that its one-line answer stays far below the line limit
_TRIES = (
    2  # a mail that goes or comes while a folder is listed looks like one withheld; then it is listed anew
)
_FEW = 3  # mails refused one after the other, and none given: it is not the mails
_NOT_GIVEN = Text("the server could not provide this mail").coded(SentenceCode.SERVER_GAVE_NOTHING)


@dataclass(frozen=True)
class FolderAccess:
    """How a folder is reached: its connection, EXAMINE, whether it is the one that is open, and how trouble is told."""

    client: connection.Client
    examine: Callable[[], Answer]
    is_open: Callable[[], bool]
    told: Callable[[Text], contextlib.AbstractContextManager[None]]
    refused: Callable[[Text], FolderRefused]
    redact: Callable[[str], str]


@dataclass(frozen=True)
class _Listing:
    """What one look at the numbers showed: the mails asked for, one known before, and how many there are."""

    wanted: list[int]
    anchor: int | None  # the highest UID that was read before
    exists: int
    whole: bool  # up to the newest mail
    new_from: int

    @property
    def scanned(self) -> list[int]:
        """Whose facts are asked for."""
        return sorted({*self.wanted, *([] if self.anchor is None else [self.anchor])})

    def missing(self, facts: Mapping[int, Answer]) -> int:
        """How many mails the server counts and did not show."""
        new = [uid for uid in self.wanted if uid >= self.new_from]
        order = new if self.anchor is None else [self.anchor, *new]
        places = [answers.number(facts.get(uid, {}).get(b"SEQ")) or None for uid in order]
        return answers.unaccounted(
            places, self.exists if self.whole else None, begins=self.anchor is None and self.new_from == 1
        )


class FolderReading:
    """One reading of one folder. After an error it is finished, and so is the connection where that broke."""

    def __init__(self, folder: Folder, place: FolderAccess) -> None:
        self._folder = folder
        self._place = place
        self._anchor: int | None = None
        self._proven = False  # the server gave some mail of this folder
        self._words: Text | str = ""  # its last refusal

    def mails(
        self, after_uid: int, limit: int, whole_since: dt.datetime | None, again: Collection[int]
    ) -> Iterator[Fetched]:
        """Mails above a UID, and those of `again`, ascending. See `imap.Inbox.fetch_new`."""
        items = ["RFC822.SIZE", "INTERNALDATE"]
        if self._place.client.has_capability("X-GM-EXT-1"):
            items.append("X-GM-THRID")
        uids, facts = self._survey(after_uid, again, limit, items)
        old = {uid for uid in uids if answers.came_before(facts.get(uid, {}), whole_since)}
        for is_old, some in itertools.groupby(uids, old.__contains__):
            for part in _parts(list(some)):
                yield from (self._headers if is_old else self._whole)(part, facts)

    def sent_ids(
        self, after_uid: int, limit: int, again: Collection[int]
    ) -> Iterator[tuple[int, InboundMail | None]]:
        """A few headers of the mails above a UID, and of those of `again`. See `imap.Inbox.sent_ids`."""
        uids, facts = self._survey(after_uid, again, limit, ["RFC822.SIZE"])
        for batch in _parts(uids):
            found = self._fetch(batch, [answers.SENT_FIELDS])
            for uid in batch:
                raw = answers.section(found.get(uid, {}), b"BODY[HEADER.FIELDS")
                if raw is not None:
                    size = answers.size(facts.get(uid, {}), raw)
                    yield uid, message.read(raw, size=size, truncated=True)
                elif self._is_there(uid):
                    self._prove()
                    yield uid, None

    # Which mails there are.

    def _survey(
        self, after_uid: int, again: Collection[int], limit: int, items: Sequence[str]
    ) -> tuple[list[int], Mapping[int, Answer]]:
        missing = 0
        for _ in range(_TRIES):
            listing = self._listed(after_uid, again, limit)
            self._anchor = listing.anchor
            facts: dict[int, Answer] = {}
            for batch in _parts(listing.scanned):
                facts.update(self._fetch(batch, items))
            missing = listing.missing(facts)
            if not missing:
                return listing.wanted, facts
        raise self._place.refused(
            Text(
                "the server counts {exists} mails in it, but did not show {missing} of them",
                exists=listing.exists,
                missing=missing,
            )
        )

    def _listed(self, after_uid: int, again: Collection[int], limit: int) -> _Listing:
        with self._place.told(Text("opening the folder {folder}", folder=self._folder.name)):
            answer = self._examined()
            exists = answers.number(answer.get(b"EXISTS"))
            end = max(self._folder.uidnext, answers.number(answer.get(b"UIDNEXT")))
            low = max(1, min(min(again, default=after_uid + 1), after_uid - STRETCH + 1))
            found, whole = self._search(low, end, exists, after_uid, limit)
            new = [uid for uid in found if uid > after_uid]
            before = [uid for uid in found if uid <= after_uid]
            if not before and low > 1 and exists > len(new):
                before = self._below(low)
        wanted = [uid for uid in before if uid in again] + new
        anchor = before[-1] if before else None
        return _Listing(
            wanted[:limit], anchor, exists, whole and len(wanted) <= limit, after_uid + 1 if before else 1
        )

    def _examined(self) -> Answer:
        answer = self._place.examine()
        uidvalidity = answers.number(answer.get(b"UIDVALIDITY"))
        if self._folder.uidvalidity and uidvalidity and uidvalidity != self._folder.uidvalidity:
            raise self._place.refused(
                Text(
                    "it was replaced while it was being read (its UIDVALIDITY was {before} and is now {now})",
                    before=self._folder.uidvalidity,
                    now=uidvalidity,
                )
            )
        uidnext = answers.number(answer.get(b"UIDNEXT"))
        if self._folder.uidnext and uidnext and uidnext < self._folder.uidnext:
            raise self._place.refused(
                Text(
                    "its numbers went back while it was being read (its UIDNEXT was {before} and is now {now})",
                    before=self._folder.uidnext,
                    now=uidnext,
                )
            )
        return answer

    def _search(
        self, low: int, uidnext: int, exists: int, after_uid: int, limit: int
    ) -> tuple[list[int], bool]:
        """UIDs from `low` on by explicit spans, wider ones where the numbers lie far apart; and whether to the end."""
        if not exists:
            return [], True
        if not uidnext or exists <= _SEARCH_SPAN:
            return self._search_span(low, "*"), True
        found: list[int] = []
        span = _SEARCH_SPAN
        while low < uidnext and sum(uid > after_uid for uid in found) < limit:
            hits = self._search_span(low, str(low + span - 1))
            found.extend(hits)
            low += span
            span = span * 2 if len(hits) < _SEARCH_SPAN // 4 else _SEARCH_SPAN
        return found, low >= uidnext

    def _search_span(self, low: int, high: str) -> list[int]:
        """`n:*` answers with the last mail even where that lies below n (RFC 3501, 6.4.8), so the answer is sifted."""
        return sorted({uid for uid in self._place.client.uids(low, high) if uid >= low})

    def _below(self, low: int) -> list[int]:
        """The nearest mail that lies further below, whatever was expunged between."""
        span = STRETCH
        while low > 1:
            first = max(1, low - span)
            if found := [uid for uid in self._search_span(first, str(low - 1)) if uid < low]:
                return found[-1:]
            low, span = first, span * 4
        return []

    def _is_there(self, uid: int) -> bool:
        with self._place.told(Text("reading the folder {folder}", folder=self._folder.name)):
            return uid in self._search_span(uid, str(uid))

    # What they say.

    def _whole(self, uids: Sequence[int], facts: Mapping[int, Answer]) -> Iterator[Fetched]:
        for batch in answers.batches(uids, facts):
            texts = self._fetch(batch, [answers.HEADER, answers.TEXT])
            for uid in batch:
                fetched = answers.joined(uid, facts.get(uid, {}), texts.get(uid, {}))
                fetched = fetched or self._second_look(uid)
                if fetched is not None:
                    yield fetched

    def _headers(self, uids: Sequence[int], facts: Mapping[int, Answer]) -> Iterator[Fetched]:
        found = self._fetch(uids, [answers.MATCHED_FIELDS])
        for uid in uids:
            raw = answers.section(found.get(uid, {}), b"BODY[HEADER.FIELDS")
            if raw is None:
                yield from self._whole([uid], facts)
            else:
                yield answers.heading(uid, raw, facts.get(uid, {}))

    def _second_look(self, uid: int) -> Fetched | None:
        """A mail without a text: None when it is gone; else it is told, so that a person can look."""
        facts = self._fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid, {})
        texts = self._fetch([uid], [answers.HEADER, answers.TEXT]).get(uid, {})
        fetched = answers.joined(uid, facts, texts)
        if fetched is not None:
            return fetched
        said = self._words
        if not self._is_there(uid):
            return None
        few = self._fetch([uid], [answers.SENT_FIELDS]).get(uid, {})
        raw = answers.section(few, b"BODY[HEADER.FIELDS") or b""  # perhaps enough to tell whose mail it is
        self._prove()
        why = (
            Text("the server could not provide this mail: it says {words}", words=said).coded(
                SentenceCode.SERVER_GAVE_NOTHING
            )
            if said
            else _NOT_GIVEN
        )
        fetched = Fetched(uid, raw, answers.size(facts, raw), True, answers.date(facts), None)
        return dataclasses.replace(fetched, trouble=why)

    def _prove(self) -> None:
        """That a mail is refused is the mail's fault only where the server gives another one. Raises `FolderRefused`."""
        if self._proven or self._anchor is None:
            return
        with self._place.told(Text("reading the folder {folder}", folder=self._folder.name)):
            try:
                texts = self._fetch_once([self._anchor], [answers.HEADER, answers.TEXT]).get(self._anchor, {})
            except _Spoilt:
                texts = {}
        if answers.joined(self._anchor, {}, texts) is None:
            raise self._withheld()
        self._proven = True

    def _withheld(self) -> FolderRefused:
        if not self._words:
            return self._place.refused(Text("the server returns none of its mails at the moment"))
        return self._place.refused(
            Text("the server returns none of its mails at the moment: it says {words}", words=self._words)
        )

    def _fetch(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Answer]:
        """One FETCH; an answer that cannot be read is asked for again mail by mail, so that one mail spoils only itself."""
        if not uids:
            return {}
        with self._place.told(Text("reading the folder {folder}", folder=self._folder.name)):
            if not self._place.is_open():
                self._place.examine()
            try:
                found = self._fetch_once(uids, items)
            except _Spoilt:
                found = self._one_by_one(uids, items) if len(uids) > 1 else {}
        self._proven = self._proven or any(
            answers.section(each, b"BODY[TEXT]") is not None
            for uid, each in found.items()
            if uid != self._anchor
        )
        return found

    def _one_by_one(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Answer]:
        found: dict[int, Answer] = {}
        for asked, uid in enumerate(uids, 1):
            with contextlib.suppress(_Spoilt):
                found.update(self._fetch_once([uid], items))
            if asked == _FEW and not found:
                if self._anchor is None:
                    raise self._withheld()
                self._prove()
        return found

    def _fetch_once(self, uids: Sequence[int], items: Sequence[str]) -> Mapping[int, Answer]:
        self._words = ""
        try:
            found: Mapping[int, Answer] = self._place.client.fetch(list(uids), list(items))
        except (exceptions.IMAPClientAbortError, OSError):
            raise
        except (exceptions.ProtocolError, *connection.NONSENSE) as error:
            raise _Spoilt from error
        except exceptions.IMAPClientError as error:
            self._words = connection.server_words(error, self._place.redact)
            raise _Spoilt from error
        return found


class _Spoilt(Exception):
    """An answer that the protocol library cannot read, or a NO to a FETCH."""


def _parts(uids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(uids), _SCAN_BATCH):
        yield list(uids[start : start + _SCAN_BATCH])
