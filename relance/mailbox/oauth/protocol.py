"""What is said to a token endpoint (RFC 6749), and what its answer means. oauthlib words the requests and reads the answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from relance import late
from relance.mailbox import secrets
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.parsing import decoding

if TYPE_CHECKING:
    from oauthlib import oauth2

    from relance.mailbox.oauth import endpoint
else:  # for those who renew a sign-in, or sign in
    oauth2, endpoint = late.modules("oauthlib.oauth2", "relance.mailbox.oauth.endpoint")

UNSAID_SECONDS = 3600  # how long a token is good for whose provider does not say so (RFC 6749, 5.1)
LONGEST_SECONDS = 400 * 24 * 3600
LONGEST_TOKEN = 16 * 1024  # characters; those of Microsoft 365 have two thousand
_WORDS = 300


class RefusedPart(StrEnum):
    """What a token endpoint refuses for good."""

    GRANT = "grant"  # the mailbox's owner has to sign in again
    CLIENT = "client"  # the client's registration, id or secret has to be mended


@dataclass(frozen=True)
class TokenRefusal:
    """Asking again changes nothing until a person acts. `words` are the endpoint's own, without secrets; `error`: the code of it (RFC
    6749, 5.2), where it gave one."""

    about: RefusedPart
    words: str
    error: str = field(default="", compare=False)


@dataclass(frozen=True)
class EndpointTrouble:
    """No verdict: it may be asked again later. `error`: the code of it, where the endpoint gave one (RFC 6749, 5.2)."""

    words: str
    error: str = field(default="", compare=False)


Outcome = Tokens | TokenRefusal | EndpointTrouble

_ABOUT: Mapping[str, RefusedPart] = {
    "invalid_grant": RefusedPart.GRANT,  # RFC 6749, 5.2
    "interaction_required": RefusedPart.GRANT,  # these three: OpenID Connect Core, 3.1.2.6
    "login_required": RefusedPart.GRANT,
    "consent_required": RefusedPart.GRANT,
    "invalid_client": RefusedPart.CLIENT,
    "unauthorized_client": RefusedPart.CLIENT,
    "invalid_scope": RefusedPart.CLIENT,
}


def refresh(grant: Grant) -> Outcome:
    """New tokens for the refresh token (RFC 6749, 6). The endpoint may void it even where its answer is lost on the way."""
    words = oauth2.WebApplicationClient(grant.client.id)
    form = words.prepare_refresh_body(refresh_token=grant.refresh_token, **_who(grant.client))
    return asked(grant.client, form, (grant.refresh_token, grant.access_token))


def _who(client: OAuthClient) -> dict[str, str]:
    """The client in the form itself (RFC 6749, 2.3.1): all providers read it there."""
    return {"client_id": client.id, **({"client_secret": client.secret} if client.secret else {})}


def asked(client: OAuthClient, form: str, hidden: tuple[str, ...]) -> Outcome:
    """What the token endpoint answers; its words never repeat what is `hidden`, nor the client's secret."""
    try:
        return _outcome(*told(client.token_url, form, (*hidden, client.secret)))
    except (endpoint.NoAnswer, endpoint.UnfitAddress) as error:
        return EndpointTrouble(_shown(str(error), (*hidden, client.secret)))


def told(
    url: str, form: str, hidden: tuple[str, ...]
) -> tuple[dict[str, Any], TokenRefusal | EndpointTrouble]:
    """What an endpoint answers, and what that means where it does not hold what was asked for. Raises what `endpoint.post` does."""
    answer = endpoint.post(url, form)
    said = _said(answer.body)
    error = said.get("error")
    spoken = " ".join(str(each) for each in (error, said.get("error_description")) if isinstance(each, str))
    words = _shown(spoken, hidden) or f"HTTP {answer.status}"
    code = error if isinstance(error, str) else ""
    about = _ABOUT.get(code) if 400 <= answer.status < 500 else None
    verdict = EndpointTrouble(words, code) if about is None else TokenRefusal(about, words, code)
    return (said if answer.status == 200 else {}), verdict


def _shown(words: str, hidden: tuple[str, ...]) -> str:
    return decoding.clean_line(secrets.Mask(hidden).over(words), _WORDS)


def _outcome(said: dict[str, Any], otherwise: TokenRefusal | EndpointTrouble) -> Outcome:
    return _tokens(said) or otherwise


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _tokens(said: dict[str, Any]) -> Tokens | None:
    """The tokens in an answer; None where it is none, or its tokens are of a kind that cannot be used."""
    try:
        found = oauth2.WebApplicationClient("").parse_request_body_response(json.dumps(said))
    except (oauth2.OAuth2Error, ValueError, TypeError, AttributeError):
        return None
    access, renewal = found.get("access_token"), found.get("refresh_token") or ""
    bearer = str(found.get("token_type", "bearer")).lower() == "bearer"
    if not (bearer and _is_token(access) and (not renewal or _is_token(renewal))):
        return None
    # Google, for projects in testing and for access that was granted for a time only.
    grant = said.get("refresh_token_expires_in")
    lives = seconds(found.get("expires_in"), UNSAID_SECONDS), seconds(grant, 0)
    return Tokens(str(access), lives[0], str(renewal), lives[1], _account(said.get("id_token")))


def _account(token: object) -> str:
    """Who agreed, by an ID token. It comes from the provider itself, by https: nobody else could have signed it (OpenID Connect Core,
    3.1.3.7), and it decides nothing."""
    try:
        part = str(token).split(".")[1]
        said = _said(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return ""
    found = said.get("email") or said.get("preferred_username")
    return decoding.clean_line(found, _WORDS) if isinstance(found, str) and "@" in found else ""


def _is_token(value: object) -> bool:
    """Printable ASCII without a space (RFC 6749, appendix A.12): it goes into commands."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_TOKEN
        and all("!" <= each <= "~" for each in value)
    )


def seconds(value: object, otherwise: int) -> int:
    """A span that an endpoint names; `otherwise` where it names none that makes sense. Pure."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return int(min(value, LONGEST_SECONDS)) if sound else otherwise  # type: ignore[call-overload]
