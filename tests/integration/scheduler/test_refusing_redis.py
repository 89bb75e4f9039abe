"""A Redis that answers and refuses, or that holds what is not ours: said at once with what to do, and nobody stops for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest
import redis
import structlog

from relance import config
from relance.app import Relance
from relance.engine.reporting.concerns import ConcernKind
from relance.scheduler.daemon import heartbeat
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints, redis_refusals
from tests.reworded import in_english
from tests.servers import ports, pretend
from tests.servers import redis as redis_ground

QUEUE_KEY, BODIES_KEY = "relance:turns", "relance:turns.msgs"


@pytest.fixture
def house(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pretend.House]:
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.2)
    made = pretend.House(config.Settings(home=tmp_path, redis_url=redis_url))
    yield made
    made.stop()


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with broker.connect(redis_url) as found:
        yield found


def told(entries: list[Any], words: str) -> list[Any]:
    return [entry for entry in entries if words in f"{entry['event']} {entry.get('reason')}"]


def test_a_key_of_somebody_elses_is_told_at_once_and_work_goes_on_when_it_is_gone(
    house: pretend.House, client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    client.set(QUEUE_KEY, "somebody else's")
    house.ledger.fill(mailboxes=2, each=2)
    with structlog.testing.capture_logs() as entries:
        house.start()
        ports.wait_until(lambda: told(entries, "WRONGTYPE"), what="its words")
        ports.wait_until(lambda: "WRONGTYPE" in caplog.text, what="the words of who reads the queue")
        (first,) = told(entries, "WRONGTYPE")
        assert first["log_level"] == "error"
        assert in_english("delete that key") in first["reason"]
        assert not house.ledger.settled
        client.delete(QUEUE_KEY)
        client.delete(*client.keys(f"{coalescing.KEY}*"))
        ports.wait_until(lambda: house.ledger.settled, what="the work")
    assert not [record for record in caplog.records if record.exc_info]


def test_a_password_that_was_changed_is_told_as_one(tmp_path: Path) -> None:
    with redis_ground.private() as server:
        house = pretend.House(config.Settings(home=tmp_path, redis_url=server.url))
        with broker.connect(server.url) as client:
            client.config_set("requirepass", "another one")
        with structlog.testing.capture_logs() as entries:
            assert house.hints.send([1, 2]) == 0
        home = config.make_home(tmp_path / "home").home
        with Relance(config.Settings(home=home)) as relance:
            heartbeat.Presence(relance, "run", house.hints).beat()
            (found,) = relance.status().concerns
        assert found.kind is ConcernKind.BROKER
        assert in_english("Redis refuses") in found.words
        assert "does not answer" not in found.words
    (only,) = entries
    assert only["log_level"] == "error"
    assert in_english("password in redis_url") in only["reason"]


STRANGE = [
    b"\xff\xfe",
    b"[" * 5000,
    b"{}",
    b"null",
    json.dumps(
        {"queue_name": "turns", "actor_name": "turn", "args": ["x"], "kwargs": {}, "options": {}}
    ).encode(),
]


def test_what_is_no_hint_of_ours_is_dropped_and_nobody_waits_for_it(
    house: pretend.House, client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = dramatiq.Message("turns", "another actor", (1,), {}, {"redis_message_id": "of-another"})
    for number, data in enumerate([*STRANGE, unknown.encode()]):
        id_ = "of-another" if data == unknown.encode() else f"strange-{number}"
        client.hset(BODIES_KEY, id_, data)
        client.rpush(QUEUE_KEY, id_)
    house.ledger.fill(mailboxes=3, each=2)
    with structlog.testing.capture_logs() as entries:
        house.start()
        ports.wait_until(lambda: house.ledger.settled, what="the work")
        ports.wait_until(
            lambda: len(told(entries, "not one of our hints")) == len(STRANGE) + 1, what="their drop"
        )
    assert not client.hexists(BODIES_KEY, "of-another")
    assert "unexpected error" not in caplog.text


def test_a_mark_that_does_not_fade_silences_nobody_for_ever(client: redis.Redis) -> None:
    now = 0.0
    under_way = coalescing.RedisMarks(client, 60.0, lambda: now)
    client.rpush(f"{coalescing.KEY}7", "no mark at all")
    client.set(f"{coalescing.KEY}8", 1, ex=300)
    for _ in range(30):
        assert under_way.take([7, 8]) == []
        now += 5.0
    assert 0 < client.ttl(f"{coalescing.KEY}7") <= 60
    assert client.ttl(f"{coalescing.KEY}8") > 200


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (redis.AuthenticationError("WRONGPASS invalid username-password pair"), "password in redis_url"),
        (redis.exceptions.NoPermissionError("this user has no permissions"), "password in redis_url"),
        (redis.ResponseError("WRONGTYPE Operation against a key"), "delete that key"),
        (redis.exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "no memory left"),
        (redis.exceptions.ReadOnlyError("You can't write against a read only replica."), "replica"),
        (redis.ResponseError("MISCONF Redis is configured to save"), "make room"),
        (redis.ResponseError("something new"), "something new"),
        (redis.ConnectionError("nobody there"), None),
        (redis.exceptions.BusyLoadingError("loading"), None),
        (redis.TimeoutError("late"), None),
        (OSError("no route"), None),
    ],
)  # fmt: skip
def test_a_refusal_is_told_from_an_absence(trouble: Exception, words: str | None) -> None:
    found = redis_refusals.refused(trouble)
    assert (found is None) if words is None else (found is not None and in_english(words) in str(found))


def test_it_is_told_again_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = broker.LocalBroker([])

    def refuse(*_: object, **__: object) -> None:
        raise redis.ResponseError("WRONGTYPE Operation against a key")

    carrier.enqueue = refuse  # type: ignore[assignment,method-assign]
    sender, elapsed = hints.Hints(carrier, coalescing.LocalMarks(), metrics.Meters()), 1000.0
    monkeypatch.setattr("relance.clock.elapsed", lambda: elapsed)
    with structlog.testing.capture_logs() as entries:
        for number in range(37):
            sender.send([number])
            elapsed += 5.0
    assert len(told(entries, "WRONGTYPE")) == 4
