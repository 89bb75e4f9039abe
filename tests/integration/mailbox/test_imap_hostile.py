"""The inbox against a server that misbehaves as no real one would on request: nothing missed, nothing endless."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from relance import errors
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap import responses
from relance.mailbox.parsing import message
from relance.wording.sentence_codes import SentenceCode
from tests.polls import MAIL, QUICK, mails, poll, uids
from tests.reworded import in_english, worded
from tests.servers import scripted_imap
from tests.servers.scripted_imap import Script


def test_the_last_mail_is_not_new_although_the_server_says_so() -> None:
    script = Script(mails(4, 9))
    assert uids(poll(script, after=9)) == []
    assert any(
        "UID SEARCH UID 1:*" in said for said in script.heard
    )  # and the last stretch is looked at again


@pytest.mark.parametrize("pieces", [1, 3, 7, 100])
def test_answers_cut_anywhere(pieces: int) -> None:
    found = poll(Script(mails(4, 9), pieces=pieces))
    assert [message.read(each.raw).message_id for each in found] == ["<4@buyer.example>", "<9@buyer.example>"]


def test_unsolicited_responses_change_nothing() -> None:
    noise = b"* 2 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 7 FETCH (UID 77 FLAGS ())\r\n* 5 EXISTS\r\n* OK still here\r\n"
    assert uids(poll(Script(mails(4, 9), before=noise))) == [4, 9]


def test_a_server_with_next_to_no_capabilities() -> None:
    script = Script(mails(1), capabilities="IMAP4rev1")
    assert uids(poll(script)) == [1]
    assert any(said.startswith("LOGIN ada") for said in script.heard)


def test_a_fetch_is_never_asked_for_an_open_range() -> None:
    script = Script(mails(4, 9))
    poll(script)
    asked = [said for said in script.heard if "FETCH" in said]
    assert asked
    assert not any(":" in said.split()[2] or "*" in said.split()[2] for said in asked)
    assert all("PEEK" in said or "BODY" not in said for said in asked)


def test_a_large_folder_is_searched_in_spans() -> None:
    script = Script(mails(*range(1, 60_001), 170_000))
    assert uids(poll(script, after=59_999)) == [60_000, 170_000]
    searches = [said for said in script.heard if "SEARCH" in said]
    assert len(searches) == 2
    assert not any("*" in said for said in searches)


@pytest.mark.parametrize("new", [0, 5])
def test_a_poll_says_as_much_in_a_large_folder_as_in_a_small_one(new: int) -> None:
    said: dict[int, int] = {}
    for size in (100, 20_000):
        script = Script(mails(*range(1, size + 1)))
        assert len(poll(script, after=size - new)) == new
        said[size] = len(script.heard)
    assert said[100] == said[20_000]


def test_a_search_answered_over_several_lines() -> None:
    script = Script(mails(4, 9))
    script.instead["UID SEARCH"] = lambda tag, _: (
        b"* SEARCH 4\r\n* SEARCH 9 (MODSEQ 77)\r\n* SEARCH \r\n{tag} OK done\r\n"
    )
    assert uids(poll(script)) == [4, 9]


def test_an_inbox_that_is_not_listed_is_still_read() -> None:
    script = Script(mails(4))
    script.instead["LIST"] = lambda tag, _: b"{tag} OK done\r\n"
    assert uids(poll(script)) == [4]


@pytest.mark.parametrize("size", [2_147_483_648, 18_446_744_073_709_551_615])
def test_an_absurd_literal_ends_the_connection_and_not_the_process(size: int) -> None:
    script = Script(mails(4))
    script.instead["UID FETCH"] = lambda tag, _: b"* 1 FETCH (UID 4 BODY[HEADER]<0> {%d}\r\nabc" % size
    tracemalloc.start()
    with pytest.raises(errors.Unreachable, match=worded("announced a text of")):
        poll(script)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_mail_too_large_is_told_and_the_next_one_still_comes() -> None:
    def fetch(tag: str, command: str) -> bytes:
        wanted = command.split()[2]
        lines = [scripted_imap.fetch_line(2, 9, MAIL % (9, 9), command)] if "9" in wanted else []
        if "4" in wanted and "HEADER" in command:
            lines.append(b"* 1 FETCH (UID 4 BODY[HEADER] {6000000}\r\n" + b"x" * 6_000_000 + b")\r\n")
        return b"".join(lines) + b"{tag} OK done\r\n"

    script = Script(mails(4, 9))
    script.instead["UID FETCH"] = fetch
    first, second = poll(script)
    assert (first.uid, first.raw, first.trouble.code) == (4, b"", SentenceCode.SERVER_GAVE_NOTHING)
    assert (second.uid, second.trouble) == (9, "")


def test_of_a_mail_that_cannot_be_given_the_sender_may_still_be_told() -> None:
    def fetch(tag: str, command: str) -> bytes:
        if "HEADER.FIELDS" not in command:
            return b"{tag} NO [SERVERBUG] this mail is broken\r\n"
        few = b"From: bob@buyer.example\r\nIn-Reply-To: <s1@sales.example>\r\n\r\n"
        name = command[command.index("BODY.PEEK[") : command.index("]") + 1].replace(".PEEK", "").encode()
        return b"* 1 FETCH (UID 4 %s<0> {%d}\r\n%s)\r\n{tag} OK done\r\n" % (name, len(few), few)

    script = Script(mails(4))
    script.instead["UID FETCH"] = fetch
    (fetched,) = poll(script)
    assert fetched.trouble
    read = message.read(fetched.raw, truncated=fetched.truncated)
    assert (read.from_address, read.in_reply_to) == ("bob@buyer.example", ("<s1@sales.example>",))


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 4 BODY[HEADER]<0> " + b"(" * 20_000 + b")" * 20_000 + b")\r\n{tag} OK done\r\n",
        b'* 1 FETCH (UID 4 BODY[HEADER]<0> "no end)\r\n{tag} OK done\r\n',
        b"* 1 FETCH (UID x\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 4 RFC822.SIZE)\r\n{tag} OK done\r\n",
        b"* 1 FETCH NIL\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 4 BODY[HEADER]<0> NIL BODY[TEXT]<0> NIL)\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 4 ENVELOPE ())\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 4 RFC822.SIZE 900 BODY[HEADER]<0> {2}\r\n\r\n)\r\n{tag} OK done\r\n",
        b"{tag} NO [SERVERBUG] this mail is broken\r\n",
        b"{tag} OK but nothing\r\n",
    ],
)
def test_an_answer_nobody_can_read_spoils_only_its_own_mail(answer: bytes) -> None:
    script = Script(mails(4, 9))

    def fetch(tag: str, command: str) -> bytes:
        if "4" in command.split()[2]:
            return answer
        return scripted_imap.fetch_line(2, 9, MAIL % (9, 9), command) + b"{tag} OK done\r\n"

    script.instead["UID FETCH"] = fetch
    first, second = poll(script)
    assert (first.uid, bool(first.trouble)) == (4, True)
    assert message.read(second.raw).message_id == "<9@buyer.example>"


@pytest.mark.parametrize(
    "begins", ["CAPABILITY", "AUTHENTICATE", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH"]
)
@pytest.mark.parametrize(
    "reply",
    [
        lambda tag, command: None,
        lambda tag, command: b"* BYE shutting down\r\n",
        lambda tag, command: b"",
        lambda tag, command: b"* OK half a li",
        lambda tag, command: b"A99999 OK not yours\r\n",
        lambda tag, command: b"\x00\xff garbage\r\n",
    ],
    ids=["dropped", "bye", "silent", "half", "wrong tag", "garbage"],
)
def test_trouble_at_any_command_is_a_sentence_in_bounded_time(
    begins: str, reply: Callable[[str, str], bytes | None]
) -> None:
    # No way round AUTHENTICATE: one that breaks would be followed by LOGIN.
    script = Script(mails(4), capabilities=f"{scripted_imap.DEFAULT_CAPABILITIES} LOGINDISABLED")
    script.instead[begins] = reply
    started = time.monotonic()
    with pytest.raises(errors.Unreachable, match=worded(r"IMAP server 127\.0\.0\.1:\d+")) as caught:
        poll(script, timeouts=imap_client.Timeouts(connect=2, read=0.2))
    assert time.monotonic() - started < 5
    assert "s3same" not in str(caught.value)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((b"* 4 EXISTS\r\n",), True),  # in one segment with the `+`
        ((b"", b"* 4 EXI", b"STS\r\n"), True),  # cut in two
        ((b"", b"* 1 RECENT\r\n"), True),
        ((b"", b"* OK still here\r\n"), False),
        ((b"", b"* 1 FETCH (FLAGS (\\Seen))\r\n", b"* 1 EXPUNGE\r\n"), False),
    ],
)
def test_idle_hears_new_mail_however_it_is_cut(told: tuple[bytes, ...], expected: bool) -> None:
    script = Script(mails(4), idle=told)
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        assert inbox.idle(0.3) is expected


def test_idle_survives_news_before_the_plus() -> None:
    script = Script(mails(4))
    script.instead["IDLE"] = lambda tag, _: b"* 5 EXISTS\r\n+ idling\r\n{tag} OK done\r\n"
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        assert inbox.idle(5) is True


def test_a_connection_that_died_while_idle_is_found_out_at_once() -> None:
    with scripted_imap.running(Script(mails(4), idle=(b"", b"close"))) as server:
        inbox = imap_client.Inbox(server.account(), timeouts=QUICK).__enter__()
        started = time.monotonic()
        with pytest.raises(errors.Unreachable, match=worded("waiting for new mail")):
            inbox.idle(30)
        assert time.monotonic() - started < 3
        inbox.close()


def test_a_network_that_died_while_idle_is_found_out_when_the_wait_ends() -> None:
    script = Script(mails(4))
    script.deaf_to_done = True
    with scripted_imap.running(script) as server:
        inbox = imap_client.Inbox(
            server.account(), timeouts=imap_client.Timeouts(connect=1, read=0.3)
        ).__enter__()
        with pytest.raises(errors.Unreachable, match=worded("did not answer in time")):
            inbox.idle(0.2)
        inbox.close()


def test_where_idle_is_missing_waiting_ends_with_a_look() -> None:
    script = Script(mails(4), capabilities="IMAP4rev1 AUTH=PLAIN")
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        assert not inbox.can_idle
        assert inbox.idle(0.05) is True


def test_folders_whose_names_or_flags_are_odd() -> None:
    script = Script(mails(4))
    script.instead["LIST"] = lambda tag, _: (
        b'* LIST () "/" INBOX\r\n* LIST () "/" 2024\r\n* LIST (\\Noselect) "/" Gone\r\n'
        b'* LIST () NIL {8}\r\nWys&AUI-\r\n* LIST () "/" "Bad&#name"\r\n* LIST () "/" "a\\"b"\r\n* LIST () "/" {3}\r\nx\ny\r\n{tag} OK done\r\n'
    )
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        names = {folder.name for folder in inbox.folders()}
    assert {"INBOX", "2024", 'a"b', "Wysł", "Bad&#name"} <= names
    assert "Gone" not in names
    assert not any("\n" in name for name in names)


def test_a_folder_that_cannot_be_asked_about_is_told_with_the_others() -> None:
    script = Script(mails(4))
    script.instead["LIST"] = lambda tag, _: (
        b'* LIST () "/" INBOX\r\n* LIST () "/" Shared\r\n{tag} OK done\r\n'
    )
    script.instead['STATUS "SHARED"'] = lambda tag, _: b"{tag} NO [NOPERM] not yours\r\n"
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        found = {folder.name: str(folder.refused) for folder in inbox.folders()}
    assert found["INBOX"] == ""
    assert "not yours" in found["Shared"]


def test_a_folder_whose_name_no_command_can_carry_is_told() -> None:
    script = Script(mails(4))
    script.instead["LIST"] = lambda tag, _: (
        b'* LIST () "/" INBOX\r\n* LIST () "/" {3}\r\nx\ny\r\n* LIST () "/" "Do&AKA-zrobienia"\r\n{tag} OK done\r\n'
    )
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        found = {folder.name: str(folder.refused) for folder in inbox.folders()}
    assert in_english("no command can send") in found[r"x\ny"]
    assert found["Do&AKA-zrobienia"] == ""  # unprintable for people, but no reason not to read it
    assert not any(said == "y" for said in script.heard)


def test_more_folders_than_can_be_watched_is_said_and_none_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imap_client, "MAX_FOLDERS", 2)
    script = Script(mails(4))
    script.instead["LIST"] = lambda tag, _: (
        b"".join(b'* LIST () "/" F%d\r\n' % number for number in range(3)) + b"{tag} OK done\r\n"
    )
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
        pytest.raises(errors.Unreachable, match=worded("4 folders")),
    ):
        inbox.folders()


def test_one_round_trip_tells_of_all_folders_where_the_server_can() -> None:
    script = Script(mails(4), capabilities="IMAP4rev1 AUTH=PLAIN LIST-STATUS SPECIAL-USE")
    script.instead["LIST"] = lambda tag, _: (
        b'* LIST () "/" INBOX\r\n* STATUS INBOX (UIDNEXT 5 UIDVALIDITY 7)\r\n'
        b'* LIST (\\Sent) "/" "Wys&AUI-ane"\r\n* STATUS "Wys&AUI-ane" (UIDNEXT 12 UIDVALIDITY 8)\r\n{tag} OK done\r\n'
    )
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        found = inbox.folders()
    assert [(each.name, str(each.role), each.uidnext, each.uidvalidity) for each in found] == [
        ("INBOX", "inbox", 5, 7),
        ("Wysłane", "sent", 12, 8),
    ]
    assert not any(said.startswith("STATUS") for said in script.heard)


def test_batches_are_bounded_in_mails_and_bytes() -> None:
    facts = {uid: {b"RFC822.SIZE": 10_000_000} for uid in range(1, 251)}
    sizes = [len(batch) for batch in responses.batches(range(1, 251), facts)]
    assert sum(sizes) == 250
    assert max(sizes) < 12
    small = [
        len(batch) for batch in responses.batches(range(1, 251), {uid: {b"RFC822.SIZE": 9} for uid in facts})
    ]
    assert small == [100, 100, 50]


def ids(script: Script, times: int = 1) -> list[str]:
    """What the inbox's own id is held to be in each of so many looks."""
    found = []
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        for _ in range(times):
            (folder,) = inbox.folders()
            found.append(folder.object_id)
            list(inbox.fetch_new(folder, 0))
    return found


