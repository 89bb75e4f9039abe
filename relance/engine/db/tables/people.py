"""The people written to, and who may not be."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import NEVER_AGAIN, Json, NullJson, index, metadata, number, text
from relance.engine.db.database import Instant

contact = sa.Table(
    "contact",
    metadata,
    number(),
    sa.Column("email", sa.Text, nullable=False, unique=True),  # normalised: what goes on the envelope
    text("original"),  # as it was written
    text("organisation"),  # registrable domain; empty for free-mail domains
    text("first_name"),
    text("last_name"),
    text("company"),
    text("title"),
    text("phone"),
    text("country"),
    text("language"),
    text("zone"),
    sa.Column("fields", Json, nullable=False),  # the author's own columns: {name: text}
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    # The names without marks (`wording.letters`), by which they are found, too. NULL where they are ASCII, or where the release
    # before this one wrote them.
    *(sa.Column(f"{_name}_plain", sa.Text) for _name in ("first_name", "last_name", "company")),
    # When they first joined a sequence. Where it is empty, their enrollments are asked as well: a release before this one joins people
    # without it, and so does whoever meets a row that another transaction has locked.
    sa.Column("enrolled_at", Instant),
)
_alone = contact.c.enrolled_at.is_(None)
index("ix_contact_in_no_sequence", contact.c.email, where=_alone)
index("ix_contact_organisation", contact.c.organisation, postgresql_ops={"organisation": "text_pattern_ops"})
for _name in ("email", "first_name", "last_name", "company"):  # found by how they begin, in any case
    _lower = sa.func.lower(contact.c[_name]).label("begins")
    index(f"ix_contact_{_name}_begins", _lower, postgresql_ops={"begins": "text_pattern_ops"})
for _name in ("first_name_plain", "last_name_plain", "company_plain"):
    _there = contact.c[_name].is_not(None)
    index(f"ix_contact_{_name}", contact.c[_name], where=_there, postgresql_ops={_name: "text_pattern_ops"})

suppression = sa.Table(
    "suppression",
    metadata,
    number(),
    sa.Column("kind", sa.Text, nullable=False),  # address, domain
    sa.Column("value", sa.Text, nullable=False),
    text("reason"),  # in words, for the release before
    sa.Column("why", NullJson),  # all its reasons as one: code and parameters
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("kind", "value"),
    sa.CheckConstraint("kind in ('address', 'domain')", name="kind"),
    **NEVER_AGAIN,
)

suppression_reason = sa.Table(
    "suppression_reason",
    metadata,
    number(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),  # person, bounce
    # what it rests on: a kept mail, a message, a digest of a wish
    sa.Column("source", sa.Text, nullable=False),
    text("words"),  # for the release before
    sa.Column("why", NullJson),  # code and parameters
    sa.Column("added_by", NullJson),  # who said so: kind and name of the actor; empty where that was not kept
    sa.Column("created_at", Instant, nullable=False),
    # One row a reason: taking one back takes back no other.
    sa.UniqueConstraint("kind", "value", "cause", "source"),
    sa.CheckConstraint("cause in ('person', 'bounce')", name="cause"),
    **NEVER_AGAIN,
)
