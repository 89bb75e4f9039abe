"""What a server's no to a login means: the wrong credentials, not now, or nothing that anybody could be sure of.

Providers answer "too many connections" and an outage of their own with the very replies they have for a wrong password. A
mailbox is stopped for a refusal of its credentials alone, so that "not now" is looked for first, and decides.
"""

from __future__ import annotations

import re
from enum import StrEnum

from relance.wording import Text


class Meaning(StrEnum):
    """Of a login that was not granted."""

    REFUSED = "refused"  # these credentials, or any from a program: asking again changes nothing until a person acts
    NOT_NOW = "not now"  # says nothing of the credentials
    UNCLEAR = "unclear"  # may be either: asked again, for one answer proves nothing


# Response codes of RFC 5530 and RFC 3206, and those that only some servers use.
IMAP_NOT_NOW = frozenset(
    {
        "UNAVAILABLE",
        "INUSE",
        "IN-USE",
        "LIMIT",
        "SERVERBUG",
        "OVERQUOTA",
        "SYS/TEMP",
        "LOGIN-DELAY",
        "THROTTLED",
    }
)
IMAP_REFUSED = frozenset(
    {
        "AUTHENTICATIONFAILED",
        "AUTHORIZATIONFAILED",
        "EXPIRED",
        "PRIVACYREQUIRED",
        "AUTH",
        "WEBALERT",
        "WEBLOGIN_REQUIRED",
    }
)
SMTP_REFUSED = frozenset({534, 535, 538})  # RFC 4954, 6: too weak, wrong, not without encryption
SMTP_NO_SUCH_WAY = frozenset({500, 501, 502, 503, 504})  # about the command, not about who asks

MAX_TEXT = 1000
# Characters of a server's words that are looked at.

# Words, in lower case. Whoever says one of these asks for another try, whatever else is said.
NOT_NOW = (
    r"temporar",
    r"transient",
    r"\b(too|so) many\b",
    r"\btoo (often|fast|frequent|quick)",
    r"\b(try|retry|again|come back)\b.{0,40}\b(later|after|minutes?|seconds?|hours?|shortly|moment)\b",
    r"\b(later|moment)\b.{0,20}\bagain\b",
    r"\b(rate|bandwidth|connections?|sessions?|request|frequency|concurren\w+|download|usage|command|quota|login) ?-?(limits?|limited|exceeded)\b",
    r"\blimits? (of|on|for|is|are|has|have|was|were|exceeded|reached|hit)\b",
    r"\b(exceed\w*|reached|over)\b.{0,60}\b(limits?|quotas?|maximum|connections?|sessions?)\b",
    r"\bmaximum (number|of)\b",
    r"\bsimultaneous\b",
    r"throttl|back-?off|slow down|rate.?limit",
    r"\b(server|service|system|backend|database|proxy|authenticator)( is| was)?( too)? (busy|unavailable|overload\w*|down|error|failure|unreachable|shutting down)\b",
    r"\b(is|are|was|currently|too) (busy|overload\w*)\b",
    r"(?<!reason )\bunavailable\b",  # "(reason unavailable)" is what Postfix adds to a wrong password
    r"\bnot (currently |presently )?available\b",
    r"\btimed? ?out\b|\btimeout\b",
    r"\binternal\b.{0,20}\b(error|failure|problem)\b",
    r"\bin use\b|\balready locked\b|\blocked by another\b",
    r"maintenance|shutting down|restarting|over ?load",
    r"\b(at (this|the) (time|moment)|right now|for now|at present)\b",
    r"\b(connection lost|lost connection|cannot connect|could not connect|can't connect|unable to connect|no connection)\b",
    r"user is authenticated but not connected",
    r"\blookup failed\b|\bsystem error\b|\bserver error\b",
)
# Whoever says one of these, and none of those, speaks of the credentials or of what a person must switch on.
REFUSED = (
    r"\b(auth\w*|login|log[- ]?on|sign[- ]?in|password|username|user ?name|credentials?)\b.{0,40}"
    r"\b(fail\w*|incorrect|invalid|wrong|bad|reject\w*|denied|unsuccessful|not accepted|not match\w*|mismatch|expired|refused|error|required|disabled|not allowed|not permitted)\b",
    r"\b(fail\w*|incorrect|invalid|wrong|bad|unknown|expired|no such)\b.{0,30}\b(auth\w*|login|log[- ]?on|password|username|user( ?name)?|credentials?|account|mailbox)\b",
    r"\b(username and password|credentials?|password)( \w+){0,2} not accepted\b",
    r"\b(app(lication)?|device)[- ](specific[- ])?passwords?\b|\bweb ?login\b|\bvia (your|a) (web )?browser\b|\bauthori[sz]ation code\b",
    r"\b(imap|smtp|pop3?|basic auth\w*|smtpclientauthentication)\b.{0,40}\b(disabled|not enabled|switched off|turned off|not allowed|blocked)\b",
    r"\benable (imap|smtp|pop3?|access)\b|\byet to enable\b",
    r"\b(account|user|mailbox)( \w+){0,3} (disabled|suspended|deactivated|closed|deleted|expired|not found|unknown)\b",
    r"\btwo[- ]factor|\b2fa\b|\bmulti-?factor\b|\boauth\w*\b|\bxoauth2\b",
)

