"""Which addresses we write to, and what company they point at."""

from __future__ import annotations

import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.mailbox import address
from tests.reworded import in_english, worded


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("ada@firm.example", "ada@firm.example"),
        ("  Ada.Lovelace+News@Firm.Example ", "ada.lovelace+news@firm.example"),
        ("o'neil@firm.example", "o'neil@firm.example"),
        ("jan@müller.de", "jan@xn--mller-kva.de"),
        ("jan@xn--mller-kva.de", "jan@xn--mller-kva.de"),
        ("jan@MÜLLER.de", "jan@xn--mller-kva.de"),
        ("jan@mu\u0308ller.de", "jan@xn--mller-kva.de"),
        ("jan@straße.de", "jan@xn--strae-oqa.de"),
        ("Łucja.Żak@firm.example", "łucja.żak@firm.example"),
        ("cafe\u0301@firm.example", "caf\xe9@firm.example"),
        ("用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"),
    ],
)
def test_addresses_we_take(written: str, normalised: str) -> None:
    found = address.normalise(written)
    assert (found.normalised, found.original) == (normalised, written)
    assert f"{found.local}@{found.domain}" == normalised


@pytest.mark.parametrize(
    "written",
    ["", " ", "ada", "ada@", "@firm.example", "a@b", "a b@firm.example", "a@b@firm.example", '"a b"@firm.example',
     "a%b@firm.example", "b.example!a@firm.example", "=?x?q?collab=40psres.net=3e=00?=foo@firm.example",
     "=?utf-8?q?a?=@firm.example", "a@[127.0.0.1]", "a..b@firm.example", ".a@firm.example",
     "alice@firm.example<bob@evil.example>", "bob@evil.example <alice@firm.example>", "a@firm.example\r\nRCPT TO:<x@y>",
     "a@firm.example,b@firm.example", "a＠firm.example", "a@firm_x.example", "a@-firm.example", "a\x00@firm.example",
     "a@x.test", "a@printer.local", "a@localhost", "a" * 65 + "@firm.example", "a@" + "x" * 64 + ".example",
     "a@" + ".".join(["x" * 60] * 5) + ".example"],
)  # fmt: skip
def test_addresses_we_refuse_with_a_sentence(written: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        address.normalise(written)
    assert refused.value.text
    assert str(refused.value).rstrip().endswith(in_english("."))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a@①.com", "a@1.com"),
        ("a@ｅxample.com", "a@example.com"),
        ("a@ﬁrma.de", "a@firma.de"),
        ("a@firm。example", "a@firm.example"),
        ("a@ⅷ.com", "a@viii.com"),
        ("a@\u212aarma.example", "a@karma.example"),
        ("a@ſtadt.example", "a@stadt.example"),
    ],
)
def test_letters_that_stand_for_others_are_asked_about(written: str, meant: str) -> None:
    with pytest.raises(errors.Invalid, match=worded(f"would go to {meant}. Write that if")) as refused:
        address.normalise(written)
    assert written in str(refused.value)
    assert address.ascii_form(written.partition("@")[2]) is None


@given(st.text(max_size=40))
def test_no_two_domains_become_one_but_by_their_small_letters(text: str) -> None:
    found = address.ascii_form(text)
    if found is not None and not text.isascii():
        assert found.isascii()
        assert unicodedata.normalize("NFC", text.lower()) == idna.decode(found)


@pytest.mark.parametrize(
    "local", ["ｅwa", "ﬁlip", "İpek", "a\u200bb", "ala\u00a0", "\u202eala", "①", "ł" * 33, "ł..ó", ".ł", "😀"]
)
def test_letters_before_the_at_that_stand_for_others_or_for_nothing_are_refused(local: str) -> None:
    with pytest.raises(errors.Invalid):
        address.normalise(f"{local}@firm.example")


def test_a_mailbox_of_ours_has_ascii_alone() -> None:
    with pytest.raises(errors.Invalid):
        address.normalise("łucja@firm.example", only_ascii=True)


def test_test_domains_where_allowed() -> None:
    assert address.normalise("a@x.test", allow_test_domains=True).domain == "x.test"
    assert address.normalise("a@printer.local", allow_test_domains=True).domain == "printer.local"


@given(st.text(max_size=80))
def test_whatever_is_taken_is_safe_in_an_envelope(text: str) -> None:
    try:
        found = address.normalise(text)
    except errors.Invalid:
        return
    assert found.domain.isascii()
    assert found.normalised.isprintable()
    assert not set(found.normalised) & set('<>()[]\\,;:" \r\n\t%!')
    assert address.normalise(found.normalised).normalised == found.normalised


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("acme.example", "acme.example"),
        ("Mail.Sales.Acme.co.uk", "acme.co.uk"),
        ("poczta.firma.com.pl", "firma.com.pl"),
        ("gmail.com", None),
        ("wp.pl", None),
        ("vip.onet.pl", None),
        ("hotmail.co.uk", None),
        ("com", None),
    ],
)
def test_the_company_behind_a_domain(domain: str, organisation: str | None) -> None:
    assert address.organisation(domain) == organisation
