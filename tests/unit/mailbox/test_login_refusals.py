"""Whether a no to a login speaks of the credentials: only then is a mailbox stopped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox import login_refusals
from relance.mailbox.login_refusals import Meaning

NOT_NOW = [
    ("NO", "[ALERT] Account exceeded command or bandwidth limits. (Failure)"),
    ("NO", "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"),
    ("NO", "[ALERT] Too many simultaneous connections. (Failure)"),
    ("NO", "[SYS/TEMP] Temporary problem, please try again later"),
    ("NO", "[UNAVAILABLE] Temporary authentication failure. [host:2026-01-01]"),
    (
        "NO",
        "[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ),
    ("NO", "[LIMIT] LOGIN Rate limit hit."),
    ("NO", "[INUSE] Mailbox is in use"),
    ("NO", "[SERVERBUG] LOGIN Server error - Please try again later"),
    ("NO", "[AUTHENTICATIONFAILED] Too many login attempts, please wait"),
    ("NO", "[AUTHENTICATIONFAILED] Authentication failed: temporarily blocked"),
    ("NO", "Too many login failures, try again in 5 minutes"),
    ("NO", "LOGIN failed: system busy"),
    ("NO", "Server Unavailable. 15"),
    ("NO", "Request is throttled. Suggested Backoff Time: 4312 milliseconds"),
    ("NO", "Lookup failed 12ab34"),
    ("NO", "Login failed: authentication service timed out"),
    ("BAD", "Server busy"),
    ("BAD", "User is authenticated but not connected."),
    ("NO", "login temporarily disabled"),
]
REFUSED = [
    "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    "[AUTHENTICATIONFAILED] Authentication failed.",
    "[AUTHORIZATIONFAILED] not your mailbox",
    "[EXPIRED] change it on the web page",
    "[ALERT] Application-specific password required: https://support.example (Failure)",
    "[ALERT] Please log in via your web browser: https://support.example (Failure)",
    "[WEBALERT https://accounts.example/x] Web login required.",
    "[ALERT] You are yet to enable IMAP for your account. Please contact your administrator",
    "LOGIN failed.",
    "LOGIN Login error or password error",
    "Invalid login or password. Please try again.",
    "Incorrect username or password, please try again",
    "authentication failure",
    "Logon failure: unknown user name or bad password.",
    "IMAP access is disabled for this user",
    "Basic authentication is disabled",
]
UNCLEAR = [
    ("NO", "no"),
    ("NO", "Anmeldung nicht möglich"),
    ("NO", "[CONTACTADMIN] ask your administrator"),
    ("NO", "[SYS/PERM] something broke for good"),
    ("BAD", "Command Error. 12"),
    ("BAD", "invalid credentials"),
]
SMTP_NOT_NOW = [
    (421, "4.7.0 Too many bad AUTH attempts, closing"),
    (435, "Unable to authenticate at present"),
    (454, "4.7.0 Temporary authentication failure"),
    (454, "4.7.0 Too many login attempts, please try again later. x - gsmtp"),
    (432, "4.3.2 Concurrent connections limit exceeded"),
    (451, "4.3.0 invalid password"),  # a server's 4xx is about now, whatever it says
    (535, "5.7.0 too many failed logins"),
    (535, "5.7.8 authentication failed: Connection lost to authentication server"),
    (535, "5.7.0 authentication temporarily unavailable"),
    (
        535,
        "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
    ),
    (550, "5.7.1 too many connections from your host"),
    (554, "5.7.0 too many errors"),
]
SMTP_REFUSED = [
    (535, "5.7.8 Username and Password not accepted. For more information, go to https://support.example"),
    (535, "5.7.8 Error: authentication failed: (reason unavailable)"),
    (535, "5.7.8 Error: authentication failed: UGFzc3dvcmQ6"),
    (535, "5.7.3 Authentication unsuccessful"),
    (535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    (535, "Incorrect authentication data"),
    (535, "no"),
    (534, "5.7.9 Application-specific password required."),
    (538, "5.7.11 Encryption required for requested authentication mechanism"),
    (530, "5.7.0 Invalid login or password"),
]
SMTP_UNCLEAR = [(550, "5.7.1 your address is blocked here"), (554, "go away"), (500, "what?")]


@pytest.mark.parametrize(("kind", "words"), NOT_NOW)
def test_not_now_says_nothing_of_the_credentials(kind: str, words: str) -> None:
    assert login_refusals.of_imap(kind, words) is Meaning.NOT_NOW


@pytest.mark.parametrize("words", REFUSED)
def test_a_refusal_of_the_credentials_is_definite(words: str) -> None:
    assert login_refusals.of_imap("NO", words) is Meaning.REFUSED


@pytest.mark.parametrize(("kind", "words"), UNCLEAR)
def test_what_may_be_either_is_neither(kind: str, words: str) -> None:
    assert login_refusals.of_imap(kind, words) is Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("code", "words", "meaning"),
    [
        *((code, words, Meaning.NOT_NOW) for code, words in SMTP_NOT_NOW),
        *((code, words, Meaning.REFUSED) for code, words in SMTP_REFUSED),
        *((code, words, Meaning.UNCLEAR) for code, words in SMTP_UNCLEAR),
    ],
)
def test_smtp_says_it_by_its_code_and_not_now_by_its_words(code: int, words: str, meaning: Meaning) -> None:
    assert login_refusals.of_smtp(code, words) is meaning


@pytest.mark.parametrize(
    ("kind", "words", "broke"),
    [
        ("BAD", "Command Error. 12", True),
        ("BAD", "Server busy", False),
        ("BYE", "", True),
        ("BYE", "Too many connections, try again later", False),
        ("NO", "Unsupported authentication mechanism", True),
        ("NO", "AUTHENTICATE PLAIN is not supported", True),
        ("NO", "[AUTHENTICATIONFAILED] Invalid credentials", False),
        ("NO", "[UNAVAILABLE] mechanism currently not available", False),
    ],
)
def test_only_a_broken_command_is_a_reason_for_another(kind: str, words: str, broke: bool) -> None:
    assert login_refusals.about_the_command(kind, words) is broke


@given(st.sampled_from(["NO", "BAD", "BYE", ""]), st.text(max_size=400), st.integers(400, 599))
def test_any_words_have_a_meaning(kind: str, words: str, code: int) -> None:
    assert login_refusals.of_imap(kind, words) in Meaning
    assert login_refusals.of_smtp(code, words) in Meaning
    assert login_refusals.about_the_command(kind, words) in (True, False)


@given(st.sampled_from(sorted(login_refusals.IMAP_NOT_NOW)), st.sampled_from(REFUSED))
def test_a_code_for_now_outweighs_every_word(code: str, words: str) -> None:
    assert login_refusals.of_imap("NO", f"[{code}] {words}") is Meaning.NOT_NOW


def test_reading_endless_words_takes_no_time() -> None:
    """The bounds in the patterns hold: no server makes us think for long."""
    for piece in ("login ", "over exceed limit ", "not ", "[A", "too ", "a-", "server "):
        login_refusals.of_imap("NO", piece * 2000)
        login_refusals.of_smtp(535, piece * 2000)
