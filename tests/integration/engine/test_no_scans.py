"""What every command and every look asks reads no large table from end to end.

SQLite tells by which index it goes without being asked how much there is; it takes a partial one only where the index's own
condition stands in the question, word for word. (What PostgreSQL does depends on how much it counted last.)
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

import relance as rooms
from relance.app import Relance
from relance.config import Settings, make_home
from relance.engine.db.prepared import Prepared, _Compiled, _sqlite
from relance.engine.roles import Scope, seeing
from relance.engine.store.contacts.filters import ContactFilter
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import ReplyFilter, ReplyPlace
from relance.engine.store.mailboxes.rates import counts
from relance.engine.store.sending import arrivals, messages
from relance.engine.store.sequences import holds
from tests.engine_house import MONDAY

GROW = (
    "message",
    "event",
    "hit",
    "inbound",
    "enrollment",
    "contact",
    "task",
    "hold",
    "message_key",
    "suppression",
    "suppression_reason",
)
# The tables that grow with every mail and every person.


@pytest.fixture
def relance(tmp_path) -> Iterator[Relance]:
    with Relance(Settings(home=make_home(tmp_path / "home", {"zone": "UTC"}).home)) as opened:
        yield opened


@contextmanager
def heard(relance: Relance) -> Iterator[list[tuple[str, object]]]:
    said: list[tuple[str, object]] = []

    def hear(conn: object, cursor: object, statement: str, given: object, *rest: object) -> None:
        del conn, cursor, rest
        said.append((statement, given))

    engine = relance._context.database.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)


def scans(relance: Relance, said: list[tuple[str, object]]) -> dict[str, str]:
    """Whole tables that are read, by the statement that reads them; a whole index is not one."""
    found = {}
    with relance._context.database.read() as conn:
        for statement, given in said:
            if statement.lstrip()[:6].lower() not in ("select", "update", "delete"):
                continue
            plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
            whole = [line for line in plan if line.startswith("SCAN") and "INDEX" not in line]
            if "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan):
                continue  # from its beginning, as far as is asked for
            if any(line.split()[1] in GROW for line in whole):
                found[statement] = "; ".join(plan)
    return found


LOOKS: dict[str, Callable[[Relance], object]] = {
    "opening": lambda relance: relance._take_up(),
    "status": lambda relance: relance.status(),
    "held": lambda relance: relance.held(),
    "tick": lambda relance: relance.tick(),
    "next wake": lambda relance: relance.next_wake(),
    "due mailboxes": lambda relance: relance.due_mailboxes(100),
    "unknown": lambda relance: relance.unknown.list(),
    "restored": lambda relance: relance.restored.list(),
    "tasks": lambda relance: relance.tasks.list(),
    "a page of tasks": lambda relance: relance.tasks.page(),
    "how many tasks": lambda relance: relance.tasks.counts(),
    "do not contact": lambda relance: relance.contacts.suppressed("somebody"),
    "enrollments": lambda relance: relance.enrollments.list(),
    "contacts": lambda relance: relance.contacts.list(),
    "inbox": lambda relance: relance.inbox.list(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_large_table_is_read_whole(relance: Relance, look: str) -> None:
    with heard(relance) as said:
        LOOKS[look](relance)
    assert said
    assert scans(relance, said) == {}


DOUBTFUL: dict[str, Callable[[sa.Connection], object]] = {
    "left open": lambda conn: messages.left_open(conn, 1, 2),
    "unknown of a mailbox": lambda conn: messages.unknown(conn, 1),
    "in doubt": messages.in_doubt,
    "looked": lambda conn: messages.looked(conn, 1, MONDAY),
}


@pytest.mark.parametrize("question", DOUBTFUL)
def test_the_few_mails_in_doubt_are_found_by_their_own_index(relance: Relance, question: str) -> None:
    """Every turn asks for them, and every command at its start: of a mailbox with years of mail as well."""
    with heard(relance) as said, relance._context.database.write() as conn:
        DOUBTFUL[question](conn)
    [(statement, given)] = [each for each in said if "FROM message" in each[0] or "UPDATE message" in each[0]]
    with relance._context.database.read() as conn:
        plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
    assert any("ix_message_open" in line for line in plan), plan


def test_who_waits_for_a_receiver_is_found_by_company_or_among_those_under_way(relance: Relance) -> None:
    """A page of a sequence asks for them where receivers get only so many mails."""
    with heard(relance) as said, relance._context.database.read() as conn:
        arrivals.to_arrive(conn, ["acme.com", "gmail.com"], MONDAY, 10)
    [(statement, given)] = [each for each in said if "FROM mailbox" in each[0]]
    assert scans(relance, said) == {}
    with relance._context.database.read() as conn:
        plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
    assert any("ix_contact_organisation" in line for line in plan), plan


def test_holds_whose_event_follows_are_found_by_their_own_index(relance: Relance) -> None:
    """Of somebody with years of holds as well: it is empty but for this transaction's."""
    with heard(relance) as said, relance._context.database.write() as conn:
        holds.led_by(conn, [1])
    asked = [each for each in said if "UPDATE hold" in each[0]]
    assert len(asked) == 2
    with relance._context.database.read() as conn:
        for statement, given in asked:
            plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
            assert any("ix_hold_untold" in line for line in plan), plan


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(ReplyFilter(), "ix_inbound_received"), (ReplyFilter(unread=True), "ix_inbound_unread")],
    ids=["all", "unread"],
)
def test_the_inbox_is_read_from_its_newest_and_not_sorted(
    relance: Relance, wanted: ReplyFilter, index: str
) -> None:
    """As far as the page goes, on its first page and on those behind it."""
    with heard(relance) as said, relance._context.database.read() as conn:
        replies.page(conn, wanted)
        replies.page(conn, wanted, before=ReplyPlace(MONDAY, 7))
    asked = [each for each in said if "FROM inbound" in each[0]]
    assert len(asked) == 2
    with relance._context.database.read() as conn:
        for statement, given in asked:
            plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
            assert any(index in line for line in plan), plan
            assert not any("TEMP B-TREE" in line for line in plan), plan


