"""A reply goes where the mail it answers asks for replies (RFC 5322, 3.6.2), unless that is somebody else's or said no."""

from __future__ import annotations

import email
from collections.abc import Iterator

import pytest

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.answering import service
from relance.engine.store.inbound import replies
from tests.reading import KIM
from tests.replying import a_turn, answered, kept, now, pass_by, reply, smtp
from tests.servers.fault_smtp import FaultServer

OFFICE, EVIL = "office@lake.example", "x@evil.example"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with smtp() as running:
        yield running


def test_a_reply_goes_to_the_address_it_is_asked_for_at(house: Context, server: FaultServer) -> None:
    house = answered(house, server, Reply_To=f"The Office <{OFFICE}>")
    assert [each.address for each in service.addresses(house, 1).choices] == [OFFICE, KIM]
    assert reply(house).to == OFFICE
    assert reply(house).id == now(house).id
    pass_by(house, seconds=1)
    assert reply(house, to=KIM).to == KIM
    pass_by(house, minutes=1)
    assert a_turn(house).sent == 2
    assert [each.recipient for each in server.accepted] == [OFFICE, KIM]
    seen = [email.message_from_bytes(each.raw)["To"] for each in server.accepted]
    assert seen == [f"The Office <{OFFICE}>", f"Kim <{KIM}>"]


def test_one_that_leads_elsewhere_waits_for_a_person_s_word(house: Context, server: FaultServer) -> None:
    house = answered(house, server, Reply_To=EVIL)
    with pytest.raises(errors.Invalid):
        reply(house)
    with pytest.raises(errors.Invalid):
        reply(house, to="third@lake.example")
    assert service.of_answer(house, 1) == ()
    assert reply(house, to=KIM).to == KIM
    pass_by(house, seconds=1)
    assert reply(house, to=EVIL).to == EVIL
    pass_by(house, minutes=1)
    a_turn(house)
    assert [each.recipient for each in server.accepted] == [KIM, EVIL]


@pytest.mark.parametrize(
    ("asked", "to", "quoted"),
    [(None, EVIL, False), (None, KIM, True), (True, EVIL, True), (False, KIM, False)],
)
def test_their_words_go_elsewhere_only_if_somebody_says_so(
    house: Context, server: FaultServer, asked: bool | None, to: str, quoted: bool
) -> None:
    house = answered(house, server, Reply_To=EVIL)
    assert ("\n> " in reply(house, to=to, quote=asked).text) is quoted
    assert reply(house, to=to, quote=asked).id == now(house).id


def test_an_address_of_their_own_beside_it_does_not_hide_one_that_leads_elsewhere(
    house: Context, server: FaultServer
) -> None:
    house = answered(house, server, Reply_To=f"{OFFICE}, {EVIL}")
    with pytest.raises(errors.Invalid):
        reply(house)
    assert service.of_answer(house, 1) == ()
    assert reply(house, to=OFFICE).to == OFFICE


@pytest.mark.parametrize("who", [OFFICE, KIM])
@pytest.mark.parametrize("said", ["before it was written", "before it was claimed"])
def test_neither_the_address_nor_the_writer_may_have_said_no(
    house: Context, server: FaultServer, who: str, said: str
) -> None:
    house = answered(house, server, Reply_To=OFFICE)
    if said == "before it was written":
        contact_service.suppress(house, who)
        with pytest.raises(errors.Invalid):
            reply(house)
        assert service.of_answer(house, 1) == ()
        return
    reply(house)
    contact_service.suppress(house, who)
    pass_by(house, minutes=1)
    a_turn(house)
    assert (server.accepted, now(house).state) == ([], "abandoned")
    assert now(house).why


def test_a_colleague_who_wrote_and_said_no_is_not_written_to_by_way_of_reply_to(
    house: Context, server: FaultServer
) -> None:
    """The contact is Kim, the writer is Kim's colleague, and the reply would go to their office."""
    house = answered(house, server, From="eve@lake.example", Reply_To=OFFICE)
    assert reply(house).to == OFFICE
    contact_service.suppress(house, "eve@lake.example")
    pass_by(house, minutes=1)
    a_turn(house)
    assert (server.accepted, now(house).state) == ([], "abandoned")


def test_bytes_that_are_no_longer_kept_name_nobody(house: Context, server: FaultServer) -> None:
    house = answered(house, server, Reply_To=OFFICE)
    with house.database.write() as conn:
        replies.change(conn, 1, raw=None)
    assert reply(house).to == KIM
    assert kept(house).recipient == KIM
