"""The tables: one set for SQLite and PostgreSQL. `migrations/` must always lead to exactly these (a test compares)."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import Id, Json, NullJson, count, kept_so, number, text, to, told
from relance.engine.db.columns import metadata as metadata
from relance.engine.db.database import Instant

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

mailbox = sa.Table(
    "mailbox",
    metadata,
    number(),
    sa.Column("address", sa.Text, nullable=False, unique=True),
    text("name"),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),  # sealed by the vault, bound to this row
    sa.Column("smtp_host", sa.Text, nullable=False),
    sa.Column("smtp_port", sa.Integer, nullable=False),
    sa.Column("smtp_security", sa.Text, nullable=False),
    sa.Column("imap_host", sa.Text, nullable=False),
    sa.Column("imap_port", sa.Integer, nullable=False),
    sa.Column("imap_security", sa.Text, nullable=False),
    sa.Column("ca_file", sa.Text),
    text("state", default="active"),  # active, paused, removed
    # Why it sends nothing: a code of `reasons` with its parameters. `reason`: in words, for the release before.
    text("pause_kind"),
    sa.Column("pause_params", NullJson),
    text("reason"),
    sa.Column("refusal", NullJson),  # the last mail in a row that its server refused: code, words, contact
    sa.Column("daily_cap", sa.Integer),  # mails in any 24 hours; empty: no cap
    count("gap_seconds"),  # at least so long between two mails
    text("unknown_policy", default="hold"),  # hold, assume sent, send again
    sa.Column("files_sent", sa.Boolean),  # whether the provider files its own Sent copies; empty: not known
    # Whether ada+token@ reaches ada@: then Reply-To carries the mail's token, and no client can lose it.
    sa.Column("plus_addressing", sa.Boolean, nullable=False, server_default=sa.false()),
    # The lease: who works for this mailbox now, until when (machine time), and the number every write must show.
    text("lease_owner"),
    sa.Column("lease_until", Instant),
    count("fence"),
    sa.Column("next_turn_at", Instant),
    sa.Column("synced_at", Instant),  # when the last complete sync began (business time)
    told("sync_error"),
    sa.Column("locked_out", sa.Boolean, nullable=False, server_default=sa.false()),  # paused for `sync_error`
    told("send_error"),  # what the last attempt to send met, where it was the server's or the login's trouble
    # Whether the state is the engine's doing, and not a person's.
    sa.Column("paused_by_itself", sa.Boolean, nullable=False, server_default=sa.false()),
    count("troubles"),  # turns in a row that could not reach the servers
    count("logins_refused"),  # turns in a row in which they refused what only a person can mend
    text("turn_error"),  # the fault of ours that its last turn ended in
    # Further addresses its owner writes from: a mail from one of them is the owner's, never a prospect's.
    sa.Column("aliases", Json, nullable=False, server_default="[]"),
    # what else its Sent folder shows in From
    sa.Column("seen_from", Json, nullable=False, server_default="[]"),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
)
sa.Index("ix_mailbox_turn", mailbox.c.next_turn_at, postgresql_where=mailbox.c.state != "removed")

folder = sa.Table(
    "folder",
    metadata,
    number(),
    to("mailbox"),
    sa.Column("name", sa.Text, nullable=False),
    text("role"),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("last_uid", sa.BigInteger, nullable=False),
    sa.Column("messages", sa.BigInteger),  # how many mails lay in it when it was read; empty: not known
    text("gaps"),  # UIDs below `last_uid` that were not there then, as "11,15:20"
    text("object_id"),  # the server's own id of it (RFC 8474)
    count("moves"),  # how often it was numbered anew of late
    told("moved"),  # which number moved last
    sa.Column("moved_at", Instant),
    sa.Column("missing_at", Instant),  # the look in which the server's list did not name it
    sa.Column(
        "doubted", sa.Boolean, nullable=False, server_default=sa.false()
    ),  # it may be another of that name
    sa.UniqueConstraint("mailbox_id", "name"),
)

withheld = sa.Table(  # mails that a server shows and does not give
    "withheld",
    metadata,
    number(),
    to("mailbox"),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    text("state", default="trying"),  # trying, aside, dismissed
    count("tries"),
    told("words"),  # why, at the last try
    text("sender"),
    text("subject"),
    sa.Column("person_held", sa.Boolean, nullable=False, server_default=sa.false()),  # whose it is was told
    sa.Column("since", Instant, nullable=False),
    sa.Column("tried_at", Instant, nullable=False),
    sa.UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
    sa.CheckConstraint("state in ('trying', 'aside', 'dismissed')", name="state"),
)

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
)
sa.Index("ix_contact_organisation", contact.c.organisation)
for _name in ("email", "first_name", "last_name", "company"):  # found by how they begin, in any case
    _lower = sa.func.lower(contact.c[_name]).label("begins")
    sa.Index(f"ix_contact_{_name}_begins", _lower, postgresql_ops={"begins": "text_pattern_ops"})

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
    sa.Column("created_at", Instant, nullable=False),
    # One row a reason: taking one back takes back no other.
    sa.UniqueConstraint("kind", "value", "cause", "source"),
    sa.CheckConstraint("cause in ('person', 'bounce')", name="cause"),
)

refusal = sa.Table(
    "refusal",
    metadata,
    number(),
    to("mailbox"),
    sa.Column("organisation", sa.Text, nullable=False),  # whose server refuses this mailbox's mail
    text("words"),  # for the release before
    sa.Column("why", NullJson),  # code and parameters
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("mailbox_id", "organisation"),
)

sequence = sa.Table(
    "sequence",
    metadata,
    number(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    text("state", default="active"),  # active, paused
    text("reason"),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("state in ('active', 'paused')", name="state"),
)

sequence_version = sa.Table(
    "sequence_version",
    metadata,
    number(),
    to("sequence"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("definition", Json, nullable=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.UniqueConstraint("sequence_id", "number"),
)

enrollment = sa.Table(
    "enrollment",
    metadata,
    number(),
    to("sequence"),
    to("sequence_version"),
    to("contact"),
    to("mailbox"),
    sa.Column("state", sa.Text, nullable=False),
    text("reason"),  # why it stands where it stands, in words, for the release before; nobody reads it
    # The same as data, one by one, as [{"code": ..., "params": ..., "cause": ..., "source": ..., "words": ...}]: what is
    # decided is decided by these, and the sentence is made from them. `words` is for the release before.
    sa.Column("reasons", Json, nullable=False, server_default="[]"),
    sa.Column("step", sa.Text),  # the step to do next; empty when there is none
    text("step_kind"),  # mail, or a kind the tick does without a mailbox
    sa.Column("due_at", Instant),
    sa.Column("bound", Json, nullable=False),  # what bound `due_at`: the calendar's own words
    sa.Column("stepped_at", Instant, nullable=False),  # when the step before was done
    count("priority"),
    count("attempts"),  # counted before the work starts, cleared when it ends
    count("version"),  # goes up with every change: the compare-and-set of the send
    sa.Column("resume_at", Instant),
    # Whether we wrote to this person before: then nothing leaves before the mailbox was read for an answer.
    sa.Column("wrote_before", sa.Boolean, nullable=False, server_default=sa.false()),
    count("aways"),  # how often an out-of-office reply has moved it
    # Set by a restore: what fell due before this may have been sent by a history this database has lost.
    sa.Column("lost_before", Instant),
    # The event that led to the state; 0: it is written in the same transaction, a little later; empty: not known.
    sa.Column("cause_event_id", Id),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.UniqueConstraint("sequence_id", "contact_id"),
)
_working = enrollment.c.state == "active"
_mail = sa.and_(_working, enrollment.c.step_kind == "mail")
_other = sa.and_(_working, enrollment.c.step_kind != "mail")
_away = enrollment.c.state == "away"
_lost = enrollment.c.lost_before.is_not(None)
_next = (
    *(enrollment.c.mailbox_id, enrollment.c.wrote_before, enrollment.c.priority),
    *(enrollment.c.due_at, enrollment.c.id),
)
# What `store/sequences/due.py` reads from the head of: see there.
sa.Index("ix_enrollment_mail_next", *_next, postgresql_where=_mail, sqlite_where=_mail)
sa.Index("ix_enrollment_other_due", enrollment.c.due_at, postgresql_where=_other, sqlite_where=_other)
sa.Index("ix_enrollment_away", enrollment.c.resume_at, postgresql_where=_away, sqlite_where=_away)
sa.Index("ix_enrollment_contact", enrollment.c.contact_id)
_held = enrollment.c.state == "held"
sa.Index("ix_enrollment_held", enrollment.c.id, postgresql_where=_held, sqlite_where=_held)
# Lists are paged by id within each state: an index of each thing they are most often asked by.
sa.Index("ix_enrollment_in_state", enrollment.c.state, enrollment.c.id)
_in_sequence = (enrollment.c.sequence_id, enrollment.c.state, enrollment.c.id, enrollment.c.mailbox_id)
sa.Index("ix_enrollment_in_sequence", *_in_sequence)
sa.Index("ix_enrollment_in_mailbox", enrollment.c.mailbox_id, enrollment.c.state, enrollment.c.id)
sa.Index("ix_enrollment_lost", enrollment.c.contact_id, postgresql_where=_lost, sqlite_where=_lost)

hold = sa.Table(  # what holds or pauses somebody: a row each, open until it is closed
    "hold",
    metadata,
    number(),
    to("enrollment"),
    sa.Column("kind", sa.Text, nullable=False),  # of `reasons.HoldKind`: what closes it
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", Json, nullable=False),
    text("source"),  # what it rests on, as its reason names it
    # The same where it is a mail of ours, or one that came in. (No foreign keys: both outlive their mails' retention.)
    sa.Column("message_id", Id),
    sa.Column("inbound_id", Id),
    sa.Column(
        "opened_by", Id
    ),  # events; 0: written in the same transaction, a little later; empty: not known
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_by", Id),
    sa.Column("closed_at", Instant),
)
_standing = hold.c.closed_at.is_(None)
sa.Index("ix_hold_open", hold.c.enrollment_id, postgresql_where=_standing, sqlite_where=_standing)

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
    sa.Column("transmitting_at", Instant),
    sa.Column("settled_at", Instant),
    sa.Column("code", sa.Integer),
    text("reply"),  # the server's last words
    # One mail a step a person, whatever happens: the last wall of the first promise.
    sa.UniqueConstraint("enrollment_id", "step"),
)
_open = message.c.state.in_(("transmitting", "unknown"))
sa.Index("ix_message_open", message.c.mailbox_id, postgresql_where=_open, sqlite_where=_open)
sa.Index("ix_message_pace", message.c.mailbox_id, message.c.transmitting_at)
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
    text("evidence"),
    # the rest of it: until, recipient, status, intent, language, substitute
    sa.Column("judgement", Json, nullable=False),
    text("match"),  # certain, soft, none
    text("matched_by"),
    to("contact", nullable=True),
    to("enrollment", nullable=True),
    to("message", nullable=True),
    text("body"),  # the person's own words, bounded
    count("size"),  # of the whole mail; `raw` may be only its beginning
    sa.Column("correction", NullJson),  # what a person says it is: kind, intent, until; the judgement stays
    sa.Column("read_at", Instant),  # when a person looked at it
    text("substitute_state"),  # accepted, dismissed
    # kept so that history can be judged again; emptied when its retention ends
    sa.Column("raw", sa.LargeBinary),
    sa.UniqueConstraint("mailbox_id", "dedupe"),
)
sa.Index("ix_inbound_enrollment", inbound.c.enrollment_id)
sa.Index("ix_inbound_contact", inbound.c.contact_id)
_kept = inbound.c.raw.is_not(None)
sa.Index("ix_inbound_kept", inbound.c.judged_at, postgresql_where=_kept, sqlite_where=_kept)

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
sa.Index("ix_hit_unjudged", hit.c.at, postgresql_where=_unjudged, sqlite_where=_unjudged)
sa.Index("ix_hit_network", hit.c.network, hit.c.at)

task = sa.Table(
    "task",
    metadata,
    number(),
    to("enrollment"),
    to("contact"),
    sa.Column("step", sa.Text, nullable=False),
    text("words"),
    text("state", default="open"),  # open, done, dropped
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.UniqueConstraint("enrollment_id", "step"),
)

event = sa.Table(
    "event",
    metadata,
    number(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    to("enrollment", nullable=True),
    to("contact", nullable=True),
    to("mailbox", nullable=True),
    sa.Column("message_id", Id),  # no foreign key: events outlive a message's retention
    text("step"),
    sa.Column("data", Json, nullable=False),
    # The writing transaction, so that a reader by cursor never steps over one that is still being committed.
    sa.Column("xact", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    sa.Column("inbound_id", Id),  # the mail that came in behind it
    text("actor_kind"),  # person, program, recipient, rule, schedule; empty in what an earlier release wrote
    text("actor"),  # the name
)
sa.Index("ix_event_feed", event.c.xact, event.c.id)
sa.Index("ix_event_enrollment", event.c.enrollment_id)
sa.Index("ix_event_contact", event.c.contact_id)
sa.Index("ix_event_at", event.c.at)
_of_mail = event.c.inbound_id.is_not(None)
sa.Index("ix_event_inbound", event.c.inbound_id, postgresql_where=_of_mail, sqlite_where=_of_mail)

process = sa.Table(
    "process",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # as leases name it
    sa.Column("role", sa.Text, nullable=False),  # run, scheduler, worker, web
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),  # machine time, as all three
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("stopped_at", Instant),
    sa.Column("broker_away", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("broker_refuses", sa.Boolean, nullable=False, server_default=sa.false()),
)

kept_so(message, event)
