"""A rep's aliases: offered from Sent, and from then on a letter from one is the rep's own, never a prospect's answer."""

from __future__ import annotations

import dataclasses
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.mailboxes import aliases, remove, service
from relance.engine.states import State
from relance.mailbox.account import Security, Server
from tests.engine_house import add_mailbox
from tests.journeys.stage import ADA, Stage, standing
from tests.reading import KIM, enrolled, hear, letter, row, wrote
from tests.reworded import worded

EWA, ALIAS = "ewa@acme.example", "a.lind@northwind.example"


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def by_hand(stage: Stage, folder: str, **headers: str) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["Subject"], mail["Message-ID"] = (
        f"Ada Lind <{ALIAS}>",
        "Lunch?",
        f"<{folder}@northwind.example>",
    )
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content("Shall we?")
    stage.place(EWA, mail.as_bytes(), folder=folder)


def test_what_sent_shows_is_offered_and_a_letter_from_it_pauses(stage: Stage) -> None:
    stage.enroll(EWA)
    stage.run()
    by_hand(stage, "Sent", To=EWA)
    stage.look()
    assert stage.state(EWA) == "paused"
    shown = stage.relance.mailboxes.show(ADA)
    assert (shown.aliases, shown.offered) == ((), (ALIAS,))
    told = stage.relance.mailboxes.test(ADA, probe=False)
    assert told.ok
    assert f"relance mailbox alias add {ADA} {ALIAS}" in told.steps[-1].words
    assert stage.relance.mailboxes.add_alias(ADA, f" {ALIAS.upper()} ") == (ALIAS,)
    shown = stage.relance.mailboxes.show(ADA)
    assert (shown.aliases, shown.offered) == ((ALIAS,), ())


def test_a_contact_whose_mail_lies_in_sent_is_nobodys_alias(stage: Stage) -> None:
    """A Sent folder that holds whole conversations shows prospects as writers, too."""
    stage.enroll(EWA)
    stage.run()
    by_hand(stage, "Sent", To=ADA, From=EWA)
    by_hand(stage, "Sent", To=EWA)
    stage.look()
    assert EWA not in stage.relance.mailboxes.show(ADA).offered
    assert ALIAS in stage.relance.mailboxes.show(ADA).offered


def test_a_letter_from_an_alias_is_nobodys_answer(house: Context) -> None:
    enrolled(house, KIM)
    named = wrote(house).message_id
    alias = "a.lovelace@sales.example"
    assert aliases.add(house, "ada@sales.example", alias) == (alias,)
    assert hear(house, letter(alias, To=KIM, Cc="ada@sales.example", In_Reply_To=named)) == 0
    assert row(house).state is State.ACTIVE
    assert aliases.remove(house, "ada@sales.example", alias) == ()
    assert hear(house, letter(alias, To=KIM, Cc="ada@sales.example", In_Reply_To=named)) == 1
    assert row(house).state is State.REPLIED


def test_what_can_be_no_alias_is_refused(house: Context) -> None:
    enrolled(house, KIM)
    for alias, why in ((KIM, "contact"), ("ada@sales.example", "mailbox of its own"), ("nobody", "nobody")):
        with pytest.raises(errors.Invalid, match=worded(why)):
            aliases.add(house, "ada@sales.example", alias)
    with pytest.raises(errors.NotFound, match=worded("not an alias")):
        aliases.remove(house, "ada@sales.example", "other@sales.example")
    with pytest.raises(errors.NotFound, match=worded("no mailbox")):
        aliases.add(house, "bob@sales.example", "other@sales.example")


def test_an_alias_is_no_mailbox_of_its_own(house: Context) -> None:
    """The other order; a mailbox that comes back does not bring back an alias that became a mailbox meanwhile."""
    ada, cleo = "ada@sales.example", "cleo@sales.example"
    add_mailbox(house, ada)
    server = Server("mail.sales.example", 993, Security.TLS)
    spec = service.MailboxSpec(f" {cleo.title()}", "Cleo", cleo, "secret", server, server)
    aliases.add(house, ada, cleo)
    for attempt in (service.checked, service.add):
        with pytest.raises(errors.Invalid, match=worded("is an alias of")) as refused:
            attempt(house, spec)
        assert f"alias remove {ada} {cleo}" in str(refused.value)
        assert f"alias remove {ada}" not in str(refused.value.on_page)
    remove.remove(house, service.get(house, ada), force=True)
    assert service.add(house, spec).address == cleo
    again = dataclasses.replace(spec, address=ada, username=ada)
    assert service.add(house, again).aliases == ()


def test_only_what_is_nobodys_is_offered() -> None:
    assert aliases.offered(["a@x", "b@x"], {"a@x"}) == ("b@x",)
