"""Users on both databases: invited, signed in, changed, shut out; tries that fail are counted; who did it is written down."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.db.tables import user_account, user_session
from relance.engine.event_log.actors import ActorKind
from relance.engine.roles import Role
from relance.engine.users import service, sign_in, totp
from relance.engine.users.sign_in import Origin, SignInAnswer
from tests import engine_house
from tests.reworded import worded

PASSWORD = "seven brass lanterns"
NEW = "eight brass lanterns"
HERE = Origin("192.0.2.0/24", "Firefox")


@pytest.fixture
def house(migrated_url, tmp_path):
    with engine_house.build(migrated_url, tmp_path) as found:
        yield found


def join(house, email="ada@acme.example", role=None):
    link = service.invite(house, email, role)
    return service.accept(house, link.path.rpartition("/")[2], "Ada", PASSWORD, HERE)


def user_of(house, token):
    return sign_in.signed_in(house, token).user


def test_the_first_is_a_manager_and_the_next_a_salesperson(house):
    assert not service.anybody(house)
    assert user_of(house, join(house)).role is Role.MANAGER
    assert service.anybody(house)
    assert user_of(house, join(house, "ben@acme.example")).role is Role.SALESPERSON
    assert [each.email for each in service.page(house)] == ["ada@acme.example", "ben@acme.example"]


def test_a_link_is_good_once_and_a_newer_one_replaces_it(house):
    first = service.invite(house, "ada@acme.example").path.rpartition("/")[2]
    second = service.invite(house, "ada@acme.example").path.rpartition("/")[2]
    assert service.invited(house, first) is None
    assert service.accept(house, second, "Ada", PASSWORD, HERE)
    for used in (first, second, "nonsense"):
        with pytest.raises(errors.NotFound):
            service.accept(house, used, "Ada", PASSWORD, HERE)


def test_a_weak_password_leaves_the_link_good(house):
    link = service.invite(house, "ada@acme.example").path.rpartition("/")[2]
    with pytest.raises(errors.Invalid):
        service.accept(house, link, "Ada", "short", HERE)
    assert service.accept(house, link, "Ada", PASSWORD, HERE)


def test_a_link_of_yesterday_is_not_good(house, monkeypatch):
    link = service.invite(house, "ada@acme.example")
    later = link.until + dt.timedelta(seconds=1)
    monkeypatch.setattr(service, "machine_now", lambda: later)
    assert service.invited(house, link.path.rpartition("/")[2]) is None


def test_signing_in_says_the_same_of_a_wrong_password_and_of_nobody(house):
    join(house)
    assert sign_in.sign_in(house, "ADA@acme.example ", PASSWORD, HERE).answer is SignInAnswer.IN
    assert sign_in.sign_in(house, "ada@acme.example", "wrong", HERE) == sign_in.SignIn(SignInAnswer.REFUSED)
    assert sign_in.sign_in(house, "eve@acme.example", "wrong", HERE) == sign_in.SignIn(SignInAnswer.REFUSED)


@pytest.mark.parametrize("email", ["ada@acme.example", "nobody@acme.example"])
def test_tries_that_fail_are_made_to_wait_whether_there_is_an_account_or_not(house, email):
    join(house)
    for _ in range(sign_in.OF_ACCOUNT):
        assert sign_in.sign_in(house, email, "wrong", HERE).answer is SignInAnswer.REFUSED
    late = sign_in.sign_in(house, email, PASSWORD, HERE)
    assert late.answer is SignInAnswer.LATER
    assert dt.timedelta(0) < late.wait <= dt.timedelta(seconds=2)
    elsewhere = sign_in.sign_in(house, email, "wrong", Origin("198.51.100.0/24"))
    assert elsewhere.answer is SignInAnswer.REFUSED  # whoever knows an address keeps nobody out


def test_one_network_cannot_try_many_accounts(house):
    for number in range(sign_in.OF_NETWORK):
        assert sign_in.sign_in(house, f"u{number}@acme.example", "x", HERE).answer is SignInAnswer.REFUSED
    assert sign_in.sign_in(house, "ada@acme.example", "x", HERE).answer is SignInAnswer.LATER
    assert (
        sign_in.sign_in(house, "ada@acme.example", "x", Origin("198.51.100.0/24")).answer
        is SignInAnswer.REFUSED
    )


def test_many_networks_together_are_made_to_wait_but_not_where_the_owner_is_signed_in(house, monkeypatch):
    join(house)
    monkeypatch.setattr(sign_in, "OF_ANYWHERE", 8)
    for number in range(8):
        tried = sign_in.sign_in(house, "ada@acme.example", "wrong", Origin(f"198.51.{number}.0/24"))
        assert tried.answer is SignInAnswer.REFUSED
    late = sign_in.sign_in(house, "ada@acme.example", PASSWORD, Origin("198.51.100.0/24"))
    assert late.answer is SignInAnswer.LATER
    assert sign_in.sign_in(house, "ada@acme.example", PASSWORD, HERE).answer is SignInAnswer.IN


def test_tries_that_fail_are_in_the_log_and_what_was_typed_is_not(house):
    join(house)
    before = len(service.log(house))
    sign_in.sign_in(house, "ada@acme.example", "wrong words here", HERE)
    sign_in.sign_in(house, "my secret passphrase", "wrong words here", HERE)
    told = service.log(house)[: len(service.log(house)) - before]
    assert [(each.action, each.subject, each.after) for each in told] == [
        ("session.refused", subject, {"network": HERE.network}) for subject in ("", "ada@acme.example")
    ]
    assert {each.actor.kind for each in told} != {ActorKind.USER}
    assert "secret" not in repr(told) + repr(service.log(house))


def test_the_current_password_is_not_tried_without_end(house):
    token = join(house)
    here = sign_in.signed_in(house, token)
    key, _ = service.offer_second_factor(house, here.user.id)

    def code():
        return totp.code(key, int(sign_in.machine_now().timestamp()) // totp.STEP_SECONDS)

    asks = (
        lambda word: service.change_password(house, here.user.id, word, NEW, keep=here.session),
        lambda word: service.use_second_factor(house, here.user.id, key, code(), word),
        lambda word: service.drop_second_factor(house, here.user.id, word),
    )
    for number in range(sign_in.OF_ACCOUNT):
        with pytest.raises(errors.Forbidden, match=worded("current")):
            asks[number % 3]("wrong")
    for ask in asks:
        with pytest.raises(errors.Forbidden, match=worded("attempts")):
            ask(PASSWORD)
    assert service.log(house)[0].action == "users.proof_refused"
    assert not service.profile(house, here.user.id).user.second_factor
    assert sign_in.sign_in(house, here.user.email, PASSWORD, HERE).answer is SignInAnswer.IN


def test_a_success_forgets_the_failures(house):
    join(house)
    for _ in range(sign_in.OF_ACCOUNT - 1):
        sign_in.sign_in(house, "ada@acme.example", "wrong", HERE)
    assert sign_in.sign_in(house, "ada@acme.example", PASSWORD, HERE).answer is SignInAnswer.IN
    assert sign_in.sign_in(house, "ada@acme.example", "wrong", HERE).answer is SignInAnswer.REFUSED


def test_a_second_factor_is_asked_for_and_no_code_is_taken_twice(house, monkeypatch):
    user = user_of(house, join(house))
    key, address = service.offer_second_factor(house, user.id)
    assert key in address
    now = sign_in.machine_now()
    code = totp.code(key, int(now.timestamp()) // totp.STEP_SECONDS)
    service.use_second_factor(house, user.id, key, code, PASSWORD)
    half = sign_in.sign_in(house, user.email, PASSWORD, HERE)
    assert half.answer is SignInAnswer.CODE
    assert not half.token
    assert (
        sign_in.finish(house, half.half, code, HERE).answer is SignInAnswer.CODE
    )  # it was used to switch it on
    later = now + dt.timedelta(seconds=60)
    monkeypatch.setattr(sign_in, "machine_now", lambda: later)
    fresh = totp.code(key, int(later.timestamp()) // totp.STEP_SECONDS)
    assert sign_in.finish(house, half.half, fresh, HERE).answer is SignInAnswer.IN
    assert sign_in.finish(house, half.half, fresh, HERE).answer is SignInAnswer.CODE
    assert sign_in.finish(house, "00ff", fresh, HERE).answer is SignInAnswer.REFUSED
    assert sign_in.finish(house, "żółw", fresh, HERE).answer is SignInAnswer.REFUSED
    monkeypatch.setattr(sign_in, "machine_now", lambda: later + sign_in.HALF_WAY)
    assert sign_in.finish(house, half.half, fresh, HERE).answer is SignInAnswer.REFUSED


@pytest.mark.parametrize("over", [sign_in.IDLE, sign_in.MAX_SESSION])
def test_a_session_ends(house, monkeypatch, over):
    token = join(house)
    begun = sign_in.machine_now()
    if over is sign_in.MAX_SESSION:  # used all the time
        with house.database.write() as conn:
            conn.execute(sa.update(user_session).values(seen_at=begun + over))
    monkeypatch.setattr(sign_in, "machine_now", lambda: begun + over + dt.timedelta(seconds=1))
    assert sign_in.signed_in(house, token) is None


def test_what_the_cookie_holds_is_not_in_the_database(house):
    token = join(house)
    with house.database.read() as conn:
        stored = conn.execute(sa.select(user_session.c.token)).scalar_one()
    assert stored != token
    assert sign_in.signed_in(house, stored) is None


def test_who_is_shut_out_is_out_at_once(house):
    join(house)
    token = join(house, "ben@acme.example")
    service.change(house, "ben@acme.example", active=False)
    assert sign_in.signed_in(house, token) is None
    assert sign_in.sign_in(house, "ben@acme.example", PASSWORD, HERE).answer is SignInAnswer.REFUSED
    service.change(house, "ben@acme.example", active=True)
    assert sign_in.signed_in(house, token) is None
    assert sign_in.sign_in(house, "ben@acme.example", PASSWORD, HERE).answer is SignInAnswer.IN


def test_the_last_manager_stays(house):
    join(house)
    for change in ({"active": False}, {"role": "viewer"}):
        with pytest.raises(errors.WrongUse):
            service.change(house, "ada@acme.example", **change)
    join(house, "ben@acme.example", "manager")
    service.change(house, "ada@acme.example", role="viewer")
    with pytest.raises(errors.WrongUse):
        service.invite(house, "ben@acme.example", "salesperson")


def test_a_new_password_ends_the_other_sessions(house):
    join(house)
    one, other = (sign_in.sign_in(house, "ada@acme.example", PASSWORD, HERE).token for _ in range(2))
    here = sign_in.signed_in(house, one)
    with pytest.raises(errors.Forbidden):
        service.change_password(house, here.user.id, "wrong", "eight brass lanterns", keep=here.session)
    service.change_password(house, here.user.id, PASSWORD, "eight brass lanterns", keep=here.session)
    assert sign_in.signed_in(house, one)
    assert sign_in.signed_in(house, other) is None
    assert sign_in.sign_in(house, "ada@acme.example", PASSWORD, HERE).answer is SignInAnswer.REFUSED


def test_a_link_for_somebody_who_is_in_is_the_way_back(house):
    before = join(house)
    assert join(house)  # a new link for the same address
    assert sign_in.signed_in(house, before) is None


def test_a_new_visit_begins_after_a_pause(house, monkeypatch):
    token = join(house)
    first = user_of(house, token)
    later = first.visited_at + sign_in.VISIT + dt.timedelta(minutes=1)
    monkeypatch.setattr(sign_in, "machine_now", lambda: later)
    second = user_of(house, token)
    assert second.visit_before == first.visited_at
    assert second.visited_at == later


def test_what_was_changed_is_in_the_log_with_before_and_after(house):
    join(house)
    join(house, "ben@acme.example")
    service.change(house, "ben@acme.example", role="viewer")
    newest = service.log(house)[0]
    assert (newest.action, newest.subject) == ("users.change", "ben@acme.example")
    assert newest.before == {"role": "salesperson", "active": True}
    assert newest.after == {"role": "viewer", "active": True}
    assert service.log(house, before=newest.id)[0].id < newest.id


def test_no_password_or_key_is_in_the_log_or_in_clear(house):
    user = user_of(house, join(house))
    key, _ = service.offer_second_factor(house, user.id)
    code = totp.code(key, int(sign_in.machine_now().timestamp()) // totp.STEP_SECONDS)
    service.use_second_factor(house, user.id, key, code, PASSWORD)
    told = repr(service.log(house, limit=1000)) + repr(service.profile(house, user.id)) + repr(user)
    with house.database.read() as conn:
        kept = repr(conn.execute(sa.select(user_account)).all())
    assert all(secret not in told + kept for secret in (PASSWORD, key))


def test_what_did_not_happen_is_not_in_the_log(house):
    here = sign_in.signed_in(house, join(house))
    service.describe(house, here.user.id, name="Ada L.", language="pl")
    before = service.log(house)
    service.describe(house, here.user.id, name="Ada L.", language="pl")
    service.sign_out(house, here.user.id, but=here.session)
    assert service.log(house) == before
    service.sign_out(house, here.user.id)
    happened = service.log(house)
    assert happened[0].after == {"sessions": 1}
    assert service.end_sessions(house, here.user.email) == 0
    assert service.log(house) == happened
