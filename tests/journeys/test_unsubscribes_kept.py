"""A no said while the database is locked or away: written down, honoured before any later mail, and carried out."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from relance.app import Relance, building
from relance.config import Settings, make_home
from relance.engine.engagement import hits
from relance.engine.journal.opt_outs import OptOut
from relance.tracking import web
from relance.tracking.links import Links
from tests.journeys.stage import Stage
from tests.servers import migrated, ports, silent

OLA, EWA = "ola@acme.example", "ewa@aster.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    database = stage.relance._context.database
    if database.embedded:
        with contextlib.closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    url = sa.make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as beside:
        beside.execute("LOCK TABLE enrollment, suppression, hit IN ACCESS EXCLUSIVE MODE")
        yield


def path(stage: Stage, person: str) -> str:
    header = stage.arrived(person)[-1].header("list-unsubscribe") or ""
    return str(re.findall(r"<http://127\.0\.0\.1:9(/u/[^>]+)>", header)[0])


def test_a_no_while_the_database_is_locked_is_kept_and_carried_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE", 0.3)
    monkeypatch.setattr(web, "REPLAY_SECONDS", 0.05)
    stage.enroll(OLA)
    stage.advance(hours=1)
    with TestClient(stage.relance.web_app(), follow_redirects=False) as client:
        with locked(stage):
            began = time.monotonic()
            answer = client.post(path(stage, OLA), data=ONE_CLICK)
            assert answer.status_code == 202
            assert time.monotonic() - began < 5
            assert stage.relance._context.noes.opted_out([OLA])
        ports.wait_until(lambda: stage.relance.contacts.suppressions(), seconds=30)
        ports.wait_until(lambda: not stage.relance._context.noes.opted_out([OLA]))
    assert stage.state(OLA) == "unsubscribed"
    assert stage.kinds(OLA).count("enrollment.unsubscribed") == 1
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1


def test_no_mail_leaves_for_whom_the_database_has_not_heard_yet(stage: Stage) -> None:
    stage.enroll(OLA, EWA)
    stage.relance._context.noes.keep(OptOut(OLA, 1, stage.clock.now()))
    stage.advance(hours=1)
    assert (stage.sent_to(OLA), stage.sent_to(EWA)) == (0, 1)
    assert stage.state(OLA) == "unsubscribed"
    assert hits.replay(stage.relance._context) == 0


def test_one_that_cannot_be_carried_out_holds_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    noes, plain = stage.relance._context.noes, hits.unsubscribe
    for person in (OLA, EWA):
        noes.keep(OptOut(person, 1, stage.clock.now()))

    def odd(conn: object, recipient: str, *rest: object) -> None:
        if recipient == OLA:
            raise ValueError("nobody foresaw this")
        plain(conn, recipient, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(hits, "unsubscribe", odd)
    assert hits.replay(stage.relance._context) == 1
    assert set(noes.opted_out([OLA, EWA])) == {OLA}


def test_a_no_while_the_database_says_nothing_is_kept_and_carried_out(
    tmp_path: Path, migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that are acknowledged and never answered, old and new ones: longer than anybody waits for a page."""
    monkeypatch.setattr(web, "PATIENCE", 0.5)
    monkeypatch.setattr(web, "REPLAY_SECONDS", 0.05)
    migrated.build(migrated_postgres_url)
    url = sa.make_url(migrated_postgres_url)
    with silent.running(url.port or 5432) as proxy:
        through = url.set(host=ports.LOOPBACK, port=proxy.port).render_as_string(hide_password=False)
        settings = Settings(
            home=make_home(tmp_path / "home").home, database_url=through, database_answer_seconds=3
        )
        links = Links("http://testserver", building.signer(settings))
        with (
            Relance(settings) as relance,
            TestClient(relance.web_app(), follow_redirects=False) as client,
        ):
            assert client.post(links.unsubscribe_url(5, EWA), data=ONE_CLICK).status_code == 200
            proxy.silence(new=True)
            began = time.monotonic()
            assert client.post(links.unsubscribe_url(6, OLA), data=ONE_CLICK).status_code == 202
            assert client.get(links.click_url(6, 0, "https://acme.example/x")).status_code == 302
            assert client.get(links.click_url(6, 0, "")).status_code == 503
            assert time.monotonic() - began < 3 * web.PATIENCE + 3
            proxy.speak()
            ports.wait_until(lambda: not relance._context.noes.opted_out([OLA]), seconds=30)
            assert {each.value for each in relance.contacts.suppressions()} == {EWA, OLA}
