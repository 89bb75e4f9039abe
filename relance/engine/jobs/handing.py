"""The people of a mailbox handed over to another one, or held, a batch at a time; the mailbox is removed behind them where that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.jobs.ledger import Ledger
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import remove as removing
from relance.engine.mailboxes.handing_over import Fate, HandOverWish
from relance.engine.store.mailboxes import mailboxes


def params(wish: HandOverWish) -> dict[str, Any]:
    """As a job keeps them."""
    return {
        "mailbox": wish.source.address,
        "to": wish.target.address,
        "new_threads": wish.new_threads,
        "remove": wish.leaving,
    }


def carry_out(context: Context, ledger: Ledger) -> Iterator[None]:
    """Yields after each batch. Whoever takes it up goes on behind the last one that was committed."""
    asked, after = ledger.job.params, int(ledger.job.place.get("after", 0))
    wish = handing_over.wished(
        context, asked["mailbox"], asked["to"], new_threads=asked["new_threads"], leaving=asked["remove"]
    )
    if not ledger.done:
        ledger.expect(handing_over.count(context, wish))

    def note(conn: Connection, fates: Sequence[Fate], last: int) -> None:
        ledger.record(conn, len(fates), [each.value for each in fates], {"after": last})

    yield from handing_over.batches(context, wish, note, after)
    if wish.leaving and not wish.gone:
        for _ in removing.batches(context, wish.source, lambda _conn, _held: None):
            ledger.live()
            yield


def remove(context: Context, ledger: Ledger) -> Iterator[None]:
    """Hold all its people, and forget the mailbox. Yields after each batch; whoever takes it up holds those who are left."""
    with context.database.read() as conn:
        mailbox = mailboxes.by_address(conn, ledger.job.params["mailbox"])
        if mailbox is None or mailbox.state == "removed":
            return
        many = removing.people(conn, mailbox)
    if not ledger.done:
        ledger.expect(many)

    def note(conn: Connection, held: int) -> None:
        ledger.record(conn, held, [handing_over.HELD] * held, {})

    yield from removing.batches(context, mailbox, note)
