from __future__ import annotations

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.engine.reasons import Code, because
from relance.engine.store.contacts import suppressions
from tests.reworded import in_english, worded


def test_a_contact_is_added_changed_and_found(house: Context) -> None:
    contact_service.add(house, "Ada@Acme.example", {"first_name": " Ada ", "team": "sales"})
    again = contact_service.add(
        house, "ada@acme.example", {"first_name": "", "company": "Acme", "team": "marketing"}
    )
    assert (again.first_name, again.company, again.fields) == ("Ada", "Acme", {"team": "marketing"})
    assert [each.email for each in contact_service.page(house, search="ACM")] == ["ada@acme.example"]
    assert contact_service.page(house, after="ada@acme.example") == []


@pytest.mark.parametrize(
    "name", ["O'Hara", "100%", "a_b", "a/b", "a\\b", "a\\'b", ":x", "%(x)s", "Łoś", "$1"]
)
def test_every_character_of_a_word_is_only_itself(house: Context, name: str) -> None:
    """On PostgreSQL a word stands in the statement's text."""
    contact_service.add(house, "ada@acme.example", {"first_name": name})
    contact_service.add(house, "bob@acme.example", {"first_name": "axb 100 anybody"})
    found = [
        contact_service.page(house, search=each, words=True) for each in (name, name.upper(), f"{name}'--")
    ]
    assert [[each.email for each in page] for page in found] == [
        ["ada@acme.example"],
        ["ada@acme.example"],
        [],
    ]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Wójcik", "wojcik"),
        ("Sokół", "SOKOL"),
        ("Łoś", "los"),
        ("Groß", "gross"),
        ("Sørensen", "sorensen"),
        ("Đorđe", "dorde"),
        ("Müller", "muller"),
    ],
)
def test_people_are_found_by_letters_without_marks(house: Context, name: str, typed: str) -> None:
    """As they are typed in a hurry; and as they are written, whether the mark is known here or not."""
    contact_service.add(house, "ada@acme.example", {"last_name": name})
    contact_service.add(house, "bob@acme.example", {"company": f"{name} GmbH"})
    contact_service.add(house, "cyd@acme.example", {"first_name": "Cyd"})
    for each in (typed, name, name.upper()):
        for words in (True, False):
            found = contact_service.page(house, search=each, words=words)
            assert [one.email for one in found] == ["ada@acme.example", "bob@acme.example"]
    contact_service.add(house, "ada@acme.example", {"last_name": typed.title()})
    contact_service.add(house, "bob@acme.example", {"company": "Acme"})
    assert [one.email for one in contact_service.page(house, search=name, words=True)] == ["ada@acme.example"]


def test_a_company_is_found_by_how_its_domain_begins(house: Context) -> None:
    contact_service.add(house, "ada@sokolfoods.example", {})
    contact_service.add(house, "bob@acme.example", {})
    found = contact_service.page(house, search="sokolf", words=True)
    assert [one.email for one in found] == ["ada@sokolfoods.example"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("harbour tools", True),
        ("Harbour Too", True),
        ("tom harbour tools", True),
        ("Żółć Sp. z o.o.", True),
        ("zolc sp. z o.o. tom", True),
        ("harbour of tools", False),
        ("tools", False),
        ("tools harbour", False),
        ("sp. z o.o.", False),
    ],
)
def test_a_company_of_several_words_is_found_by_all_of_them(house: Context, typed: str, found: bool) -> None:
    contact_service.add(house, "tom@quay.example", {"first_name": "Tom", "company": "Harbour Tools"})
    contact_service.add(house, "tomek@lake.example", {"first_name": "Tomek", "company": "Żółć Sp. z o.o."})
    contact_service.add(house, "eve@tool.example", {"first_name": "Eve", "company": "Other"})
    hits = contact_service.page(house, search=typed, words=True)
    assert len(hits) == int(found)


def test_marks_alone_find_nobody(house: Context) -> None:
    contact_service.add(house, "ada@acme.example", {"last_name": "Wójcik"})
    assert contact_service.page(house, search="\u0301", words=True) == []


def test_what_cannot_be_a_field_is_refused(house: Context) -> None:
    with pytest.raises(errors.Invalid, match="team_size"):
        contact_service.add(house, "ada@acme.example", {"Team size": "5"})
    with pytest.raises(errors.NotFound, match=worded("is not a contact")):
        contact_service.show(house, "nobody@acme.example")


def test_addresses_and_domains_are_suppressed_and_freed(house: Context) -> None:
    assert contact_service.suppress(house, "Ada@ACME.example").kind == "address"
    assert contact_service.suppress(house, "@Other.example", "a competitor").value == "other.example"
    with house.database.read() as conn:
        refused = suppressions.suppressed(
            conn, ["ada@acme.example", "x@mail.other.example", "bob@acme.example"]
        )
    told = {address: why.words for address, why in refused.items()}
    assert told == {
        "ada@acme.example": in_english("added by the program relance"),
        "x@mail.other.example": in_english("a competitor"),
    }
    assert contact_service.unsuppress(house, "other.example") is True
    assert [each.value for each in contact_service.suppressed(house)] == ["ada@acme.example"]
    assert contact_service.unsuppress(house, "@other.example") is False
    with pytest.raises(errors.Invalid, match=worded("neither an address nor a domain")):
        contact_service.suppress(house, "not a domain")


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (Actor(ActorKind.RECIPIENT), "the recipient"),
        (Actor(ActorKind.RULE, "evidence"), "a rule (evidence)"),
        (Actor(ActorKind.SCHEDULE, "turn"), "a schedule (mailbox)"),
        (Actor(ActorKind.SERVER), "the server that refused it"),
        (Actor(ActorKind.USER, "ann@sales.example"), "ann@sales.example"),
    ],
)
def test_who_put_an_address_on_the_list_is_told_for_every_kind_of_actor(
    house: Context, actor: Actor, told: str
) -> None:
    with house.database.write() as conn, acting(actor):
        why = suppressions.wished(because(Code.UNSUBSCRIBED_BY_LINK))
        suppressions.add(conn, "address", "kim@lake.example", why, house.clock.now())
    [found] = contact_service.suppressed(house)
    assert (found.added_by, found.added_by_kind) == (in_english(told), actor.kind.value)
    assert found.codes == ("unsubscribed_by_link",)
    with house.database.write() as conn:  # as a release to come may write it
        conn.execute(sa.update(tables.suppression_reason).values(added_by={"kind": "robot", "name": "r2"}))
    [found] = contact_service.suppressed(house)
    assert (found.added_by, found.added_by_kind) == ("r2", "robot")
