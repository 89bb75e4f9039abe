"""An administrator connects many mailboxes at once: by a service account, or as an application; at real servers, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from relance.engine import turn
from relance.engine.context import Context
from relance.engine.db.tables import event, mailbox, oauth_grant
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.sign_ins import connecting, renewing
from relance.engine.mailboxes.sign_ins.connecting import ApplicationRequest, ConnectedMailbox, ConnectOutcome
from relance.engine.reasons import Code
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.store.mailboxes import grants
from relance.mailbox.account import Security, Server
from tests import engine_house
from tests.reworded import in_english
from tests.servers import dovecot, postfix, token_service
from tests.servers.token_service import ACCOUNT, CLIENT, SECRET, Service
from tests.sign_ins import ADA, kept, past, set_grant, the

EVE = "eve@sales.example"
Place = tuple[Service, dovecot.Dovecot, postfix.Postfix]


@pytest.fixture(scope="module")
def servers() -> Iterator[Place]:
    with (
        token_service.running() as at,
        dovecot.running(tokens=dovecot.Tokens(f"{at.url}/introspect")) as mail,
        postfix.running(mail, 1) as out,
    ):
        yield at, mail, out


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def spec(place: Place, address: str) -> MailboxSpec:
    _at, mail, out = place
    smtp = Server("localhost", out.submission, Security.STARTTLS)
    return MailboxSpec(
        address, "Rep", address, "", smtp, Server("localhost", mail.imaps, Security.TLS), mail.ca_file
    )


def pem(key: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return raw.decode()


def by_account(at: Service, key: rsa.RSAPrivateKey) -> ApplicationRequest:
    """As Google's key files are."""
    at.account, at.allowed = key.public_key(), (ADA,)
    held = {
        "type": "service_account",
        "client_email": ACCOUNT,
        "private_key_id": "7",
        "private_key": pem(key),
    }
    return ApplicationRequest(
        service_account=json.dumps(held | {"token_uri": f"{at.url}/token"}), scopes=("mail",)
    )


def by_secret(at: Service) -> ApplicationRequest:
    """As an application at Microsoft 365 is."""
    at.application, at.allowed = ADA, (ADA,)
    return ApplicationRequest(CLIENT, SECRET, "sales.example", token_url=f"{at.url}/token", scopes=("mail",))


def outcomes(found: tuple[ConnectedMailbox, ...]) -> list[tuple[str, ConnectOutcome]]:
    return [(each.address, each.outcome) for each in found]


@pytest.mark.parametrize("kind", ["account", "secret"])
def test_many_are_connected_and_one_that_is_not_allowed_changes_nothing_for_the_others(
    house: Context, servers: Place, key: rsa.RSAPrivateKey, kind: str
) -> None:
    at = servers[0]
    wish = by_account(at, key) if kind == "account" else by_secret(at)
    heard: list[ConnectedMailbox] = []
    both = [spec(servers, each) for each in (EVE, ADA)]
    tried = connecting.connect(house, both, wish, dry_run=True)
    assert outcomes(tried) == [(EVE, ConnectOutcome.REFUSED), (ADA, ConnectOutcome.WORKS)]
    assert service.list_all(house) == []
    found = connecting.connect(house, both, wish, progress=heard.append)
    assert tuple(heard) == found
    assert outcomes(found) == [(EVE, ConnectOutcome.REFUSED), (ADA, ConnectOutcome.ADDED)]
    expected = "gave no access" if kind == "account" else "granted for this mailbox"
    assert in_english(expected) in found[0].words
    assert turn.take_turn(house, 1, lambda: False).words == ""
    assert the(house).synced_at is not None
    its_tokens_are_renewed_for_as_long_as_it_is_allowed(house, at)
    nothing_shows(house, at, pem(key))


def its_tokens_are_renewed_for_as_long_as_it_is_allowed(house: Context, at: Service) -> None:
    before = kept(house)[1].access_token
    set_grant(house, token_until=past(), renew_at=past())
    assert renewing.keep(house) == 1
    stored, grant = kept(house)
    assert (grant.refresh_token, stored.grant_until) == ("", None)
    assert grant.access_token != before
    assert turn.take_turn(house, 1, lambda: False).words == ""
    at.allowed = ()
    set_grant(house, renew_at=past())
    assert renewing.keep(house) == 0
    assert (the(house).state, the(house).why.code) == ("paused", Code.CONNECTION_REFUSED)
    (told,) = (each for each in status.status(house).concerns if each.kind is ConcernKind.PAUSED)
    assert in_english(f"relance mailbox connect {ADA}") in told.words
    assert "relance" not in told.plain


def nothing_shows(house: Context, at: Service, private: str) -> None:
    with house.database.read() as conn:
        rows = [str(row) for table in (mailbox, oauth_grant, event) for row in conn.execute(sa.select(table))]
    hidden = [SECRET, private.splitlines()[1], *at.tokens]
    assert rows
    assert [each for each in hidden for row in rows if each in row] == []


def test_one_that_is_there_signs_in_so_from_now_on_and_keeps_its_people(
    house: Context, servers: Place, key: rsa.RSAPrivateKey
) -> None:
    at, mail, out = servers
    place = {"smtp_host": "localhost", "smtp_port": out.submission, "smtp_security": "starttls"}
    place |= {"imap_host": "localhost", "imap_port": mail.imaps, "imap_security": "tls"}
    engine_house.add_mailbox(house, ADA, ca_file=mail.ca_file, **place)
    wish = by_account(at, key)
    tried = connecting.connect(house, [spec(servers, ADA)], wish, dry_run=True)
    assert outcomes(tried) == [(ADA, ConnectOutcome.WORKS)]
    assert service.show(house, ADA).sign_in == "password"
    found = connecting.connect(house, [spec(servers, ADA)], wish)
    assert outcomes(found) == [(ADA, ConnectOutcome.SIGNED_IN)]
    assert service.show(house, ADA).sign_in == "oauth"


def test_killed_while_a_token_is_asked_for_loses_nothing(
    house: Context, servers: Place, key: rsa.RSAPrivateKey
) -> None:
    """Nobody asks to sign in again because a process died: the next one asks the provider anew."""
    at = servers[0]
    connecting.connect(house, [spec(servers, ADA)], by_account(at, key))
    set_grant(house, renew_at=past(), renewer="who-died", renewing_until=past())
    assert renewing.keep(house) == 1
    at.refuses = (400, {"error": "invalid_grant"})
    set_grant(house, renew_at=past(), renewer="who-died", renewing_until=past())
    assert renewing.keep(house) == 0
    at.refuses = None
    assert the(house).why.code == Code.CONNECTION_REFUSED
    with house.database.read() as conn:
        assert grants.of(conn, 1) is not None


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (ApplicationRequest(), "lets no administrator"),
        (
            ApplicationRequest("id", "secret", token_url="https://x.example/{tenant}", scopes=("m",)),
            "organisation",
        ),
        (ApplicationRequest("id", token_url="https://x.example/", scopes=("m",)), "client secret"),
        (ApplicationRequest(service_account="{}", scopes=("m",)), "key file of a service account"),
        (ApplicationRequest(service_account="[]", scopes=("m",)), "key file of a service account"),
    ],
)
def test_what_has_to_be_known(house: Context, wish: ApplicationRequest, words: str) -> None:
    server = Server("localhost", 1, Security.TLS)
    (found,) = connecting.connect(house, [MailboxSpec(ADA, "Ada", ADA, "", server, server)], wish)
    assert found.outcome is ConnectOutcome.REFUSED
    assert in_english(words) in found.words
