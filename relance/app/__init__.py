"""Relance: the rooms, built once from the settings and offered as one object.

Everything the command line, the daemons and other services do goes through here. What a method returns is a frozen
value; what it raises is an `errors.RelanceError` whose text is a sentence a person can act on.
"""

import gc

# A thousand modules are read here, and hardly anything of what they make is garbage: looking for it meanwhile takes a
# seventh of the time that a command or a worker needs to start.
_LOOKED = gc.isenabled()
gc.disable()
try:
    from relance.app.building import check_database, first_tables, judge_file, upgrade_database
    from relance.app.installation import Relance
    from relance.app.people import Users
    from relance.app.services import (
        Answers,
        Contacts,
        Enrollments,
        Mailboxes,
        Messages,
        Restored,
        Sequences,
        Tasks,
        Unknown,
    )
finally:
    if _LOOKED:
        gc.enable()

__all__ = [
    "Answers",
    "Contacts",
    "Enrollments",
    "Mailboxes",
    "Messages",
    "Relance",
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
