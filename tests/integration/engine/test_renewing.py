"""Access tokens are renewed in time, by one process at once; where that ends, the mailbox stops and says what to do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator

import pytest

from relance import errors
from relance.clock import machine_now
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.mailboxes import handing_over, service
from relance.engine.mailboxes.service import MailboxView
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.mailboxes.sign_ins import lifetimes, renewing, standing
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.reasons import Code
from relance.engine.reporting import status, timeline
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.store import events
from relance.engine.store.mailboxes import grants, mailboxes
from relance.mailbox.imap.folders import Folder
from relance.mailbox.oauth import protocol
from relance.mailbox.oauth.grants import Grant, Tokens
from relance.mailbox.oauth.protocol import EndpointTrouble, Outcome
from relance.wording.sentence_codes import SentenceCode
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import in_english, worded
from tests.servers import token_service
from tests.servers.token_service import Service
from tests.sign_ins import ADA, granted, kept, past, set_grant, the


@pytest.fixture
def provider() -> Iterator[Service]:
    with token_service.running() as running:
        yield running


# --- renewed ---


def test_a_renewed_grant_is_stored_whole_and_nothing_else_is_touched(
    house: Context, provider: Service
) -> None:
    before = granted(house, provider)
    assert renewing.keep(house) == 1
    stored, grant = kept(house)
    assert grant.refresh_token in provider.refresh
    assert grant.access_token in provider.tokens
    assert grant.refresh_token != before.refresh_token
    assert stored.version == 2
    assert stored.token_until - machine_now() > dt.timedelta(minutes=59)
    assert stored.renew_at == stored.token_until - lifetimes.AHEAD
    assert renewing.keep(house) == 0


def test_what_is_not_due_is_left_alone(house: Context, provider: Service) -> None:
    granted(house, provider, due=False)
    assert renewing.keep(house) == 0
    assert provider.asked == []


def test_trouble_of_the_provider_is_no_verdict_and_the_old_token_serves(
    house: Context, provider: Service
) -> None:
    before = granted(house, provider)
    provider.refuses = (503, {"error": "temporarily_unavailable"})
    assert renewing.keep(house) == 0
    stored, grant = kept(house)
    assert (grant, stored.tries, str(stored.problem)) == (before, 1, "temporarily_unavailable")
    assert the(house).state == "active"
    assert house.account(the(house)).credentials.secret == before.access_token
    assert renewing.keep(house) == 0
    assert provider.refreshed() == 1  # it is left alone for a while
    set_grant(house, token_until=past())
    with pytest.raises(errors.Unreachable, match="temporarily_unavailable"):
        house.account(the(house))
    provider.refuses = None
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 1
    assert kept(house)[0].tries == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("invalid_grant", Code.SIGN_IN_REFUSED),
        ("invalid_client", Code.CLIENT_REFUSED),
        ("invalid_scope", Code.CLIENT_REFUSED),
    ],
)
def test_a_refused_renewal_pauses_the_mailbox_and_says_what_to_do(
    house: Context, provider: Service, said: str, code: Code
) -> None:
    granted(house, provider)
    provider.refuses = (400, {"error": said})
    assert renewing.keep(house) == 0
    assert (the(house).state, the(house).why.code) == ("paused", code)
    assert said in the(house).reason


# --- told before it hurts ---


def signed_in(house: Context) -> tuple[MailboxView, list[Concern]]:
    """What the mailbox shows of it, and what `status` lists."""
    found = [each for each in status.status(house).concerns if each.kind is ConcernKind.SIGN_IN]
    (listed,) = service.list_all(house)
    assert listed == service.show(house, ADA)
    return listed, found


def test_renewals_that_fail_are_told_while_mail_still_leaves(house: Context, provider: Service) -> None:
    granted(house, provider)
    provider.refuses = (503, {"error": "temporarily_unavailable"})
    assert renewing.keep(house) == 0
    assert signed_in(house)[1] == []  # once is no news
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 0
    mailbox, (concern,) = signed_in(house)
    assert (mailbox.sign_in, mailbox.state, mailbox.trouble) == ("oauth", "active", "")
    assert mailbox.sign_in_why is not None
    assert mailbox.sign_in_why.code == SentenceCode.RENEWAL_FAILS
    assert "temporarily_unavailable" in mailbox.sign_in_warning
    assert mailbox.attention == mailbox.sign_in_warning
    assert (concern.subject, concern.grave, concern.told) == (ADA, False, True)
    assert mailbox.sign_in_warning in concern.words
    provider.refuses = None
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 1
    mailbox, concerns = signed_in(house)
    assert (mailbox.sign_in_warning, mailbox.sign_in_why, concerns) == ("", None, [])


def test_a_grant_that_ends_is_told_three_days_before(house: Context, provider: Service) -> None:
    granted(house, provider, due=False)
    ends = machine_now() + standing.NOTICE + dt.timedelta(hours=1)
    set_grant(house, grant_until=ends)
    mailbox, concerns = signed_in(house)
    assert (mailbox.sign_in_until, mailbox.sign_in_warning, concerns) == (ends, "", [])
    set_grant(house, grant_until=ends - dt.timedelta(hours=2))
    mailbox, concerns = signed_in(house)
    assert mailbox.sign_in_why is not None
    assert mailbox.sign_in_why.code == SentenceCode.SIGN_IN_ENDS
    assert [each.subject for each in concerns] == [ADA]


# --- by one process at a time ---


def another(house: Context, name: str) -> Context:
    return dataclasses.replace(house, owner=name)


def test_two_that_want_a_renewal_at_once_make_one(house: Context, provider: Service) -> None:
    granted(house, provider)
    first, second = threading.Event(), threading.Event()

    def asked(_: object) -> None:  # the first is at the provider until the second has looked
        first.set()
        second.wait(10)

    provider.before = asked
    found: list[int] = []
    running = threading.Thread(target=lambda: found.append(renewing.keep(another(house, "one"))))
    running.start()
    assert first.wait(10)
    found.append(renewing.keep(another(house, "two")))
    second.set()
    running.join()
    assert sorted(found) == [0, 1]
    assert provider.refreshed() == 1
    assert kept(house)[1].refresh_token in provider.refresh


class Killed(BaseException):
    """The process is gone."""


def test_killed_before_the_provider_was_asked_loses_nothing(house: Context, provider: Service) -> None:
    granted(house, provider)

    def killed(_: Grant) -> Outcome:
        raise Killed

    with pytest.raises(Killed):
        renewing.keep(another(house, "one"), ask=killed)
    assert renewing.keep(another(house, "two")) == 0  # its lease stands
    set_grant(house, renewing_until=past())
    assert renewing.keep(another(house, "two")) == 1
    assert the(house).state == "active"


@pytest.mark.parametrize("rotates", [True, False])
def test_killed_between_the_answer_and_its_storing(house: Context, provider: Service, rotates: bool) -> None:
    provider.rotates = rotates
    granted(house, provider)

    def killed(grant: Grant) -> Outcome:
        assert isinstance(protocol.refresh(grant), Tokens)
        raise Killed

    with pytest.raises(Killed):
        renewing.keep(another(house, "one"), ask=killed)
    set_grant(house, renewing_until=past())
    assert renewing.keep(another(house, "two")) == (0 if rotates else 1)
    if rotates:  # the provider took the old token back: that is said
        assert the(house).why.code == Code.SIGN_IN_CUT_OFF
    else:
        assert the(house).state == "active"


def test_who_was_suspended_past_its_lease_stores_only_if_nobody_has(
    house: Context, provider: Service
) -> None:
    granted(house, provider)

    def slow(grant: Grant) -> Outcome:
        mine = protocol.refresh(grant)
        set_grant(house, renewing_until=past())
        renewing.keep(another(house, "two"), ask=lambda _: EndpointTrouble("late"))
        return mine

    assert renewing.keep(another(house, "one"), ask=slow) == 1
    assert kept(house)[1].refresh_token in provider.refresh


def test_a_verdict_on_a_token_that_was_replaced_meanwhile_is_void(house: Context, provider: Service) -> None:
    granted(house, provider)

    def late(grant: Grant) -> Outcome:
        mine = protocol.refresh(grant)
        assert isinstance(mine, Tokens)
        set_grant(house, renewing_until=past())
        assert renewing.keep(another(house, "two"), ask=lambda _: mine) == 1
        return protocol.refresh(grant)

    assert renewing.keep(another(house, "one"), ask=late) == 0
    assert the(house).state == "active"
    assert kept(house)[1].refresh_token in provider.refresh


def test_an_endpoint_in_trouble_is_asked_once_a_round(house: Context, provider: Service) -> None:
    granted(house, provider)
    ben = "ben@sales.example"
    number = engine_house.add_mailbox(house, ben)
    with house.database.write() as conn:
        now = machine_now()
        other = kept(house)[1]
        lifetimes.keep(house, conn, (number, ben), Granted(other, grants.Lifetimes(now, now, None)))
    provider.refuses = (500, {})
    assert renewing.keep(house) == 0
    assert provider.refreshed() == 1


def test_what_a_provider_gave_is_stored_once_the_database_is_back(
    house: Context, provider: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(house, provider)
    renewed, away = grants.renewed, [errors.Unreachable("the database is away")] * 2

    def at_last(*args: object) -> bool:
        if away:
            raise away.pop()
        return renewed(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(renewing, "STORING", (0.0, 0.0))
    monkeypatch.setattr(grants, "renewed", at_last)
    assert renewing.keep(house) == 1
    assert kept(house)[1].refresh_token in provider.refresh


# --- and no more ---


def test_a_new_password_takes_the_place_of_a_grant(house: Context, provider: Service) -> None:
    granted(house, provider)
    changing.change(house, ADA, MailboxChange(password="battery staple"), anyway=True)
    assert house.account(the(house)).credentials.secret == "battery staple"
    with house.database.read() as conn:
        assert grants.of(conn, 1) is None


def test_a_password_in_place_of_a_grant_is_said(house: Context, provider: Service) -> None:
    granted(house, provider)
    changed = changing.change(house, ADA, MailboxChange(password="battery staple"), anyway=True)
    assert (changed.sign_in, changed.sign_in_until, changed.sign_in_warning) == ("password", None, "")
    with house.database.read() as conn:
        [*_rest, last] = events.after(conn, 0, 100)
    assert (last.kind, last.data["password"], last.data["sign_in"]) == ("mailbox.changed", True, "password")
    assert in_english("no longer through the provider") in timeline.view(last).words
    assert renewing.keep(house) == 0
    assert provider.asked == []  # what it granted is not shown again
    again = changing.change(house, ADA, MailboxChange(password="another"), anyway=True)
    assert again.sign_in == "password"
    with house.database.read() as conn:
        [*_rest, last] = events.after(conn, 0, 100)
    assert "sign_in" not in last.data


def test_a_token_that_has_run_out_is_no_matter_of_a_password(house: Context, provider: Service) -> None:
    granted(house, provider)
    set_grant(house, token_until=past())
    (step,) = service.test(house, ADA).steps
    assert (step.name, step.ok) == ("sign-in", False)
    assert step.why is not None
    assert step.why.code == SentenceCode.ACCESS_RAN_OUT


class RenewedMeanwhile(NoMail):
    """An inbox in which the mailbox's access token is renewed while it is read, and which breaks then."""

    def __init__(self, house: Context) -> None:
        self.house = house
        self.renewed = 0

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        del with_trash
        self.renewed += renewing.keep(self.house)
        raise errors.Unreachable("the connection broke")


