"""How long we wait for PostgreSQL. Beside the driver, which an installation on SQLite never loads."""

from __future__ import annotations

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30.0
# The longest wait for one answer. Mail should flow again within a minute of a silence: one wait, and a few tries.
RESTED_SECONDS = 5.0
# A connection that lay idle for longer is not relied on: something on the way may have forgotten it.
