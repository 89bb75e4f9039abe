"""A mail world in one process: SMTP, IMAP, and prospects that open, click, answer and bounce.

`world` holds the servers and the reps' mailboxes, `record` what really happened there. `people` invents contacts,
`behaviour` decides what each will do, `prospects` lets them do it. `audit` holds the record against the promises.
"""

from __future__ import annotations

from importlib import util

from relance import errors
from relance.wording import Text

# What only the mail world needs (`[project.optional-dependencies]` in pyproject.toml, which a test compares).
NEEDED = ("aiosmtpd", "pymap", "trustme")

_missing = [name for name in NEEDED if util.find_spec(name) is None]
if _missing:
    raise errors.Misconfigured(
        Text(
            "The sandbox is not installed (missing: {packages}). Run `pip install 'relance[sandbox]'`. "
            "Only `relance demo` and `relance sandbox` need it.",
            packages=_missing,
        )
    )
