"""`sandbox`: a mail world on this machine to practise in. Real SMTP and IMAP, and nobody outside hears of it."""

from __future__ import annotations

import contextlib
import json
import queue
import secrets
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance import errors
from relance.cli.terminal import session, show
from relance.config.practice import CA_NAME, FILE_NAME, account, account_of
from relance.mailbox.account import Account, Server
from relance.wording import Text, _, clock_time, ended, language

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.sandbox.record import Arrived

NAME = "sandbox"
ADDRESS = "ada@northwind.example"
WORDS = {
    "en": "Yes, this is interesting. Call me on Tuesday.",
    "pl": "Tak, to brzmi interesująco. Proszę o telefon we wtorek.",
}
# What a prospect answers where nobody says it, by the language that is spoken: a mail's own words, no sentence of ours.
LOOK_SECONDS = 0.5
# How long a wait for mail lasts before Ctrl-C is looked for.

__all__ = ["CA_NAME", "FILE_NAME", "NAME", "account", "account_of", "group"]

group = typer.Typer(
    invoke_without_command=True, help="Practice mail servers on this machine, until you press Ctrl-C."
)


@group.callback()
def world(
    ctx: typer.Context,
    address: Annotated[
        str, typer.Option(help="The salesperson's address in it; any address will do.")
    ] = ADDRESS,
    name: Annotated[str, typer.Option(help="Their name.")] = "Ada Lind",
) -> None:
    """Run a mail world to practise in. Real SMTP and IMAP on this machine; shows every mail that arrives, until Ctrl-C."""
    if ctx.invoked_subcommand is not None:
        return
    settings = session.of(ctx).settings()
    if not settings.home.is_dir():
        raise errors.Misconfigured(
            Text("There is no home at {home}. Run `relance init` first.", home=settings.home)
        )
    _only_one(settings.home)
    from relance.sandbox.world import World

    with World(settings.clock()) as found, _interruptible():
        rep = found.add_rep(address, name, secrets.token_urlsafe(12))
        arrivals: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        found.on_arrival(arrivals.put)
        with _written(settings.home, rep):
            _greet(rep)
            _show_all(arrivals, rep.address.lower())


def _only_one(home: Path) -> None:
    """That no sandbox runs for this home: a second one would take the first one's place in it. What a killed one left
    there answers no more."""
    try:
        server = account(home).smtp
        socket.create_connection((server.host, server.port), timeout=LOOK_SECONDS).close()
    except (errors.NotFound, OSError):
        return
    raise errors.Misconfigured(
        Text(
            "A sandbox is already running for {home}. Use that one, end it with Ctrl-C in its terminal, or start another "
            "one for another home: `relance --home FOLDER sandbox`.",
            home=home,
        )
    )


def _greet(rep: Account) -> None:
    sends, reads = f"127.0.0.1:{rep.smtp.port}", f"127.0.0.1:{rep.imap.port}"
    show.say(
        _(
            "relance sandbox: ready. {address} sends through {server} (SMTP)",
            address=rep.address,
            server=sends,
        )
    )
    show.say(
        _(
            "and receives through {server} (IMAP). Every address receives mail; nothing leaves this machine.",
            server=reads,
        )
    )
    show.say(_("In another terminal, in the same folder:"))
    show.say(f"  relance mailbox add {rep.address} --provider {NAME}")
    show.say(f"  {_('relance sandbox answer EMAIL       (a person answers)')}")
    show.say(_("Ctrl-C ends it. Mails appear below.") + "\n")


def _show_all(arrivals: queue.SimpleQueue[Arrived], rep: str) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            with contextlib.suppress(queue.Empty):
                _show(arrivals.get(timeout=LOOK_SECONDS), rep)


def _show(mail: Arrived, rep: str) -> None:
    from relance.sandbox.letters import letter

    read = letter.read(mail.raw)
    clock = clock_time(mail.when.at)
    if mail.recipient == rep:
        said = _("{person} answers: {subject}", person=mail.header("from"), subject=mail.subject)
    else:
        said = _("to {person}: {subject}", person=mail.recipient, subject=mail.subject)
    show.say(f"{clock}  {said}")
    for line in read.text.strip().splitlines():
        show.say(f"    {line}")
    show.say()


@group.command()
def answer(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who answers the last mail they got.")],
    words: Annotated[
        str, typer.Argument(metavar="TEXT", help="What they write (default: that they are interested).")
    ] = "",
) -> None:
    """Answer as a prospect would. The mail arrives in the salesperson's inbox, where `relance run` finds it."""
    known = session.of(ctx)
    rep = account(known.settings().home)
    with known.open() as relance:
        raw = _reply(relance, rep, email, words or WORDS.get(language(), WORDS["en"]))
    _deliver(rep, raw)
    show.say(
        _("{email} answered. The answer is in the inbox of {address}.", email=email, address=rep.address)
    )


def _reply(relance: Relance, rep: Account, person: str, words: str) -> bytes:
    """An answer to the last mail this person got."""
    import email.policy
    import email.utils
    from email.message import EmailMessage

    from relance import EventKind

    sent = [line for line in relance.timeline(person) if line.kind == EventKind.MESSAGE_ACCEPTED]
    if not sent:
        raise errors.NotFound(
            Text(
                "{person} has not received a mail yet, so there is nothing to answer. Wait for the first one.",
                person=person,
            )
        )
    ours = str(sent[-1].data["message_id"])
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = person, rep.address
    mail["Subject"] = f"Re: {str(sent[-1].data['subject']).removeprefix('Re: ')}"
    mail["Date"] = email.utils.format_datetime(relance.clock.now())
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@{person.rpartition('@')[2]}>"
    mail["In-Reply-To"] = mail["References"] = ours
    mail.set_content(words)
    return mail.as_bytes()


def _deliver(rep: Account, raw: bytes) -> None:
    """Into the salesperson's own inbox, by the sandbox's own server."""
    from relance.mailbox.smtp.client import Outbox
    from relance.mailbox.smtp.outcome import Outcome

    with Outbox(rep, helo="localhost") as outbox:
        result = outbox.connect() or outbox.offer(rep.address, rep.address, len(raw)) or outbox.transmit(raw)
    if result.outcome is not Outcome.ACCEPTED:
        raise errors.Unreachable(
            Text(
                "The sandbox did not accept the answer: {words} Is `relance sandbox` running?",
                words=ended(result.text),
            )
        )


@contextlib.contextmanager
def _written(home: Path, rep: Account) -> Iterator[None]:
    """What there is to know, in the home, readable by its owner only, for as long as the world stands."""
    ca_file, file = home / CA_NAME, home / FILE_NAME
    ca_file.write_bytes(Path(str(rep.ca_file)).read_bytes())
    told = {
        "address": rep.address,
        "name": rep.name,
        "username": rep.username,
        "password": rep.credentials.secret,
        "smtp": _as_told(rep.smtp),
        "imap": _as_told(rep.imap),
        "ca_file": str(ca_file),
    }
    _put(file, json.dumps(told, indent=2) + "\n")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _put(file: Path, text: str) -> None:
    """As a whole, or not at all: it is there once the sandbox is ready, and that is what others wait for."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def _as_told(server: Server) -> dict[str, object]:
    return {"host": server.host, "port": server.port, "security": server.security.value}


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends the world as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
