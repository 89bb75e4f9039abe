"""Whatever stands in the journal's folder: reading it never fails, and doubt never says that a mail was not sent."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance.engine.journal import lines
from relance.engine.journal.findings import NEVER
from relance.engine.journal.journal import Journal
from relance.engine.journal.lines import Damaged, JournalLine, LineKind
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable

KEYS = (
    "turn",
    "begin",
    "accepted",
    "ended",
    "over",
    "fence",
    "boot",
    "code",
    "as",
    "blame",
    "reply",
    "status",
    "stage",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["accepted", "refused", "server"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OURS_OR_NOT = st.dictionaries(st.sampled_from(KEYS) | st.text(), VALUES, max_size=6)
LINES = st.one_of(
    st.binary(max_size=60),
    OURS_OR_NOT.map(lambda told: json.dumps(told).encode()),
    VALUES.map(lambda told: json.dumps(told).encode("utf-16")),
)
DEEP = b"[" * 200_000
MAILS = range(1, 6)


def put(folder: Path, owner: str, content: bytes) -> None:
    """A journal of a process that has ended."""
    (folder / f"{owner}.0.journal").write_bytes(content)
    (folder / f"{owner}.lock").touch()


@given(st.lists(LINES, max_size=5).map(b"\n".join))
@example(DEEP)
@example(b'{"over":' + DEEP)
@example(b'{"turn":"x","boot":"b"}')
@example(b'{"begin":[1],"fence":{}}')
@example(b'{"accepted":1,"fence":1,"code":' + b"9" * 4000 + b',"reply":"\\ud800\\u0000"}')
@example(b'{"begin":1,"fence":' + b"9" * 5000 + b"}")
@example(b'\xff\xfe{"begin":1}')
def test_arbitrary_bytes_stop_nobody(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        put(Path(name), "other-1", content)
        ours = Journal(Path(name), "ours-1")
        ours.turn(5, 4)
        ours.begin(2, 4)
        ours.ended(2, 4, SendResult(Outcome.ACCEPTED, "final", code=250, text="ok"))
        for mail in MAILS:
            end = ours.look_up(MAILS).end(mail, 5, 4)
            if end is not None:
                assert end.code is None or 0 <= end.code < 1000
                assert end.text.encode() is not None
                assert "\0" not in end.text + end.stage + (end.status or "")
        known = ours.look_up(MAILS).of(2, 4).end
        assert known is not None
        assert known.outcome is Outcome.ACCEPTED
        ours.sweep(set(MAILS), {(5, 4)}, before=0.0)
        ours.sweep(set(), set(), before=1e12)
        ours.close()


@given(OURS_OR_NOT)
def test_what_is_understood_fits_a_database(told: dict[str, object]) -> None:
    line = lines.understand(json.dumps(told).encode())
    assert line is None or isinstance(line, JournalLine)
    if isinstance(line, JournalLine):
        assert 0 <= line.number < 2**63
        assert line.fence is None or 0 <= line.fence < 2**63


@given(
    st.sampled_from(list(Outcome)),
    st.sampled_from(list(Blame)),
    st.integers(200, 599),
    st.integers(0, 2**63 - 1),
    st.sampled_from([None, *Unsendable]),
)
def test_an_end_is_read_as_it_was_written(
    outcome: Outcome, blame: Blame, code: int, message: int, unsendable: Unsendable | None
) -> None:
    result = SendResult(outcome, "rcpt", blame, code, "5.1.1", "no such user", unsendable=unsendable)
    line = lines.understand(json.dumps(lines.ended(message, 3, result)).encode())
    assert isinstance(line, JournalLine)
    assert (line.kind, line.number, line.fence) == (LineKind.ENDED, message, 3)
    assert line.end is not None
    assert (line.end.outcome, line.end.code, line.end.text) == (outcome, code, "no such user")
    assert line.end.unsendable == (None if outcome is Outcome.ACCEPTED else unsendable)


def written(folder: Path) -> bytes:
    """What a process wrote that sent three mails in a turn, and was killed."""
    journal = Journal(folder, "dead-1")
    journal.turn(5, 3)
    for mail in (1, 2, 3):
        journal.begin(mail, 3)
    journal.over(5, 3, clean=False)
    journal.close()
    return next(folder.glob("dead-1.*.journal")).read_bytes()


@given(st.data())
def test_a_hole_in_a_journal_never_says_that_a_mail_was_not_sent(data: st.DataObject) -> None:
    """After a power cut, blocks may be missing in the middle; what comes after them is there."""
    with tempfile.TemporaryDirectory() as name:
        content = written(Path(name))
        begin = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(begin + 1, len(content)))
        filler = data.draw(st.sampled_from([b"\0", b"\xff"]))
        put(Path(name), "dead-1", content[:begin] + filler * (end - begin) + content[end:])
        asked = Journal(Path(name), "asks-1")
        for mail in (1, 2, 3):
            assert asked.look_up([mail]).end(mail, 5, 3) is None
        asked.close()


@given(st.data())
def test_a_torn_line_leaves_what_the_others_say(data: st.DataObject) -> None:
    """The process was killed in mid-write, or the disk was full for a moment: that mail's body did not leave."""
    with tempfile.TemporaryDirectory() as name:
        content = written(Path(name))
        torn = json.dumps({"begin": 4, "fence": 3}, separators=(",", ":")).encode()
        half = torn[: data.draw(st.integers(0, len(torn) - 1))]
        lines = content.splitlines()
        put(Path(name), "dead-1", b"\n".join([*lines[:-1], half, lines[-1], b""]))
        asked = Journal(Path(name), "asks-1")
        assert asked.look_up([4]).end(4, 5, 3) == NEVER
        assert asked.look_up([1]).end(1, 5, 3) is None
        asked.close()


