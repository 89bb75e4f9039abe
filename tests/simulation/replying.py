"""Salespeople who reply to what came in, and press the button twice: the same key is one mail, whatever happens meanwhile."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.inbound.answering import service
from relance.engine.inbound.answering.service import ReplyRequest
from relance.engine.states import MESSAGE_SENDABLE
from tests.simulation import aside
from tests.simulation.ground import Ground
from tests.simulation.sim import Sim
from tests.simulation.world import Taken

SEQUENCE = "reply"
# What stands in a reply's words where a step's have the name of their sequence.
_IN, _OWN, _MSG, _BOX = tables.inbound, tables.own_reply, tables.message, tables.mailbox
_ANSWERS = aside.plain(sa.select(_IN.c.id).where(_IN.c.contact_id.is_not(None)).order_by(_IN.c.id))
_WAITING = aside.plain(
    sa.select(_OWN.c.message_id)
    .join(_MSG, _MSG.c.id == _OWN.c.message_id)
    .join(_BOX, _BOX.c.id == _OWN.c.mailbox_id)
    .where(_OWN.c.open, _MSG.c.state.in_([each.value for each in MESSAGE_SENDABLE]), _BOX.c.state == "active")
)
MOST = 3
# Times that somebody replies to one answer, by the same key.
NOT_FOR_REPLIES = ("paused", "stopped")
# A sequence that a person paused or stopped says nothing of what they write themselves.


def which(sim: Sim, laid: Ground) -> int | None:
    """An answer that came in, for somebody to reply to."""
    found = [number for (number,) in laid.ask(_ANSWERS)]
    return sim.rng.choice(found) if found else None


def write(sim: Sim, house: Context, number: int) -> None:
    """Somebody replies, and presses twice. Whoever may not be written to is refused in words."""
    words = f"marker-{SEQUENCE}-{letters(number)} Thank you, I will call."
    wish = ReplyRequest(
        words,
        quote=False,
        undo_seconds=sim.rng.choice((0, 30, 7200)),
        key=f"person-{number}",
        when_paused=True,
    )
    for _ in range(2):
        service.reply(house, number, wish)


def letters(number: int) -> str:
    """A number in letters, as words hold it."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def anything_waits(laid: Ground) -> bool:
    """Whether a reply is still to leave by itself."""
    return bool(laid.ask(_WAITING))


def is_one(taken: Taken) -> bool:
    """Whether a mail is a person's reply, and no step."""
    return taken.mail.sequence == SEQUENCE
