"""No secret in the log: a canary for each goes through every place that logs an exception, in every dress."""

from __future__ import annotations

import ast
import asyncio
import base64
import datetime as dt
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import dramatiq
import pytest
import structlog
from starlette.requests import Request
from starlette.testclient import TestClient

import relance
from relance import clock, config
from relance.console import server, watch
from relance.console.views.mailboxes import trying
from relance.engine.engagement import hits
from relance.engine.journal.opt_outs import OptOut
from relance.mailbox import secrets
from relance.mailbox.classification.delivery_failures import bounces
from relance.scheduler import actors, copies, listening, scheduler, signing_in
from relance.scheduler import jobs as long_work
from relance.scheduler.logging import logs
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints
from relance.tracking import links, tokens, web

DATABASE, REDIS, MAILBOX = "Dat/a Can@ry ż", "Red:is+Canary", 'Post fach\\Kanarek"'
KEY = base64.b64encode(b"the key of the installation, 32 b").decode()[:44]
SIGNER = tokens.Signer({1: bytes(32)}, 1)
TOKEN = SIGNER.sign(tokens.Purpose.UNSUBSCRIBE, 5, carried="eve@acme.example")
FORMATS = ("json", "console")


class Fault(Exception):
    """What fails, with every secret that our own settings know in its words."""

    def __init__(self) -> None:
        super().__init__(
            f"postgresql://u:{quote(DATABASE, safe='')}@db/x and {DATABASE!r} and redis://:{quote(REDIS)}@r:1 and {REDIS}, "
            f"key {KEY}, GET /u/{TOKEN}, {json.dumps([DATABASE, REDIS])}, {base64.b64encode(f'u:{DATABASE}'.encode()).decode()}"
        )


def fails(*_: Any, **__: Any) -> Any:
    """Somebody's function with every secret in its local variables, down a chain of causes."""
    database_password, redis_password, mailbox_password, secret_key, token = (
        DATABASE,
        REDIS,
        MAILBOX,
        KEY,
        TOKEN,
    )
    try:
        raise Fault
    except Fault as fault:
        later = RuntimeError(f"something else: {fault}")
        later.add_note(f"{database_password} {redis_password} {secret_key} /c/{token}")
        assert mailbox_password
        raise later from fault


