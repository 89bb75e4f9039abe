"""The inbox against a real Dovecot: folders, new mail by UID, errors in sentences."""

from __future__ import annotations

import dataclasses
import ssl
import threading
import time
from collections.abc import Iterator

import imapclient
import pytest

from relance import errors
from relance.mailbox.account import Account, Security
from relance.mailbox.auth import Password
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing import message
from tests import polls
from tests.reworded import worded
from tests.servers import dovecot, ports

TIMEOUTS = imap_client.Timeouts(connect=5, read=20)


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    users = {f"user{number}@sales.example": dovecot.PASSWORD for number in range(20)}
    with dovecot.running(users) as running:
        yield running


@pytest.fixture
def account(server: dovecot.Dovecot, request: pytest.FixtureRequest) -> Account:
    """A user nobody else uses: one for each test of the module."""
    number = request.session.stash.setdefault(_USED, 0)
    request.session.stash[_USED] = number + 1
    return server.account(f"user{number}@sales.example")


_USED = pytest.StashKey[int]()


def mail(number: int, body: str = "Yes, tell me more.") -> bytes:
    return (
        f"From: Bob <bob@buyer.example>\r\nTo: user@sales.example\r\nSubject: Re: {number}\r\n"
        f"Message-ID: <m{number}@buyer.example>\r\nIn-Reply-To: <s{number}@sales.example>\r\n\r\n{body}\r\n"
    ).encode()


def raw_client(server: dovecot.Dovecot, account: Account) -> imapclient.IMAPClient:
    """A mail program of the same person, which may write."""
    context = ssl.create_default_context(cafile=server.ca_file)
    client = imapclient.IMAPClient("localhost", server.imaps, ssl_context=context, timeout=20)
    client.plain_login(account.username, account.credentials.secret)
    return client


def named(found: list[imap_client.Folder], role: FolderRole) -> imap_client.Folder:
    return next(folder for folder in found if folder.role is role)


def test_folders_by_special_use_with_their_numbers(account: Account) -> None:
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        found = inbox.folders()
        roles = {folder.name: folder.role for folder in found}
    assert roles == {
        "INBOX": FolderRole.INBOX,
        "Wysłane": FolderRole.SENT,
        "Junk": FolderRole.JUNK,
        "Archive": FolderRole.ARCHIVE,
    }
    assert found[0].role is FolderRole.INBOX
    assert all(folder.uidvalidity and folder.uidnext == 1 for folder in found)


def test_tls_from_the_first_byte(server: dovecot.Dovecot, account: Account) -> None:
    protected = dataclasses.replace(account, imap=server.account(account.username, Security.TLS).imap)
    with imap_client.Inbox(protected, timeouts=TIMEOUTS) as inbox:
        assert inbox.folders()


def test_only_new_mail_comes_ascending_and_stays_unread(server: dovecot.Dovecot, account: Account) -> None:
    for number in range(3):
        server.deliver(mail(number), account.username)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        folder = named(inbox.folders(), FolderRole.INBOX)
        first = list(inbox.fetch_new(folder, 0))
        server.deliver(mail(3), account.username)
        folder = named(inbox.folders(), FolderRole.INBOX)
        second = list(inbox.fetch_new(folder, first[-1].uid))
        nothing = list(inbox.fetch_new(folder, second[-1].uid))
    assert [message.read(each.raw).in_reply_to for each in first] == [
        (f"<s{n}@sales.example>",) for n in range(3)
    ]
    assert [each.uid for each in (*first, *second)] == [1, 2, 3, 4]
    assert nothing == []  # although `5:*` means the last mail to the server
    assert all(each.internal_date and each.internal_date.tzinfo and not each.truncated for each in first)
    client = raw_client(server, account)
    client.select_folder("INBOX", readonly=True)
    assert client.search("UNSEEN") == [1, 2, 3, 4]
    client.logout()


def test_folders_without_news_are_not_opened(server: dovecot.Dovecot, account: Account) -> None:
    server.deliver(mail(1), account.username)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        found = inbox.folders()
        marks = {folder.name: (folder.uidvalidity, folder.uidnext - 1) for folder in found}
        assert polls.with_news(found, marks) == []
        server.deliver(mail(2), account.username)
        assert [folder.name for folder in polls.with_news(inbox.folders(), marks)] == ["INBOX"]


def test_an_answer_moved_by_a_filter_is_found_where_it_went(
    server: dovecot.Dovecot, account: Account
) -> None:
    server.deliver(mail(1), account.username)
    client = raw_client(server, account)
    client.create_folder("Klienci/Ważne")
    client.select_folder("INBOX")
    client.move([1], "Klienci/Ważne")
    client.logout()
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        moved = [
            folder for folder in inbox.folders() if folder.uidnext > 1 and folder.role is FolderRole.OTHER
        ]
        assert [folder.name for folder in moved] == ["Klienci/Ważne"]
        assert len(list(inbox.fetch_new(moved[0], 0))) == 1


