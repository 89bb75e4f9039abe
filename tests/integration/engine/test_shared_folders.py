"""Dovecot with a colleague's folders in sight: what may be seen is not what may be read, and not ours to watch."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import imapclient
import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.inbound.reading import sync as inbound_sync
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.store.mailboxes import leases, mailboxes
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from tests import engine_house
from tests.servers import dovecot

BEN = "ben@sales.example"
EXTRA = r"""
mail_plugins = $mail_plugins acl
protocol imap {
  mail_plugins = $mail_plugins imap_acl
}
plugin {
  acl = vfile
  acl_shared_dict = file:%h/../shared.db
}
namespace inbox {
  mailbox Ausgang {
    auto = create
    special_use = \Sent
  }
}
namespace others {
  type = shared
  separator = /
  prefix = others/%%u/
  location = maildir:%%h/Maildir
  subscriptions = no
  list = yes
}
"""
LEADS, SUPPORT = f"others/{BEN}/Leads", f"others/{BEN}/Support"


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running({dovecot.USER: engine_house.PASSWORD, BEN: "s3same"}, extra=EXTRA) as running:
        context = ssl.create_default_context(cafile=running.ca_file)
        with imapclient.IMAPClient("localhost", running.imaps, ssl_context=context, timeout=20) as client:
            client.plain_login(BEN, "s3same")
            for name, rights in (("Leads", "l"), ("Support", "lr")):
                client.create_folder(name)
                client.append(name, b"From: a@acme.example\r\nSubject: x\r\n\r\nHello.\r\n")
                client.setacl(name, dovecot.USER, rights)
        yield running


def house(url: str, folder: Path, *watch: str) -> AbstractContextManager[Context]:
    return engine_house.build(url, folder, watch_folders=watch, allow_test_domains=True)


def add(house: Context, server: dovecot.Dovecot) -> int:
    return engine_house.add_mailbox(
        house,
        dovecot.USER,
        username=dovecot.USER,
        imap_host="localhost",
        imap_port=server.imap,
        ca_file=server.ca_file,
        synced_at=None,
    )


def sync(house: Context, number: int) -> mailboxes.Mailbox:
    with house.database.write() as conn:
        lease = leases.acquire(conn, number, "test")
        mailbox = mailboxes.by_id(conn, number)
    assert lease is not None
    try:
        inbound_sync.sync(house, lease, mailbox, house.account(mailbox))
    finally:
        with house.database.write() as conn:
            leases.release(conn, lease, None)
    with house.database.read() as conn:
        return mailboxes.by_id(conn, number)


def imap_step(house: Context) -> mailbox_service.TestStep:
    return next(step for step in mailbox_service.test(house, dovecot.USER).steps if step.name == "imap")


def test_a_sent_folder_of_any_name_is_known_by_its_flag(server: dovecot.Dovecot) -> None:
    with imap_client.Inbox(server.account()) as inbox:
        roles = {each.name: each.role for each in inbox.folders()}
    assert roles["Ausgang"] is FolderRole.SENT


def test_a_colleagues_folders_are_seen_and_left_out(
    server: dovecot.Dovecot, tmp_path: Path, migrated_sqlite_url: str
) -> None:
    with imap_client.Inbox(server.account()) as inbox:
        assert {LEADS, SUPPORT} <= {each.name for each in inbox.folders()}
        assert inbox.others() == ("others/",)
    with house(migrated_sqlite_url, tmp_path) as ours:
        number = add(ours, server)
        assert sync(ours, number).synced_at == ours.clock.now()
        step = imap_step(ours)
        assert step.ok, step.words
        assert BEN not in step.words


def test_whose_folders_they_are_is_asked_once(
    server: dovecot.Dovecot, tmp_path: Path, migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(migrated_sqlite_url, tmp_path) as ours:
        number = add(ours, server)
        sync(ours, number)
        monkeypatch.setattr(imap_client.Inbox, "others", lambda _: pytest.fail("asked again"))
        sync(ours, number)


def test_one_that_is_asked_for_is_proved_readable_at_the_test_and_the_first_look(
    server: dovecot.Dovecot, tmp_path: Path, migrated_sqlite_url: str
) -> None:
    with house(migrated_sqlite_url, tmp_path, "others/*") as ours:
        number = add(ours, server)
        step = imap_step(ours)
        assert not step.ok
        assert LEADS in step.words
        assert SUPPORT not in step.words
        with pytest.raises(errors.Unreachable, match=LEADS):
            sync(ours, number)
    with house(migrated_sqlite_url, tmp_path, SUPPORT) as ours:
        assert SUPPORT in imap_step(ours).words
        assert sync(ours, number).synced_at == ours.clock.now()
