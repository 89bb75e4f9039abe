"""The mailboxes: their folders, the mails their servers withhold, the organisations that refuse them."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import (
    NEVER_AGAIN,
    Id,
    Json,
    NullJson,
    count,
    index,
    metadata,
    number,
    text,
    to,
    told,
)
from relance.engine.db.database import Instant

mailbox = sa.Table(
    "mailbox",
    metadata,
    number(),
    sa.Column("address", sa.Text, nullable=False, unique=True),
    text("name"),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column(
        "secret", sa.LargeBinary, nullable=False
    ),  # sealed by the vault, bound to this row; empty: no password
    text("sign_in", default="password"),  # password; oauth: see `oauth_grant`
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
    sa.Column("hourly_cap", sa.Integer),  # mails in any hour; empty: no cap
    count("gap_seconds"),  # at least so long between two mails
    count("jitter_seconds"),  # up to so much longer, otherwise after each mail
    sa.Column(
        "ramp_up", NullJson
    ),  # fewer than the daily cap, while it begins: see `schedule/pace/ramp_up.py`
    text("unknown_policy", default="hold"),  # hold, assume sent, send again
    sa.Column("files_sent", sa.Boolean),  # whether the provider files its own Sent copies; empty: not known
    # Whether ada+token@ reaches ada@: then Reply-To carries the mail's token, and no client can lose it.
    sa.Column("plus_addressing", sa.Boolean, nullable=False, server_default=sa.false()),
    # What its mails say of their sender. Empty: the workspace's zone, this computer's name, the installation's tracking address, none.
    text("zone"),
    text("ehlo_name"),
    text("tracking_host"),
    text("signature"),
    text("signature_html"),
    # What signs its mails (DKIM): the private key, sealed; empty: they leave unsigned.
    sa.Column("dkim_key", sa.LargeBinary),
    text("dkim_selector"),
    text("dkim_domain"),
    # The lease: who works for this mailbox now, until when (machine time), and the number every write must show.
    text("lease_owner"),
    sa.Column("lease_until", Instant),
    count("fence"),
    # Which steps its last turn took up, as "id:version id:version": those that it left as they were did not end.
    text("taken_up"),
    # On which days nothing leaves from it: first, last, zone, cover. See `schedule/leaves.py`.
    sa.Column("leaves", NullJson),
    # Whose first mails leave next, and until when that holds: see `sending/admitting.py`.
    sa.Column("first_mails", NullJson),
    sa.Column("next_turn_at", Instant),
    sa.Column("reply_at", Instant),  # when the next of its `own_reply` leaves; empty: none is to
    sa.Column("synced_at", Instant),  # when the last complete sync began (business time)
    told("sync_error"),
    sa.Column("locked_out", sa.Boolean, nullable=False, server_default=sa.false()),  # paused for `sync_error`
    told("send_error"),  # what the last attempt to send met, where it was the server's or the login's trouble
    # Whether the state is the engine's doing, and not a person's.
    sa.Column("paused_by_itself", sa.Boolean, nullable=False, server_default=sa.false()),
    count("troubles"),  # turns in a row that could not reach the servers
    count("logins_refused"),  # turns in a row in which they refused what only a person can mend
    told(
        "barred"
    ),  # why no first mail leaves: what `mailbox_health` found for certain, and nobody has overruled
    text("turn_error"),  # the fault of ours that its last turn ended in
    # Further addresses its owner writes from: a mail from one of them is the owner's, never a prospect's.
    sa.Column("aliases", Json, nullable=False, server_default="[]"),
    # what else its Sent folder shows in From
    sa.Column("seen_from", Json, nullable=False, server_default="[]"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("user_id", Id),  # whose it is, of those who sign in; a user is never deleted
    sa.CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
)
index("ix_mailbox_turn", mailbox.c.next_turn_at, where=mailbox.c.state != "removed", everywhere=False)

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
    **NEVER_AGAIN,
)

oauth_grant = (
    sa.Table(  # what a provider granted for a mailbox that signs in by OAuth 2.0; times are machine time
        "oauth_grant",
        metadata,
        sa.Column("mailbox_id", Id, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
        count("version"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),  # client and tokens, bound to the mailbox
        sa.Column("token_until", Instant, nullable=False),
        sa.Column("grant_until", Instant),  # when its owner has to sign in again, where that is known
        sa.Column("renew_at", Instant),  # empty: the provider refused to renew it
        text("renewer"),  # which process renews it now, until when
        sa.Column("renewing_until", Instant),
        count("doubted"),  # the version whose access token a server refused
        count("tries"),
        told("problem"),
    )
)

mailbox_health = (
    sa.Table(  # what was found of its domain's records and of the host of its links; times are machine time
        "mailbox_health",
        metadata,
        sa.Column("mailbox_id", Id, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
        sa.Column("checked_at", Instant),  # empty: it never was
        sa.Column("due_at", Instant, nullable=False),  # when it is looked at next
        sa.Column("findings", Json, nullable=False, server_default="[]"),
        sa.Column("seen", NullJson),  # what receivers noted of a mail that it sent itself
        sa.Column(
            "anyway", sa.Boolean, nullable=False, server_default=sa.false()
        ),  # a person lets first mails go
    )
)

receiving_domain = sa.Table(  # at which provider the domains receive that mails went to, by their MX records; times are machine time
    "receiving_domain",
    metadata,
    sa.Column("domain", sa.Text, primary_key=True),
    text("provider"),  # as `mailbox.providers` names it; empty: none that it knows
    sa.Column("asked_at", Instant),  # when DNS last answered; empty: never
    sa.Column("due_at", Instant, nullable=False),  # when it is asked next
)

hand_mail = sa.Table(  # what a mailbox's owner sent from their own program, of the last days: it counts against the mailbox's limits
    "hand_mail",
    metadata,
    sa.Column("mailbox_id", Id, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
    sa.Column("mark", sa.Text, primary_key=True),  # a digest of its Message-ID, or of its place in the folder
    sa.Column("sent_at", Instant, nullable=False),  # as its Date says, never later than when it was found
)
index("ix_hand_mail_sent", hand_mail.c.mailbox_id, hand_mail.c.sent_at)

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
    **NEVER_AGAIN,
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
    **NEVER_AGAIN,
)
