"""What a poll costs by the size of the mailbox: Dovecot with 1,000 and with 50,000 mails, 100 of them new.

Run as `python -m benchmarks.imap_poll [--small N] [--large N] [--new N] [--storage maildir|sdbox|mdbox]`. Prints the seconds of each and their ratio,
which is to stay under 2: a poll must cost what is new, not what is there. Beside it stands the floor: the least that any
client can say to be given the same mails. With `--storage maildir` Dovecot itself reads the whole directory again after
each delivery, at the first STATUS or EXAMINE that comes, which no client can spare it; there the distance to the floor
counts.
"""

from __future__ import annotations

import argparse
import functools
import smtplib
import ssl
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import imapclient

from relance.mailbox.account import Account
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing import message
from tests import polls
from tests.servers import dovecot

ROUNDS = 7
READ, FLOOR = "what is new, read", "the floor for the same"
T = TypeVar("T")


def main() -> None:
    options = _options()
    users = {f"with{size}@sales.example": size for size in (options.small, options.large)}
    storage = f"mail_location = {options.storage}:~/mail\n"
    with dovecot.running(dict.fromkeys(users, dovecot.PASSWORD), extra=storage + options.setting) as server:
        for user, size in users.items():
            fill(server, user, size)
        print(
            f"Dovecot {dovecot.version()}, {options.new} new mails a poll, median of {ROUNDS}, milliseconds"
        )
        medians = {user: measure(server, user, options.new) for user in users}
        small, large = medians.values()
        for what in small:
            ratio = large[what] / small[what]
            print(f"{what:28} {small[what]:9.2f} {large[what]:9.2f}   ratio {ratio:.2f}")
        for size, times in zip((options.small, options.large), (small, large), strict=True):
            above = times[READ] / times[FLOOR]
            print(f"in {size} mails this is {above:.2f} times the floor")


def fill(server: dovecot.Dovecot, user: str, count: int) -> None:
    """Put `count` mails into the user's inbox, a thousand at a time."""
    context = ssl.create_default_context(cafile=server.ca_file)
    with imapclient.IMAPClient("localhost", server.imaps, ssl_context=context, timeout=120) as client:
        client.plain_login(user, server.users[user])
        for start in range(0, count, 1000):
            client.multiappend("INBOX", [mail(number) for number in range(start, min(start + 1000, count))])


def mail(number: int) -> bytes:
    body = "Thank you, let us talk about it next week.\r\n" * 40
    return (
        f"From: bob{number}@buyer.example\r\nTo: ada@sales.example\r\nSubject: Re: offer {number}\r\n"
        f"Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <m{number}@buyer.example>\r\n"
        f"References: <s{number}@sales.example>\r\n\r\n{body}"
    ).encode()


def measure(server: dovecot.Dovecot, user: str, new: int) -> dict[str, float]:
    """Medians of: a poll that finds nothing, and one that fetches and reads `new` mails, on fresh connections."""
    account = server.account(user)
    with imap_client.Inbox(account) as inbox:  # Dovecot builds its index once, at the first opening
        folder = next(each for each in inbox.folders() if each.role is FolderRole.INBOX)
        list(inbox.fetch_new(folder, folder.uidnext))
        folder = next(each for each in inbox.folders() if each.role is FolderRole.INBOX)
    last = folder.uidnext - 1
    quiet, busy, opened, least = [], [], [], []
    for _ in range(ROUNDS):
        opened.append(_timed(functools.partial(open_only, account)))
        quiet.append(_timed(functools.partial(poll, account, last)))
        _deliver(server, user, new)
        found, seconds = _with_result(functools.partial(poll, account, last))
        assert len(found) == new, (len(found), new)
        last = max(found)
        busy.append(seconds)
        _deliver(server, user, new)
        last, seconds = _with_result(functools.partial(floor, server, user, last))
        least.append(seconds)
    named = {"nothing new": quiet, "connect, login, STATUS": opened, READ: busy, FLOOR: least}
    return {what: statistics.median(times) * 1000 for what, times in named.items()}


def open_only(account: Account) -> None:
    with imap_client.Inbox(account) as inbox:
        inbox.folders()


def poll(account: Account, last: int) -> list[int]:
    """One whole poll as the engine does it: connect, STATUS, and what is new from where anything is."""
    found: list[int] = []
    with imap_client.Inbox(account) as inbox:
        listed = inbox.folders()
        marks = {
            each.name: (each.uidvalidity, last if each.role is FolderRole.INBOX else 0) for each in listed
        }
        for folder in polls.with_news(listed, marks):
            for fetched in inbox.fetch_new(folder, marks[folder.name][1]):
                message.read(fetched.raw, size=fetched.size, truncated=fetched.truncated)
                found.append(fetched.uid)
    return found


def floor(server: dovecot.Dovecot, user: str, last: int) -> int:
    """The least: connect, log in, is there anything new, open, fetch it. Returns the last UID."""
    context = ssl.create_default_context(cafile=server.ca_file)
    with imapclient.IMAPClient("localhost", server.imaps, ssl_context=context, timeout=120) as client:
        client.plain_login(user, server.users[user])
        uidnext = int(client.folder_status("INBOX", ["UIDNEXT"])[b"UIDNEXT"])
        client.select_folder("INBOX", readonly=True)
        client.fetch(list(range(last + 1, uidnext)), ["BODY.PEEK[]"])
    return uidnext - 1


def _deliver(server: dovecot.Dovecot, user: str, count: int) -> None:
    with smtplib.LMTP("127.0.0.1", server.lmtp, local_hostname="localhost") as link:
        for number in range(count):
            link.sendmail("", [user], mail(number))


def _timed(work: Callable[[], object]) -> float:
    return _with_result(work)[1]


def _with_result(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("--small", 1_000), ("--large", 50_000), ("--new", 100)):
        parser.add_argument(name, type=int, default=default)
    parser.add_argument("--storage", default="sdbox", choices=("maildir", "sdbox", "mdbox"))
    parser.add_argument("--setting", default="", help="one more line for dovecot.conf")
    return parser.parse_args()


if __name__ == "__main__":
    main()
