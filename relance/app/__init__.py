"""Relance: the rooms, built once from the settings and offered as one object.

Everything the command line, the daemons and other services do goes through here. What a method returns is a frozen
value; what it raises is an `errors.RelanceError` whose text is a sentence a person can act on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relance import late

if TYPE_CHECKING:
    from relance.app.building import check_database, first_tables, judge_file, upgrade_database
    from relance.app.installation import Relance
    from relance.app.people import Users
    from relance.app.services import (
        Answers,
        Contacts,
        Enrollments,
        Mailboxes,
        Messages,
        Reports,
        Restored,
        Sequences,
        Tasks,
        Unknown,
    )

__all__ = [
    "Answers",
    "Contacts",
    "Enrollments",
    "Mailboxes",
    "Messages",
    "Relance",
    "Reports",
    "Restored",
    "Sequences",
    "Tasks",
    "Unknown",
    "Users",
    "check_database",
    "first_tables",
    "judge_file",
    "upgrade_database",
]

__getattr__ = late.names(
    __name__,
    {
        "building": ("check_database", "first_tables", "judge_file", "upgrade_database"),
        "installation": ("Relance",),
        "people": ("Users",),
        "services": (
            "Answers",
            "Contacts",
            "Enrollments",
            "Mailboxes",
            "Messages",
            "Reports",
            "Restored",
            "Sequences",
            "Tasks",
            "Unknown",
        ),
    },
)
