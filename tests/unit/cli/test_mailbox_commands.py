"""`relance mailbox` against a pretended engine."""

from __future__ import annotations

import datetime as dt
import json
import types

import pytest

from relance import errors
from relance.engine.inbound.corrections.reinstate import WayBack
from relance.engine.inbound.reading.unread_mail import UnreadMail
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.mailboxes.health.checking import HealthFinding, MailboxHealth
from relance.engine.mailboxes.settings.leaves import LeaveReport
from relance.engine.mailboxes.sign_ins.agreeing import SignInPrompt
from relance.engine.mailboxes.sign_ins.resealing import KeyRotation
from relance.engine.schedule.leaves import Leave
from relance.engine.sending.copies import SentCopies
from relance.engine.sending.refusals.refusing_domains import Retried
from relance.mailbox import providers
from relance.mailbox.account import Security
from relance.mailbox.providers import resolver
from relance.mailbox.providers.discovery import SrvRecord
from relance.wording import Text
from tests.pretended_engine import (
    ADA,
    Engine,
    Step,
    Tried,
    run,
)
from tests.reworded import in_english


def test_a_mailbox_with_nothing_asked(engine: Engine) -> None:
    engine.answers["mailboxes.test"] = Tried((Step("smtp", True, "signed in"),))
    shown = run(
        "mailbox", "add", "me@gmail.com", "--name", "Me", "--password-stdin", "--imap-host", "localhost",
        "--imap-port", "1143", "--imap-security", "plain", "--daily-cap", "30", given="hunter2\n",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    spec = engine.calls[0][1][0]
    assert (spec.password, spec.username, spec.daily_cap) == ("hunter2", "me@gmail.com", 30)
    assert spec.smtp == providers.KNOWN["gmail"].servers.smtp
    assert (spec.imap.host, spec.imap.port, spec.imap.security) == ("localhost", 1143, Security.PLAIN)
    assert "hunter2" not in shown.output
    assert engine.calls[0][2]["anyway"] is False
    assert in_english("app password") in shown.stderr


def test_a_mailbox_that_does_not_work_yet(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_PASSWORD", "x")
    words = ("--name", "Me", "--daily-cap", "0", "--unknown", "send-again")
    engine.answers["mailboxes.test"] = Tried((Step("smtp", True, "in"), Step("imap", False, "login refused")))
    shown = run("mailbox", "add", "me@acme.example", *words, "--anyway")
    assert engine.calls[0][2]["anyway"]
    spec = engine.calls[0][1][0]
    assert (spec.daily_cap, spec.gap_seconds, spec.unknown_policy) == (None, 60, "send again")
    assert shown.exit_code == 1
    assert "login refused" in shown.stdout
    assert in_english("relance mailbox test me@acme.example") in shown.stderr


def test_bounces_are_taken_back_only_after_a_yes(engine: Engine) -> None:
    engine.answers["mailboxes.undo_bounces"] = WayBack(("ada@acme.example",), (ADA,), (), dry_run=True)
    words = ("mailbox", "undo-bounces", "me@acme.example", "--since", "2026-03-02")
    asked = run(*words)
    assert asked.exit_code == 2  # nobody sits at a terminal
    shown = run(*words, "--dry-run")
    assert in_english('ada@acme.example would continue in "Trial" with intro.') in shown.stdout
    assert all(named["dry_run"] for name, _, named in engine.calls if name != "close")
    engine.calls.clear()
    assert run(*words, "--yes", "--json").exit_code == 0
    asked_for = [named for name, _, named in engine.calls if name == "mailboxes.undo_bounces"]
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert asked_for == [{"since": at, "emails": None, "dry_run": True}, {"since": at, "emails": None}]


def test_an_organisation_is_tried_again(engine: Engine) -> None:
    engine.answers["mailboxes.retry"] = Retried(
        "me@acme.example", "lake.example", "550 blocked", ("kim@lake.example",), ("lou@lake.example",), False
    )
    shown = run("mailbox", "retry", "me@acme.example", "lake.example")
    assert in_english("1 continues: kim@lake.example.") in shown.stdout
    assert in_english("1 stays held for another reason: lou@lake.example.") in shown.stdout


def test_aliases_of_a_mailbox(engine: Engine) -> None:
    engine.answers |= {"mailboxes.add_alias": ("b@acme.example",), "mailboxes.remove_alias": ()}
    assert "b@acme.example" in run("mailbox", "alias", "add", "me@acme.example", "b@acme.example").stdout
    told = run("mailbox", "alias", "remove", "me@acme.example", "b@acme.example", "--json")
    assert json.loads(told.stdout) == {"address": "me@acme.example", "aliases": []}
    engine.answers["mailboxes.show"] = types.SimpleNamespace(
        aliases=("b@acme.example",), offered=("c@acme.example",)
    )
    listed = json.loads(run("mailbox", "alias", "list", "me@acme.example", "--json").stdout)
    assert listed == [
        {"alias": "b@acme.example", "state": in_english("alias")},
        {"alias": "c@acme.example", "state": in_english("seen in Sent")},
    ]


@pytest.mark.parametrize(
    ("address", "smtp", "port"),
    [
        ("a@gmail.com", "smtp.gmail.com", 587),
        ("a@YAHOO.com", "smtp.mail.yahoo.com", 465),
        ("a@acme.example", "smtp.acme.example", 587),
    ],
)
def test_servers_are_guessed_by_the_domain(address: str, smtp: str, port: int) -> None:
    guessed = providers.guess(address)
    assert (guessed.smtp.host, guessed.smtp.port) == (smtp, port)
    assert guessed.smtp.security is (Security.TLS if port == 465 else Security.STARTTLS)
    assert (guessed.imap.port, guessed.imap.security) == (993, Security.TLS)


def test_a_mailbox_is_tried_with_a_mail_to_itself_or_without(engine: Engine) -> None:
    engine.answers["mailboxes.test"] = Tried((Step("smtp", True, "in"), Step("came back", False, "not yet")))
    shown = run("mailbox", "test", "me@acme.example", "--wait", "5")
    assert shown.exit_code == 1
    assert in_english("me@acme.example works only in part") in shown.stderr
    assert "not yet" in shown.stdout
    engine.answers["mailboxes.test"] = Tried((Step("smtp", True, "in"),))
    assert json.loads(run("mailbox", "test", "me@acme.example", "--no-probe", "--json").stdout)["steps"]
    asked = [named for name, _, named in engine.calls if name == "mailboxes.test"]
    assert [(each["probe"], each["wait_seconds"]) for each in asked] == [(True, 5), (False, 60)]
    assert run("mailbox", "test", "me@acme.example", "--wait", "0").exit_code == 2


@pytest.mark.parametrize("words", [("me@outlook.com",), ("me@acme.example", "--provider", "microsoft365")])
def test_where_no_password_serves_none_is_asked_for(engine: Engine, words: tuple[str, ...]) -> None:
    shown = run("mailbox", "add", *words, "--name", "Me")
    assert shown.exit_code == 2
    assert in_english("This mailbox needs sign-in with OAuth 2.0") in shown.stderr
    assert in_english(f"relance mailbox sign-in {words[0]}") in shown.stderr
    assert not engine.calls


def test_mails_that_could_not_be_read_are_listed_and_dismissed(engine: Engine) -> None:
    told = UnreadMail(
        "me@acme.example", "INBOX", 12, "aside", 5, "NO [SERVERBUG]", "", "", True, dt.datetime.now(dt.UTC)
    )
    engine.answers["mailboxes.unread"] = engine.answers["mailboxes.dismiss"] = [told]
    assert "SERVERBUG" in run("mailbox", "unread").stdout
    assert run("mailbox", "dismiss", "me@acme.example").exit_code == 2  # a person is asked first
    found = run("mailbox", "dismiss", "me@acme.example", "--folder", "INBOX", "--uid", "12", "--json")
    assert json.loads(found.stdout)[0]["uid"] == 12
    assert ("mailboxes.dismiss", ("me@acme.example", "INBOX", 12), {}) in engine.calls


def test_nothing_is_not_said_to_be_changed(engine: Engine) -> None:
    assert run("mailbox", "set", "me@acme.example").exit_code == 2
    assert not [name for name, _given, _named in engine.calls if name == "mailboxes.change"]


def test_everything_is_set_by_one_command_that_had_another_name(engine: Engine) -> None:
    words = (
        "me@acme.example", "--password-stdin", "--username", "me", "--imap-host", "imap.acme.example",
        "--unknown", "assume-sent", "--no-plus-addressing", "--alias", "b@acme.example", "--no-ca-file",
    )  # fmt: skip
    for command in ("set", "change"):
        shown = run("mailbox", command, *words, given="hunter2\n")
        assert shown.exit_code == 0, shown.output
        assert "hunter2" not in shown.output
    wishes = [
        (given[1], named["anyway"]) for name, given, named in engine.calls if name == "mailboxes.change"
    ]
    assert wishes[0] == wishes[1]
    wish, anyway = wishes[0]
    assert (wish.password, wish.username, wish.imap.host, wish.smtp.host) == (
        "hunter2",
        "me",
        "imap.acme.example",
        None,
    )
    assert (wish.unknown_policy, wish.plus_addressing, wish.aliases, wish.ca_file) == (
        "assume sent",
        False,
        ["b@acme.example"],
        "",
    )
    assert not anyway
    assert run("mailbox", "set", "me@acme.example", "--name", "Me", "--anyway", "--json").stdout.startswith(
        "{"
    )
    assert "change" not in run("mailbox", "--help").stdout.replace("changed", "")
    engine.answers["mailboxes.change"] = errors.Invalid(Text("The server refused."))
    assert run("mailbox", "set", "me@acme.example", "--username", "x").exit_code == 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (SentCopies("me@acme.example", "auto", False, True), "are filed in its Sent folder"),
        (SentCopies("me@acme.example", "auto", True, False), "files copies of sent mail by itself"),
        (SentCopies("me@acme.example", "off", False, False), "No copies"),
        (SentCopies("me@acme.example", "auto", None, False), "Nobody knows yet"),
    ],
)
def test_whether_copies_are_filed_is_said_and_switched(engine: Engine, told: SentCopies, words: str) -> None:
    engine.answers |= {"mailboxes.sent_copies": told, "mailboxes.file_copies": told}
    assert in_english(words) in run("mailbox", "sent-copies", "me@acme.example").stdout
    shown = run("mailbox", "sent-copies", "me@acme.example", told.mode, "--json")
    assert json.loads(shown.stdout)["filing"] is told.filing
    assert ("mailboxes.file_copies", ("me@acme.example", told.mode), {}) in engine.calls


