"""Tokens for a mailbox that its organisation's administrator has allowed: no owner is asked, and nothing is refreshed.

A service account signs for the mailbox that it acts for (RFC 7523); any other client shows its secret (RFC 6749, 4.4).
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import TYPE_CHECKING, Any

from relance import clock, late
from relance.mailbox.oauth import protocol
from relance.mailbox.oauth.grants import Grant, OAuthClient
from relance.mailbox.oauth.protocol import Outcome
from relance.mailbox.providers.facts import OAuth

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from oauthlib import oauth2
else:
    oauth2, hashes, serialization, padding, rsa = late.modules(
        "oauthlib.oauth2",
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.serialization",
        "cryptography.hazmat.primitives.asymmetric.padding",
        "cryptography.hazmat.primitives.asymmetric.rsa",
    )

BY_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 3600  # Google takes none that is good for longer


class UnfitKey(ValueError):
    """What should be a service account's key is none."""


def service_account(text: str, oauth: OAuth) -> OAuthClient:
    """The client in a key file of Google's (JSON). Raises `UnfitKey`."""
    try:
        said: dict[str, Any] = json.loads(text)
        issuer, key, number, url = (
            said[each] for each in ("client_email", "private_key", "private_key_id", "token_uri")
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnfitKey from error
    if said.get("type") != "service_account" or not all(
        isinstance(each, str) for each in (issuer, key, number, url)
    ):
        raise UnfitKey
    client = OAuthClient(issuer, url, oauth.application_scopes, key=key, key_id=number)
    _key(client)
    return client


def confidential(oauth: OAuth, tenant: str, client_id: str, client_secret: str) -> OAuthClient:
    """A client with a secret, in the organisation that has allowed it."""
    url = oauth.token_endpoint.replace("{tenant}", urllib.parse.quote(tenant, safe=""))
    return OAuthClient(client_id, url, oauth.application_scopes, client_secret)


def obtain(grant: Grant) -> Outcome:
    """A token for the mailbox that the grant is for. Asking again voids nothing."""
    client = grant.client
    if client.key:
        assertion = _assertion(client, grant.subject)
        form = urllib.parse.urlencode({"grant_type": BY_ASSERTION, "assertion": assertion})
        return protocol.asked(client, form, (assertion, grant.access_token))
    form = oauth2.BackendApplicationClient(client.id).prepare_request_body(
        scope=" ".join(client.scopes), include_client_id=True, client_secret=client.secret
    )
    return protocol.asked(client, form, (grant.access_token,))


def renew(grant: Grant) -> Outcome:
    """New tokens by whatever the grant has: a refresh token, or what its client is allowed."""
    return protocol.refresh(grant) if grant.refresh_token else obtain(grant)


def _assertion(client: OAuthClient, subject: str) -> str:
    """A signed token (RFC 7515, RFC 7519) that says who asks, for whom, where and for what."""
    now = int(clock.machine_now().timestamp())
    head = {"alg": "RS256", "typ": "JWT", "kid": client.key_id}
    claims = {
        "iss": client.id,
        "sub": subject,
        "scope": " ".join(client.scopes),
        "aud": client.token_url,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    signed = b".".join(_encoded(json.dumps(each).encode()) for each in (head, claims))
    proof = _key(client).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return (signed + b"." + _encoded(proof)).decode("ascii")


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _key(client: OAuthClient) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(client.key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise UnfitKey from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UnfitKey
    return key
