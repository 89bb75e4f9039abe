"""Mailboxes that sign in by OAuth 2.0: renewed in time, by one process at once, and stopped with a sentence where that ends."""

from __future__ import annotations

import dataclasses
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.mailboxes.settings import signing_in
from relance.engine.mailboxes.sign_ins import agreeing, renewing
from relance.engine.mailboxes.sign_ins.agreeing import SignInPrompt, SignInRequest
from relance.engine.reasons import Code
from relance.mailbox.account import Security, Server
from relance.wording.sentence_codes import SentenceCode
from tests import dumps, engine_house
from tests.reworded import in_english, worded
from tests.servers import dovecot, postfix, token_service
from tests.servers.token_service import CLIENT, SECRET, Service
from tests.sign_ins import ADA, past, set_grant, the

NOWHERE = {"authorization_url": "http://a.example", "token_url": "http://a.example", "scopes": ("mail",)}


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Service, dovecot.Dovecot, postfix.Postfix]]:
    with (
        token_service.running() as service_,
        dovecot.running(tokens=dovecot.Tokens(f"{service_.url}/introspect")) as mail,
        postfix.running(mail, 1) as out,
    ):
        yield service_, mail, out


@pytest.fixture
def provider() -> Iterator[Service]:
    with token_service.running() as running:
        yield running


def places(at: Service) -> dict[str, object]:
    named = {name: f"{at.url}/{name}" for name in ("authorize", "token", "device")}
    urls = {
        "authorization_url": named["authorize"],
        "token_url": named["token"],
        "device_url": named["device"],
    }
    return {**urls, "scopes": ("mail",)}


def agree(shown: SignInPrompt) -> None:
    """A browser that is sent to the provider, where its owner agrees, and back."""
    threading.Thread(
        target=lambda: urllib.request.urlopen(shown.url, timeout=10).close(), daemon=True
    ).start()


def spec(mail: dovecot.Dovecot, out: postfix.Postfix) -> service.MailboxSpec:
    smtp = Server("localhost", out.submission, Security.STARTTLS)
    imap = Server("localhost", mail.imaps, Security.TLS)
    return service.MailboxSpec(ADA, "Ada", ADA, "", smtp, imap, mail.ca_file)


def wish(at: Service, **more: object) -> SignInRequest:
    return SignInRequest(CLIENT, SECRET, seconds=20, **places(at), **more)  # type: ignore[arg-type]


# --- at real servers ---


@pytest.mark.parametrize("on_device", [False, True])
def test_the_whole_life_of_a_sign_in(house: Context, migrated_url: str, servers, on_device: bool) -> None:
    """Added, read, run out, renewed, withdrawn, renewed again, ended, and signed in to anew."""
    at, mail, out = servers

    def show(shown: SignInPrompt) -> None:
        if on_device:
            assert shown.code == "ABCD-1234"
            at.devices.update(dict.fromkeys(at.devices, ADA))
        else:
            agree(shown)

    view = agreeing.add(house, spec(mail, out), wish(at, on_device=on_device), show)
    assert (view.address, view.state) == (ADA, "active")
    assert takes_turn(house) == ""
    assert the(house).synced_at is not None
    _runs_out(house)
    _is_withdrawn(house, at)
    _ends(house, at)
    again = SignInRequest(seconds=20, on_device=on_device)
    assert agreeing.sign_in(house, ADA, again, show).state == "active"  # as the same client
    assert takes_turn(house) == ""
    _nothing_shows(migrated_url, at)


def takes_turn(house: Context) -> str:
    return turn.take_turn(house, 1, lambda: False).words


def _runs_out(house: Context) -> None:
    """While nobody renews it."""
    set_grant(house, token_until=past(), renew_at=past())
    assert in_english("is being renewed") in takes_turn(house)
    assert renewing.keep(house) == 1
    assert (the(house).state, the(house).logins_refused) == ("active", 0)
    assert the(house).next_turn_at == house.clock.now()
    assert takes_turn(house) == ""


def _is_withdrawn(house: Context, at: Service) -> None:
    """The server says no although our clock says yes."""
    at.expire()
    before = at.refreshed()
    engine_house.clock(house).advance(minutes=10)
    assert in_english("refused the login") in takes_turn(house)
    assert (the(house).state, the(house).logins_refused) == ("active", 0)
    assert renewing.keep(house) == 1
    assert at.refreshed() == before + 1
    assert takes_turn(house) == ""


def _ends(house: Context, at: Service) -> None:
    """The owner's password was changed, or they withdrew their consent."""
    at.revoke()
    before = at.refreshed()
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 0
    now = the(house)
    assert (now.state, now.locked_out, now.why.code) == ("paused", True, Code.SIGN_IN_REFUSED)
    assert in_english("Sign in to it again") in now.reason
    assert renewing.keep(house) == 0  # nobody is asked again
    assert at.refreshed() == before + 1


