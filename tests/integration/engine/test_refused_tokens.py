"""An access token that its server refuses, or that runs out, is renewed at once, and mail goes on with the new one within seconds."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.mailboxes.sign_ins import renewing
from relance.mailbox.imap.folders import Folder
from relance.mailbox.oauth import protocol
from relance.mailbox.oauth.grants import Grant
from relance.mailbox.oauth.protocol import Outcome
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers import token_service
from tests.servers.token_service import Service
from tests.sign_ins import ADA, granted, past, set_grant, the


@pytest.fixture
def provider() -> Iterator[Service]:
    with token_service.running() as running:
        yield running


def refused(house: Context) -> bool:
    words = Text("no").coded(SentenceCode.LOGIN_REFUSED)
    return renewing.doubted(house, house.account(the(house)), the(house), words) is not None


def test_a_token_that_is_refused_is_renewed_once_and_then_it_is_a_verdict(
    house: Context, provider: Service
) -> None:
    granted(house, provider, due=False)
    assert refused(house)
    assert refused(house)  # nobody has renewed it yet
    assert renewing.keep(house) == 1
    assert not refused(house)
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 1
    assert refused(house)  # an hour later it is another matter


def test_a_password_is_never_doubted(house: Context) -> None:
    engine_house.add_mailbox(house, ADA)
    assert not refused(house)


class Refusing(NoMail):
    """An inbox whose server refuses the access token; what else happens meanwhile is `first`."""

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self.first = first

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        del with_trash
        self.first()
        raise errors.Broken(Text("no").coded(SentenceCode.LOGIN_REFUSED))


def take_turn(house: Context, inbox: NoMail | None = None) -> dt.timedelta:
    """Ada's turn; returns how long her mailbox is left alone then."""
    house = dataclasses.replace(house, open_inbox=inbox or Refusing())
    turn.take_turn(house, 1, lambda: False)
    return pause(house)


def pause(house: Context) -> dt.timedelta:
    at = the(house).next_turn_at
    assert at is not None
    return at - house.clock.now()


AT_ONCE = dt.timedelta(0)


def test_a_refused_token_is_renewed_and_the_next_turn_waits_for_nothing_else(
    house: Context, provider: Service
) -> None:
    granted(house, provider, due=False, next_turn_at=house.clock.now())
    assert take_turn(house) > AT_ONCE
    assert renewing.keep(house) == 1
    assert pause(house) <= AT_ONCE


def test_a_turn_whose_token_was_renewed_before_the_server_refused_it_is_tried_at_once(
    house: Context, provider: Service
) -> None:
    granted(house, provider, next_turn_at=house.clock.now())
    assert take_turn(house, Refusing(lambda: renewing.keep(house))) <= AT_ONCE


def test_a_renewal_between_the_doubt_and_the_end_of_the_turn_is_not_passed_over(
    house: Context, provider: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(house, provider, due=False, next_turn_at=house.clock.now())
    doubted = renewing.doubted

    def then_renewed(*args: Any) -> Any:
        found = doubted(*args)
        assert renewing.keep(house) == 1
        return found

    monkeypatch.setattr(renewing, "doubted", then_renewed)
    assert take_turn(house) <= AT_ONCE


def test_a_token_that_is_refused_while_it_is_being_renewed_costs_no_pause(
    house: Context, provider: Service
) -> None:
    granted(house, provider, next_turn_at=house.clock.now())

    def meanwhile(grant: Grant) -> Outcome:
        assert take_turn(house) > AT_ONCE
        return protocol.refresh(grant)

    assert renewing.keep(house, ask=meanwhile) == 1
    assert pause(house) <= AT_ONCE
    # What was asked for before the refusal may have been withdrawn with the other: no verdict yet.
    assert refused(house)
    assert renewing.keep(house) == 1
    assert not refused(house)


def test_a_token_that_runs_out_while_it_is_being_renewed_costs_no_pause(
    house: Context, provider: Service
) -> None:
    granted(house, provider, next_turn_at=house.clock.now())

    def meanwhile(grant: Grant) -> Outcome:
        set_grant(house, token_until=past())
        assert take_turn(house) > AT_ONCE
        return protocol.refresh(grant)

    assert renewing.keep(house, ask=meanwhile) == 1
    assert pause(house) <= AT_ONCE


def test_a_token_that_ran_out_and_is_renewed_before_its_turn_ends_costs_no_pause(
    house: Context, provider: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(house, provider, next_turn_at=house.clock.now())
    set_grant(house, token_until=past())
    over = house.journal.over

    def renewed_first(*args: Any, **how: Any) -> None:
        over(*args, **how)
        assert renewing.keep(house) == 1

    monkeypatch.setattr(house.journal, "over", renewed_first)
    assert take_turn(house) <= AT_ONCE
