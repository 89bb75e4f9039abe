"""Which mails of a mailbox are due, as statements that every turn runs.

They are built once, at import: SQLAlchemy takes several times longer to build a statement than to run it.
"""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.tables import enrollment, mailbox, message, sequence
from relance.engine.states import State

WANTED = enrollment.c.id.in_(sa.bindparam("wanted", expanding=True))
MAIL_OF = sa.and_(
    enrollment.c.mailbox_id == sa.bindparam("sender"),
    enrollment.c.state == State.ACTIVE.value,
    enrollment.c.step_kind == "mail",
)
MAIL_DUE = sa.and_(MAIL_OF, enrollment.c.due_at <= sa.bindparam("now"))
SEEN = sa.or_(sa.not_(enrollment.c.wrote_before), enrollment.c.due_at <= sa.bindparam("seen"))
# Its mailbox was read since the step fell due; a first mail needs no look.
_OTHER, _SIBLING = mailbox.alias("other"), enrollment.alias("sibling")
_UNREAD = sa.and_(
    _OTHER.c.id != enrollment.c.mailbox_id,
    _OTHER.c.state != "removed",  # nobody can read it
    sa.or_(
        _OTHER.c.synced_at.is_(None),
        _OTHER.c.synced_at < enrollment.c.due_at,
        _OTHER.c.synced_at > sa.bindparam("now"),  # a time ahead of now is not believed
    ),
)
_WROTE = sa.and_(
    message.c.contact_id == enrollment.c.contact_id,
    message.c.transmitting_at.is_not(None),
    _OTHER.c.id == message.c.mailbox_id,
    _UNREAD,
)
_MAY_HAVE_WRITTEN = sa.and_(  # and a restored database would not know
    _SIBLING.c.contact_id == enrollment.c.contact_id,
    _SIBLING.c.lost_before.is_not(None),
    _OTHER.c.id == _SIBLING.c.mailbox_id,
    _UNREAD,
)
_IN_DOUBT = enrollment.c.contact_id.in_(
    sa.select(_SIBLING.c.contact_id).where(_SIBLING.c.lost_before.is_not(None))
)
# Nobody, nearly always: asked first and once a statement, so that a due follow-up costs no join more.
UNHEARD = sa.and_(
    enrollment.c.wrote_before,
    sa.or_(
        sa.exists().where(_WROTE).correlate(enrollment),
        sa.and_(_IN_DOUBT, sa.exists().where(_MAY_HAVE_WRITTEN).correlate(enrollment)),
    ),
)
# Another mailbox wrote to them, too, and was not read for answers since the step fell due.
CLAIMABLE = (
    sa.select(enrollment.c.id, enrollment.c.attempts)
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(MAIL_DUE, SEEN, sequence.c.state == "active", sa.not_(UNHEARD))
    .order_by(enrollment.c.priority.desc(), enrollment.c.due_at, enrollment.c.id)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
UNCLAIM = sa.update(enrollment).where(WANTED).values(attempts=0)
FOLLOW_UP = sa.select(enrollment.c.id).where(MAIL_DUE, enrollment.c.wrote_before).limit(1)
FIRST_MAIL = (
    sa.select(sa.func.min(enrollment.c.due_at))
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(MAIL_OF, sequence.c.state == "active")
    .where(sa.or_(enrollment.c.due_at > sa.bindparam("now"), sa.not_(UNHEARD)))
)
_LOCKED_OUT = sa.and_(_OTHER.c.state == "paused", _OTHER.c.locked_out)
# Only a person can mend that: nothing is gained by asking for it every two minutes.
UNREAD_WRITERS = sa.union(
    *(
        sa.select(_OTHER.c.id)
        .where(MAIL_DUE, enrollment.c.wrote_before, each)
        .where(sequence.c.id == enrollment.c.sequence_id, sequence.c.state == "active")
        .where(sa.not_(_LOCKED_OUT))
        for each in (_WROTE, _MAY_HAVE_WRITTEN)
    )
)
UNHEARD_AMONG = sa.select(enrollment.c.id).where(WANTED, UNHEARD)
