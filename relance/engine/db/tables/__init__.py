"""The tables: one set for SQLite and PostgreSQL. `migrations/` must always lead to exactly these (a test compares)."""

from __future__ import annotations

from relance.engine.db.columns import metadata as metadata
from relance.engine.db.columns import with_indexes as with_indexes
from relance.engine.db.tables.events import event as event
from relance.engine.db.tables.installation import meta as meta
from relance.engine.db.tables.installation import process as process
from relance.engine.db.tables.jobs import job as job
from relance.engine.db.tables.jobs import job_file as job_file
from relance.engine.db.tables.mail import hit as hit
from relance.engine.db.tables.mail import inbound as inbound
from relance.engine.db.tables.mail import lost_mail as lost_mail
from relance.engine.db.tables.mail import message as message
from relance.engine.db.tables.mail import message_key as message_key
from relance.engine.db.tables.mail import own_reply as own_reply
from relance.engine.db.tables.mailboxes import folder as folder
from relance.engine.db.tables.mailboxes import hand_mail as hand_mail
from relance.engine.db.tables.mailboxes import mailbox as mailbox
from relance.engine.db.tables.mailboxes import mailbox_health as mailbox_health
from relance.engine.db.tables.mailboxes import oauth_grant as oauth_grant
from relance.engine.db.tables.mailboxes import receiving_domain as receiving_domain
from relance.engine.db.tables.mailboxes import refusal as refusal
from relance.engine.db.tables.mailboxes import withheld as withheld
from relance.engine.db.tables.people import contact as contact
from relance.engine.db.tables.people import suppression as suppression
from relance.engine.db.tables.people import suppression_reason as suppression_reason
from relance.engine.db.tables.sequences import enrollment as enrollment
from relance.engine.db.tables.sequences import hold as hold
from relance.engine.db.tables.sequences import sequence as sequence
from relance.engine.db.tables.sequences import sequence_version as sequence_version
from relance.engine.db.tables.sequences import task as task
from relance.engine.db.tables.users import audit as audit
from relance.engine.db.tables.users import invitation as invitation
from relance.engine.db.tables.users import sequence_draft as sequence_draft
from relance.engine.db.tables.users import sign_in_attempt as sign_in_attempt
from relance.engine.db.tables.users import sign_in_under_way as sign_in_under_way
from relance.engine.db.tables.users import user_account as user_account
from relance.engine.db.tables.users import user_session as user_session
