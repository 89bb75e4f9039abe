"""Whom we trust, and where no protection is needed."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from relance import errors
from relance.mailbox import tls
from tests.reworded import in_english, worded


def test_certificates_and_names_are_verified() -> None:
    context = tls.context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert tls.context() is context


def test_a_file_of_authorities_is_added_and_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    first = tls.context(str(path))
    assert first is tls.context(str(path))
    assert first.cert_store_stats()["x509"] > tls.context().cert_store_stats()["x509"] - 1
    path.touch()
    assert tls.context(str(path)) is not first


def test_the_certificates_themselves_are_trusted_as_a_file_of_them_is(tmp_path: Path) -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    written = f"The authority of our house (Kraków):\r\n{pem}\n"
    assert tls.is_pem(written)
    assert not tls.is_pem("/etc/ssl/ca.pem")
    assert not tls.is_pem(None)
    more = tls.context(written).cert_store_stats()["x509"] - tls.context().cert_store_stats()["x509"]
    assert more == 1
    assert tls.context(written) is tls.context(written)


@pytest.mark.parametrize("cut", [40, 300])
def test_certificates_that_were_not_pasted_whole_are_said(cut: int) -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    for broken in (pem[:cut], pem[:cut] + pem[cut + 80 :]):
        with pytest.raises(errors.Broken, match=worded("The certificate cannot be read")):
            tls.context(broken)


@pytest.mark.parametrize("text", [None, "", "no certificate"])
def test_a_file_that_holds_none_is_said(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(errors.Broken, match=worded(r"ca\.pem cannot be read")) as caught:
        tls.context(str(path))
    assert in_english("PEM") in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
    ],
)
def test_what_is_certainly_this_computer(host: str, expected: bool) -> None:
    assert tls.is_loopback(host) is expected
