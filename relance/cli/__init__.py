"""The command line: words in, words out. One file a noun; what a command does is done by `relance.app`.

Exit codes: 0 done, 1 the job failed, 2 wrong use.
"""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """The `relance` command."""
    from relance import late  # here, so that importing the package costs nothing

    # Pydantic would look through all that is installed for plugins of its own, at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # noqa: TID251 - said to a library, not read
    try:
        with late.loading():
            from relance.cli import tree

            command = tree.build(sys.argv[1:])
        command()
    finally:
        gc.freeze()  # the process ends: to look through all it holds once more would take a busy machine seconds