def test_a_huge_mail_comes_bounded(server: dovecot.Dovecot, account: Account) -> None:
    big = b"X-Long: " + b"a " * 100_000 + b"\r\n" + mail(1, "words\r\n" * 200_000)
    server.deliver(big, account.username)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        (fetched,) = inbox.fetch_new(named(inbox.folders(), FolderRole.INBOX), 0)
    assert fetched.truncated
    assert len(fetched.raw) < 450 * 1024
    assert fetched.size > 1_000_000
    assert message.read(fetched.raw, size=fetched.size, truncated=True).text.startswith("words\nwords")


def test_a_filed_copy_is_found_by_its_ids(server: dovecot.Dovecot, account: Account) -> None:
    raw = mail(7).replace(b"\r\n\r\n", b"\r\nX-Google-Original-Message-ID: <old7@sales.example>\r\n\r\n", 1)
    client = raw_client(server, account)
    client.append("Wysłane", raw, flags=[b"\\Seen"])
    client.logout()
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        ((uid, found),) = inbox.sent_ids(named(inbox.folders(), FolderRole.SENT), 0)
    assert (uid, found.message_id, found.aliases) == (1, "<m7@buyer.example>", ("<old7@sales.example>",))
    assert found.to == ("user@sales.example",)


def test_a_replaced_folder_is_said(server: dovecot.Dovecot, account: Account) -> None:
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        stale = dataclasses.replace(named(inbox.folders(), FolderRole.INBOX), uidvalidity=12345)
        with pytest.raises(errors.Unreachable, match=worded("was replaced")):
            list(inbox.fetch_new(stale, 0))


def test_limit_leaves_the_rest_for_the_next_time(server: dovecot.Dovecot, account: Account) -> None:
    for number in range(7):
        server.deliver(mail(number), account.username)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        folder = named(inbox.folders(), FolderRole.INBOX)
        assert [each.uid for each in inbox.fetch_new(folder, 2, limit=3)] == [3, 4, 5]


def test_mail_that_vanishes_while_reading_is_left_out(server: dovecot.Dovecot, account: Account) -> None:
    for number in range(3):
        server.deliver(mail(number), account.username)
    client = raw_client(server, account)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        folder = named(inbox.folders(), FolderRole.INBOX)
        client.select_folder("INBOX")
        client.move([2], "Archive")
        assert [each.uid for each in inbox.fetch_new(folder, 0)] == [1, 3]
    client.logout()


def test_a_wrong_password_is_said_without_the_password(account: Account) -> None:
    wrong = dataclasses.replace(account, credentials=Password(account.username, "sesame-9137"))
    with (
        pytest.raises(errors.Broken, match=worded("refused the login of user")) as caught,
        imap_client.Inbox(wrong, timeouts=TIMEOUTS),
    ):
        pass
    assert "sesame-9137" not in str(caught.value)
    assert f"localhost:{account.imap.port}" in str(caught.value)


def test_an_untrusted_certificate_is_said(account: Account) -> None:
    with pytest.raises(errors.Broken, match=worded(r"certificate .* is not trusted")):
        imap_client.Inbox(dataclasses.replace(account, ca_file=None), timeouts=TIMEOUTS).__enter__()


def test_tls_on_the_starttls_port_is_said(account: Account) -> None:
    wrong = dataclasses.replace(account, imap=dataclasses.replace(account.imap, security=Security.TLS))
    with pytest.raises(errors.Broken, match=worded("does not speak TLS on this port")):
        imap_client.Inbox(wrong, timeouts=TIMEOUTS).__enter__()


def test_nobody_listening_is_said(account: Account) -> None:
    gone = dataclasses.replace(account, imap=dataclasses.replace(account.imap, port=ports.free_port()))
    with pytest.raises(errors.Unreachable, match=worded("cannot be reached while connecting")):
        imap_client.Inbox(gone, timeouts=TIMEOUTS).__enter__()


def test_idle_tells_of_new_mail(server: dovecot.Dovecot, account: Account) -> None:
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        assert inbox.can_idle
        assert inbox.idle(0.2) is False
        later = threading.Timer(0.3, server.deliver, (mail(1), account.username))
        later.start()
        assert inbox.idle(20) is True
        later.join()
        assert named(inbox.folders(), FolderRole.INBOX).uidnext == 2


def test_mail_that_came_between_the_look_and_the_wait_is_told_at_once(
    server: dovecot.Dovecot, account: Account
) -> None:
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        inbox.folders()
        server.deliver(mail(1), account.username)
        assert inbox.idle(20) is True


def test_mail_that_came_since_somebody_else_looked_is_told_once(
    server: dovecot.Dovecot, account: Account
) -> None:
    server.deliver(mail(1), account.username)
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        assert inbox.idle(20, known=1) is True
        assert inbox.idle(0.2, known=1) is False
        later = threading.Timer(0.3, server.deliver, (mail(2), account.username))
        later.start()
        assert inbox.idle(20) is True
        later.join()
        assert inbox.idle(0.2) is False


def test_whoever_wants_to_leave_does_not_wait_for_news(account: Account) -> None:
    leave = threading.Event()
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        threading.Timer(0.2, leave.set).start()
        begun = time.monotonic()
        assert inbox.idle(60, stop=leave.is_set) is False
        assert time.monotonic() - begun < 5
