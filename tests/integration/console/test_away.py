"""Somebody who is away, on the page of their sequence."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from relance.engine.db.tables import enrollment
from relance.wording import brief
from tests.integration.console import campaign
from tests.integration.console.conftest import Console
from tests.integration.console.test_sequences import PAGE, active, boss


def test_the_next_step_of_somebody_away_is_not_in_the_past(console: Console) -> None:
    """It was due while they were away; nothing of theirs leaves before they are back."""
    campaign.play(console.app)
    console.join("boss@sales.example")
    who, now = active(console), console.app.clock.now()
    back, was_due = now + dt.timedelta(days=60), now - dt.timedelta(days=3)
    with console.app._context.database.write() as conn:
        of = sa.select(sa.text("id")).select_from(sa.text("contact")).where(sa.text("email = :who"))
        number = conn.execute(of, {"who": who}).scalar_one()
        away = sa.update(enrollment).where(enrollment.c.contact_id == number)
        conn.execute(away.values(state="away", resume_at=back, due_at=was_due))
    with boss(console) as client:
        page = client.get(f"{PAGE}?state=away").text
    assert who in page
    assert brief(was_due, now) not in page
    assert page.count(brief(back, now)) == 2  # until when they are away, and their next step
