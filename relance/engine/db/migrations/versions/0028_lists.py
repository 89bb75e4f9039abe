"""Lists of enrollments are paged by indexes, and people are found by how their names begin. Only indexes are new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_LISTS = {
    "ix_enrollment_in_state": ["state", "id"],
    "ix_enrollment_in_sequence": ["sequence_id", "state", "id", "mailbox_id"],
    "ix_enrollment_in_mailbox": ["mailbox_id", "state", "id"],
}
_BEGIN = ("email", "first_name", "last_name", "company")


def upgrade() -> None:
    """A few seconds with a million contacts."""
    for name, columns in _LISTS.items():
        op.create_index(name, "enrollment", columns)
    ops = " text_pattern_ops" if op.get_bind().dialect.name == "postgresql" else ""
    for name in _BEGIN:
        op.create_index(f"ix_contact_{name}_begins", "contact", [sa.text(f"lower({name}){ops}")])
