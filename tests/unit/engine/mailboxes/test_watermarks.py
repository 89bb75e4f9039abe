"""How far a folder was read, and what its numbers say: whatever comes, goes and comes late, every mail is read once."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.mailboxes import watermarks
from relance.engine.mailboxes.watermarks import Progress
from relance.engine.store.mailboxes.folders import Watermark
from relance.mailbox.imap.folders import STRETCH, Folder, FolderRole
from tests.reworded import in_english


def folder(uidnext: int, messages: int | None = None, uidvalidity: int = 7, object_id: str = "") -> Folder:
    return Folder("INBOX", FolderRole.INBOX, uidvalidity, uidnext, messages=messages, object_id=object_id)


def mark(last: int, messages: int | None = None, gaps: str = "", object_id: str = "") -> Watermark:
    return Watermark("INBOX", 7, last, messages, gaps, object_id)


class World:
    """A folder that mails come into, leave, and appear in late, and what was read of it."""

    def __init__(self) -> None:
        self.there: set[int] = set()
        self.late: list[int] = []  # numbered, and not shown yet
        self.uidnext = 1
        self.read: list[int] = []
        self.mark: Watermark | None = None
        self.doubtful = False  # one went and one came late: the numbers are as they were

    def act(self, what: str) -> None:
        if what in ("comes", "comes late"):
            (self.there.add if what == "comes" else self.late.append)(self.uidnext)
            self.uidnext += 1
            self.doubtful = self.doubtful and what != "comes"
        elif what == "appears" and self.late:
            self.there.add(self.late.pop(0))
        elif what == "goes" and self.there:
            self.there.discard(max(self.there))
        elif what == "look":
            self.look()

    def look(self) -> None:
        seen = folder(self.uidnext, len(self.there))
        plan = watermarks.plan(seen, self.mark)
        if plan.look:
            progress = self.reading(Progress(seen, plan))
            if progress.unexplained:
                progress = self.reading(Progress(seen, watermarks.ANEW))
            self.mark = progress.end()
        elif self.mark is not None:
            self.mark = dataclasses.replace(self.mark, messages=seen.messages)

    def reading(self, progress: Progress) -> Progress:
        for uid in sorted(self.there):
            if uid > progress.plan.after or uid in progress.plan.again:
                progress.saw(uid)
                if uid not in self.read:
                    self.read.append(uid)
        return progress


EVENTS = st.lists(st.sampled_from(["comes", "comes late", "appears", "goes", "look", "look"]), max_size=60)


@given(EVENTS)
def test_at_the_first_look_after_a_new_mail_everything_there_was_read(happens: list[str]) -> None:
    world = World()
    for what in happens:
        world.act(what)
    world.act("comes")
    world.look()
    assert world.there <= set(world.read)
    assert world.mark is not None
    assert world.mark.messages == len(world.there)


@given(EVENTS)
def test_a_mail_that_appears_late_is_read_at_the_next_look_where_none_was_taken_away(
    happens: list[str],
) -> None:
    world = World()
    for what in happens:
        if what != "goes":
            world.act(what)
    world.look()
    assert world.there <= set(world.read)


@given(EVENTS, st.sets(st.integers(1, 60)))
def test_the_mark_stays_below_a_mail_that_is_not_given(happens: list[str], refused: set[int]) -> None:
    world = World()
    for what in happens:
        world.act(what)
    progress = Progress(folder(world.uidnext, len(world.there)), watermarks.plan(folder(world.uidnext), None))
    for uid in sorted(world.there):
        (progress.stick if uid in refused else progress.saw)(uid)
        assert progress.upto(uid).last_uid <= uid
    withheld = world.there & refused
    assert progress.end().last_uid == (min(withheld) - 1 if withheld else world.uidnext - 1)


@given(st.sets(st.integers(1, STRETCH)))
def test_a_set_of_uids_is_written_and_read(numbers: set[int]) -> None:
    assert set(watermarks.uids(watermarks.spans(numbers))) == numbers


@given(st.text(max_size=40))
def test_any_text_is_read_as_a_set_of_uids_of_no_great_size(said: str) -> None:
    assert len(list(watermarks.uids(said))) <= (STRETCH + 1) * (said.count(",") + 1)


@pytest.mark.parametrize(
    ("seen", "known", "words"),
    [
        (folder(10, 5), mark(9, 5), ""),
        (folder(10, 4), mark(9, 5), ""),  # somebody tidied up
        (folder(9, 5), mark(9, 5), "UIDNEXT was 10 or more and is now 9"),
        (folder(0, 5), mark(9, 5), ""),  # the server does not say
        (folder(10, 5, uidvalidity=8), mark(9, 5), "UIDVALIDITY was 7 and is now 8"),
        (folder(10, 5, object_id="b"), mark(9, 5, object_id="a"), "MAILBOXID was a and is now b"),
        (folder(10, 5, object_id="b"), mark(9, 5), ""),  # asked for the first time
        (folder(10, 5), mark(9, 5, object_id="a"), ""),  # told no more
    ],
)
def test_which_number_moved(seen: Folder, known: Watermark, words: str) -> None:
    found = watermarks.plan(seen, known)
    assert in_english(words) in str(found.moved or "")
    assert bool(found.moved) == bool(words)


@pytest.mark.parametrize(
    ("seen", "known", "look"),
    [
        (folder(11, 6), mark(9, 5), True),
        (folder(10, 6), mark(9, 5), True),  # one more than was counted, and no new number
        (folder(10, 4), mark(9, 5, gaps="7"), True),  # one went, or two, and number 7 came
        (folder(10, 5), mark(9, 5, gaps="7"), False),
        (folder(10), mark(9, 5, gaps="7"), True),
        (folder(10), mark(9), False),
        (folder(0), mark(9), True),
    ],
)
def test_when_a_folder_is_opened(seen: Folder, known: Watermark, look: bool) -> None:
    assert watermarks.plan(seen, known).look is look


def test_a_renamed_folder_is_known_by_its_id_and_another_of_its_name_is_not() -> None:
    a = Watermark("A", 7, 5, 5, "", "id-a")
    b = Watermark("B", 7, 9, 9, "", "id-b")
    renamed = Folder("A", FolderRole.OTHER, 7, 10, messages=9, object_id="id-b")
    found = watermarks.of(renamed, [a, b])
    assert found is not None
    assert (found.name, found.last_uid) == ("A", 9)
    stranger = Folder("A", FolderRole.OTHER, 7, 10, messages=9, object_id="id-c")
    assert watermarks.plan(stranger, watermarks.of(stranger, [a, b])).moved


def test_a_folder_that_is_gone_may_bear_a_name_that_was_read_further() -> None:
    gone = [Watermark("Old", 7, 3)]
    there = [folder(6), Folder("Other", FolderRole.OTHER, 8, 6), Folder("Less", FolderRole.OTHER, 7, 3)]
    there.append(Folder("New", FolderRole.OTHER, 7, 6, object_id="x"))
    marks = {each.name: Watermark(each.name, each.uidvalidity, each.uidnext - 1) for each in there}
    assert watermarks.doubt(there, marks, gone).doubtful == {"INBOX"}


LAID = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=2, max_size=5)
"""Folders: how far each was read, and how many mails came in since."""


@given(LAID, st.data())
def test_whatever_names_change_every_mail_is_read(laid: list[tuple[int, int]], data: st.DataObject) -> None:
    """Names are given to other folders, new ones of another second, or nobody; all folders are still there."""
    names = [f"F{place}" for place in range(len(laid) + 2)]
    marks = {name: Watermark(name, 7, read) for name, (read, _) in zip(names, laid, strict=False)}
    now = dict(zip(data.draw(st.permutations(names)), laid, strict=False))
    there = [Folder(name, FolderRole.OTHER, 7, read + new + 1) for name, (read, new) in now.items()]
    left = marks.keys() - now.keys()
    fresh = left - data.draw(st.sets(st.sampled_from(names)))
    there += [Folder(name, FolderRole.OTHER, 8, 1) for name in sorted(fresh)]
    doubtful = watermarks.doubt(there, marks, [marks[name] for name in left - fresh]).doubtful
    for each in there:
        mark = None if each.name in doubtful else marks.get(each.name)
        plan = watermarks.plan(each, mark)
        read, new = now.get(each.name, (0, 0))
        assert not new or (plan.look and plan.after <= read), each


def test_folders_that_are_quiet_or_have_an_id_are_not_doubted() -> None:
    quiet = [
        Folder("A", FolderRole.OTHER, 7, 6),
        Folder("B", FolderRole.OTHER, 7, 4),
        Folder("C", FolderRole.OTHER, 8, 9),
    ]
    marks = {"A": Watermark("A", 7, 5), "B": Watermark("B", 7, 3)}
    assert watermarks.doubt(quiet, marks) == watermarks.Doubt()
    told = [
        Folder("A", FolderRole.OTHER, 7, 6, object_id="a"),
        Folder("New", FolderRole.OTHER, 7, 6, object_id="n"),
    ]
    assert watermarks.doubt(told, marks) == watermarks.Doubt()
