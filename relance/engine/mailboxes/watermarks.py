"""What a folder's numbers say against how far it was read: what is new, what came late, and whether it is the same folder.

Pure. A UID below the last one read that was not there then is a *gap*: moved away before we looked, as a rule, or left out
of one answer. Gaps among the last UIDs are remembered, so that a mail which appears in one later is read, and no other is
read twice.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from relance.engine.reasons import Code, Reason, because
from relance.engine.store.mailboxes.folders import Watermark
from relance.mailbox.imap.folders import STRETCH, Folder


@dataclass(frozen=True)
class FolderPlan:
    """How a folder is to be looked at."""

    look: bool  # it must be opened
    after: int = 0  # mails above this UID are new
    again: frozenset[int] = frozenset()  # UIDs up to `after` that are new if they are there
    moved: Reason | None = None  # which of its numbers moved, so that it is read from its first mail
    counted: int | None = None  # how many mails were accounted for up to `after`
    doubted: bool = False  # see `Watermark.doubted`

    @property
    def anew(self) -> bool:
        """Whether what lies there may have been read before."""
        return self.counted is None and not self.after


ANEW = FolderPlan(look=True)


def plan(folder: Folder, mark: Watermark | None, owed: Collection[int] = ()) -> FolderPlan:
    """What is to be looked at; `owed` are UIDs that the server showed and did not give."""
    if mark is None or (folder.uidvalidity and not mark.uidvalidity):
        return ANEW
    if moved := which_moved(folder, mark):
        return dataclasses.replace(ANEW, moved=moved)
    again = frozenset({*uids(mark.gaps), *owed})
    more = not folder.uidnext or folder.uidnext > mark.last_uid + 1
    changed = folder.messages is None or folder.messages != mark.messages
    late = None not in (folder.messages, mark.messages) and (folder.messages or 0) > (mark.messages or 0)
    look = more or late or bool(owed) or (bool(again) and changed)
    return FolderPlan(look, mark.last_uid, again, counted=mark.messages, doubted=mark.doubted)


def which_moved(folder: Folder, mark: Watermark) -> Reason | None:
    """Which number says that UIDs mean other mails than they did (RFC 3501, 2.3.1.1; RFC 8474, 4); None: none."""
    if mark.object_id and folder.object_id and folder.object_id != mark.object_id:
        return because(Code.FOLDER_REPLACED, before=mark.object_id, now=folder.object_id)
    if mark.uidvalidity != folder.uidvalidity:
        return because(Code.UIDVALIDITY_CHANGED, before=mark.uidvalidity, now=folder.uidvalidity)
    if folder.uidnext and folder.uidnext <= mark.last_uid:
        return because(Code.UIDNEXT_FELL, before=mark.last_uid + 1, now=folder.uidnext)
    return None


def of(folder: Folder, marks: Iterable[Watermark]) -> Watermark | None:
    """The mark of a folder: by the server's own id of it where there is one, whatever it is called now; else by name."""
    known = list(marks)
    here = next((each for each in known if each.name == folder.name), None)
    if folder.object_id and (here is None or here.object_id != folder.object_id):
        for each in known:
            if each.object_id == folder.object_id and each.uidvalidity == folder.uidvalidity:
                return dataclasses.replace(each, name=folder.name)
    return here


@dataclass(frozen=True)
class Doubt:
    """Which folders may have taken one another's names, by name."""

    evidence: frozenset[str] = frozenset()  # those whose numbers say so
    doubtful: frozenset[str] = frozenset()  # those that may be other folders than the ones that were read


def doubt(there: Iterable[Folder], marks: Mapping[str, Watermark], gone: Iterable[Watermark] = ()) -> Doubt:
    """Folders without an id that may be others, renamed into their names, though no number of theirs moved.

    A folder that was read up to UID n has that many under whatever name it has now, and the same UIDVALIDITY. So where a
    name shows more than n and had less, it may be that folder, and the old name another one's. A folder whose name is gone,
    or another's of another UIDVALIDITY, may bear any name that was read as far. Servers that give all folders one UIDVALIDITY, or one to all of a second,
    make it possible (RFC 3501, 2.3.1.1, asks for no more than that a name and a number tell a folder).
    """
    plain = [each for each in there if each.uidvalidity and not each.object_id]
    still = {each.name: each.uidvalidity for each in plain if _is_as_it_was(each, marks)}
    told = {each.name: _tells(each, marks.get(each.name)) for each in plain}
    told |= {
        mark.name: (mark.uidvalidity, mark.last_uid - 1, math.inf) for mark in gone if not mark.object_id
    }
    found = {
        name: {
            other
            for other, uidvalidity in still.items()
            if other != name and uidvalidity == number and low < marks[other].last_uid < high
        }
        for name, (number, low, high) in told.items()
    }
    names = {each.name for each in plain}
    evidence = names.intersection(name for name, others in found.items() if others)
    return Doubt(frozenset(evidence), frozenset().union(*found.values()))


