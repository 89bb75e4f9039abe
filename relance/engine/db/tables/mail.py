"""The mails: sent, come in, lost by a restore; and what was opened and clicked."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import (
    Id,
    Json,
    NullJson,
    count,
    index,
    kept_so,
    metadata,
    number,
    text,
    to,
    told,
)
from relance.engine.db.database import Instant

message = sa.Table(
    "message",
    metadata,
    # made before the row, for it stands in the links
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    to("enrollment"),
    sa.Column("step", sa.Text, nullable=False),
    text("variant"),
    to("contact"),
    to("mailbox"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    text("thread"),  # Message-ID of the thread's first mail
    text("recipient"),
    text("subject"),
    text("body"),  # the text part: to know our own words again in a quote
    sa.Column("raw", sa.LargeBinary, nullable=False),  # the bytes, frozen before the first attempt
    sa.Column("links", Json, nullable=False),  # the targets, by index: [{"target": ..., "label": ...}]
    count("attempts"),
    count("fence"),
    count("looks"),  # complete looks into the mailbox, Sent included, that showed no trace of an unknown one
    sa.Column("prepared_at", Instant, nullable=False),
    sa.Column(
        "planned_at", Instant
    ),  # when it should have left; none: a person's reply, or an earlier release wrote it
    sa.Column("transmitting_at", Instant),
    sa.Column("settled_at", Instant),
    sa.Column("code", sa.Integer),
    text("reply"),  # the server's last words
    sa.Column(
        "receiver", sa.Text
    ),  # a company's domain or a free-mail provider's; none: an earlier release wrote it
    sa.Column("failure", sa.Text),  # why it was refused or put off, where it was
    sa.Column("failure_stage", sa.Text),  # and how far it had come
    # One mail a step a person, whatever happens: the last wall of the first promise.
    sa.UniqueConstraint("enrollment_id", "step"),
)
_open = message.c.state.in_(("transmitting", "unknown"))
index("ix_message_open", message.c.mailbox_id, where=_open)
sa.Index("ix_message_pace", message.c.mailbox_id, message.c.transmitting_at)
sa.Index("ix_message_receiver", message.c.receiver, message.c.transmitting_at)
_failed = message.c.failure.is_not(None)
index("ix_message_failure", message.c.settled_at, where=_failed)
_again = message.c.attempts > sa.literal_column("1")
index("ix_message_again", message.c.mailbox_id, message.c.transmitting_at, where=_again)
sa.Index("ix_message_contact", message.c.contact_id)

message_key = sa.Table(
    "message_key",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # every id by which the world may call a message of ours
    to("message"),
)

inbound = sa.Table(
    "inbound",
    metadata,
    number(),
    to("mailbox"),
    # Message-ID, or a digest: a mail moved to another folder is the same
    sa.Column("dedupe", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    text("from_address"),
    text("subject"),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("judged_at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    count("rules_version"),
    told("evidence"),
    # the rest of it: until, recipient, status, intent, language, substitute
    sa.Column("judgement", Json, nullable=False),
    sa.Column("failure", sa.Text),  # of a mail that came back: why
    sa.Column("failure_stage", sa.Text),  # and how far ours had come
    text("match"),  # certain, soft, none
    text("matched_by"),
    to("contact", nullable=True),
    to("enrollment", nullable=True),
    to("message", nullable=True),
    text("body"),  # the person's own words, bounded
    count("size"),  # of the whole mail; `raw` may be only its beginning
    sa.Column("correction", NullJson),  # what a person says it is: kind, intent, until; the judgement stays
    sa.Column("read_at", Instant),  # when a person looked at it
    sa.Column("read_by", NullJson),  # who that was: kind and name
    text("substitute_state"),  # accepted, dismissed
    # kept so that history can be judged again; emptied when its retention ends
    sa.Column("raw", sa.LargeBinary),
    sa.UniqueConstraint("mailbox_id", "dedupe"),
)
sa.Index("ix_inbound_enrollment", inbound.c.enrollment_id)
sa.Index("ix_inbound_contact", inbound.c.contact_id)
_returned = inbound.c.failure.is_not(None)
index("ix_inbound_failure", inbound.c.received_at, where=_returned)
_sender = sa.func.lower(inbound.c.from_address).label("begins")
index("ix_inbound_from_begins", _sender, postgresql_ops={"begins": "text_pattern_ops"})
_unread = inbound.c.read_at.is_(None)
index("ix_inbound_unread", inbound.c.received_at, inbound.c.id, where=_unread)
sa.Index("ix_inbound_received", inbound.c.received_at, inbound.c.id)
_kept = inbound.c.raw.is_not(None)
index("ix_inbound_kept", inbound.c.judged_at, where=_kept)

own_reply = sa.Table(
    "own_reply",  # mails that a person wrote to answer one that came in: beside each what it answers, and when it leaves
    metadata,
    sa.Column("message_id", Id, sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
    to("inbound"),
    to("mailbox"),
    sa.Column("leaves_at", Instant, nullable=False),  # until then it can be taken back
    count("tries"),  # claims that never ended
    sa.Column(
        "open", sa.Boolean, nullable=False, server_default=sa.true()
    ),  # it may still have to be offered
    sa.Column("why", NullJson),  # why it does not leave any more
    sa.Column("written_by", NullJson),  # who wrote it: kind and name
)
index("ix_own_reply_open", own_reply.c.mailbox_id, own_reply.c.leaves_at, where=own_reply.c.open)
sa.Index("ix_own_reply_inbound", own_reply.c.inbound_id)

lost_mail = sa.Table(
    "lost_mail",  # mails of ours, met in a mailbox, to people or in sequences that a restored database does not know
    metadata,
    # of sequence, recipient and step, as the Message-ID bears it
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, nullable=False),
    to("mailbox"),
    text("subject"),
    sa.Column("sent_at", Instant, nullable=False),
    # a mail that came in named it
    sa.Column("answered", sa.Boolean, nullable=False, server_default=sa.false()),
)

hit = sa.Table(
    "hit",
    metadata,
    number(),
    to("message"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # open, click
    count("link"),
    text("method"),
    text("user_agent"),
    text("network"),
    # whether Accept-Language was there
    sa.Column("language", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("prefetch", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verdict", sa.Text),  # human, machine, unknown; empty until settled
    sa.Column("reasons", Json, nullable=False),
    count("rules_version"),
)
sa.Index("ix_hit_message", hit.c.message_id, hit.c.kind)
_unjudged = hit.c.verdict.is_(None)
index("ix_hit_unjudged", hit.c.at, where=_unjudged)
sa.Index("ix_hit_network", hit.c.network, hit.c.at)

kept_so(message)
