"""Mail that must not leave because its links would lead nobody anywhere: they begin with an address of this computer."""

from __future__ import annotations

from relance.engine.context import Context
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox import tls
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


def refusal(context: Context, mailbox: Mailbox) -> Text | None:
    """Why nothing may leave from a mailbox; None where recipients can follow the links.

    Every mail has at least the link to unsubscribe. A server on this computer, such as the sandbox's, is where people
    practise: its recipients are here, too.
    """
    links = context.links_of(mailbox)
    if not links.only_here or tls.is_loopback(mailbox.smtp.host):
        return None
    return Text(
        "Nothing is sent from {address}: the links in its mails, the one to unsubscribe included, would begin with {base}, "
        "which only this computer can open. An administrator has to set the web address of the links (base_url) to one "
        "that recipients can open, and to restart Relance.",
        address=mailbox.address,
        base=links.base,
    ).coded(SentenceCode.LINKS_ONLY_HERE)