def test_a_folder_a_pipe_and_a_giant_named_like_a_journal_stop_nobody(tmp_path: Path) -> None:
    ours = Journal(tmp_path, "ours-1")
    ours.begin(7, 3)
    (tmp_path / "x.journal").mkdir()
    (tmp_path / "dead-1.0.journal").mkdir()
    (tmp_path / "dead-1.lock").touch()
    (tmp_path / "y.lock").mkdir()
    os.mkfifo(tmp_path / "pipe-1.0.journal")
    os.mkfifo(tmp_path / "pipe-1.lock")
    os.mkfifo(tmp_path / "another.lock")
    with (tmp_path / "giant-1.0.journal").open("wb") as giant:
        giant.truncate(lines.MAX_BYTES + 1)
    (tmp_path / "dead-1.²².journal").touch()
    (tmp_path / "lost-1.0.journal").symlink_to(tmp_path / "nothing")
    assert ours.look_up([7]).of(7, 3).began
    assert not ours.died("pipe-1")
    ours.sweep(set(), set(), before=1e12)
    ours.over(5, 3, clean=True)
    ours.close()


def test_a_process_with_an_unreadable_file_tells_nothing_of_what_was_not_sent(tmp_path: Path) -> None:
    content = written(tmp_path)
    asked = Journal(tmp_path, "asks-1")
    assert (
        asked.look_up([9]).end(9, 5, 3) == NEVER
    )  # everything of the turn is there, and nothing of this mail
    (tmp_path / "dead-1.1.journal").mkdir()
    assert asked.look_up([9]).end(9, 5, 3) is None
    assert content
    asked.close()


@pytest.mark.parametrize("raw", [b"", b"{", b'{"', b'{"begin":1', b'{"ended":7,"fence":3,"as":"refu'])
def test_the_beginning_of_a_line_is_no_damage(raw: bytes) -> None:
    assert lines.understand(raw) is None


@pytest.mark.parametrize("raw", [b"\0", b'{"begin":1\0\0\0', b"\0" * 9 + b'"fence":3}', b"begin", DEEP])
def test_what_can_not_be_a_beginning_is_damage(raw: bytes) -> None:
    assert isinstance(lines.understand(raw), Damaged)
