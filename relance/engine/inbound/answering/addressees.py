"""Where an answer to a mail may go: to its writer, or to where the writer asks for answers. That wish comes from outside: it may be
forged, so what leads to another organisation is for a person to decide. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from relance import errors
from relance.mailbox import address
from relance.mailbox.parsing import authorship
from relance.mailbox.parsing.header_fields import NamedAddress
from relance.mailbox.parsing.message import Correspondents
from relance.wording import Text

MAX_ADDRESSEES = 5
# Addresses that somebody may choose among; who asks for answers at more is answered where they wrote from.
MOST_NAMED = 20


@dataclass(frozen=True)
class Addressee:
    """An address that an answer may go to. `asked`: their mail asks for answers there. `elsewhere`: that is not the organisation the
    mail came from, as far as domains tell; among free-mail addresses each is somebody else's."""

    address: str
    name: str
    asked: bool
    elsewhere: bool


@dataclass(frozen=True)
class ReplyAddresses:
    """The addresses an answer may go to, the usual one first; `others` had their mail as well, and get no answer."""

    choices: tuple[Addressee, ...]
    others: tuple[str, ...] = ()

    @property
    def must_choose(self) -> bool:
        """Whether a person has to say which: one of them is another organisation's, so that none is usual."""
        return any(each.elsewhere for each in self.choices)


def find(
    named: Correspondents,
    writer: NamedAddress,
    *,
    ours: Collection[str],
    known: str = "",
    allow_test_domains: bool = False,
) -> ReplyAddresses:
    """Reply-To before From (RFC 5322, 3.6.2), unless it names both; what is elsewhere stands last, for nobody is to take it by
    mistake. `known` is the contact's own address, which we wrote to before."""
    wished = [each for each in named.reply_to if not authorship.is_ours(each.address, ours)]
    wished = [each for each in wished if _is_sound(each.address, allow_test_domains)]
    others = _others(named, writer.address, ours)
    own = Addressee(writer.address, writer.name, asked=False, elsewhere=False)
    if not wished or len(wished) > MAX_ADDRESSEES or writer.address in {each.address for each in wished}:
        return ReplyAddresses((own,), others)
    asked = [
        Addressee(
            each.address,
            each.name,
            asked=True,
            elsewhere=each.address != known and not _same_organisation(each.address, writer.address),
        )
        for each in wished
    ]
    known_ones = (each for each in asked if not each.elsewhere)
    return ReplyAddresses((*known_ones, own, *(each for each in asked if each.elsewhere)), others)


def _is_sound(written: str, allow_test_domains: bool) -> bool:
    try:
        return address.normalise(written, allow_test_domains=allow_test_domains).normalised == written
    except errors.Invalid:
        return False


def _same_organisation(one: str, other: str) -> bool:
    found = address.organisation(one.rpartition("@")[2])
    return found is not None and found == address.organisation(other.rpartition("@")[2])


def _others(named: Correspondents, writer: str, ours: Collection[str]) -> tuple[str, ...]:
    found = (each.address for each in named.sent_to)
    return tuple(each for each in found if each != writer and not authorship.is_ours(each, ours))[:MOST_NAMED]


def choose(named: ReplyAddresses, wanted: str) -> Addressee:
    """The one that was named, else the usual one. Raises `errors.Invalid` for an address the mail does not name, and where one of
    them is elsewhere and nobody said which is meant."""
    choices = named.choices
    if wanted:
        meant = wanted.strip().lower()
        for each in choices:
            if each.address == meant:
                return each
        raise errors.Invalid(
            Text(
                "{address} is not an address this mail names. A reply can go to: {addresses}.",
                address=meant,
                addresses=", ".join(each.address for each in choices),
            )
        )
    if named.must_choose:
        sender = next(each.address for each in choices if not each.asked)
        foreign = next(each.address for each in choices if each.elsewhere)
        raise errors.Invalid(
            Text(
                "their mail came from {sender} and asks for replies at {address}, which is another organisation's address. Say which "
                "you mean.",
                sender=sender,
                address=foreign,
            ),
            command=Text("Add `--to {address}` or `--to {sender}`.", sender=sender, address=foreign),
        )
    return choices[0]