NO_SUCH_WAY = (
    r"\b(un(supported|recogni[sz]ed|known|implemented)|not (supported|implemented|recogni[sz]ed)|no such)\b.{0,30}\b(auth\w*|mechanism|command)\b",
    r"\b(auth(enticate)?|mechanism|command)\b.{0,30}\b(un(supported|recogni[sz]ed|known|available)|not (supported|implemented|recogni[sz]ed|available))\b",
)

_NO_SUCH_WAY = re.compile("|".join(NO_SUCH_WAY))
_NOT_NOW = re.compile("|".join(NOT_NOW))
_REFUSED = re.compile("|".join(REFUSED))
_CODE = re.compile(r"\[\s*([A-Za-z0-9/_-]+)[^\]]*\]")


def about_the_command(kind: str, words: str) -> bool:
    """Whether AUTHENTICATE came to nothing for its own sake: the server broke off (`kind` BYE), knows no such command or
    mechanism, and nobody judged the credentials. Whoever says "not now" broke nothing. Pure."""
    if of_imap(kind, words) is Meaning.NOT_NOW:
        return False
    return kind.upper() in ("BAD", "BYE") or _NO_SUCH_WAY.search(words[:MAX_TEXT].lower()) is not None


def of_imap(kind: str, words: str) -> Meaning:
    """The meaning of a tagged NO or BAD (`kind`) to LOGIN or AUTHENTICATE (RFC 3501, 6.2). Pure.

    A BAD is about the command: it refuses nobody's credentials unless its words do.
    """
    codes = {code.upper() for code in _CODE.findall(words)}
    text = words[:MAX_TEXT].lower()
    if codes & IMAP_NOT_NOW or _NOT_NOW.search(text):
        return Meaning.NOT_NOW
    if codes & IMAP_REFUSED or (kind.upper() == "NO" and _REFUSED.search(text)):
        return Meaning.REFUSED
    return Meaning.UNCLEAR


def of_smtp(code: int, words: str) -> Meaning:
    """The meaning of a 4xx or 5xx to AUTH (RFC 4954, 4 and 6). Pure."""
    text = words[:MAX_TEXT].lower()
    if 400 <= code < 500 or _NOT_NOW.search(text):
        return Meaning.NOT_NOW
    if code in SMTP_REFUSED or _REFUSED.search(text):
        return Meaning.REFUSED
    return Meaning.UNCLEAR


def advice(protocol: str, *, by_token: bool = False) -> Text:
    """What a person can do about a refusal by the IMAP or SMTP server; `by_token`: of an access token."""
    if by_token:
        return Text(
            "Sign in again, and check that {protocol} access is switched on in the account's settings and that the sign-in "
            "was granted for this mailbox.",
            protocol=protocol,
        )
    return Text(
        "Check the user name and password; many providers require an app password, and {protocol} access switched on "
        "in the account's settings.",
        protocol=protocol,
    )
