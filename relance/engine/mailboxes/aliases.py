"""A mailbox's aliases: further addresses its owner writes from, offered from what the Sent folder shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxAliasesChanged
from relance.engine.reasons import Code, Reason, because
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import aliases, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.address import normalise
from relance.wording import Text


def offered(seen: Sequence[str], own: Collection[str]) -> tuple[str, ...]:
    """Addresses that may be aliases: they stand in From in the Sent folder and are nobody's yet. Pure."""
    return tuple(each for each in seen if each not in own)


def hint(mailbox: str, found: Sequence[str]) -> tuple[str, str]:
    """What to do about addresses that are offered, with what to type and without."""
    commands = " ".join(f"`relance mailbox alias add {mailbox} {each}`" for each in found)
    addresses = ", ".join(found)
    typed = Text(
        "Sent contains mails from {addresses} as well. If these are aliases, add them: {commands}",
        addresses=addresses,
        commands=commands,
    )
    plain = Text(
        "Sent contains mails from {addresses} as well. If these are aliases, an administrator of the server can add them.",
        addresses=addresses,
    )
    return str(typed), str(plain)


def add(context: Context, address: str, alias: str) -> tuple[str, ...]:
    """From now on a mail from this address is the mailbox's owner's; returns all its aliases.

    Raises `errors.Invalid` for what is no address, a mailbox of its own, or a contact.
    """
    found = normalise(alias, allow_test_domains=context.options.allow_test_domains).normalised
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        _check(conn, mailbox, found)
        return _put(conn, context, mailbox, {*mailbox.aliases, found}, because(Code.ALIAS_ADDED, alias=found))


def put_all(conn: Connection, context: Context, mailbox: Mailbox, wanted: Sequence[str]) -> None:
    """These are all its aliases from now on. Raises as `add` does."""
    known, allowed = set(mailbox.aliases), context.options.allow_test_domains
    found = {normalise(each, allow_test_domains=allowed).normalised for each in wanted}
    for each in sorted(found - known):
        _check(conn, mailbox, each)
        known.add(each)
        _put(conn, context, mailbox, known, because(Code.ALIAS_ADDED, alias=each))
    for each in sorted(known - found):
        known.discard(each)
        _put(conn, context, mailbox, known, because(Code.ALIAS_REMOVED, alias=each))


def _check(conn: Connection, mailbox: Mailbox, alias: str) -> None:
    if mailboxes.by_address(conn, alias) is not None:
        raise errors.Invalid(
            Text("{alias} is a mailbox of its own; its mails are already recognised as yours.", alias=alias)
        )
    if contacts.by_emails(conn, [alias]):
        raise errors.Invalid(
            Text(
                "{alias} is a contact: if it were an alias of {address}, nothing they write would count as an answer.",
                alias=alias,
                address=mailbox.address,
            )
        )


def require_no_alias(conn: Connection, address: str) -> None:
    """The other order: an alias of one mailbox is no mailbox of its own. Raises `errors.Invalid`."""
    for owner in mailboxes.list_all(conn):
        if address in owner.aliases:
            known = {"alias": address, "address": owner.address}
            raise errors.Invalid(
                Text("{alias} is an alias of {address}, and cannot be a mailbox of its own.", **known),
                command=Text("`relance mailbox alias remove {address} {alias}` removes the alias.", **known),
                page=Text("Remove the alias on the page of {address} first.", address=owner.address),
            )


def free_again(conn: Connection, removed: Mailbox) -> None:
    """One that was removed is taken in again: what became a mailbox meanwhile is no alias of it any more, nor what is another's."""
    ours = aliases.own_addresses(conn)
    if any(each in ours for each in removed.aliases):
        aliases.put(conn, removed.id, [each for each in removed.aliases if each not in ours])


def remove(context: Context, address: str, alias: str) -> tuple[str, ...]:
    """It is somebody else's address again; returns the aliases that are left. `errors.NotFound` where it was none."""
    gone = alias.strip().lower()
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        if gone not in mailbox.aliases:
            raise errors.NotFound(
                Text("{gone} is not an alias of {address}.", gone=gone, address=mailbox.address),
                command=Text(
                    "`relance mailbox alias list {address}` shows its aliases.", address=mailbox.address
                ),
            )
        return _put(
            conn,
            context,
            mailbox,
            {*mailbox.aliases} - {gone},
            because(Code.ALIAS_REMOVED, alias=gone),
        )


def _put(
    conn: Connection, context: Context, mailbox: Mailbox, wanted: Collection[str], why: Reason
) -> tuple[str, ...]:
    aliases.put(conn, mailbox.id, sorted(wanted))
    data = MailboxAliasesChanged(why, sorted(wanted))
    events.record_event(conn, data, context.clock.now(), mailbox_id=mailbox.id)
    return tuple(sorted(wanted))
