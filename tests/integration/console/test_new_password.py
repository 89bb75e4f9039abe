"""A mailbox with a thousand people under way gets a new password, on its page and at the command line: nobody is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from typer.testing import CliRunner

from relance.cli import tree
from relance.engine.db.tables import enrollment, event
from relance.engine.mailboxes import service
from relance.engine.sequences import enroll
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.contacts import contacts
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reading import ADA, enrolled

PEOPLE = [f"p{number}@firm{number}.example" for number in range(1000)]


def on_its_page(console: Console, secret: str) -> None:
    wish = {"address": ADA, "password": secret, "anyway": "yes"}
    with console.client(console.join(BOSS), timeout=60) as boss:
        assert boss.post("/mailboxes/change", data=wish).status_code == 303


def at_the_command_line(console: Console, secret: str) -> None:
    words = ["mailbox", "set", ADA, "--password-stdin", "--anyway"]
    own = {
        "RELANCE_HOME": str(console.app.settings.home),
        "RELANCE_DATABASE_URL": console.app._context.database.url.render_as_string(hide_password=False),
    }
    done = CliRunner().invoke(tree.build(words), words, input=f"{secret}\n", env=own)
    assert done.exit_code == 0, done.output


def everybody(console: Console) -> tuple[list[RowMapping], int]:
    """Their rows, and how much was told of them."""
    with console.app._context.database.read() as conn:
        rows = conn.execute(sa.select(enrollment).order_by(enrollment.c.id)).mappings().all()
        told = conn.execute(sa.select(sa.func.count()).where(event.c.enrollment_id.is_not(None))).scalar_one()
    return list(rows), told


@pytest.mark.parametrize("changed", [on_its_page, at_the_command_line])
def test_a_new_password_touches_nobody_of_a_thousand_people_under_way(
    console_on_both: Console, changed: Callable[[Console, str], None]
) -> None:
    house = console_on_both.app._context
    enrolled(house)
    with house.database.write() as conn:
        contacts.add(conn, [{"email": each, "fields": {}} for each in PEOPLE], house.clock.now())
    enroll.enroll(house, EnrollRequest("Trial", PEOPLE))
    before = everybody(console_on_both)
    assert len(before[0]) == len(PEOPLE)
    changed(console_on_both, "another secret ż")
    assert house.account(service.get(house, ADA)).credentials.secret == "another secret ż"
    assert everybody(console_on_both) == before
