"""What the list of contacts is filtered by, all of it in the address: where people stand, in which sequence, by whose mailbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance.console import lists
from relance.console.visit import Visit
from relance.engine.roles import Permission
from relance.engine.states import OPEN, State
from relance.engine.store.contacts.filters import ContactFilter
from relance.wording import N_, _

STANDS: Mapping[str, tuple[str, ContactFilter]] = {
    "none": (N_("In no sequence"), ContactFilter(enrolled=False)),
    "open": (N_("In progress"), ContactFilter(states=tuple(each.value for each in State if each in OPEN))),
    "replied": (N_("Answered"), ContactFilter(states=(State.REPLIED.value,))),
    "bounced": (N_("Bounced"), ContactFilter(states=(State.BOUNCED.value,))),
    "unsubscribed": (N_("Opted out"), ContactFilter(states=(State.UNSUBSCRIBED.value,))),
    "suppressed": (N_("Do not contact"), ContactFilter(suppressed=True)),
}
NAMES = ("sequence", "mailbox", "owner")


@dataclass(frozen=True)
class FilterChoice:
    """A list to choose from; the empty value means all."""

    name: str
    label: str
    options: Sequence[str]
    chosen: str


def wanted(visit: Visit) -> ContactFilter:
    """What the address asks for; a value that there is not finds nobody."""
    sequence, mailbox, owner = (visit.asked(name) for name in NAMES)
    _words, stands = STANDS.get(visit.asked("stands"), ("", ContactFilter()))
    return dataclasses.replace(
        stands, sequence=sequence, mailbox=mailbox, owner=owner if may_choose_owner(visit) else ""
    )


def chips(visit: Visit) -> list[lists.Chip]:
    """Where people stand."""
    return [lists.chip(visit, "stands", key, _(words)) for key, (words, _fits) in STANDS.items()]


def choices(visit: Visit) -> list[FilterChoice]:
    """Sequences, and the mailboxes that the viewer may see; for managers whose they are."""
    mailboxes = [each.address for each in visit.app.mailboxes.list()]
    found = [
        ("sequence", _("Any sequence"), [name for name, _state in visit.app.sequences.states()]),
        ("mailbox", _("Any mailbox"), mailboxes if len(mailboxes) > 1 else []),
    ]
    if may_choose_owner(visit):
        owners = sorted({each for each in visit.app.mailboxes.owners().values() if each})
        found.append(("owner", _("Any owner"), owners))
    return [
        FilterChoice(name, label, options, visit.asked(name)) for name, label, options in found if options
    ]


def chosen(visit: Visit) -> list[tuple[str, str]]:
    """All that is chosen, to be sent along with a search."""
    names = ("stands", *NAMES)
    return [(name, visit.asked(name)) for name in names if visit.asked(name)]


def may_choose_owner(visit: Visit) -> bool:
    """Whether whose a mailbox is may be asked."""
    return visit.me.may(Permission.MAILBOXES)
