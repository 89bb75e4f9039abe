"""Where an answer goes: to Reply-To, as the writer wishes; a wish that leads elsewhere is for a person to decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.engine.inbound.answering import addressees
from relance.engine.inbound.answering.addressees import ReplyAddresses
from relance.mailbox.parsing import message
from relance.mailbox.parsing.header_fields import NamedAddress

KIM = NamedAddress("Kim", "kim@lake.example")
OURS = frozenset({"ada@sales.example"})


def found(*headers: str, writer: NamedAddress = KIM, known: str = "") -> ReplyAddresses:
    raw = "".join(f"{each}\r\n" for each in (f"From: {writer.address}", *headers)).encode()
    return addressees.find(message.correspondents(raw + b"\r\nHello"), writer, ours=OURS, known=known)


def told(*headers: str, **more: object) -> list[tuple[str, bool, bool]]:
    return [(each.address, each.asked, each.elsewhere) for each in found(*headers, **more).choices]  # type: ignore[arg-type]


OWN = ("kim@lake.example", False, False)


def test_without_a_wish_it_goes_to_the_writer() -> None:
    assert told() == [OWN]
    assert addressees.choose(found(), "").address == KIM.address


@pytest.mark.parametrize(
    ("wish", "elsewhere"),
    [
        ("sales@lake.example", False),
        ("sales@mail.lake.example", False),
        ("sales@lakes.example", True),
        ("kim@lake.example.evil.example", True),
    ],
)
def test_it_goes_where_the_writer_asks_and_another_organisation_is_told(wish: str, elsewhere: bool) -> None:
    wished = (wish, True, elsewhere)
    assert told(f"Reply-To: Office <{wish}>") == ([OWN, wished] if elsewhere else [wished, OWN])


def test_elsewhere_is_not_followed_before_somebody_says_so() -> None:
    named = found("Reply-To: x@evil.example")
    with pytest.raises(errors.Invalid):
        addressees.choose(named, "")
    assert addressees.choose(named, " X@Evil.example ").address == "x@evil.example"
    assert addressees.choose(named, "kim@lake.example").address == "kim@lake.example"
    with pytest.raises(errors.Invalid):
        addressees.choose(named, "third@lake.example")
    inside = found("Reply-To: office@lake.example")
    assert addressees.choose(inside, "").address == "office@lake.example"


def test_elsewhere_stands_last_and_behind_an_address_of_their_own_it_is_no_less_a_choice() -> None:
    named = found("Reply-To: x@evil.example, office@lake.example")
    assert [each.address for each in named.choices] == [
        "office@lake.example",
        "kim@lake.example",
        "x@evil.example",
    ]
    with pytest.raises(errors.Invalid):
        addressees.choose(named, "")
    assert not found("Reply-To: office@lake.example").must_choose


def test_a_free_mail_address_is_nobody_s_colleague() -> None:
    kim = NamedAddress("Kim", "kim@gmail.com")
    assert told("Reply-To: kimm@gmail.com", writer=kim)[-1] == ("kimm@gmail.com", True, True)


def test_an_address_we_wrote_to_before_is_known() -> None:
    assert told("Reply-To: kim@pond.example", known="kim@pond.example")[0] == (
        "kim@pond.example",
        True,
        False,
    )


@pytest.mark.parametrize(
    "wish",
    [
        "kim@lake.example",
        "x@evil.example, Kim <kim@lake.example>",  # the writer is among them
        "ada@sales.example",  # us
        "ada+anything@sales.example",
        "",
        "nobody",
        "undisclosed-recipients:;",
        '"a b"@lake.example',
        ", ".join(f"a{number}@lake.example" for number in range(addressees.MAX_ADDRESSEES + 1)),
    ],
)
def test_what_is_no_other_address_changes_nothing(wish: str) -> None:
    assert told(f"Reply-To: {wish}") == [OWN]


def test_an_encoded_comma_is_part_of_the_name() -> None:
    [first, _] = found("Reply-To: =?utf-8?Q?=C5=81ukasik=2C_Kim?= <office@lake.example>").choices
    assert (first.name, first.address) == ("Łukasik, Kim", "office@lake.example")


def test_who_else_had_it_is_told_without_us() -> None:
    seen = found("To: ada@sales.example, Eve <eve@lake.example>", "Cc: kim@lake.example, tom@pond.example")
    assert seen.others == ("eve@lake.example", "tom@pond.example")


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    named = message.correspondents(b"Reply-To: " + raw + b"\r\nCc: " + raw + b"\r\n\r\n")
    choices = addressees.find(named, KIM, ours=OURS).choices
    assert KIM.address in {each.address for each in choices}
    assert not choices[0].elsewhere
    for each in choices:
        assert not set("\r\n\0 ,;<>") & set(each.address)
