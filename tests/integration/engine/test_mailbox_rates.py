"""Too many bounces, deferrals or complaints pause a mailbox and say why; a person's resume begins the count anew."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import message
from relance.engine.event_log.of_mailboxes import MailboxPaused
from relance.engine.mailboxes import service
from relance.engine.mailboxes.health import watching
from relance.engine.mailboxes.health.rates import RateCounts, RateLimits, too_many
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store import events
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.rates import counts
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments
from relance.mailbox.failures import PASSING, FailureReason
from relance.mailbox.parsing.inbound import Kind
from tests import engine_house

ADA = "ada@sales.example"
LIMITS = RateLimits(least=10)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (RateCounts(100, bounced=8), None),
        (RateCounts(100, bounced=9), "bounce_rate"),
        (RateCounts(9, bounced=9), None),  # too few to tell
        (RateCounts(100, deferred=51), "deferral_rate"),
        (RateCounts(100, complained=1), None),  # one is no rate
        (RateCounts(100, complained=2, bounced=50), "complaint_rate"),
        (RateCounts(), None),
    ],
)
def test_what_is_too_many(counts: RateCounts, code: str | None) -> None:
    found = too_many([("linden.example", counts)], LIMITS)
    assert (found.code.value if found else None) == code


def test_one_receiving_domain_is_enough_and_is_named() -> None:
    fine, bad = RateCounts(1000), RateCounts(20, bounced=10)
    found = too_many([("a.example", fine), ("b.example", bad)], LIMITS)
    assert found is not None
    assert found.params["whom"] == "b.example"
    assert too_many([("b.example", bad)], RateLimits(bounced=0, least=10)) is None


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.builds(RateCounts, *[st.integers(0, 99)] * 5)), max_size=5)
)
def test_nothing_that_was_counted_is_an_error(counts: list[tuple[str, RateCounts]]) -> None:
    found = too_many(counts, LIMITS)
    assert found is None or found.words


def wrote(house: Context, count: int, *, domain: str = "linden.example", refused: int = 0) -> None:
    """So many people had a first mail, some of which the server refused."""
    emails = [f"p{number}@{domain}" for number in range(count)]
    for email in emails:
        contact_service.add(house, email, {"first_name": "P"})
    enroll.enroll(house, EnrollRequest("Trial", emails))
    with house.database.read() as conn:
        rows = enrollments.of_mailbox(conn, 1)[-count:]
    for number, row in enumerate(rows):
        state = MessageState.REFUSED if number < refused else MessageState.ACCEPTED
        engine_house.add_message(house, row, state, transmitting_at=house.clock.now())


@pytest.fixture
def ready(house: Context) -> Context:
    engine_house.add_mailbox(house, ADA)
    publish.publish(house, engine_house.TRIAL)
    return house


def test_a_mailbox_is_paused_once_with_its_reason_and_goes_on_after_a_resume(ready: Context) -> None:
    wrote(ready, 60, refused=6)
    assert watching.look(ready) == 1
    assert watching.look(ready) == 0
    with ready.database.read() as conn:
        found = mailboxes.by_id(conn, 1)
        told = [each for each in events.after(conn, 0, 10_000) if each.kind == MailboxPaused.KIND]
    assert (found.state, found.paused_by_itself, found.why.code.value) == ("paused", True, "bounce_rate")
    assert (found.why.params["count"], found.why.params["sent"]) == (6, 60)
    assert len(told) == 1
    engine_house.clock(ready).advance(minutes=1)
    service.resume(ready, ADA)
    assert watching.look(ready) == 0
    assert service.show(ready, ADA).state == "active"


def test_what_is_within_the_limits_or_long_ago_is_only_told(ready: Context) -> None:
    wrote(ready, 60, refused=4)
    assert watching.look(ready) == 0
    assert [(each.domain, each.sent, each.bounced) for each in watching.show(ready, ADA)] == [
        ("", 60, 4),
        ("linden.example", 60, 4),
    ]
    engine_house.clock(ready).advance(days=8)
    assert [each.sent for each in watching.show(ready, ADA)] == [0]


def test_what_came_back_counts_at_its_own_domain_and_as_a_person_corrected_it(ready: Context) -> None:
    wrote(ready, 4, domain="gmail.com")
    now = ready.clock.now()
    kinds = (Kind.HARD_BOUNCE, Kind.COMPLAINT, Kind.HUMAN, Kind.HARD_BOUNCE)
    with ready.database.write() as conn:
        for number, (row, kind) in enumerate(zip(enrollments.of_mailbox(conn, 1), kinds, strict=True)):
            mail = messages.of_steps(conn, [(row.id, row.step)]).get((row.id, row.step))
            assert mail is not None
            at = {"received_at": now, "judged_at": now}
            where = {
                "mailbox_id": 1,
                "folder": "INBOX",
                "uidvalidity": 1,
                "uid": number,
                "dedupe": f"<{number}>",
            }
            what = {"kind": kind.value, "rule": "", "judgement": {}, "message_id": mail.id}
            corrected = {"kind": Kind.AUTO_REPLY.value} if number == 3 else None
            replies.add(conn, {**where, **at, **what, "correction": corrected})
    _, google = watching.show(ready, ADA)
    assert google == watching.MailboxRate("", 4, 1, 0, 1, 1, receiver="Google")


@pytest.mark.parametrize("failure", [None, *FailureReason])
@pytest.mark.parametrize("kind", [Kind.HARD_BOUNCE, Kind.BLOCKED])
def test_what_passes_is_no_bounce(ready: Context, failure: FailureReason | None, kind: Kind) -> None:
    """At once, in a mail that came in, and where a person says that it is something else: then the rules' reason is of no account."""
    wrote(ready, 4, refused=1)
    now, reason = ready.clock.now(), failure.value if failure else None
    with ready.database.write() as conn:
        rows = enrollments.of_mailbox(conn, 1)
        mails = [messages.of_steps(conn, [(row.id, row.step)])[row.id, row.step] for row in rows]
        conn.execute(
            sa.update(message).where(message.c.state == "refused").values(failure=reason, settled_at=now)
        )
        came = [mail for mail in mails if mail.state is MessageState.ACCEPTED][:2]
        for number, mail in enumerate(came):
            row = {"mailbox_id": 1, "folder": "INBOX", "uidvalidity": 1, "uid": number, "dedupe": str(number)}
            row |= {"received_at": now, "judged_at": now, "rule": "", "judgement": {}, "message_id": mail.id}
            said = {"kind": kind.value if number == 0 else "auto-reply", "failure": reason}
            corrected = None if number == 0 else {"kind": kind.value}
            replies.add(conn, {**row, **said, "correction": corrected})
    passes = failure in PASSING
    for number in (1, None):
        with ready.database.read() as conn:
            [found] = counts.since(conn, now, number).values()
        assert (found["sent"], found["bounced"]) == (4, 1 if passes else 3)


