"""What a daemon says at a signal: in the reader's language, made before the signal comes."""

from __future__ import annotations

import signal

import pytest

from relance import wording
from relance.scheduler.daemon import lifecycle


@pytest.mark.wording
def test_the_first_signal_is_answered_in_the_readers_language(capfd: pytest.CaptureFixture[str]) -> None:
    before = {number: signal.getsignal(number) for number in lifecycle.SIGNALS}
    bell = lifecycle.Bell()
    try:
        with wording.speaking("pl"):
            bell.hang()
        bell.ring(signal.SIGTERM, None)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert bell.rung.is_set()
    assert "Ponowny sygnał kończy pracę natychmiast." in capfd.readouterr().err
