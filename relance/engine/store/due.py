"""Which mails of a mailbox are due, as statements that every turn runs.

They are built once, at import: SQLAlchemy takes several times longer to build a statement than to run it.
"""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.states import State
from relance.engine.tables import enrollment, sequence

WANTED = enrollment.c.id.in_(sa.bindparam("wanted", expanding=True))
MAIL_OF = sa.and_(
    enrollment.c.mailbox_id == sa.bindparam("sender"),
    enrollment.c.state == State.ACTIVE.value,
    enrollment.c.step_kind == "mail",
)
MAIL_DUE = sa.and_(MAIL_OF, enrollment.c.due_at <= sa.bindparam("now"))
CLAIMABLE = (
    sa.select(enrollment.c.id, enrollment.c.attempts)
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(MAIL_DUE, sequence.c.state == "active")
    .order_by(enrollment.c.priority.desc(), enrollment.c.due_at, enrollment.c.id)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
UNCLAIM = sa.update(enrollment).where(WANTED).values(attempts=0)
FOLLOW_UP = sa.select(enrollment.c.id).where(MAIL_DUE, enrollment.c.wrote_before).limit(1)
FIRST_MAIL = (
    sa.select(sa.func.min(enrollment.c.due_at))
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(MAIL_OF, sequence.c.state == "active")
)