def test_a_renewal_in_mid_turn_is_no_new_sign_in(house: Context, provider: Service) -> None:
    """Its troubles count on, and its next turn waits as after any other trouble."""
    granted(house, provider, next_turn_at=house.clock.now(), troubles=2)
    inbox = RenewedMeanwhile(house)
    turn.take_turn(dataclasses.replace(house, open_inbox=inbox), 1, lambda: False)
    assert inbox.renewed == 1
    now = the(house)
    assert now.troubles == 3
    assert now.next_turn_at is not None
    assert now.next_turn_at - house.clock.now() > dt.timedelta(minutes=2)


def test_a_removed_mailbox_keeps_no_token(house: Context, provider: Service) -> None:
    granted(house, provider)
    handing_over.remove(house, ADA)
    with house.database.read() as conn:
        assert grants.of(conn, 1) is None
    assert renewing.keep(house) == 0


def test_a_grant_that_another_key_sealed_is_left_as_it_is(house: Context, provider: Service) -> None:
    granted(house, provider)
    set_grant(house, sealed=b"\x07nothing")
    assert renewing.keep(house) == 0
    assert (the(house).state, provider.asked) == ("active", [])


def test_a_way_of_a_later_release_is_waited_for(house: Context, provider: Service) -> None:
    granted(house, provider, due=False)
    with house.database.write() as conn:
        mailboxes.change(conn, 1, sign_in="by carrier pigeon")
    with pytest.raises(errors.Unreachable, match=worded("later release")):
        house.account(the(house))
