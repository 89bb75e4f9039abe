"""Whatever an IMAP server says: a sentence or a value that fits everywhere, never an exception of another kind."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import tracemalloc
import zoneinfo
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import errors
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap import connection, folders, responses
from relance.mailbox.imap.folders import FolderRole, Listed
from tests.reworded import worded
from tests.servers import scripted_imap

LONG = b"9" * 5000
WHERE = Server("127.0.0.1", 143, Security.PLAIN)
ACCOUNT = Account("ada@sales.example", "Ada", Password("ada", "s3same"), WHERE, WHERE)
MAIL = b"From: bob@buyer.example\r\nMessage-ID: <1@buyer.example>\r\nSubject: yes\r\n\r\nhello\r\n"
DATES = [b"31-Dec-9999 23:59:59 -2359", b"01-Jan-0001 00:00:00 +2359", b"01-Mar-2026 10:00:00 +9999", b"x"]


class Line:
    """A socket to a server that answers each command in turn with the next of some replies, then well, then hangs up."""

    def __init__(self, replies: Sequence[tuple[str, bytes]]) -> None:
        self.script = scripted_imap.Script(
            {4: MAIL, 9: MAIL}, capabilities="IMAP4rev1 LIST-STATUS SPECIAL-USE OBJECTID NAMESPACE"
        )
        self.said = dict(replies)
        self.waiting = b"* OK ready\r\n"
        self.heard = b""

    def sendall(self, data: bytes) -> None:
        self.heard += data
        while b"\r\n" in self.heard:
            line, _, self.heard = self.heard.partition(b"\r\n")
            tag, _, command = line.decode("latin-1").partition(" ")
            self.waiting += self.answer(tag, command)

    def answer(self, tag: str, command: str) -> bytes:
        for begins, reply in self.said.items():
            if command.upper().startswith(begins):
                return reply.replace(b"{tag}", tag.encode())
        if not command:
            return b""
        word = command.upper().removeprefix("UID ").partition(" ")[0].lower()
        session = scripted_imap._Session.__new__(scripted_imap._Session)
        session.script = self.script
        handler = getattr(session, f"on_{word}", lambda _: b"")
        return bytes(handler(command)) + f"{tag} OK done\r\n".encode()

    def recv(self, size: int) -> bytes:
        taken, self.waiting = self.waiting[:size], self.waiting[size:]
        return taken

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO()

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


def conversation(replies: Sequence[tuple[str, bytes]]) -> list[imap_client.Fetched]:
    """Everything that is ever asked of a server; what it says may end that, but only with a sentence."""
    line, found = Line(replies), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection._Plain, "_create_socket", lambda *_, **__: line)
        with contextlib.suppress(errors.Trouble), imap_client.Inbox(ACCOUNT) as inbox:
            for folder in inbox.folders(with_trash=True):
                assert 0 <= folder.uidvalidity < 2**63
                assert 0 <= folder.uidnext < 2**63
                for asked in (inbox.fetch_new(folder, 0), inbox.fetch_new(folder, 9, again=(4,))):
                    with contextlib.suppress(errors.Trouble):
                        found.extend(asked)
                with contextlib.suppress(errors.Trouble):
                    list(inbox.sent_ids(folder, 0))
            inbox.others()
    return found


def fits(fetched: imap_client.Fetched) -> None:
    """What the rest of the engine takes for granted."""
    assert 0 < fetched.uid < 2**32
    assert 0 <= fetched.size < 2**31
    if fetched.internal_date is not None:
        assert fetched.internal_date.tzinfo is dt.UTC
        fetched.internal_date.astimezone(zoneinfo.ZoneInfo("Pacific/Kiritimati"))
        assert fetched.internal_date - dt.timedelta(days=365) < fetched.internal_date + dt.timedelta(days=365)
    str(fetched.trouble).encode("utf-8")


COMMANDS = st.sampled_from(
    ["CAPABILITY", "LOGIN", "LIST", "STATUS", "NAMESPACE", "EXAMINE", "UID SEARCH", "UID FETCH"]
)
PIECES = st.sampled_from(
    [b"* ", b"1 ", b"FETCH (", b"UID 4 ", b"UID ", LONG, b" ", b"RFC822.SIZE ", b'INTERNALDATE "', b'"', b"(", b")", b"{",
     b"}", b"\r\n", b"{tag} OK done\r\n", b"{tag} NO [UNAVAILABLE] no\r\n", b"{tag} BAD busy\r\n", b"BODY[HEADER]<0> ",
     b"BODY[TEXT]<0> ", b"NIL", b"* SEARCH ", b"* LIST (\\Sent) \"/\" ", b"INBOX", b"* STATUS INBOX (", b"UIDNEXT ",
     b"UIDVALIDITY ", b"MESSAGES ", b"MAILBOXID (", b" EXISTS", b"* OK [UIDNEXT ", b"]", b"X-GM-THRID ", b"&AUI-", *DATES]
)  # fmt: skip
REPLY = st.one_of(
    st.binary(max_size=80),
    st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=24).map(b"".join),
    st.lists(PIECES, max_size=24).map(lambda pieces: b"".join([*pieces, b"\r\n{tag} OK done\r\n"])),
)
FACTS = b"* 1 FETCH (UID 4 %s)\r\n{tag} OK done\r\n"


@given(st.lists(st.tuples(COMMANDS, REPLY), max_size=3))
@example([("UID FETCH", FACTS % (b"RFC822.SIZE " + LONG))])
@example([("UID FETCH", FACTS % (b"BODY[HEADER]<0> {" + LONG + b"}\r\n"))])
@example([("UID FETCH", FACTS % (b'INTERNALDATE "31-Dec-9999 23:59:59 -2359"'))])
@example([("UID FETCH", FACTS % (b'INTERNALDATE "01-Mar-2026 10:00:00 +9999"'))])
@example([("UID SEARCH", b"* SEARCH " + LONG + b"\r\n{tag} OK done\r\n")])
@example([("UID SEARCH", b"* SEARCH 4 9 18446744073709551615\r\n{tag} OK done\r\n")])
@example([("EXAMINE", b"* " + LONG + b" EXISTS\r\n* OK [UIDNEXT " + LONG + b"] x\r\n{tag} OK done\r\n")])
@example([("LIST", b'* LIST () "/" {' + LONG + b"}\r\nx\r\n{tag} OK done\r\n")])
@example([("LIST", b'* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES ' + LONG + b")\r\n{tag} OK done\r\n")])
@example([("NAMESPACE", b'* NAMESPACE (("" "/")) (("others" NIL)) 7\r\n{tag} OK done\r\n')])
@example([("NAMESPACE", b"* NAMESPACE (() (3)) ((4 5)) NIL\r\n{tag} OK done\r\n")])
def test_any_answers(replies: list[tuple[str, bytes]]) -> None:
    for fetched in conversation(replies):
        fits(fetched)


def test_a_conversation_that_goes_well_finds_both_mails() -> None:
    assert [each.uid for each in conversation([])] == [4, 9, 4]


@pytest.mark.parametrize("said", [DATES[0], DATES[2], DATES[3]])
def test_a_date_that_is_none_keeps_no_mail(said: bytes) -> None:
    texts = b"BODY[HEADER]<0> {%d}\r\n%s BODY[TEXT]<0> {0}\r\n" % (len(MAIL), MAIL)
    both = b"".join(
        b'* %d FETCH (UID %d INTERNALDATE "%s" %s)\r\n' % (place, uid, said, texts)
        for place, uid in ((1, 4), (2, 9))
    )
    found = conversation([("UID FETCH", both + b"{tag} OK done\r\n")])
    assert [(each.uid, each.internal_date, str(each.trouble)) for each in found[:2]] == [
        (4, None, ""),
        (9, None, ""),
    ]


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.integers(), st.binary(max_size=20), st.text(max_size=20), st.datetimes(), st.just(LONG)
    ),
    lambda inner: st.one_of(st.tuples(inner), st.tuples(inner, inner), st.lists(inner, max_size=3)),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [b"RFC822.SIZE", b"INTERNALDATE", b"SEQ", b"X-GM-THRID", b"BODY[HEADER]", b"BODY[HEADER]<0>", b"BODY[TEXT]<0>", b"UID",
     b"UIDNEXT", b"UIDVALIDITY", b"MESSAGES", b"MAILBOXID"]
)  # fmt: skip


@given(st.dictionaries(KEYS, ANYTHING), st.dictionaries(KEYS, ANYTHING))
def test_any_parsed_answer(facts: dict[bytes, object], texts: dict[bytes, object]) -> None:
    for fetched in (responses.joined(4, facts, texts), responses.heading(4, b"", facts)):
        if fetched is not None:
            fits(fetched)
    folder = responses.folder("INBOX", FolderRole.INBOX, facts)
    assert 0 <= folder.uidvalidity < 2**63
    assert folder.messages is None or 0 <= folder.messages < 2**63
    folder.object_id.encode("utf-8")
    list(responses.batches([4], {4: facts}))


@given(ANYTHING)
def test_any_number(value: object) -> None:
    assert 0 <= responses.number(value) < 2**63


@given(
    st.lists(
        st.tuples(
            st.lists(st.binary(max_size=12)),
            st.one_of(st.none(), st.binary(max_size=3)),
            st.binary(max_size=60),
        )
    )
)
def test_any_list_of_folders(lines: list[tuple[list[bytes], bytes | None, bytes]]) -> None:
    listed = [responses.listed(*line) for line in lines]
    for each in listed:
        assert each.name.isprintable()
        responses.can_be_said(each.wire)
    chosen = folders.watched(folders.classify(listed), with_trash=True)
    assert {name for name, _ in chosen} <= {each.name for each in listed}


@given(st.text(max_size=40), st.text(max_size=3))
def test_any_folder_name(name: str, delimiter: str) -> None:
    assert len(folders.classify([Listed(name, delimiter, (), name)])) == 1


PLACES = st.lists(st.one_of(st.none(), st.integers(1, 30)), max_size=8)


@given(PLACES, st.one_of(st.none(), st.integers(0, 30)), st.booleans())
def test_what_is_unaccounted_for_is_a_count(
    places: list[int | None], exists: int | None, begins: bool
) -> None:
    assert responses.unaccounted(places, exists, begins=begins) >= 0


@given(st.integers(0, 40), st.sets(st.integers(0, 39)), st.integers(0, 39))
def test_whatever_one_answer_leaves_out_is_missed(below: int, hidden: set[int], count: int) -> None:
    """`below` old mails, `count` new ones, some of which are not shown; the last old one is known."""
    shown = [below + place for place in range(1, count + 1) if place - 1 not in hidden]
    places = [below, *shown] if below else shown
    lost = responses.unaccounted(places, below + count, begins=not below)
    assert lost == count - len(shown)


@pytest.mark.parametrize(
    ("command", "said", "words"),
    [
        ("UID FETCH", FACTS % (b"BODY[HEADER]<0> {" + LONG + b"}\r\n"), "impossibly long"),
        ("UID SEARCH", b"* SEARCH 4 9 4294967296\r\n{tag} OK done\r\n", "cannot be read"),
    ],
)
def test_after_a_number_beyond_all_measure_nothing_is_believed(command: str, said: bytes, words: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection._Plain, "_create_socket", lambda *_, **__: Line([(command, said)]))
        with imap_client.Inbox(ACCOUNT) as inbox, pytest.raises(errors.Unreachable, match=worded(words)):
            list(inbox.fetch_new(inbox.folders()[0], 0))


class Endless(Line):
    """A server whose answer to a FETCH is one line without an end."""

    given = 0

    def recv(self, size: int) -> bytes:
        if not self.waiting:
            self.given += size
            return b"x" * size
        return super().recv(size)


def test_a_line_without_end_costs_what_a_line_may() -> None:
    line = Endless([("UID FETCH", b"* 1 FETCH (")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection._Plain, "_create_socket", lambda *_, **__: line)
        with imap_client.Inbox(ACCOUNT) as inbox:
            folder = inbox.folders()[0]
            tracemalloc.start()
            with pytest.raises(errors.Unreachable, match=worded("a line without end")):
                list(inbox.fetch_new(folder, 0))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert line.given < connection.MAX_LINE + 200_000
    assert peak < 4 * connection.MAX_LINE
