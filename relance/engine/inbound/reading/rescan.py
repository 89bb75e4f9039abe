"""A folder that must be read from its first mail again: numbered anew (UIDVALIDITY changed), renamed, or just made.

Most of what lies there was read before. Every mail that came since the last complete look is read whole; of an older one
its headers are read, and the rest only where they say that it may concern us. So nothing is missed that any header tells;
and a folder of fifty thousand mails is not fetched again for its number.
"""

from __future__ import annotations

import datetime as dt

from relance import clock
from relance.engine.context import Context
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.parsing.inbound import InboundMail

MARGIN = dt.timedelta(days=2)
# How much earlier than our last look a server may date a mail that we did not see then.
CLOCK_SKEW = dt.timedelta(hours=1)
# How far business time may be from the machine's, for the dates of a server to say anything about it.
_MACHINES = ("mailer-daemon", "postmaster", "")


def whole_since(context: Context, mailbox: Mailbox) -> dt.datetime | None:
    """Mails that came before this need not be read whole; None: all must be."""
    now = context.clock.now()
    # What came to a mailbox before it was added answers nothing of ours.
    read_at = clock.believed(mailbox.read_at or mailbox.created_at, now)
    if read_at is None or abs(now - clock.machine_now()) > CLOCK_SKEW:
        return None
    return read_at - MARGIN


def of_a_machine(mail: InboundMail) -> bool:
    """Whether what a mail is about may stand in its body only, as a bounce's does."""
    sender = (mail.from_address or "").partition("@")[0]
    return sender in _MACHINES or mail.content_type.startswith(("multipart/report", "message/"))
