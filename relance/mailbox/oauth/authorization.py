"""How an owner agrees: in a browser that is sent back with a code (RFC 6749, 4.1, with PKCE, RFC 7636), or on another device (RFC 8628)."""

from __future__ import annotations

import hmac
import secrets
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relance import late
from relance.mailbox.oauth import endpoint, protocol
from relance.mailbox.oauth.grants import OAuthClient
from relance.mailbox.oauth.protocol import EndpointTrouble, Outcome, RefusedPart, TokenRefusal
from relance.mailbox.parsing import decoding
from relance.mailbox.providers.facts import OAuth

if TYPE_CHECKING:
    from oauthlib import oauth2
else:
    (oauth2,) = late.modules("oauthlib.oauth2")

_RANDOM = 32  # bytes of the state and, as text, of the verifier (RFC 7636, 4.1: 43 letters)
ANY_TENANT = "organizations"  # whichever organisation the person who signs in belongs to
_WORDS = 200
_CODE = 4096
SLOW_DOWN = 5  # seconds that are added where an endpoint asks for fewer questions (RFC 8628, 3.5)
INTERVAL, LONGEST_INTERVAL = 5, 60
LONGEST_WAIT = 900


def client(oauth: OAuth, tenant: str, client_id: str, client_secret: str = "") -> OAuthClient:
    """The user's own client at that provider. `tenant`: the organisation's id or a domain of it; empty: anybody's."""
    at = {"{tenant}": urllib.parse.quote(tenant or ANY_TENANT, safe="")}

    def placed(url: str) -> str:
        return url.replace("{tenant}", at["{tenant}"])

    return OAuthClient(
        client_id,
        placed(oauth.token_endpoint),
        oauth.scopes,
        client_secret,
        oauth.idle_days,
        placed(oauth.authorization_endpoint),
        placed(oauth.device_endpoint),
        oauth.more,
    )


@dataclass(frozen=True)
class Authorization:
    """An owner is asked at `url`; what their browser brings back is compared with the rest."""

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def begin(by: OAuthClient, redirect_uri: str, address: str) -> Authorization:
    """Ask the owner of that address. Raises `endpoint.UnfitAddress`."""
    if not endpoint.is_fit(by.authorization_url):
        raise endpoint.UnfitAddress(by.authorization_url)
    state, verifier = secrets.token_urlsafe(_RANDOM), secrets.token_urlsafe(_RANDOM)
    words = oauth2.WebApplicationClient(by.id)
    asked = {
        "response_type": "code",
        "client_id": by.id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(by.scopes),
        "state": state,
        "code_challenge": words.create_code_challenge(verifier, "S256"),
        "code_challenge_method": "S256",
        "login_hint": address,
        **dict(by.more),
    }
    joined = "&" if "?" in by.authorization_url else "?"
    url = by.authorization_url + joined + urllib.parse.urlencode(asked)
    return Authorization(url, redirect_uri, state, verifier)


def is_ours(asked: Authorization, query: str) -> bool:
    """Whether what a browser brought back answers this question (RFC 6749, 10.12)."""
    state = dict(urllib.parse.parse_qsl(query)).get("state", "")
    return hmac.compare_digest(state.encode(), asked.state.encode())


def code_of(asked: Authorization, query: str) -> str | TokenRefusal:
    """The code in what the browser brought back, or why there is none, in the provider's words if it gave any. One that was not asked
    for is refused."""
    if not is_ours(asked, query):
        return TokenRefusal(RefusedPart.GRANT, "")
    said = dict(urllib.parse.parse_qsl(query))
    code = said.get("code", "")
    if "error" in said or not 0 < len(code) <= _CODE:
        told = " ".join(filter(None, (said.get("error"), said.get("error_description"))))
        return TokenRefusal(RefusedPart.GRANT, decoding.clean_line(told, _WORDS))
    return code


def exchange(by: OAuthClient, asked: Authorization, code: str) -> Outcome:
    """Tokens for a code."""
    words = oauth2.WebApplicationClient(by.id)
    form = words.prepare_request_body(
        code=code, redirect_uri=asked.redirect_uri, code_verifier=asked.verifier, **_secret(by)
    )
    return protocol.asked(by, form, (code, asked.verifier))


def _secret(by: OAuthClient) -> dict[str, str]:
    return {"client_secret": by.secret} if by.secret else {}


@dataclass(frozen=True)
class DeviceCode:
    """What an owner types in at `url`, on any device."""

    user_code: str
    url: str
    seconds: int  # that it is good for
    interval: int  # seconds between two questions
    code: str = field(repr=False)


def begin_on_device(by: OAuthClient) -> DeviceCode | EndpointTrouble | TokenRefusal:
    """Ask for a code to be typed in elsewhere."""
    form = urllib.parse.urlencode({"client_id": by.id, "scope": " ".join(by.scopes)})
    try:
        said, outcome = protocol.told(by.device_url, form, (by.secret,))
    except (endpoint.NoAnswer, endpoint.UnfitAddress) as error:
        return EndpointTrouble(decoding.clean_line(str(error), _WORDS))
    code, shown = said.get("device_code"), said.get("user_code")
    url = said.get("verification_uri") or said.get("verification_url")
    fit = isinstance(url, str) and endpoint.is_fit(url) and isinstance(shown, str) and isinstance(code, str)
    if not fit:
        return outcome
    wait = min(protocol.seconds(said.get("expires_in"), LONGEST_WAIT), LONGEST_WAIT)
    every = min(max(protocol.seconds(said.get("interval"), INTERVAL), 1), LONGEST_INTERVAL)
    return DeviceCode(decoding.clean_line(str(shown), 40), str(url), wait, every, str(code))


def ask_again(by: OAuthClient, device: DeviceCode) -> Outcome | int:
    """Tokens, once the owner has agreed; or how many seconds later than usual to ask again."""
    words = oauth2.DeviceClient(by.id)
    form = words.prepare_request_body(device.code, include_client_id=True, **_secret(by))
    outcome = protocol.asked(by, form, (device.code,))
    if isinstance(outcome, EndpointTrouble):
        if outcome.error in ("access_denied", "expired_token", "bad_verification_code"):
            return TokenRefusal(RefusedPart.GRANT, outcome.words)
        return SLOW_DOWN if outcome.error == "slow_down" else 0
    return outcome
