"""Roles, passwords, codes and back-off: pure rules about those who sign in."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.engine.roles import EVERYBODY, ROLES, Permission, Role, Viewer
from relance.engine.store.users.attempts import Failures
from relance.engine.users import passwords, sign_in, totp
from tests.reworded import worded

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
RFC_KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    assert totp.code(RFC_KEY, seconds // totp.STEP_SECONDS, digits=8) == code


@given(st.integers(10, 2**40), st.integers(-3, 3))
def test_a_code_is_taken_near_its_time_only(step, apart):
    typed = totp.code(RFC_KEY, step)
    found = totp.step_of(RFC_KEY, f" {typed[:3]} {typed[3:]} ", (step + apart) * totp.STEP_SECONDS)
    if (
        abs(apart) <= totp.AROUND and step + apart >= 0
    ) or found is not None:  # two steps may share a code by chance
        assert totp.code(RFC_KEY, found) == typed


@given(st.text())
def test_what_is_typed_for_a_code_never_raises(typed):
    found = totp.step_of(totp.new_key(), typed, 1e9)
    assert found is None or typed.strip()


@given(st.text())
def test_a_key_that_is_none_never_raises(key):
    try:
        key.encode("ascii")
    except UnicodeEncodeError:
        return
    totp.code(key, 1)


@pytest.mark.parametrize(
    "bad", ["short", "aaaaaaaaaaaaaaaa", "ada@acme.example", "ada acme ada", "abababababab", "x" * 201]
)
def test_a_password_that_is_easy_to_guess_is_refused(bad):
    with pytest.raises(errors.Invalid):
        passwords.require_good(bad, "ada@acme.example")


@pytest.mark.parametrize(
    "bad",
    [
        "1234567890", "password12", "P@ssw0rd2026!", "qwertyuiop", "0987654321", "zaq12wsx2025", "iloveyou123", "Summer2026!!",
        "haslo12345", "admin-admin", "1q2w3e4r5t",
    ],
)  # fmt: skip
def test_a_password_that_everybody_tries_first_is_refused_and_why_is_said(bad):
    with pytest.raises(errors.Invalid, match=worded("tried first")):
        passwords.require_good(bad, "eve@acme.example")


@pytest.mark.parametrize("bad", ["Lovelace2026", "relance2026!", "augusta.ada.1", "acmelovelace!"])
def test_a_password_of_what_anybody_knows_is_refused(bad):
    with pytest.raises(errors.Invalid):
        passwords.require_good(bad, "ada.lovelace@acme.example", "Augusta Lovelace")


@pytest.mark.parametrize(
    "good", ["compass rose 9", "8391746205", "password for my boat", "zielone wiosło 7", "x!9?Kp#2vQ"]
)
def test_others_are_taken(good):
    passwords.require_good(good, "ada@acme.example", "Ada")


def test_a_password_is_kept_as_a_hash_that_only_it_fits():
    stored = passwords.hashed("Zażółć gęślą jaźń")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits("Zażółć gęślą jaźń", stored)
    assert not passwords.fits("zażółć gęślą jaźń", stored)
    assert not passwords.fits("Zażółć gęślą jaźń", "")


@given(st.integers(0, 10_000), st.integers(0, 30))
def test_the_wait_grows_and_has_an_end(failures, free):
    found = sign_in.wait(Failures(failures, NOW), free, NOW)
    assert bool(found) == (failures >= free)
    assert found <= sign_in.MAX_WAIT
    assert sign_in.wait(Failures(failures, NOW), free, NOW + found) == dt.timedelta(0)


def test_the_first_tries_cost_nothing():
    assert sign_in.wait(None, 5, NOW) == dt.timedelta(0)
    assert sign_in.wait(Failures(4, NOW), 5, NOW) == dt.timedelta(0)
    assert sign_in.wait(Failures(5, NOW), 5, NOW) == dt.timedelta(seconds=2)
    assert sign_in.wait(Failures(6, NOW), 5, NOW) == dt.timedelta(seconds=4)


def test_every_permission_has_a_manager_and_viewers_change_nothing():
    assert all(Role.MANAGER in roles for roles in ROLES.values())
    assert {each for each in Permission if Role.VIEWER in ROLES[each]} == {Permission.SELF, Permission.LOOK}


def test_a_salesperson_sees_what_is_theirs_others_see_everything():
    assert Viewer(7, "a@acme.example", Role.SALESPERSON).scope.user == 7
    assert all(Viewer(7, "a", role).scope is EVERYBODY for role in (Role.MANAGER, Role.VIEWER))


def test_what_a_role_does_not_allow_is_refused():
    with pytest.raises(errors.Forbidden):
        Viewer(1, "a", Role.VIEWER).require(Permission.WORK)