def test_signing_in_to_a_mailbox_that_is_there_asks_nothing(engine: Engine) -> None:
    shown = run("mailbox", "sign-in", "me@gmail.com", "--no-browser")
    assert shown.exit_code == 0, shown.output
    [(_, words, _)] = [call for call in engine.calls if call[0] == "mailboxes.sign_in"]
    assert words[0] == "me@gmail.com"
    assert (words[1].client_id, words[1].client_secret, words[1].on_device) == ("", "", False)
    prompt = words[2]
    prompt(SignInPrompt("https://provider.example/a?b=c"))
    prompt(SignInPrompt("https://provider.example/device", "ABCD-1234"))


def test_a_password_in_place_of_what_the_provider_granted_is_said(engine: Engine) -> None:
    before = types.SimpleNamespace(address="me@acme.example", state="active", sign_in="oauth")
    engine.answers["mailboxes.show"] = before
    shown = run("mailbox", "set", "me@acme.example", "--password-stdin", given="hunter2\n")
    assert shown.exit_code == 0, shown.output
    assert in_english("the sign-in that its provider granted is deleted here") in shown.stderr


def test_signing_in_adds_a_mailbox_and_shows_no_secret(engine: Engine) -> None:
    engine.answers["mailboxes.show"] = errors.NotFound("there is none")
    shown = run(
        "mailbox", "sign-in", "me@gmail.com", "--name", "Me", "--client-id", "our-own", "--client-secret", "--device",
        "--wait", "60", given="hush-4711\n",
    )  # fmt: skip
    assert shown.exit_code == 0, shown.output
    [(_, (spec, wish, *_), _)] = [call for call in engine.calls if call[0] == "mailboxes.add_signed_in"]
    assert (spec.address, spec.name, spec.password) == ("me@gmail.com", "Me", "")
    assert spec.smtp == providers.KNOWN["gmail"].servers.smtp
    assert (wish.client_id, wish.client_secret, wish.on_device, wish.seconds) == (
        "our-own",
        "hush-4711",
        True,
        60,
    )
    assert "hush-4711" not in shown.output
    assert "hush-4711" not in repr(wish)