def test_what_was_put_off_counts_once_however_often_it_was_offered_and_however_it_ended(
    ready: Context,
) -> None:
    """Counted beside by hand: every state, offered once, twice and three times."""
    cases = list(itertools.product(MessageState, (1, 2, 3), ("linden.example", "gmail.com")))
    emails = [f"p{number}@{domain}" for number, (_, _, domain) in enumerate(cases)]
    for email in emails:
        contact_service.add(ready, email, {"first_name": "P"})
    enroll.enroll(ready, EnrollRequest("Trial", emails))
    with ready.database.read() as conn:
        rows = sorted(enrollments.of_mailbox(conn, 1), key=lambda row: row.contact_id)
    for row, (state, attempts, _) in zip(rows, cases, strict=True):
        engine_house.add_message(ready, row, state, attempts=attempts)
    left = [each for each in cases if each[0] in ("accepted", "refused", "deferred")]
    expected = Counter[tuple[str, str]]()
    for state, attempts, domain in left:
        put_off = attempts > 1 or state is MessageState.DEFERRED
        expected.update({(domain, "sent"): 1, (domain, "deferred"): put_off})
        expected[domain, "bounced"] += state is MessageState.REFUSED
    for mailbox_id in (1, None):
        with ready.database.read() as conn:
            found = counts.since(conn, ready.clock.now(), mailbox_id)
        assert {
            (domain, name): many for (_, domain), each in found.items() for name, many in each.items()
        } == expected
