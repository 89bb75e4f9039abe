"""The people of a mailbox handed over to another one, a batch at a time; the first is removed behind them where that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.jobs.ledger import Ledger
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import remove as removing
from relance.engine.mailboxes.handing_over import Fate, HandOverWish


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
        removing.remove(context, wish.source, force=True)
