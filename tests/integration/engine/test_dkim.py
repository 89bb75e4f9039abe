"""Mails signed by a mailbox's own key: what left is what was frozen and verifies by what DNS says; an unpublished key bars first mails."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import dkim as witness
import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.db.tables import audit, event, mailbox, message
from relance.engine.db.vault import Vault
from relance.engine.mailboxes import service
from relance.engine.mailboxes.health import checking
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings import changing, signing_mail
from relance.engine.mailboxes.settings.changing import MailboxChange, ServerChange
from relance.engine.mailboxes.settings.signing_mail import MailSigning, SigningRequest
from relance.engine.mailboxes.sign_ins import resealing
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollments
from relance.mailbox.account import Security, Server
from relance.mailbox.health.link_host import Reached
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house
from tests.engine_doors import OneAnswer
from tests.own_domain import ADA, Records, writing_to_eve
from tests.reworded import worded

NEW = b"another key for tests, 32 bytes!"


@pytest.fixture
def zone() -> Records:
    return {
        ("sales.example", "MX"): ["1 mail.sales.example."],
        ("sales.example", "TXT"): ['"v=spf1 ip4:192.0.2.1 ~all"'],
        ("go.sales.example", "A"): ["93.184.216.34"],
    }


@pytest.fixture
def server() -> OneAnswer:
    return OneAnswer(SendResult(Outcome.ACCEPTED, "body", code=250, text="2.0.0 taken"))


@pytest.fixture
def ready(house: Context, server: OneAnswer, zone: Records) -> Iterator[Context]:
    """Ada writes to Eve through a server of her own."""
    with writing_to_eve(house, server, zone, smtp="mail.sales.example", imap="mail.sales.example") as at_work:
        yield at_work


def sent(house: Context) -> int:
    return turn.take_turn(house, 1, lambda: False).sent


def published(zone: Records, signing: MailSigning) -> None:
    rows = [signing.record[at : at + 200] for at in range(0, len(signing.record), 200)]
    zone[signing.name, "TXT"] = [" ".join(f'"{row}"' for row in rows)]


def in_dns(house: Context) -> Any:
    """DNS as the witness asks it."""

    def asked(name: bytes, timeout: int = 5) -> bytes | None:
        found = house.open_dns().ask(name.decode().rstrip("."), "TXT").records
        return found[0] if found else None

    return asked


def finding(house: Context) -> tuple[str, str]:
    [found] = [each for each in checking.show(house, ADA).findings if each.check == "dkim"]
    return found.grade, found.why.code if found.why else ""


def value(house: Context, column: sa.Column[Any]) -> Any:
    with house.database.read() as conn:
        return conn.execute(sa.select(column)).scalars().first()


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_what_leaves_is_what_was_frozen_and_verifies(
    ready: Context, zone: Records, server: OneAnswer, kind: str
) -> None:
    signing = signing_mail.sign(ready, ADA, SigningRequest(kind=kind, selector="S1"))
    assert (signing.name, signing.kind) == ("s1._domainkey.sales.example", kind)
    assert len(signing.notes) == (kind == "ed25519")
    published(zone, signing)
    assert not checking.check(ready, ADA).barred
    assert finding(ready) == ("fine", "dkim_own_key")
    assert sent(ready) == 1
    [body] = server.bodies
    assert body == value(ready, message.c.raw)
    assert witness.verify(body, dnsfunc=in_dns(ready))
    assert not witness.verify(body.replace(b"Eve", b"Eva"), dnsfunc=in_dns(ready))


@pytest.mark.parametrize(
    ("there", "code"),
    [(None, "dkim_not_published"), ('"v=DKIM1; k=rsa; p=TUlJ"', "dkim_other_key"), ('"v=DKIM1; p="', "dkim_other_key")],
    ids=["none", "another", "withdrawn"],
)  # fmt: skip
def test_a_key_that_is_not_published_bars_first_mails(
    ready: Context, zone: Records, there: str | None, code: str
) -> None:
    signing = signing_mail.sign(ready, ADA, SigningRequest())
    if there:
        zone[signing.name, "TXT"] = [there]
    assert checking.look(ready) == 1
    assert finding(ready) == ("failed", code)
    assert sent(ready) == 0
    assert (signing_mail.show(ready, ADA).published, service.show(ready, ADA).dkim_published) == (
        False,
        False,
    )
    published(zone, signing)
    assert checking.check(ready, ADA).barred is False
    assert sent(ready) == 1


def test_a_record_that_is_a_test_is_told_and_bars_nothing(ready: Context, zone: Records) -> None:
    signing = signing_mail.sign(ready, ADA, SigningRequest())
    published(zone, dataclasses.replace(signing, record=signing.record.replace("k=rsa", "k=rsa; t=y")))
    assert not checking.check(ready, ADA).barred
    assert finding(ready) == ("warning", "dkim_testing")
    told = signing_mail.show(ready, ADA)
    assert (told.published, told.testing) == (True, True)


def test_what_was_found_of_a_key_says_nothing_of_the_next_and_bars_nothing_without_it(
    ready: Context, zone: Records
) -> None:
    published(zone, signing_mail.sign(ready, ADA, SigningRequest()))
    checking.check(ready, ADA)
    [told] = service.list_all(ready)
    assert (told.dkim_domain, told.dkim_selector, told.dkim_published) == ("sales.example", "relance", True)
    assert signing_mail.sign(ready, ADA, SigningRequest(selector="next")).published is None
    assert service.show(ready, ADA).dkim_published is None
    assert checking.check(ready, ADA).barred
    signing_mail.stop(ready, ADA)
    assert not _ada(ready).barred
    assert sent(ready) == 1


def test_a_key_is_not_replaced_under_its_own_name_unless_that_is_meant(ready: Context) -> None:
    first = signing_mail.sign(ready, ADA, SigningRequest())
    for wish in (SigningRequest(), SigningRequest(selector="Relance", kind="ed25519")):
        with pytest.raises(errors.Invalid, match=worded("such as relance2")) as refused:
            signing_mail.sign(ready, ADA, wish)
        assert [each.where for each in refused.value.problems] == ["dkim_selector"]
        assert ("--replace" in str(refused.value), "--replace" in str(refused.value.on_page)) == (True, False)
    assert signing_mail.show(ready, ADA) == first
    assert signing_mail.sign(ready, ADA, SigningRequest(replace=True)).record != first.record


@pytest.mark.parametrize(
    ("now", "then"), [("", "relance"), ("relance", "relance2"), ("s9", "s10"), ("2026", "2027")]
)
def test_another_key_is_called_otherwise(now: str, then: str) -> None:
    assert signing_mail.next_selector(now) == then


def test_the_key_is_sealed_kept_through_a_new_secret_and_shown_nowhere(ready: Context) -> None:
    assert signing_mail.show(ready, ADA) == MailSigning(ADA)
    before = signing_mail.sign(ready, ADA, SigningRequest())
    sealed = value(ready, mailbox.c.dkim_key)
    key = ready.signing_key(_ada(ready))
    with ready.database.read() as conn:
        told = [str(row) for table in (event, audit) for row in conn.execute(sa.select(table))]
    assert key is not None
    assert key.der not in sealed
    assert not any(key.der[-20:].hex() in row or "PRIVATE" in row for row in told)
    both = dataclasses.replace(ready, vault=Vault({1: engine_house.SECRET, 2: NEW}, 2))
    assert resealing.rotate(both).sealed_anew == 2
    newer = dataclasses.replace(ready, vault=Vault({2: NEW}, 2))
    assert signing_mail.show(newer, ADA) == before
    assert signing_mail.stop(newer, ADA) == MailSigning(ADA)
    assert value(ready, mailbox.c.dkim_key) is None
    assert written_down(ready) == [{"dkim": "relance._domainkey.sales.example"}, {"dkim": ""}]


def written_down(house: Context) -> list[dict[str, str]]:
    with house.database.read() as conn:
        rows = conn.execute(
            sa.select(audit.c.after).where(audit.c.action == "mailboxes.sign_mails").order_by(audit.c.id)
        )
        return [row.after for row in rows]


def _ada(house: Context) -> Mailbox:
    with house.database.read() as conn:
        return mailboxes.named(conn, ADA)


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        (SigningRequest(selector="a b"), "dkim_selector"),
        (SigningRequest(selector=""), "dkim_selector"),
        (SigningRequest(domain="evil.example"), "dkim_domain"),
        (SigningRequest(kind="dsa"), "dkim_kind"),
        (SigningRequest(key="nothing"), "dkim_key"),
    ],
)
def test_what_cannot_sign_is_refused(ready: Context, wish: SigningRequest, where: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        signing_mail.sign(ready, ADA, wish)
    assert [each.where for each in refused.value.problems] == [where]
    assert value(ready, mailbox.c.dkim_key) is None


def test_a_provider_that_signs_by_itself_is_pointed_out_and_a_free_mail_domain_is_refused(
    house: Context,
) -> None:
    for address in ("bob@sales.example", "bob@gmail.com"):
        engine_house.add_mailbox(house, address, smtp_host="smtp.gmail.com", imap_host="imap.gmail.com")
    assert len(signing_mail.sign(house, "bob@sales.example", SigningRequest()).notes) == 1
    with pytest.raises(errors.Invalid):
        signing_mail.sign(house, "bob@gmail.com", SigningRequest())


def test_first_mails_wait_for_the_check_of_a_new_key_and_not_for_ever(
    ready: Context, zone: Records, server: OneAnswer
) -> None:
    signing_mail.sign(ready, ADA, SigningRequest())
    assert sent(ready) == 0
    with ready.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    assert row.bound[0]["code"] == "mailbox_unhealthy"
    assert not checking.show(ready, ADA).barred  # nothing was found
    assert ConcernKind.BARRED not in {each.kind for each in status.status(ready).concerns}
    engine_house.clock(ready).advance(minutes=1)
    assert sent(ready) == 0
    engine_house.clock(ready).advance(minutes=4)
    assert sent(ready) == 1  # nobody checks here


def test_the_first_check_lets_them_go_at_once(ready: Context, zone: Records) -> None:
    published(zone, signing_mail.sign(ready, ADA, SigningRequest()))
    assert sent(ready) == 0
    assert checking.look(ready) == 1
    assert sent(ready) == 1


@pytest.mark.parametrize("change", ["stop", "another key", "for practice"])
def test_who_waited_for_a_key_that_is_no_more_is_tried_at_once(ready: Context, change: str) -> None:
    signing_mail.sign(ready, ADA, SigningRequest())
    assert checking.check(ready, ADA).barred
    assert sent(ready) == 0
    now = ready.clock.now()
    assert due(ready) == now + health.TRIED_AGAIN
    if change == "stop":
        signing_mail.stop(ready, ADA)
    elif change == "another key":
        signing_mail.sign(ready, ADA, SigningRequest(selector="next"))
    else:
        at_home = MailboxChange(smtp=ServerChange("127.0.0.1", 2525, Security.PLAIN))
        changing.change(ready, ADA, at_home, anyway=True)
    assert due(ready) == now
    assert sent(ready) == (change != "another key")
    assert due(ready) != now + health.TRIED_AGAIN


def due(house: Context) -> dt.datetime | None:
    with house.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    return row.due_at


@pytest.mark.parametrize(
    "by", [checking.look, lambda house: checking.check(house, ADA)], ids=["daily", "asked for"]
)
def test_a_check_that_is_under_way_while_the_key_changes_says_nothing_of_the_new_one(
    ready: Context, zone: Records, by: Callable[[Context], object]
) -> None:
    signing_mail.sign(ready, ADA, SigningRequest())

    def changed_meanwhile(_base: str) -> Reached:
        published(zone, signing_mail.sign(ready, ADA, SigningRequest(selector="next")))
        return Reached.OURS

    by(dataclasses.replace(ready, reach_links=changed_meanwhile))
    told = signing_mail.show(ready, ADA)
    assert (told.selector, told.published) == ("next", None)
    assert awaited(ready) == {ADA: True}
    assert checking.look(ready) == 1  # it is due still
    assert signing_mail.show(ready, ADA).published
    assert sent(ready) == 1


def test_who_is_put_off_to_a_later_day_is_left_alone(ready: Context) -> None:
    signing_mail.sign(ready, ADA, SigningRequest())
    with ready.database.write() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
        tomorrow = ready.clock.now() + dt.timedelta(days=1)
        enrollments.postpone(conn, row, tomorrow, [{"code": "mailbox_unhealthy"}])
    checking.let_go(ready, ADA, anyway=True)
    with ready.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    assert row.due_at == tomorrow


def test_a_mailbox_that_is_added_or_was_for_practice_is_checked_first(ready: Context) -> None:
    real = Server("mail.sales.example", 465, Security.TLS)
    at_home = Server("127.0.0.1", 2525, Security.PLAIN)
    for address, smtp in (("new@sales.example", real), ("play@sales.example", at_home)):
        spec = MailboxSpec(address, "New", address, "secret", smtp, real)
        service.add(ready, spec)
    assert awaited(ready) == {ADA: False, "new@sales.example": True, "play@sales.example": False}
    wish = MailboxChange(smtp=ServerChange("mail.sales.example", 465, Security.TLS))
    changing.change(ready, "play@sales.example", wish, anyway=True)
    assert awaited(ready)["play@sales.example"]
    assert checking.look(ready) == 3
    assert not any(awaited(ready).values())
    changing.change(ready, "play@sales.example", MailboxChange(tracking_host="https://x.sales.example"))
    assert checking.look(ready) == 1


def awaited(house: Context) -> dict[str, bool]:
    with house.database.read() as conn:
        return {
            each.address: health.awaited_until(each.barred) is not None for each in mailboxes.list_all(conn)
        }
