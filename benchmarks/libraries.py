"""What a worker's libraries weigh without the engine: `python -m benchmarks.libraries DATABASE_URL REDIS_URL`, as JSON.

The limit that `benchmarks.footprint` prints beside a worker: no worker on these libraries can be smaller. They are loaded as a
worker loads them, with one connection to the database and one to Redis; then what a mail needs besides.
"""

from __future__ import annotations

import json
import os
import sys

from benchmarks.sending import meters
from relance import late


def main() -> int:
    database, broker = sys.argv[1:]
    with late.loading():
        held = [*_waiting(database, broker)]
        idle, _ = meters.memory(os.getpid())
        held += _sending()
        working, _ = meters.memory(os.getpid())
    print(json.dumps({"idle": idle, "working": working}))
    return 0 if held else 1


def _waiting(database: str, broker: str) -> list[object]:
    """What a worker has that waits for work."""
    with late.hidden("rich", "pygments", "greenlet"):  # as a worker does
        import structlog

    import aiosmtplib
    import dramatiq.brokers.redis
    import email_validator
    import imapclient
    import publicsuffixlist
    import pydantic
    import redis
    import sqlalchemy as sa
    import typer

    connection = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:")).connect()
    connection.execute(sa.text("select 1"))
    queue = redis.Redis.from_url(broker)
    queue.ping()
    model = pydantic.create_model("Settings", name=(str, ""))
    return [
        connection, queue, model, structlog, typer, aiosmtplib, imapclient, dramatiq,
        email_validator, publicsuffixlist,
    ]  # fmt: skip


def _sending() -> list[object]:
    """What the first mail needs besides: a template, a sealed link, a country's holidays."""
    import jinja2.sandbox
    from cryptography.hazmat.primitives.ciphers import aead

    from relance.engine.schedule import holidays  # only the countries that are asked for

    words = jinja2.sandbox.SandboxedEnvironment().from_string("Hello {{ name }}").render(name="Ada")
    sealed = aead.AESGCM(bytes(32)).encrypt(bytes(12), words.encode(), None)
    return [sealed, holidays.weekend(holidays.Region("DE"), 2026)]


if __name__ == "__main__":
    sys.exit(main())
