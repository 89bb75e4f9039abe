"""What a receiving server noted of a mail counts where it was that server that wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.health import authentication_results, records
from relance.mailbox.health.dmarc import Passes
from relance.mailbox.health.findings import Grade

GOOGLE = (
    "mx.google.com; dkim=pass header.i=@acme.example header.s=google header.b=AbC; "
    "spf=pass (google.com: domain of ada@acme.example designates 192.0.2.1 (a; b) as permitted sender) "
    "smtp.mailfrom=ada@acme.example; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=acme.example"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (GOOGLE, Passes(True, True)),
        ("mx.google.com; dkim=pass header.d=acme-example.gappssmtp.com; spf=softfail smtp.mailfrom=acme.example", Passes(False, False)),
        ("mx.google.com; dkim=fail header.d=acme.example; dkim=pass header.d=mail.acme.example", Passes(None, True)),
        ("mx.google.com; dkim=none; spf=none smtp.mailfrom=acme.example", Passes()),
        ("mx.google.com 1; none", Passes()),
        ("", Passes()),
    ],
)  # fmt: skip
def test_what_is_noted(value: str, expected: Passes) -> None:
    assert authentication_results.passes(value, "ada@acme.example") == expected


def test_only_the_receiving_servers_own_header_counts_and_the_topmost() -> None:
    forged = "evil.example; dkim=pass header.d=acme.example"
    older = GOOGLE.replace("dkim=pass", "dkim=fail")
    trusted = authentication_results.trusted
    assert trusted([forged, GOOGLE, older], "mx.google.com", "imap.gmail.com") == GOOGLE
    assert trusted([forged], "mx.google.com", "imap.gmail.com") == ""
    own = "(checked) mx2.acme.example; dkim=pass"
    assert trusted([forged, own], "", "mail.acme.example") == own
    assert trusted([forged, own], "", "localhost") == ""


def test_a_mail_that_was_seen_says_more_than_a_key() -> None:
    assert records.signed("acme.example", passes=True).grade is Grade.FINE
    assert records.signed("acme.example", passes=False).grade is Grade.WARNING


@given(st.text("();=. dkimspfailx@header.i/1\n", max_size=200))
def test_whatever_stands_there_it_is_read(value: str) -> None:
    authentication_results.passes(value, "ada@acme.example")
    authentication_results.trusted([value], "", "mail.acme.example")
