"""The process that libFuzzer drives; `python -m tests.fuzz` starts it and tells what it found."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["relance.mailbox", "mailparser_reply", "flufl.bounce"]):
    from tests.fuzz import inbound


def main() -> None:
    """Hand over; libFuzzer ends the process."""
    atheris.Setup(sys.argv, inbound.one_mail)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
