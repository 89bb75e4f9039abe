"""What may be put on the do-not-contact list as a whole, and by whom: one rule for the page, the import of a list and the commands."""

from __future__ import annotations

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


def require(conn: Connection, kind: str, value: str) -> None:
    """Raises `UnfitField` for a public mail service, for what we send from ourselves, and, where a salesperson acts, for a domain
    or a colleague's person."""
    if kind == "domain" and value in free_mail.DOMAINS:
        raise contact_fields.UnfitField(public(value), RowFault.PUBLIC_MAIL_SERVICE)
    if _is_ours(conn, kind, value):
        raise contact_fields.UnfitField(
            Text("{value} is yours: mail is sent from there.", value=value), RowFault.OURS
        )
    if roles.scope_now().everything:
        return
    if kind == "domain":
        raise contact_fields.UnfitField(
            Text(
                "{domain} is a whole domain: only a manager adds those. Enter the person's address.",
                domain=value,
            ),
            RowFault.MANAGERS_ONLY,
        )
    if scopes.of_others(conn, [value]):
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


def _is_ours(conn: Connection, kind: str, value: str) -> bool:
    ours = {text.lower() for each in mailboxes.list_all(conn) for text in (each.address, *each.aliases)}
    if kind == "address":
        return value in ours
    return any(f".{each.rpartition('@')[2]}".endswith(f".{value}") for each in ours)


def stopped(conn: Connection, kind: str, value: str) -> int:
    """How many people's sequences end by it."""
    people = contacts.by_emails(conn, [value]) if kind == "address" else contacts.in_domain(conn, value)
    rows = enrollments.of_contact(conn, [person.id for person in people.values()])
    return len({row.contact_id for row in rows if row.state in states.OPEN})
