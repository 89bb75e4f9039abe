"""A salesperson looks at their own mail: this is told as theirs, and counts for nobody; a colleague of the recipient's still does."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import hit, mailbox, user_account
from relance.engine.engagement import hits as engagement
from relance.engine.engagement import judged_again, own_hits
from relance.engine.reporting import sequence_report
from relance.engine.reporting.history import messages
from relance.engine.states import MessageState
from relance.engine.store.sending.messages import Message
from relance.engine.store.users import sessions
from tests import engine_house
from tests.reading import enrolled, row

KIM = "kim@lake.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"


@pytest.fixture
def mail(house: Context) -> Message:
    """A mail of two hours ago, from a mailbox whose owner is at work in the console."""
    enrolled(house, KIM)
    made = engine_house.add_message(house, row(house, KIM), MessageState.ACCEPTED)
    engine_house.clock(house).advance(hours=2)
    with house.database.write() as conn:
        account = {"email": "ada@sales.example", "role": "salesperson", "created_at": machine_now()}
        user = conn.execute(
            sa.insert(user_account).values(**account).returning(user_account.c.id)
        ).scalar_one()
        conn.execute(sa.update(mailbox).values(user_id=user))
        sessions.begin(conn, user, "t", machine_now(), network=HERE, browser=BROWSER)
    return made


def verdict(house: Context, mail: Message, **values: object) -> tuple[str, list[str]]:
    """How a hit of five minutes ago is judged."""
    at = house.clock.now() - dt.timedelta(minutes=5)
    plain = {"kind": "click", "link": 0, "user_agent": BROWSER, "network": HERE, "language": True, "at": at}
    with house.database.write() as conn:
        engine_house.add_hit(conn, message_id=mail.id, **(plain | values))
    engagement.judge_settled(house, house.clock.now())
    with house.database.read() as conn:
        found = conn.execute(sa.select(hit.c.verdict, hit.c.reasons).order_by(hit.c.id.desc())).first()
    assert found is not None
    return found.verdict, found.reasons


def test_the_owner_s_look_is_theirs_and_counts_for_nobody(house: Context, mail: Message) -> None:
    assert verdict(house, mail) == ("own", ["own"])
    assert verdict(house, mail, kind="open", language=False) == ("own", ["own"])
    intro = sequence_report.report(house, "Trial").steps[0]
    assert (intro.opened, intro.clicked, intro.opened_by_machines, intro.clicked_by_machines) == (0, 0, 0, 0)
    assert [each.reasons for each in messages.machine_hits(house, KIM)] == [("own",), ("own",)]


@pytest.mark.parametrize(
    "values",
    [{"user_agent": OTHER}, {"network": THERE}, {"network": ""}],
    ids=["another browser", "another network", "no network"],
)
def test_the_network_alone_is_nobody_and_so_is_the_browser(
    house: Context, mail: Message, values: dict[str, str]
) -> None:
    assert verdict(house, mail, **values) == ("human", [])


def test_a_session_that_was_not_in_use_says_nothing(house: Context, mail: Message) -> None:
    before = house.clock.now() - own_hits.AT_WORK - dt.timedelta(minutes=10)
    assert verdict(house, mail, at=before) == ("human", [])


def test_another_s_mailbox_is_not_the_owner_s(house: Context, mail: Message) -> None:
    with house.database.write() as conn:
        conn.execute(sa.update(mailbox).values(user_id=None))
    assert verdict(house, mail) == ("human", [])


def test_what_was_the_owner_s_stays_theirs_when_the_session_is_gone(house: Context, mail: Message) -> None:
    verdict(house, mail)
    with house.database.write() as conn:
        conn.execute(sa.update(hit).values(rules_version=1))
        conn.execute(sa.update(mailbox).values(user_id=None))
    found = judged_again.rejudge(house, apply=True)
    assert (found.looked, found.changes) == (1, ())
