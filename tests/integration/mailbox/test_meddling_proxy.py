"""The proxy that meddles between us and a real Dovecot: each of its faults is met, told, and over when it is over."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.imap.client import Inbox
from relance.mailbox.imap.folders import FolderRefused
from tests.reworded import worded
from tests.servers import dovecot, meddling_imap
from tests.servers.meddling_imap import MeddlingProxy, Mood, Responses
from tests.servers.ports import wait_until

RAW = b"From: a@acme.test\r\nSubject: x\r\nMessage-ID: <%d@acme.test>\r\n\r\nSTATUS (UIDNEXT 900) * 1 FETCH (\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running() as found:
        for number in range(3):
            found.deliver(RAW % number)
        yield found


@pytest.fixture
def proxy(server: dovecot.Dovecot) -> Iterator[MeddlingProxy]:
    with meddling_imap.running(server.imap) as found:
        yield found


@pytest.fixture
def account(server: dovecot.Dovecot, proxy: MeddlingProxy) -> Account:
    return dataclasses.replace(server.account(), imap=Server("localhost", proxy.port, Security.PLAIN))


def read(account: Account) -> tuple[int, list[bytes]]:
    """The inbox's UIDNEXT, and what its mails say."""
    with Inbox(account) as inbox:
        folder = inbox.folders()[0]
        return folder.uidnext, [each.raw for each in inbox.fetch_new(folder, 0)]


def test_nothing_is_changed_by_itself(account: Account, proxy: MeddlingProxy) -> None:
    uidnext, mails = read(account)
    assert uidnext == 4
    assert all(b"STATUS (UIDNEXT 900) * 1 FETCH (" in each for each in mails)
    assert len(mails) == 3
    assert not proxy.told


def test_a_folder_whose_fetches_are_refused_is_not_read(account: Account, proxy: MeddlingProxy) -> None:
    proxy.mood = Mood(refuses=1)
    with pytest.raises(FolderRefused):
        read(account)
    assert proxy.told["FETCHes refused"]
    proxy.mood = Mood()
    assert len(read(account)[1]) == 3


def test_a_mail_left_out_of_every_answer_is_told_as_such(account: Account, proxy: MeddlingProxy) -> None:
    proxy.mood = Mood(leaves_out=1)
    with Inbox(account) as inbox:
        found = list(inbox.fetch_new(inbox.folders()[0], 0))
    assert [bool(each.trouble) for each in found] == [True, False, False]
    assert proxy.told["mails left out"]


def test_a_uidnext_is_set_back_in_status_and_examine_and_not_in_mails(
    account: Account, proxy: MeddlingProxy
) -> None:
    proxy.mood = Mood(back=2)
    uidnext, mails = read(account)
    assert uidnext == 2
    assert any(b"UIDNEXT 900" in each for each in mails)
    proxy.mood = Mood()
    with Inbox(account) as inbox:
        folder = inbox.folders()[0]
        proxy.mood = Mood(back=2)
        with pytest.raises(FolderRefused, match=worded("went back")):
            list(inbox.fetch_new(folder, 0))


def test_silent_connections_end_when_they_are_forgotten(account: Account, proxy: MeddlingProxy) -> None:
    with Inbox(account) as inbox:
        proxy.silence()
        proxy.silence()
        assert proxy.silenced == 1
        proxy.forget()
        with pytest.raises(errors.Unreachable):
            inbox.folders()
    wait_until(lambda: proxy.open == 0, what="both sides closed")
    assert read(account)[0] == 4


@given(st.lists(st.one_of(st.just(b"* OK [UIDNEXT 4] x\r\n"), st.binary(max_size=40).map(
    lambda text: b"* 1 FETCH (BODY[TEXT] {%d}\r\n%b)\r\n" % (len(text), text)))), st.integers(1, 9))  # fmt: skip
def test_responses_are_cut_where_they_end_however_they_arrive(said: list[bytes], size: int) -> None:
    stream, cut = b"".join(said), Responses()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [whole for piece in pieces for whole in cut.feed(piece)] == said
