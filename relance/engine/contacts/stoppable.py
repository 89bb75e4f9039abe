"""What may be put on the do-not-contact list as a whole, and by whom: one rule for the page, the import of a list and the commands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from relance.engine import roles, states
from relance.engine.contacts import fields as contact_fields
from relance.engine.contacts.faults import RowFault
from relance.engine.store import scopes
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
from relance.mailbox import free_mail
from relance.wording import Text


class StopRules:
    """The rule for whoever acts; what it rests on is read once for all that is asked about."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        senders = mailboxes.list_all(conn)
        self._ours = {text.lower() for each in senders for text in (each.address, *each.aliases)}

    def require(self, kind: str, value: str) -> None:
        """Raises `UnfitField` for a public mail service, for what we send from ourselves, and, where a salesperson acts, for a
        domain or a colleague's person."""
        if kind == "domain" and value in free_mail.DOMAINS:
            raise contact_fields.UnfitField(public(value), RowFault.PUBLIC_MAIL_SERVICE)
        if self._is_ours(kind, value):
            ours = Text(
                "{value} is your own: mail is sent from there, so it cannot be put on the list.", value=value
            )
            raise contact_fields.UnfitField(ours, RowFault.OURS)
        if not roles.scope_now().everything:
            self._require_of_salesperson(kind, value)

    def _is_ours(self, kind: str, value: str) -> bool:
        if kind == "address":
            return value in self._ours
        return any(f".{each.rpartition('@')[2]}".endswith(f".{value}") for each in self._ours)

    def _require_of_salesperson(self, kind: str, value: str) -> None:
        if kind == "domain":
            raise contact_fields.UnfitField(
                Text(
                    "{domain} is a whole domain: only a manager adds those. Enter the person's address.",
                    domain=value,
                ),
                RowFault.MANAGERS_ONLY,
            )
        if scopes.of_others(self._conn, [value]):
            raise contact_fields.UnfitField(
                Text("{email} belongs to a colleague; tell them or a manager.", email=value),
                RowFault.OF_A_COLLEAGUE,
            )


def public(domain: str) -> Text:
    """Why a domain is not put on the list as a whole."""
    return Text(
        "{domain} is a public mail service: that would be everybody with an address there. Enter the person's address.",
        domain=domain,
    )


def is_public(written: str) -> bool:
    """Whether what was written is the whole domain of a public mail service."""
    return written.strip().lstrip("@").rstrip(".").lower() in free_mail.DOMAINS


_AT_ONCE = 500


def stopped(conn: Connection, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Whose sequences end by these (kind and value), by address; whom several of them mean is named once."""
    people = {person.id: person.email for person in contacts.meant(conn, entries).values()}
    ids, ending = sorted(people), set()
    for start in range(0, len(ids), _AT_ONCE):
        rows = enrollments.of_contact(conn, ids[start : start + _AT_ONCE])
        ending |= {row.contact_id for row in rows if row.state in states.OPEN}
    return sorted(people[number] for number in ending)
