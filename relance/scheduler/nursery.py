"""What all worker processes of one command have in common, loaded before the first of them is forked (`supervisor`).

For the process that forks them, which does nothing else: it has no connection, no thread and no lock that a child could
inherit. Here is all that a turn may come to use, sooner or later. What it has loaded is there once for all of them, as long as nobody writes to it; so the garbage collector is told
to leave it alone.
"""

from __future__ import annotations

import gc

from relance import late

with late.loading():
    import holidays as holidays
    from cryptography.hazmat.primitives.ciphers import aead as aead

    from relance.app import installation as installation
    from relance.engine import turn as turn
    from relance.engine.engagement import hits as hits
    from relance.mailbox.classification import chain as chain
    from relance.mailbox.imap import client as imap
    from relance.mailbox.parsing import html_text as html_text
    from relance.mailbox.smtp import client as smtp
    from relance.scheduler import daemons as daemons
    from relance.templates import compiling as compiling

__all__ = [
    "aead", "chain", "compiling", "daemons", "hits", "holidays", "html_text", "imap", "installation", "smtp", "turn",
]  # fmt: skip
gc.collect()
gc.freeze()
