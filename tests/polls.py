"""An inbox asked once, on a server that follows a script."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from relance.engine.mailboxes import watermarks
from relance.engine.store.mailboxes.folders import Watermark
from relance.mailbox.account import Account
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import Folder
from tests.servers import scripted_imap
from tests.servers.scripted_imap import Script

QUICK = imap_client.Timeouts(connect=2, read=1)
MAIL = b"From: bob@buyer.example\r\nMessage-ID: <%d@buyer.example>\r\nSubject: yes\r\n\r\nhello %d\r\n"


def mails(*uids: int) -> dict[int, bytes]:
    return {uid: MAIL % (uid, uid) for uid in uids}


def poll(script: Script, after: int = 0, timeouts: imap_client.Timeouts = QUICK) -> list[imap_client.Fetched]:
    with (
        scripted_imap.running(script) as server,
        imap_client.Inbox(server.account(), timeouts=timeouts) as inbox,
    ):
        (folder,) = inbox.folders()
        return list(inbox.fetch_new(folder, after))


def changed(account: Account, **changes: object) -> Account:
    """The same account with another host, port or security of its IMAP server."""
    return dataclasses.replace(account, imap=dataclasses.replace(account.imap, **changes))  # type: ignore[arg-type]


def uids(found: list[imap_client.Fetched]) -> list[int]:
    return [each.uid for each in found]


def with_news(folders: Iterable[Folder], marks: Mapping[str, tuple[int, int]]) -> list[Folder]:
    """Those that the engine opens, who has read each up to `(uidvalidity, last_uid)`."""
    return [each for each in folders if watermarks.plan(each, Watermark(each.name, *marks[each.name])).look]
