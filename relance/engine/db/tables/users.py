"""Those who sign in to the console: users, their sessions and invitations, tries to sign in, and what they changed."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import NEVER_AGAIN, NullJson, count, metadata, number, text, to
from relance.engine.db.database import Instant

# All times in here are machine time. ("user" and "session" are words of SQL.)
user_account = sa.Table(
    "user_account",
    metadata,
    number(),
    sa.Column("email", sa.Text, nullable=False, unique=True),  # lower case
    text("name"),
    sa.Column("role", sa.Text, nullable=False),
    text("language"),  # empty: as the browser asks
    text("password"),  # an Argon2id hash (PHC string); empty: none set yet
    sa.Column("totp", sa.LargeBinary),  # the second factor's key, sealed by the vault; empty: none
    sa.Column(
        "totp_step", sa.BigInteger
    ),  # the time step of the last code that was taken: none is taken twice
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("visited_at", Instant),  # their last request
    sa.Column("visit_before", Instant),  # the last request of the visit before this one
    sa.CheckConstraint("role in ('manager', 'salesperson', 'viewer')", name="role"),
)

user_session = sa.Table(
    "user_session",
    metadata,
    number(),
    to("user_account"),
    sa.Column("token", sa.Text, nullable=False, unique=True),  # the hash of what the cookie holds
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    text("network"),  # from where, as a network: no address is kept
    text("browser"),
    **NEVER_AGAIN,
)
sa.Index("ix_user_session_user", user_session.c.user_account_id)

invitation = sa.Table(
    "invitation",
    metadata,
    number(),
    to("user_account"),
    sa.Column("token", sa.Text, nullable=False, unique=True),  # the hash of what the link holds
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("used_at", Instant),
)
sa.Index("ix_invitation_user", invitation.c.user_account_id)

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("party", sa.Text, primary_key=True),  # an account or a network, hashed
    count("failures"),  # in a row
    sa.Column("at", Instant, nullable=False),  # the last one
)

# Who was sent to a mailbox's provider to agree; a row is deleted by whoever comes back with it. It is too short-lived to be
# sealed anew with the key.
sign_in_under_way = sa.Table(
    "sign_in_under_way",
    metadata,
    sa.Column("state", sa.Text, primary_key=True),  # the hash of what the provider gives back
    sa.Column("session_id", sa.BigInteger, nullable=False),  # whose browser it is
    sa.Column(
        "sealed", sa.LargeBinary, nullable=False
    ),  # for which mailbox, as which client, and the verifier
    sa.Column("until", Instant, nullable=False),
)

# What somebody writes and has not published; its times are business time.
sequence_draft = sa.Table(
    "sequence_draft",
    metadata,
    number(),
    to("user_account"),
    text("name"),  # of the sequence it was begun from; empty: it is new
    count("base"),  # the version it was begun from; 0: none
    text("digest"),  # of the text it was begun from; empty: it is new, or was begun before this was kept
    text("text"),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("saved_at", Instant),  # the last change; empty: it says what it was begun from
    count("version"),  # goes up with every change: a save says which one it was made from
    text("page"),  # the shown page that made the last change
    count("page_save"),  # which of that page's saves it was
    **NEVER_AGAIN,
)
sa.Index("ix_sequence_draft_name", sequence_draft.c.name)
sa.Index("ix_sequence_draft_user", sequence_draft.c.user_account_id)

audit = sa.Table(
    "audit",
    metadata,
    number(),
    sa.Column("at", Instant, nullable=False),
    text("actor_kind"),
    text("actor"),
    sa.Column("action", sa.Text, nullable=False),  # a code, such as users.change
    text("subject"),  # what was changed, by its name
    sa.Column("before", NullJson),
    sa.Column("after", NullJson),
)
sa.Index("ix_audit_at", audit.c.at)
