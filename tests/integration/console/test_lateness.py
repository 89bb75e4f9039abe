"""Mails that are behind their plan, on the pages Status and Reports: how many, and since when."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from relance.engine.db.tables import enrollment
from tests.integration.console import campaign
from tests.integration.console.conftest import Console


def plan(console: Console, at: dt.datetime) -> None:
    """Every mail of the campaign that waits was to leave then."""
    with console.app._context.database.write() as conn:
        waits = sa.update(enrollment).where(enrollment.c.state == "active", enrollment.c.step_kind == "mail")
        assert conn.execute(waits.values(planned_at=at, due_at=at)).rowcount > 0


def test_what_is_behind_plan_is_told_with_the_time_it_was_planned_for(console: Console) -> None:
    campaign.play(console.app)
    now = console.app._context.clock.now()
    with console.client(console.join("boss@sales.example")) as boss:
        for at, told in ((now + dt.timedelta(days=2), False), (now - dt.timedelta(days=2), True)):
            plan(console, at)
            report = console.app.report(campaign.NAME)
            assert (report.late_follow_ups + report.late_first_mails > 0) is told
            shown = [boss.get("/status").text, boss.get("/reports", params={"sequence": campaign.NAME}).text]
            assert [page.count('id="behind"') for page in shown] == [1, 1]
            assert [at.isoformat() in page for page in shown] == [told, told]
        assert 'id="behind"' not in boss.get("/reports").text
