"""The command line: words in, words out. One file a noun; what a command does is done by `relance.app`.

Exit codes: 0 done, 1 the job failed, 2 wrong use.
"""

from __future__ import annotations


def main() -> None:
    """The `relance` command."""
    from relance.cli import tree  # here, so that importing the package costs nothing

    tree.build()()
