"""Open files: how many this process may have, how many its mail needs, and what is left for strangers."""

from __future__ import annotations

import resource

import structlog

AROUND = 64
# Standard streams, journal, log, listening sockets, the event loops' own, libraries: what any daemon holds.
OF_THE_DATABASE = 20
# Connections of the pool and above it (`relance.engine.db.database`).
OF_A_TURN = 5
# SMTP, IMAP, the poll on each, and a look-up or a file beside them.
OF_AN_EAR = 3
# An IMAP connection that listens, and what wakes it.
LEAST = 8
# Connections that are let in however little is left: an unsubscribe must get through.


def of_mail(turns: int, ears: int) -> int:
    """How many files mail may need at once in a process with so many turns and listeners."""
    return AROUND + OF_THE_DATABASE + turns * OF_A_TURN + ears * OF_AN_EAR


def room(wanted: int, kept: int) -> int:
    """How many connections may stand at once, of `wanted`, so that `kept` files are left for everything else.

    The process's limit is raised where it may be and that helps; what is lacking after that is told.
    """
    limit = _raised(wanted + kept)
    found = max(LEAST, min(wanted, limit - kept))
    if found < wanted:
        structlog.get_logger(__name__).warning(
            "few files may be open at once, so few connections are let in; raise the limit (ulimit -n, LimitNOFILE)",
            limit=limit,
            kept_for_mail=kept,
            connections=found,
        )
    return found


def _raised(need: int) -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = need if hard == resource.RLIM_INFINITY else min(need, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return need if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
