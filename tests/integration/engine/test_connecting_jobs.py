"""Mailboxes connected in the background: a result for each, none lost when a worker dies, and a refused client is not asked for ever."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import machine_now
from relance.engine.contacts import csv_reader
from relance.engine.context import Context
from relance.engine.db.tables import job as job_table
from relance.engine.jobs import ledger, service, work
from relance.engine.mailboxes import service as mailboxes
from relance.engine.mailboxes.sign_ins import connecting
from relance.engine.mailboxes.sign_ins.connecting import CLIENT_TRIES, ApplicationRequest, Refusals
from relance.engine.store.jobs import JobState
from relance.mailbox import providers
from relance.mailbox.account import Security, Server
from relance.mailbox.oauth.own_clients import OwnClient
from relance.mailbox.providers.facts import OAuth, Servers
from relance.wording import Text
from tests import dumps
from tests.reworded import in_english, worded
from tests.servers import dovecot, ports, postfix, token_service
from tests.servers.token_service import CLIENT, SECRET, Service
from tests.sign_ins import ADA

EVE = "eve@sales.example"


def known(at: Service, smtp: int, imap: int) -> dict[str, Any]:
    """The providers, with one here in the place of Microsoft."""
    real = providers.KNOWN["microsoft365"]
    servers = Servers(
        Server("localhost", smtp, Security.STARTTLS),
        Server("localhost", imap, Security.TLS),
        real.servers.source,
    )
    oauth = OAuth(
        "",
        f"{at.url}/token",
        ("mail",),
        real.servers.source,
        application_scopes=("mail",),
        clients_of="microsoft",
    )
    return {**providers.KNOWN, "microsoft365": dataclasses.replace(real, servers=servers, oauth=oauth)}


@pytest.fixture
def at() -> Iterator[Service]:
    with token_service.running(application=ADA) as running:
        yield running


@pytest.fixture
def own_servers(at: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Servers that take the provider's tokens, as a table has them: the provider's own are not asked."""
    with (
        dovecot.running(tokens=dovecot.Tokens(f"{at.url}/introspect")) as mail,
        postfix.running(mail, 1) as out,
    ):
        monkeypatch.setattr(providers, "KNOWN", known(at, 1, 1))
        yield {
            **{"smtp_host": "localhost", "smtp_port": str(out.submission), "smtp_security": "starttls"},
            **{"imap_host": "localhost", "imap_port": str(mail.imaps), "imap_security": "tls"},
            "ca_file": Path(mail.ca_file).read_text(),
        }


def with_client(house: Context) -> Context:
    own = {"microsoft": OwnClient(CLIENT, secret=lambda: SECRET)}
    return dataclasses.replace(house, options=dataclasses.replace(house.options, own_clients=own))


def test_each_is_tried_and_what_works_is_connected(
    house: Context, migrated_url: str, at: Service, own_servers: dict[str, str]
) -> None:
    """Stopped after the first and taken up again; nothing that is secret can be read in a dump."""
    at.allowed = (ADA,)
    own, house = own_servers, with_client(house)
    tried = service.connect_mailboxes(house, "microsoft", [(ADA, "Ada", own)], dry_run=True)
    assert (tried.state, at.asked) == (JobState.QUEUED, [])  # no server is asked while a page waits
    work.work(house, tried.id)
    assert service.show(house, tried.id).counts == {"works": 1}
    assert mailboxes.list_all(house) == []
    sheet = csv_reader.table([("address", "name", *own), (EVE, ""), (ADA, "Ada", *own.values())])
    begun = service.connect_mailboxes(house, "microsoft", sheet)
    assert work.work(house, begun.id, lambda: True)
    assert service.show(house, begun.id).done == 1
    assert not work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert (done.state, done.counts) == (JobState.DONE, {"added": 1, "refused": 1})
    [refused] = service.lines(house, begun.id, "stayed")
    assert refused["email"] == EVE
    assert in_english("Nothing was saved") in str(Text.read(refused["why"]))
    [ada] = mailboxes.list_all(house)
    assert (ada.address, ada.name, ada.sign_in) == (ADA, "Ada", "oauth")
    assert dumps.told(dumps.of(migrated_url), (ADA, SECRET, *at.tokens)) == [ADA[:6]]


