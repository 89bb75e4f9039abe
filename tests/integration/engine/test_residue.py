"""The two moments SMTP leaves open are measured for each mail that began."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from relance import clock
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_house
from tests.engine_doors import OneAnswer

TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, text="ok")


class Ticking(OneAnswer):
    """A server that takes a second to say 354, and three for a body."""

    def __init__(self, pass_seconds: Callable[[float], None]) -> None:
        super().__init__(TAKEN)
        self.pass_seconds = pass_seconds

    def offer(self, *rest: object) -> None:
        self.pass_seconds(1)

    def transmit(self, raw: bytes) -> SendResult:
        self.pass_seconds(3)
        return super().transmit(raw)


class Measured:
    """Telemetry that remembers: seconds by name, outcomes of mails."""

    def __init__(self) -> None:
        self.lasted: defaultdict[str, list[float]] = defaultdict(list)
        self.counted: Counter[str] = Counter()

    def span(self, name: str) -> Measuring:
        return Measuring(self.lasted[name], clock.elapsed())

    def count(self, name: str, value: float = 1, *, outcome: str) -> None:
        assert name == "mails"
        self.counted[outcome] += int(value)


@dataclasses.dataclass
class Measuring:
    lasted: list[float]
    since: float

    def end(self) -> None:
        self.lasted.append(clock.elapsed() - self.since)


def test_each_mail_counts_from_its_own_last_look_and_until_its_record(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, gap_seconds=0)
    for name in ("eve", "fay", "gil"):
        contact_service.add(house, f"{name}@{name}.example", {})
    enroll.enroll(house, EnrollRequest("Trial"))
    engine_house.clock(house).advance(hours=3)
    with house.database.write() as conn:
        mailboxes.change(conn, 1, synced_at=house.clock.now())
    seconds = [clock.elapsed()]
    monkeypatch.setattr(clock, "elapsed", lambda: seconds[0])
    monkeypatch.setattr(clock, "JUMP_SECONDS", 60.0)  # the wall clock stands still here
    post = Ticking(lambda more: seconds.__setitem__(0, seconds[0] + more))
    options = dataclasses.replace(house.options, together=2)
    measured = Measured()
    own = dataclasses.replace(house, open_outbox=post, options=options, telemetry=measured)
    assert turn.take_turn(own, 1, lambda: False).sent == 3
    # Two share a mark: the second is looked at behind its own 354, and both are recorded with the mark of the third.
    assert measured.lasted["unseen"] == [0, 0, 0]
    assert measured.lasted["unrecorded"] == [8, 4, 3]
    assert measured.counted == {"accepted": 3}