def _is_as_it_was(folder: Folder, marks: Mapping[str, Watermark]) -> bool:
    mark = marks.get(folder.name)
    return mark is not None and not which_moved(folder, mark)


def _tells(folder: Folder, mark: Watermark | None) -> tuple[int, int, float]:
    """Which folders' names one tells of: their UIDVALIDITY, and between which UIDs they were read to."""
    high = folder.uidnext or math.inf
    if mark is None:
        return folder.uidvalidity, 0, high
    if mark.doubted:
        return 0, 0, 0
    if which_moved(folder, mark):
        return mark.uidvalidity, mark.last_uid - 1, math.inf
    return folder.uidvalidity, mark.last_uid, high


@dataclass
class Progress:
    """One folder being read: which UIDs were there, and the first one that could not be read."""

    folder: Folder
    plan: FolderPlan
    there: set[int] = field(default_factory=set)
    stuck: int | None = None

    def saw(self, uid: int) -> None:
        """A mail was read."""
        self.there.add(uid)

    def stick(self, uid: int) -> None:
        """A mail is there and could not be read: the mark stays below it, so that it is asked for again."""
        self.there.add(uid)
        self.stuck = uid if self.stuck is None else min(self.stuck, uid)

    def upto(self, uid: int) -> Watermark:
        """The mark once everything up to a UID was dealt with."""
        last = max(uid, self.plan.after)  # it may be one of those that came late
        last = last if self.stuck is None else min(last, self.stuck - 1)
        counted = self.plan.counted if not self.plan.anew else 0
        if counted is not None:
            counted += sum(each <= last for each in self.there)
        return self._mark(last, counted)

    def end(self) -> Watermark:
        """The mark once the folder was read to its end."""
        folder = self.folder
        end = max(folder.uidnext - 1, self.plan.after, *self.there, 0)
        last = end if self.stuck is None else min(end, self.stuck - 1)
        messages = folder.messages
        if messages is not None:
            since = sum(each >= folder.uidnext for each in self.there) if folder.uidnext else 0
            messages = max(0, messages + since - sum(each > last for each in self.there))
        mark = self._mark(last, messages)
        return mark if self.stuck is not None else dataclasses.replace(mark, doubted=False)

    @property
    def unexplained(self) -> int:
        """How many mails the folder holds beyond those that were counted before and those that were found now."""
        folder, counted = self.folder, self.plan.counted
        if self.plan.anew or counted is None or folder.messages is None or not folder.uidnext:
            return 0
        return max(0, folder.messages - counted - sum(each < folder.uidnext for each in self.there))

    def _mark(self, last: int, messages: int | None) -> Watermark:
        if last < self.plan.after:
            messages = None  # how many of those counted lie above, nobody knows
        first = max(1, last - STRETCH + 1)
        new, again = self.plan.after, self.plan.again
        gaps = (
            uid for uid in range(first, last + 1) if uid not in self.there and (uid > new or uid in again)
        )
        folder = self.folder
        mark = Watermark(folder.name, folder.uidvalidity, max(0, last), messages, spans(gaps))
        return dataclasses.replace(mark, object_id=folder.object_id, doubted=self.plan.doubted)


def spans(numbers: Iterable[int]) -> str:
    """UIDs as IMAP writes a set of them: `11,15:20`."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(f"{low}:{high}" if high > low else f"{low}" for low, high in found)


_SPAN = re.compile(r"(\d{1,18})(?::(\d{1,18}))?")


def uids(said: str) -> Iterator[int]:
    """The UIDs of such a set; what is none, or spans more than a stretch, is passed over."""
    for each in said.split(","):
        found = _SPAN.fullmatch(each)
        if found is not None:
            low = int(found[1])
            yield from range(low, min(int(found[2] or low), low + STRETCH) + 1)
