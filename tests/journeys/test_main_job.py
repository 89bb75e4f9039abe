"""The main job from end to end, as `make demo` plays it: in one process, and with daemons on PostgreSQL and Redis."""

from __future__ import annotations

from relance.sandbox import play
from tests.journeys import apart


def judge(outcome: play.Outcome) -> None:
    """What must be true at the end of every play, whoever did the work."""
    assert outcome.audit.findings == ()
    assert outcome.story.mishaps == ()
    # How far so many days get in a minute depends on the machine; what was promised does not.
    assert outcome.audit.mails_arrived > outcome.enrolled.enrolled // 3
    assert outcome.enrolled.enrolled == outcome.imported.added
    assert outcome.imported.rejected
    kinds = {placed.kind.value for placed in outcome.story.placed}
    assert {"answer", "out of office"} <= kinds


def test_three_weeks_in_one_process_keep_every_promise() -> None:
    judge(play.play(play.Plan(play.SEQUENCE, seed=3, contacts=50, seconds=20), lambda scene: None))


def test_ten_days_with_two_worker_processes_on_postgresql_and_redis_keep_every_promise(
    postgres_url: str, redis_url: str
) -> None:
    plan = play.Plan(
        play.SEQUENCE,
        seed=4,
        contacts=40,
        days=10,  # here the clock waits for nobody: fewer days leave a slow machine more time for each
        seconds=45,
        lead_seconds=5,
        database_url=postgres_url,
        redis_url=redis_url,
    )
    judge(play.play(plan, lambda scene: None, apart.hire(workers=2)))
