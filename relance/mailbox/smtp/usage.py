"""What a way out has cost its server, counted: providers limit connections and logins, not only mails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """What one `Outbox` has done so far. A turn of n mails is meant to make one connection, one login and n bodies."""

    connections: int = 0  # dialled, whether or not anybody answered
    logins: int = 0  # AUTH asked, whether or not it was granted
    withdrawn: int = 0  # a 354 whose body did not follow: the connection is reset for it
    bodies: int = 0  # begun
    silences: int = 0  # waited for an answer in vain