def test_people_in_no_sequence_are_found_by_their_own_index(relance: Relance) -> None:
    """In the order of the list: the others, however many, are passed over."""
    with heard(relance) as said:
        relance.contacts.list(wanted=ContactFilter(enrolled=False))
    [(statement, given)] = [each for each in said if "FROM contact" in each[0]]
    with relance._context.database.read() as conn:
        plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
    assert any("ix_contact_in_no_sequence" in line for line in plan), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan


def test_a_funnel_reads_no_event_of_a_mail(relance: Relance) -> None:
    """Who is past a step that is no mail: SQLite takes the index only where its list of kinds stands in the question, word for word."""
    relance.sequences.publish("sequence: Trial\nsteps:\n  - {id: one, subject: S, body: B}\n")
    with heard(relance) as said:
        relance.report("Trial")
    asked = [each for each in said if "JOIN enrollment ON enrollment.id = event.enrollment_id" in each[0]]
    assert len(asked) == 2
    with relance._context.database.read() as conn:
        for statement, given in asked:
            plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
            assert any("ix_event_passed" in line for line in plan), plan


def test_a_salespersons_page_is_not_looked_for_among_everybodys(relance: Relance) -> None:
    """Whom nobody writes to is found by an index, and one's own people by number: neither passes over those of colleagues."""
    with heard(relance) as said, seeing(Scope(1)):
        relance.contacts.list()
    [(statement, given)] = [each for each in said if "FROM contact" in each[0]]
    with relance._context.database.read() as conn:
        plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
    assert any("ix_contact_in_no_sequence" in line for line in plan), plan
    assert any("SEARCH contact USING INTEGER PRIMARY KEY" in line for line in plan), plan


@pytest.mark.parametrize("mailbox_id", [1, None], ids=["one", "all"])
def test_results_are_counted_without_reading_the_bytes_of_a_mail(
    relance: Relance, mailbox_id: int | None
) -> None:
    """A row's columns stand one after the other: who asks for one behind the bytes reads the bytes."""
    with heard(relance) as said, relance._context.database.read() as conn:
        counts.since(conn, MONDAY, mailbox_id)
    asked = [each for each in said if "FROM mailbox" in each[0]]
    assert len(asked) == 3
    refused = next(each for each in asked if ".failure" in each[0])
    asked.remove(refused)  # few, and found by their own index: the reason stands behind the bytes
    with relance._context.database.read() as conn:
        columns = [row.name for row in conn.exec_driver_sql("pragma table_info(message)")]
        root = "select rootpage from sqlite_schema where name = 'message'"
        page = conn.exec_driver_sql(root).scalar_one()
        for statement, given in asked:
            steps = conn.exec_driver_sql(f"explain {statement}", given).all()  # type: ignore[arg-type]
            rows = {step.p1 for step in steps if (step.opcode, step.p2) == ("OpenRead", page)}
            read = {step.p2 for step in steps if step.opcode == "Column" and step.p1 in rows}
            assert read
            assert max(read) < columns.index("raw")
        for (statement, given), index in ((asked[1], "ix_message_again"), (refused, "ix_message_failure")):
            plan = [str(row[-1]) for row in conn.exec_driver_sql(f"explain query plan {statement}", given)]  # type: ignore[arg-type]
            assert any(index in line for line in plan), plan


def prepared() -> list[Prepared]:
    """Every statement that is prepared anywhere in the package."""
    for module in pkgutil.walk_packages(rooms.__path__, "relance."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    gc.unfreeze()  # what a worker froze before it began is not listed else
    return [each for each in gc.get_objects() if isinstance(each, Prepared)]


def test_no_prepared_statement_reads_a_large_table_whole(relance: Relance) -> None:
    """What a turn asks goes past Core, so that nobody hears it: its text is looked at here, as SQLite gets it."""
    found, looked = {}, 0
    with relance._context.database.read() as conn:
        for each in prepared():
            made = _Compiled(each.statement, _sqlite())
            text, given = made.text, {name: value or 0 for name, value in made.given.items()}
            try:
                plan = conn.exec_driver_sql(f"explain query plan {text}", given).all()
            except sa.exc.OperationalError:
                continue  # PostgreSQL's alone
            looked += 1
            whole = [str(row[-1]) for row in plan if str(row[-1]).startswith("SCAN")]
            whole = [line for line in whole if "INDEX" not in line and line.split()[1] in GROW]
            if whole:
                found[text] = whole
    assert looked > 20
    assert found == {}