@pytest.fixture(params=FORMATS)
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    settings = config.Settings(
        home=tmp_path,
        database_url=f"postgresql://u:{quote(DATABASE, safe='')}@db.example/x",
        redis_url=f"redis://:{quote(REDIS, safe='')}@redis.example:6379/0",
        secret_key=f"1:{KEY}",
        log_format=request.param,
        log_level="debug",
    )
    logs.configure(settings, out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def clean(said: str) -> bool:
    """Something was told, and no canary sings in it."""
    assert "Fault" in said
    assert secrets.MASK in said or "•" in said or "\\u2022" in said
    dresses = [KEY, TOKEN, "Can@ry", "Can%40ry", "is+Canary", "is%2BCanary", "Kanarek", "locals"]
    dresses += [
        base64.b64encode(bytes(n) + each.encode()).decode()[4:-6]
        for n in range(3)
        for each in (DATABASE, REDIS, MAILBOX)
    ]
    assert [each for each in dresses if each in said] == []
    return True


class App:
    """An engine in which everything fails."""

    clock = clock.ManualClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    settings: Any = None
    tick = turn = idle_candidates = listen = keep_signed_in = due_copies = check_health = watch_rates = fails

    def due_mailboxes(self, limit: int) -> list[int]:
        return []

    due_jobs = due_mailboxes
    work = fails


def a_round(app: Any) -> None:
    carrier = broker.LocalBroker([])
    carrier.declare_queue(broker.QUEUE)
    figures = metrics.Meters()
    scheduler.Loop(app, hints.Hints(carrier, coalescing.LocalMarks(), figures), figures).round()


def a_renewal(app: Any) -> None:
    signing_in.SignIns(app).look()


def a_turn(app: Any) -> None:
    carrier = broker.LocalBroker([])
    carrier.declare_queue(broker.QUEUE)
    figures = metrics.Meters()
    actors.Turns(app, hints.Hints(carrier, coalescing.LocalMarks(), figures), figures).run(1)


def a_job(app: Any) -> None:
    carrier = broker.LocalBroker([])
    long_work.JobFinder(app, carrier, coalescing.LocalMarks(), metrics.Meters()).run(1)


def listeners(app: Any) -> None:
    ears = listening.Listeners(app, 1, metrics.Meters(), lambda: None)
    ears.stopping.wait = lambda seconds: ears.stopping.set() or True  # type: ignore[method-assign,assignment,func-returns-value]
    ears.run()


def a_filer(app: Any) -> None:
    copies.Filer(app).look()


def one_listener(app: Any) -> None:
    ears = listening.Listeners(app, 1, metrics.Meters(), lambda: None)
    place = listening._Place(1)
    place.leave.wait = lambda seconds: place.leave.set() or True  # type: ignore[method-assign,assignment,func-returns-value]
    ears._listen(place)


class Desk:
    record = clicked = keep = unsubscribe = replay = contact_of = fails


def pages(_: Any) -> None:
    made = links.Links("http://testserver", SIGNER)
    with TestClient(web.build(Desk(), SIGNER), raise_server_exceptions=False) as client:
        client.get(made.open_url(5))
        client.get(made.click_url(5, 0, ""))
        client.post(made.unsubscribe_url(5, "e@acme.example"), data={"List-Unsubscribe": "One-Click"})


def a_strange_bounce(_: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounces.flufl.bounce, "all_failures", fails)
        letter: Any = type(
            "Letter", (), {"mail": type("Mail", (), {"from_address": "", "subject": "", "text": ""})}
        )
        bounces._ask_flufl(letter)


def an_event_loop(_: Any) -> None:
    async def fall() -> None:
        asyncio.get_running_loop().call_soon(fails)
        await asyncio.sleep(0)

    asyncio.run(fall())


def a_worker_of_dramatiq(_: Any) -> None:
    try:
        fails()
    except RuntimeError:
        logging.getLogger(dramatiq.worker.__name__).exception("Failed to process message %s", "x")


def values(_: Any) -> None:
    structlog.get_logger("relance.x").warning("Fault", reason=repr(Fault()), deep={"a": [str(Fault())]})
    logging.getLogger("library").error("Fault %s", Fault())


def a_group(_: Any) -> None:
    try:
        raise ExceptionGroup(f"{DATABASE}", [Fault(), Fault()])
    except ExceptionGroup:
        structlog.get_logger("relance.x").exception("several")


def a_no_that_cannot_be_carried_out(_: Any) -> None:
    house: Any = type("House", (), {})
    house.noes = type("Noes", (), {"waiting": lambda: [OptOut("eve@acme.example", 5, App.clock.now())]})
    house.database = type("Database", (), {"write": fails})
    hits.replay(house)


def a_look(app: Any) -> None:
    del app
    look: Any = object.__new__(watch.ConsoleWatch)
    look._kept, look._forgotten, look._renewing = {}, 0, set()
    look._renew(("status", None), fails)


def a_page_that_breaks(app: Any) -> None:
    del app
    try:
        fails()
    except Exception as trouble:
        settings = SimpleNamespace(language="en")
        site = SimpleNamespace(installation=SimpleNamespace(settings=settings))
        scope = {
            "type": "http",
            "headers": [],
            "query_string": b"",
            "app": SimpleNamespace(state=SimpleNamespace(site=site)),
        }
        asyncio.run(server._crashed(Request(scope), trouble))


def a_test_of_a_mailbox(_: Any) -> None:
    visit: Any = type("Visit", (), {"me": type("Me", (), {"user": 1}), "go": lambda where: where})
    visit.app = type("House", (), {"mailboxes": type("Mailboxes", (), {"test": fails})})
    trying.begin(visit, "eve@acme.example", probe=False)


PLACES: dict[str, tuple[Callable[[Any], None], ...]] = {
    "mailbox/classification/delivery_failures/bounces.py": (a_strange_bounce,),
    "scheduler/actors.py": (a_turn,),
    "scheduler/jobs.py": (a_job,),
    "scheduler/listening.py": (listeners, one_listener),
    "scheduler/scheduler.py": (a_round,),
    "scheduler/regular/periodic.py": (a_renewal, a_filer),
    "console/watch.py": (a_look,),
    "console/server.py": (a_page_that_breaks,),
    "console/views/mailboxes/trying.py": (a_test_of_a_mailbox,),
    "engine/engagement/hits.py": (a_no_that_cannot_be_carried_out,),
    "tracking/recording.py": (pages,),
    "tracking/web.py": (pages,),
}
OTHERS = (an_event_loop, a_worker_of_dramatiq, values, a_group)


@pytest.mark.parametrize(
    "place", dict.fromkeys([*(each for several in PLACES.values() for each in several), *OTHERS])
)
def test_no_canary_sings(out: io.StringIO, place: Callable[[Any], None]) -> None:
    place(App())
    assert clean(out.getvalue())


def test_every_place_that_logs_an_exception_is_tried() -> None:
    """A new one is noticed here: add it to `PLACES`."""
    root = Path(relance.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if (node.func.attr == "exception" and node.args)
        or any(word.arg == "exc_info" for word in node.keywords)
    }
    assert found == set(PLACES)


def test_a_line_is_bounded_whatever_is_in_it(out: io.StringIO) -> None:
    try:
        raise ValueError("x" * 5_000_000)
    except ValueError:
        structlog.get_logger("relance.x").exception("long", value="y" * 5_000_000)
    assert len(out.getvalue()) < 70_000
