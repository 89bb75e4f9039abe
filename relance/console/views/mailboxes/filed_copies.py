"""Who files copies of sent mail in a mailbox's Sent folder, in words. Pure."""

from __future__ import annotations

from relance.engine.sending.copies import SentCopies
from relance.wording import Text


def told(found: SentCopies) -> Text:
    """Whether copies are filed, and by whom; with `auto`, what it has decided and why."""
    if found.mode == "off":
        return Text("Relance files no copies of what this mailbox sends.")
    if found.mode == "on":
        return Text("Relance files a copy of every mail, unless the provider has filed one.")
    if found.files_sent is None:
        return Text(
            "It is not known yet whether the provider files copies, so none are filed. A test mail to itself finds out."
        )
    if found.files_sent:
        return Text("The provider files copies by itself, so Relance files none.")
    return Text("The provider files no copies, so Relance does.")
