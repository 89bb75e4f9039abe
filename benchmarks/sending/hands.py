"""A `relance worker` under watch: `python -m benchmarks.sending.hands FILE worker [options]` leaves its stages in FILE."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.sending.stages import Stages
from relance import cli


def main() -> None:
    file = Path(sys.argv.pop(1))
    stages = Stages()
    stages.install()
    try:
        cli.main()
    finally:
        stages.write(file)


if __name__ == "__main__":
    main()
