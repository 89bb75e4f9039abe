"""Many mailboxes connected, as their organisation's administrator has allowed the installation's own client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relance import errors
from relance.engine.context import Context
from relance.engine.jobs.changing import PEOPLE, STAYED
from relance.engine.jobs.ledger import Ledger
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.sign_ins import choices, connecting, wanted
from relance.engine.mailboxes.sign_ins.connecting import ApplicationRequest, ConnectOutcome, Refusals
from relance.engine.mailboxes.sign_ins.wanted import WantedMailbox
from relance.engine.store import jobs
from relance.mailbox.account import Account
from relance.mailbox.auth import AccessToken
from relance.mailbox.providers import Provider
from relance.wording import Text


def require(context: Context, provider: str, lines: Sequence[WantedMailbox]) -> None:
    """Raises `errors.WrongUse` where what is set is not enough to connect mailboxes there, or one of them has servers that cannot be."""
    specs = [_spec(provider, line) for line in lines]
    account = Account(specs[0].address, "", AccessToken("", ""), specs[0].smtp, specs[0].imap)
    connecting.client_for(context, account, _our_client(provider, specs[0].address))


def _spec(provider: str, line: WantedMailbox) -> MailboxSpec:
    servers = _provider(provider, line[0]).servers
    return wanted.spec((servers.smtp, servers.imap), *line)


def _provider(name: str, address: str) -> Provider:
    found = choices.provider_of(name, address)
    if found is None:
        raise errors.WrongUse(Text("Choose at which provider the mailboxes are."))
    return found


def _our_client(provider: str, address: str) -> ApplicationRequest:
    """All of it is set: a job keeps no secret."""
    return ApplicationRequest(preset=_provider(provider, address).name)


def connect_all(context: Context, ledger: Ledger) -> Iterator[None]:
    """Yields after each mailbox. One that was connected by a process that died before it said so is connected once more."""
    job = ledger.job
    with context.database.read() as conn:
        lines = list(jobs.lines(conn, job.id, PEOPLE))
    refusals = Refusals(*job.place.get("client_refused", ()))
    for place in range(ledger.done, len(lines)):
        ledger.live()
        spec = _spec(job.params["provider"], lines[place])
        with ledger.kept():  # servers may take longer than a lease
            outcome, refused = connecting.one(
                context,
                spec,
                _our_client(job.params["provider"], spec.address),
                refusals,
                dry_run=job.params["dry_run"],
                done=lambda _: ledger.live(at_once=True),  # nothing is stored for a job that is another's
            )
        _record(context, ledger, spec.address, outcome, refused, refusals, len(lines))
        yield


def _record(  # noqa: PLR0913
    context: Context,
    ledger: Ledger,
    address: str,
    outcome: ConnectOutcome,
    refused: errors.RelanceError | None,
    refusals: Refusals,
    total: int,
) -> None:
    with context.database.write() as conn:
        if refused is not None:
            why = refused.on_page.row()
            line = {"email": address, "sequence": "", "code": outcome.value, "why": why}
            ledger.note(conn, STAYED, [line])
        refused_client = [refusals.error, refusals.count, refusals.words]
        place = {"people": ledger.done + 1, "client_refused": refused_client}
        ledger.record(conn, 1, [outcome.value], place, total)
