"""A signature of ours verifies for a program that is not ours (dkimpy), and for nobody once the mail is another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import dkim as witness
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mailbox.composing import compose, dkim
from relance.mailbox.composing.dkim import SigningKey
from tests.unit.mailbox.composing.test_compose import DRAFT

KEYS = {kind: SigningKey("firm.example", "s1", dkim.make(kind)) for kind in ("rsa", "ed25519")}
LONG = "\n.\n..\nFrom here \t \n" + "x" * 3000 + "\n \n\n\n"


def verifies(raw: bytes, key: SigningKey) -> bool:
    def asked(name: bytes, timeout: int = 5) -> bytes:
        assert name == f"{key.name}.".encode()
        return key.record.encode()

    return witness.verify(raw, dnsfunc=asked)


@pytest.fixture(params=["rsa", "ed25519"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return KEYS[request.param]


@pytest.mark.parametrize(
    "draft",
    [
        DRAFT,
        replace(DRAFT, subject="ż" * 300, to_name="Ł" * 200, references=tuple(f"<{n}@x.example>" for n in range(30))),
        replace(DRAFT, text=LONG, html=f"<p>{LONG}</p>"),
        replace(DRAFT, text="plain  words\t\n\n\n", html=None, unsubscribe_url=None, unsubscribe_mailto=None),
        replace(DRAFT, text="", html=None, in_reply_to=None, references=()),
        replace(DRAFT, to_address="łucja.żak@acme.example"),
    ],
    ids=["whole", "folded", "long lines and dots", "plain", "empty", "beyond ASCII"],
)  # fmt: skip
def test_every_mail_of_ours_verifies(draft: compose.MailDraft, key: SigningKey) -> None:
    raw = compose.compose(draft, key)
    assert verifies(raw, key)
    signature, unsigned = re.split(rb"(?<=\r\n)(?=From: )", raw, maxsplit=1)
    assert unsigned == compose.compose(draft)  # and is the mail that it was
    assert signature.startswith(b"DKIM-Signature: v=1; ")
    assert max(map(len, signature.split(b"\r\n"))) <= 78


def tags(raw: bytes) -> dict[str, str]:
    head = re.match(rb"DKIM-Signature:((?:.*\r\n)(?:[ \t].*\r\n)*)", raw)
    assert head is not None
    parts = re.sub(r"\s", "", head[1].decode()).split(";")
    return dict(each.split("=", 1) for each in parts)


def test_what_is_signed_and_how() -> None:
    found = tags(compose.compose(DRAFT, KEYS["rsa"]))
    assert (found["a"], found["c"], found["d"], found["s"]) == (
        "rsa-sha256",
        "relaxed/relaxed",
        "firm.example",
        "s1",
    )
    assert found["t"] == str(int(DRAFT.date.timestamp()))
    assert not found.keys() & {"l", "x", "z"}
    named = found["h"].split(":")
    once = "message-id in-reply-to references mime-version content-type"
    twice = "from to subject date list-unsubscribe list-unsubscribe-post"
    assert {each: named.count(each) for each in once.split()} == dict.fromkeys(once.split(), 1)
    assert {each: named.count(each) for each in twice.split()} == dict.fromkeys(twice.split(), 2)
    assert tags(compose.compose(DRAFT, KEYS["ed25519"]))["a"] == "ed25519-sha256"  # fmt: skip


def _less(name: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: re.sub(rb"(?m)^" + name + rb":.*\r\n(?:[ \t].*\r\n)*", b"", raw, count=1)


def _more(line: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: line + b"\r\n" + raw


@pytest.mark.parametrize(
    "tamper",
    [
        lambda raw: raw.replace(b"tu", b"to", 1),
        lambda raw: raw.replace(b"Subject: ", b"Subject: Re: "),
        lambda raw: raw + b"one line more\r\n",
        _less(b"List-Unsubscribe"),
        _less(b"List-Unsubscribe-Post"),
        _less(b"In-Reply-To"),
        _less(b"MIME-Version"),
        _more(b"From: Eve <eve@evil.example>"),
        _more(b"Subject: another"),
        _more(b"Reply-To: eve@evil.example"),
        _more(b"List-Unsubscribe: <https://evil.example>"),
    ],
)
def test_another_mail_verifies_for_nobody(tamper: Callable[[bytes], bytes], key: SigningKey) -> None:
    raw = compose.compose(DRAFT, key)
    other = tamper(raw)
    assert other != raw
    assert not verifies(other, key)


def test_a_relay_may_write_above_and_fold_anew(key: SigningKey) -> None:
    raw = compose.compose(DRAFT, key)
    passed_on = b"Received: from a\r\n\tby b; today\r\n" + raw.replace(
        b"Message-ID: <", b"Message-ID:\r\n  <"
    )
    assert verifies(passed_on.replace(b"References: ", b"references:   "), key)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), subject=st.text(min_size=1, max_size=120))
def test_whatever_a_mail_says(text: str, subject: str) -> None:
    draft = replace(DRAFT, text=text, subject=f"a{subject}")
    assert verifies(compose.compose(draft, KEYS["ed25519"]), KEYS["ed25519"])


def pem(key: object, password: bytes = b"") -> str:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8, locked
    return key.private_bytes(serialization.Encoding.PEM, *form).decode()  # type: ignore[attr-defined]


def test_keys_that_are_read() -> None:
    for made in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)):
        key = SigningKey("firm.example", "s1", dkim.read(pem(made)))
        assert verifies(compose.compose(DRAFT, key), key)
        assert pem(made).split("\n")[1] not in repr(key)


@pytest.mark.parametrize(
    "unfit",
    [
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----" * 2000,
        pem(rsa.generate_private_key(65537, 1024)),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(ed25519.Ed25519PrivateKey.generate(), b"locked"),
    ],
    ids=["empty", "words", "damaged", "long", "1024 bits", "curve", "locked"],
)
def test_keys_that_are_refused(unfit: str) -> None:
    with pytest.raises(dkim.UnfitSigningKey):
        dkim.read(unfit)
