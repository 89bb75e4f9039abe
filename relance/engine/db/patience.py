"""How long we wait for PostgreSQL. Beside the driver, which an installation on SQLite never loads."""

from __future__ import annotations

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30.0
# The longest wait for one answer. Mail should flow again within a minute of a silence: one wait, and a few tries.
