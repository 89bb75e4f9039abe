"""`python -m relance`: the command, where it is not on the path."""

from __future__ import annotations

from relance.cli import main

if __name__ == "__main__":
    main()
