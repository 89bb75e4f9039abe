"""How a call of a salesperson is kept to what is theirs: their mailboxes, the people and mails that go through them.

A list keeps to the scope by itself (`relance.engine.store.scopes`); what names one row is looked up first. What is not theirs is not
there: `errors.NotFound`, in the same words as for what nobody has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from relance import errors
from relance.engine.roles import Viewer
from relance.wording import Text

if TYPE_CHECKING:
    from relance.app import services
    from relance.engine.context import Context


class Installation(Protocol):
    """What is asked of an installation, to tell what is whose."""

    _context: Context

    @property
    def mailboxes(self) -> services.Mailboxes:
        """The mailboxes and whose they are."""

    @property
    def unknown(self) -> services.Unknown:
        """The mails in doubt."""


@dataclass(frozen=True)
class Call:
    """A method that somebody wants to call, with its arguments; `given` may be changed."""

    app: Installation
    viewer: Viewer
    args: tuple[Any, ...]
    given: dict[str, Any]

    def first(self, name: str) -> Any:
        """The first argument, whether it was given by its place or by its name."""
        return self.args[0] if self.args else self.given.get(name)


Narrowed = Callable[[Call], None]
# Raises `errors.NotFound` for what is not the viewer's, or narrows what is asked for.


def anything(call: Call) -> None:
    """What belongs to nobody in particular, such as sequences."""
    del call


def by_itself(call: Call) -> None:
    """A list or a change by filter, whose conditions keep to the scope."""
    del call


def oneself(call: Call) -> None:
    """The first argument is the viewer's own number."""
    if not call.args or call.args[0] != call.viewer.user:
        raise errors.NotFound(Text("There is no such user. The Users page shows all users."))


def own_mailbox(call: Call) -> None:
    """The first argument is the address of a mailbox of theirs."""
    if str(call.first("address") or "").strip().lower() not in _addresses(call):
        raise _not_there()


def own_person(call: Call) -> None:
    """The first argument is the address of somebody they write to, or nobody does. Who is not there is told in the same words."""
    from relance.engine.store import scopes
    from relance.mailbox import address

    written = address.normalise(str(call.first("email") or ""), allow_test_domains=True).normalised
    with call.app._context.database.read() as conn:
        if not scopes.has_person(conn, call.viewer.scope, written):
            raise _not_there()


def own_mailboxes_only(call: Call) -> None:
    """People are enrolled by name, and written to from mailboxes of theirs."""
    if call.given.get("emails") is None and len(call.args) < 2:
        raise errors.WrongUse(Text("Say who should be enrolled."))
    own = _addresses(call)
    wanted = call.given.get("mailboxes")
    asked = own if wanted is None else {str(each).strip().lower() for each in wanted}
    if not asked or not asked <= own:
        raise errors.NotFound(Text("None of the mailboxes is yours. A manager can assign one to you."))
    if wanted is not None and not isinstance(wanted, Mapping):
        call.given["mailboxes"] = sorted(asked)


def own_rows(noun: str, name: str = "number") -> Narrowed:
    """The first argument is the number of a row of theirs, or several."""

    def narrow(call: Call) -> None:
        from relance.engine.store import scopes

        asked = call.first(name)
        numbers = list(asked) if isinstance(asked, Collection) and not isinstance(asked, str) else [asked]
        with call.app._context.database.read() as conn:
            if not scopes.has_rows(conn, call.viewer.scope, noun, numbers):
                raise _not_there()

    return narrow


def own_unknown(call: Call) -> None:
    """The first argument is the Message-ID of a mail in doubt that left from a mailbox of theirs."""
    from relance.engine.roles import seeing

    asked = str(call.first("message_id") or "").strip().strip("<>")
    with seeing(call.viewer.scope):
        if asked not in {each.message_id.strip("<>") for each in call.app.unknown.list()}:
            raise _not_there()


def _addresses(call: Call) -> set[str]:
    owners = call.app.mailboxes.owners()
    return {address for address, email in owners.items() if email == call.viewer.email}


def _not_there() -> errors.NotFound:
    return errors.NotFound(Text("You have nothing by that name. Ask a manager."))
