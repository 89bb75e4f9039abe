"""Copies of sent mail, and a server that falls silent: the wait is bounded, the mail is not sent again, and the copy is filed later."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from relance import clock
from relance.engine.sending import copies
from relance.engine.states import MessageState
from relance.mailbox.account import Account
from relance.mailbox.imap import filing
from relance.mailbox.imap.connection import Timeouts
from tests.integration.engine import test_filed_copies as filed
from tests.integration.engine.test_filed_copies import Desk
from tests.servers import dovecot, silent

server, desk = filed.server, filed.desk
SHORT = Timeouts(connect=0.3, read=0.3)


def test_a_frozen_server_delays_no_mail_and_gets_its_copy_later(
    desk: Desk, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = desk.wrote()
    with silent.running(desk.account.imap.port) as proxy:
        proxy.silence(new=True)

        def frozen(account: Account) -> Any:
            imap = dataclasses.replace(account.imap, port=proxy.port)
            return filing.SentFolder(dataclasses.replace(account, imap=imap), timeouts=SHORT)

        begun = clock.elapsed()
        assert desk.file(open_sent=frozen) == 0
        assert clock.elapsed() - begun < 10
    told = copies.show(desk.house, dovecot.USER)
    assert told.trouble
    assert desk.mail(mail).state is MessageState.ACCEPTED  # it is not in doubt, and not sent again
    assert copies.due(desk.house, 9) == []  # nobody tries for a while
    later = clock.machine_now() + 2 * copies.REST
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    assert copies.due(desk.house, 9) == [desk.number]
    assert desk.file() == 1
    assert len(filed.lying(server)) == 1
    assert not copies.show(desk.house, dovecot.USER).trouble