def _nothing_shows(url: str, at: Service) -> None:
    """No token and no secret can be read in a dump of the database."""
    shown = (each["refresh_token"] for each in at.asked if "refresh_token" in each)
    assert dumps.told(dumps.of(url), [ADA, SECRET, *at.tokens, *at.refresh, *shown]) == [ADA[:6]]


def test_what_a_server_refuses_is_not_stored(house: Context, servers) -> None:
    at, mail, out = servers
    wrong = dataclasses.replace(spec(mail, out), username="eve@sales.example")
    steps: list[signing_in.TestStep] = []
    with pytest.raises(errors.Invalid) as refused:
        agreeing.add(house, wrong, wish(at), agree, steps.append)
    assert [each.ok for each in steps] == [False, False]
    assert in_english("refused the login of eve") in steps[0].words
    assert {each.code for each in refused.value.problems} == {SentenceCode.LOGIN_REFUSED}
    assert in_english("granted for this mailbox") in str(refused.value)
    assert "--anyway" not in str(refused.value)  # there is no such thing here
    with pytest.raises(errors.NotFound):
        service.get(house, ADA)


# --- how an owner agrees ---


def back_to(shown: SignInPrompt) -> str:
    """Where the provider sends the browser."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(shown.url).query))["redirect_uri"]


def answers(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_forged_answer_ends_nothing_and_the_true_one_counts(house: Context, servers) -> None:
    at, mail, out = servers
    told: list[tuple[int, str]] = []
    browser: list[threading.Thread] = []

    def show(shown: SignInPrompt) -> None:
        port = back_to(shown)
        forged = [f"{port}?code=evil&state=forged", f"{port}?error=access_denied&state=", f"{port}/[?state=x"]
        urls = [*forged, shown.url]
        browser.append(threading.Thread(target=lambda: told.extend(map(answers, urls)), daemon=True))
        browser[0].start()

    before = len(at.asked)
    assert agreeing.add(house, spec(mail, out), wish(at), show).address == ADA
    browser[0].join(10)
    assert [each.get("grant_type") for each in at.asked[before:] if "code" in each] == ["authorization_code"]
    assert [code for code, _ in told] == [400, 404, 404, 200]
    assert in_english("does not answer the sign-in") in told[0][1]
    assert in_english("You can close this window") in told[-1][1]
    assert "Thank" not in told[-1][1]  # nobody knows yet whether it works


def test_a_forged_answer_alone_is_nobodys(house: Context, provider: Service) -> None:
    engine_house.add_mailbox(house, ADA)

    def forged(shown: SignInPrompt) -> None:
        urls = [shown.url.replace("state=", "state=x")]
        threading.Thread(target=lambda: list(map(answers, urls)), daemon=True).start()

    with pytest.raises(errors.WrongUse, match=worded("Nobody signed in")):
        agreeing.sign_in(house, ADA, dataclasses.replace(wish(provider), seconds=0.5), forged)
    assert provider.asked == []


@pytest.mark.parametrize(
    ("found", "words"), [("error=access_denied", "declined at the provider"), ("code=", "did not say why")]
)
def test_why_there_is_no_sign_in_is_told_in_words(
    house: Context, provider: Service, found: str, words: str
) -> None:
    engine_house.add_mailbox(house, ADA)

    def without_code(shown: SignInPrompt) -> None:
        state = dict(urllib.parse.parse_qsl(shown.url))["state"]
        agree(SignInPrompt(f"{back_to(shown)}?{found}&state={state}"))

    with pytest.raises(errors.RelanceError, match=worded(words)) as ended:
        agreeing.sign_in(house, ADA, wish(provider), without_code)
    assert "access_denied" not in str(ended.value)


def test_nobody_agrees(house: Context, provider: Service) -> None:
    engine_house.add_mailbox(house, ADA)
    impatient = dataclasses.replace(wish(provider), seconds=0.05)
    with pytest.raises(errors.WrongUse, match=worded("Nobody signed in")):
        agreeing.sign_in(house, ADA, impatient, lambda _: None)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (SignInRequest("id"), "not known where"),
        (SignInRequest(**NOWHERE), "client ID"),
        (SignInRequest("id", **NOWHERE), "not protected"),
        (SignInRequest("id", **NOWHERE, on_device=True), "another device"),
    ],
)
def test_what_has_to_be_known_to_sign_in(house: Context, asked: SignInRequest, words: str) -> None:
    engine_house.add_mailbox(house, ADA)
    with pytest.raises(errors.WrongUse, match=worded(words)):
        agreeing.sign_in(house, ADA, asked, lambda _: None)
