"""A mailbox taken in: signed in to first, so that no wrong password is stored."""

from __future__ import annotations

from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec, MailboxView
from relance.engine.mailboxes.settings import signing_in
from relance.engine.mailboxes.settings.signing_in import Done
from relance.mailbox.account import Account
from relance.mailbox.auth import Password


def add(
    context: Context, spec: MailboxSpec, *, anyway: bool = False, done: Done = lambda _: None
) -> MailboxView:
    """Take a mailbox in. Both servers are signed in to first (not with `anyway`); `done` hears how that goes.

    Raises `errors.Invalid` with every mistake and where a server refuses the sign-in, `errors.Unreachable` where one cannot be asked; nothing is stored then.
    """
    service.checked(context, spec)
    if not anyway:
        credentials = Password(spec.username, spec.password)
        account = Account(spec.address, spec.name, credentials, spec.smtp, spec.imap, spec.ca_file)
        signing_in.require(context, account, done)
    return service.add(context, spec)