def with_ids(in_list: bytes, opened: bytes = b"F1") -> Script:
    """A server whose STATUS and whose EXAMINE tell these ids of the inbox."""
    script = Script(mails(4), capabilities=f"{scripted_imap.DEFAULT_CAPABILITIES} OBJECTID")
    numbers = b"UIDVALIDITY 7 UIDNEXT 5 MESSAGES 1"

    def status(_: str, command: str) -> bytes:
        told = b" MAILBOXID (%b)" % in_list if "MAILBOXID" in command else b""
        return b"* STATUS INBOX (%b%b)\r\n{tag} OK done\r\n" % (numbers, told)

    script.instead["STATUS"] = status
    script.instead["EXAMINE"] = lambda *_: (
        b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 5] x\r\n* OK [MAILBOXID (%b)] x\r\n" % opened
        + b"{tag} OK [READ-ONLY] done\r\n"
    )
    return script


@pytest.mark.parametrize("told", [b"F1", b"1234", b"a-b_C", b"x" * 255])
def test_a_folders_own_id_costs_no_command(told: bytes) -> None:
    script = with_ids(told, told)
    assert ids(script, 3) == [told.decode()] * 3
    assert sum(said.startswith("EXAMINE") for said in script.heard) == 3  # to read it


@pytest.mark.parametrize("garbled", [b"\xb2X\xb8~\x97U", b"\x04", b"a b", b"[", b'"', b"x" * 256, b"()"])
def test_ids_that_status_garbles_are_asked_of_each_folder(garbled: bytes) -> None:
    script = with_ids(garbled)
    assert ids(script, 3) == ["F1"] * 3
    asked = [said for said in script.heard if "MAILBOXID" in said]
    assert len(asked) == 1  # never again


def test_an_id_that_is_another_one_when_the_folder_is_opened_is_not_believed() -> None:
    script = with_ids(b"nj")
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=QUICK) as inbox,
    ):
        (folder,) = inbox.folders()
        with pytest.raises(errors.Unreachable, match=worded("MAILBOXID was nj in the list, but is F1")):
            list(inbox.fetch_new(folder, 0))
        (folder,) = inbox.folders()
        assert folder.object_id == "F1"
        assert uids(list(inbox.fetch_new(folder, 0))) == [4]