def test_a_client_that_is_refused_is_asked_a_few_times_only(
    house: Context, at: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a worker that stops in between, too."""
    port = ports.free_port()
    monkeypatch.setattr(providers, "KNOWN", known(at, port, port))
    house = with_client(house)
    wanted = [(f"p{number}@sales.example", "") for number in range(20)]
    job = service.connect_mailboxes(house, "microsoft", wanted)
    work.work(house, job.id, lambda: True)
    work.work(house, job.id)
    done = service.show(house, job.id)
    assert (done.state, done.done, done.counts) == (JobState.DONE, 20, {"refused": 20})
    assert len(at.asked) == CLIENT_TRIES
    last = service.lines(house, job.id, "stayed")[-1]
    assert in_english("was not tried") in str(Text.read(last["why"]))
    at.asked.clear()
    specs = [connecting_spec(address, port) for address, _ in wanted]
    found = connecting.connect(house, specs, ApplicationRequest())
    assert (len(found), len(at.asked)) == (20, CLIENT_TRIES)
    assert {each.outcome for each in found} == {"refused"}


def connecting_spec(address: str, port: int) -> mailboxes.MailboxSpec:
    here = Server("localhost", port, Security.TLS)
    return mailboxes.MailboxSpec(address, "Rep", address, "", here, here)


def test_only_the_same_refusal_in_a_row_counts() -> None:
    """The same is what the code says, however it is worded: with the hour, and a number for each request."""
    heard = Refusals()
    for error in ("invalid_client", "invalid_client", "", "invalid_client", "invalid_scope", "invalid_scope"):
        heard.heard(error, f"AADSTS7000215 {error} Trace ID: {heard}")
    assert (heard.error, heard.count) == ("invalid_scope", 2)


def test_a_client_is_refused_however_the_provider_words_it(
    house: Context, at: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Microsoft's words name the request and the hour: none is ever like another."""
    port = ports.free_port()
    monkeypatch.setattr(providers, "KNOWN", known(at, port, port))

    def otherwise_worded(_: object) -> None:
        told = f"AADSTS7000215: Invalid client secret. Trace ID: {len(at.asked)} Timestamp: 12:00:0{len(at.asked)}Z"
        at.refuses = (401, {"error": "invalid_client", "error_description": told})

    at.before = otherwise_worded
    house = with_client(house)
    wanted = [(f"p{number}@sales.example", "") for number in range(5)]
    job = service.connect_mailboxes(house, "microsoft", wanted)
    work.work(house, job.id, lambda: True)
    work.work(house, job.id)
    assert service.show(house, job.id).counts == {"refused": 5}
    assert len(at.asked) == CLIENT_TRIES
    last = service.lines(house, job.id, "stayed")[-1]
    assert "Trace ID: 2" in str(Text.read(last["why"]))


class Second:
    """A second worker that looks for work while the first waits for a server."""

    def __init__(self, house: Context, job: int, until: Callable[[], bool]) -> None:
        self.house, self.job, self.until, self.found = house, job, until, list[Any]()

    def __call__(self, _: object) -> None:
        if self.found:
            return
        self.found.append("it looks")
        ports.wait_until(self.until)
        self.found += work.due(self.house, 9)
        work.work(self.house, self.job)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of a moment."""
    for module in (ledger, work):
        monkeypatch.setattr(module, "LEASE", dt.timedelta(seconds=0.5))


class Minutes:
    """Machine time, which passes only while the job is held."""

    def __init__(self) -> None:
        self.now, self.passed = machine_now(), 0

    def pass_while_held(self, house: Context) -> bool:
        """Twenty seconds more each time that the lease was renewed; whether two minutes are over."""
        with house.database.read() as conn:
            until = conn.execute(sa.select(job_table.c.held_until)).scalar_one()
        if until == self.now + ledger.LEASE:
            self.now += dt.timedelta(seconds=20)
            self.passed += 20
        return self.passed >= 120


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> Minutes:
    """The clock of those who work on jobs."""
    made = Minutes()
    for module in (ledger, work):
        monkeypatch.setattr(module, "machine_now", lambda: made.now)
    monkeypatch.setattr(ledger, "RENEW_SECONDS", 0.02)
    return made


def test_a_mailbox_that_takes_longer_than_the_lease_is_tried_by_one_worker_only(
    house: Context, at: Service, monkeypatch: pytest.MonkeyPatch, minutes: Minutes
) -> None:
    port = ports.free_port()
    monkeypatch.setattr(providers, "KNOWN", known(at, port, port))
    house = with_client(house)
    job = service.connect_mailboxes(house, "microsoft", [(ADA, "Ada"), (EVE, "Eve")])
    second = Second(house, job.id, lambda: minutes.pass_while_held(house))
    at.before = second
    assert not work.work(house, job.id)
    assert second.found == ["it looks"]
    assert [each["scope"] for each in at.asked] == ["mail"] * 2  # one for each mailbox
    assert service.show(house, job.id).counts == {"refused": 2}


def test_who_hangs_loses_the_job_and_stores_nothing(
    house: Context,
    at: Service,
    own_servers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    brief: None,
) -> None:
    """The first worker is given up while it waits; the second connects the mailbox, and the first, awake again, nothing more."""
    monkeypatch.setattr(ledger, "LONGEST_SECONDS", 0.0)
    at.allowed = (ADA,)
    stored: list[str] = []
    add = mailboxes.add

    def counted(context: Context, spec: mailboxes.MailboxSpec, *rest: Any) -> None:
        stored.append(spec.address)
        add(context, spec, *rest)

    monkeypatch.setattr(mailboxes, "add", counted)
    house = with_client(house)
    job = service.connect_mailboxes(house, "microsoft", [(ADA, "Ada", own_servers)])
    second = Second(house, job.id, lambda: bool(work.due(house, 9)))
    at.before = second
    assert not work.work(house, job.id)
    assert second.found == ["it looks", job.id]
    assert stored == [ADA]
    done = service.show(house, job.id)
    assert (done.state, done.counts) == (JobState.DONE, {"added": 1})


def test_what_is_not_enough_is_told_before_anything_begins(house: Context) -> None:
    with pytest.raises(errors.WrongUse, match=worded("service account")):
        service.connect_mailboxes(house, "google", [(ADA, "")])
    with pytest.raises(errors.WrongUse, match=worded("Choose at which provider")):
        service.connect_mailboxes(house, "nobody", [(ADA, "")])
    with pytest.raises(errors.WrongUse, match=worded("Name at least one mailbox")):
        service.connect_mailboxes(house, "google", [])
    with pytest.raises(errors.WrongUse, match=worded("not a certificate")):
        service.connect_mailboxes(house, "google", b"address,ca_file\nada@sales.example,/etc/passwd\n")
    assert service.page(house).jobs == ()
