"""Rows that a later release wrote: no page and no command falls over them, and they are said to be of that."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from relance.cli import tree
from relance.clock import machine_now
from relance.engine.db.tables import audit, enrollment, inbound, job, message, user_account
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.store import jobs
from relance.engine.store.jobs import JobKind
from tests.integration.console.conftest import Console
from tests.later_release import widened
from tests.reading import KIM, enrolled, hear, letter, wrote
from tests.reworded import in_english

BOSS, LATER = "boss@sales.example", "hyper"


@pytest.fixture
def desk(console_on_both: Console) -> Console:
    """Somebody answered, somebody imported, somebody joined; a later release wrote all of it."""
    console_on_both.join(BOSS)
    console_on_both.join("ann@sales.example", "viewer")
    house = console_on_both.app._context
    enrolled(house, KIM)
    wrote(house, KIM)
    hear(house, letter(KIM))
    with house.database.write() as conn:
        widened(conn)
        times = (house.clock.now(), machine_now())
        actor = Actor(ActorKind.USER, BOSS)
        jobs.add(conn, JobKind.ENROLL, {}, actor, None, times)
        conn.execute(sa.update(job).values(kind=LATER, state=LATER, actor_kind=LATER))
        conn.execute(sa.update(inbound).values(kind=LATER, judgement={}))
        conn.execute(sa.update(audit).values(actor_kind=LATER, action=LATER))
        conn.execute(sa.update(user_account).where(user_account.c.email != BOSS).values(role=LATER))
        conn.execute(sa.update(enrollment).values(state=LATER))
        conn.execute(sa.update(message).values(state=LATER))
    return console_on_both


@pytest.fixture
def typed(desk: Console, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    settings = desk.app.settings
    monkeypatch.setenv("RELANCE_HOME", str(settings.home))
    monkeypatch.setenv("RELANCE_DATABASE_URL", settings.database_url)

    def type_(*words: str) -> str:
        done = CliRunner().invoke(tree.build(words), ["--lang", "en", *words], prog_name="relance")
        assert done.exit_code in (0, 3), (words, done.output, done.exception)
        return done.output

    return type_


PAGES = ("/jobs", "/jobs/1", "/inbox", "/inbox?show=all", "/users", f"/contacts/{KIM}")


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_page_with_such_a_row_says_so(desk: Console, language: str) -> None:
    words = in_english("of a later release") if language == "en" else "z nowszego wydania"
    with desk.client(desk.tokens[BOSS], headers={"accept-language": language}) as boss:
        for path in PAGES:
            answer = boss.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            assert words in html.unescape(answer.text).lower(), path
            assert f">{LATER}<" not in answer.text, path
        assert boss.get("/users/log").status_code == boss.get("/users/log.csv").status_code == 200
        assert boss.get("/").status_code == boss.get("/status").status_code == 200


@pytest.mark.parametrize("language", ["en", "pl"])
def test_who_has_such_a_role_may_do_nothing_and_is_told_so(desk: Console, language: str) -> None:
    words = in_english("of a later release") if language == "en" else "z nowszego wydania"
    with desk.client(desk.tokens["ann@sales.example"], headers={"accept-language": language}) as ann:
        for path in ("/", "/inbox", "/users", "/profile", f"/contacts/{KIM}"):
            answer = ann.get(path)
            assert answer.status_code == 403, path
            assert words in html.unescape(answer.text), path
            assert KIM not in answer.text.replace(path, ""), path
        assert ann.post("/inbox/decide", data={"answer": "1", "decision": "interested"}).status_code in (
            403,
            404,
        )


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_audit_log_shows_no_code_of_a_later_release(desk: Console, language: str) -> None:
    words = in_english("of a later release") if language == "en" else "z nowszego wydania"
    codes = {"kind": LATER, "role": LATER, "deed": LATER, "held_because": LATER}
    with desk.app._context.database.write() as conn:
        conn.execute(sa.update(audit).values(before={}, after=codes))
    with desk.client(desk.tokens[BOSS], headers={"accept-language": language}) as boss:
        for path in ("/users/log", "/users/log.csv"):
            said = html.unescape(boss.get(path).text)
            assert words in said, path
            assert not re.search(rf"[:>] ?{LATER}", said), path


@pytest.mark.parametrize(
    "words",
    [
        ("jobs", "list"),
        ("jobs", "show", "1"),
        ("inbox", "list"),
        ("inbox", "show", "1"),
        ("messages", "list"),
        ("explain", KIM),
        ("timeline", KIM),
        ("status",),
    ],
    ids=" ".join,
)
def test_no_command_falls_over_such_a_row(typed: Callable[..., str], words: tuple[str, ...]) -> None:
    said = typed(*words)
    if words[0] in ("jobs", "inbox", "messages", "explain"):
        assert in_english("of a later release") in " ".join(said.split())
    typed(*words, "--json")