def test_people_are_handed_over_or_held_when_a_mailbox_is_removed(engine: Engine) -> None:
    engine.answers["mailboxes.remove"] = HandOver("me@acme.example", 3, 2, 1, dry_run=True)
    shown = run("mailbox", "remove", "me@acme.example", "--to", "b@acme.example", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert in_english("3 people would be handed over.") in shown.stdout
    assert in_english("3 people would be held.") in shown.stdout
    assert in_english("not read any more") in shown.stderr
    engine.answers["mailboxes.remove"] = HandOver("me@acme.example", held=1)
    assert (
        in_english("1 person is held.")
        in run("mailbox", "remove", "me@acme.example", "--hold", "--yes").stdout
    )
    assert run("mailbox", "remove", "me@acme.example", "--force").exit_code == 2  # nobody sits at a terminal
    engine.answers["mailboxes.hand_over"] = HandOver("me@acme.example", 1, 1)
    told = run("mailbox", "hand-over", "me@acme.example", "--to", "b@acme.example", "--new-threads")
    assert in_english("1 person was handed over.") in told.stdout
    assert in_english("1 person stays as they are.") in told.stdout
    asked = [
        (given, named)
        for name, given, named in engine.calls
        if name in ("mailboxes.remove", "mailboxes.hand_over")
    ]
    choices = [
        {"force", "to", "new_threads", "dry_run"} & {k for k, v in named.items() if v}
        for _given, named in asked
    ]
    assert choices == [{"to", "dry_run"}, {"force"}, {"new_threads"}]
    assert (
        json.loads(run("mailbox", "hand-over", "a@acme.example", "--to", "b@acme.example", "--json").stdout)[
            "moved"
        ]
        == 1
    )


@pytest.mark.parametrize("given", [False, True])
def test_servers_of_another_domain_are_named_by_whoever_knows_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    class Forged:
        def srv(self, name: str) -> list[SrvRecord]:
            return [SrvRecord(0, 1, 993, "imap.elsewhere.net.")]

    monkeypatch.setattr(resolver, "Dns", Forged)
    hosts = ("--smtp-host", "smtp.elsewhere.net", "--imap-host", "imap.elsewhere.net") if given else ()
    shown = run(
        "mailbox", "add", "me@firm.pl", "--name", "Me", "--password-stdin", "--no-test", *hosts, given="x\n"
    )
    assert (shown.exit_code == 0) is given, shown.output
    if not given:
        assert in_english("The DNS records of firm.pl name these servers") in shown.stderr
    added = [values for name, values, _ in engine.calls if name == "mailboxes.add"]
    assert [each[0].imap.host for each in added] == (["imap.elsewhere.net"] if given else [])


def test_keys_are_rotated_and_what_stays_behind_is_named(engine: Engine) -> None:
    engine.answers["rotate_key"] = KeyRotation(2, 3, 1)
    shown = run("key", "rotate")
    assert shown.exit_code == 0, shown.output
    engine.answers["rotate_key"] = KeyRotation(2, 0, 1, ("ben@acme.example",))
    shown = run("key", "rotate", "--json")
    assert shown.exit_code == 1
    assert json.loads(shown.stdout)["unopened"] == ["ben@acme.example"]
    assert "ben@acme.example" in shown.stderr


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (MailboxHealth("me@acme.example", None, (), False, False, practice=True), "for practice"),
        (MailboxHealth("me@acme.example", None, (), False, True, practice=False), "Not checked yet"),
        (
            MailboxHealth(
                *("me@acme.example", dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
                (HealthFinding("spf", "failed", "acme.example has 2 SPF records."),),
                *(True, False),
                practice=False,
            ),
            "must be corrected. acme.example has 2 SPF records.",
        ),
    ],
)
def test_the_health_of_a_mailbox_is_told_and_overruled(
    engine: Engine, told: MailboxHealth, words: str
) -> None:
    engine.answers |= {"mailboxes.health": told, "mailboxes.let_first_mails_go": told}
    assert in_english(words) in run("mailbox", "health", "me@acme.example").stdout
    run("mailbox", "health", "me@acme.example", "--send-anyway")
    assert ("mailboxes.let_first_mails_go", ("me@acme.example",), {"anyway": True}) in engine.calls


def test_leave(engine: Engine) -> None:
    days = (dt.date(2026, 12, 24), dt.date(2027, 1, 2))
    away = Leave(*days, "Europe/Warsaw", "ben@acme.example")
    covered = HandOver("me@acme.example", moved=2, dry_run=True)
    engine.answers |= {
        "mailboxes.add_leave": LeaveReport("me@acme.example", away, 3, covered, dry_run=True),
        "mailboxes.cancel_leave": (away,),
    }
    asked = ("--from", "2026-12-24", "--until", "2027-01-02", "--cover", "ben@acme.example", "--dry-run")
    told = run("mailbox", "leave", "me@acme.example", *asked).stdout
    assert (
        "mailboxes.add_leave",
        ("me@acme.example", *days),
        {"cover": "ben@acme.example", "dry_run": True},
    ) in (engine.calls)
    for words in ("Nothing would leave", "2 people would be handed over.", "3 people wait"):
        assert in_english(words) in told
    left = run("mailbox", "leave", "me@acme.example", "--cancel", "2026-12-24").stdout
    assert "Europe/Warsaw" in left
    assert run("mailbox", "leave", "me@acme.example", "--from", "2026-12-24").exit_code == 2
