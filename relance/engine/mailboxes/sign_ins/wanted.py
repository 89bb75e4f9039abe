"""Which mailboxes are to be connected: a table of addresses and names, with servers and a certificate of their own where they have any. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from relance import errors
from relance.engine.contacts import csv_reader
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings import flaws
from relance.mailbox import tls
from relance.mailbox.account import Security, Server
from relance.wording import Text
from relance.wording.text import text_of

WantedMailbox = tuple[str, str] | tuple[str, str, Mapping[str, str]]
"""An address, the sender's name and, where it has any, what is its own: by the names of `OWN`."""

ADDRESS, NAME = "address", "name"
_USUAL = {"email": ADDRESS, "e-mail": ADDRESS, "mail": ADDRESS, "adres": ADDRESS, "nazwa": NAME}
OWN = (
    *(f"{kind}_{part}" for kind in ("smtp", "imap") for part in ("host", "port", "security")),
    "ca_file",  # the certificate itself, in PEM: no file is opened by its path
)


def read(data: bytes, file: str = "") -> list[WantedMailbox]:
    """The rows of a table that name an address, each address once, in its last row. Without headings the first column is the address, the
    second the name. Raises `errors.Invalid` where it cannot be read as a table."""
    sheet = csv_reader.read(data, file)
    heads = _heads(sheet.header)
    found: dict[str, WantedMailbox] = {}
    for cells in _rows(sheet, file):
        row = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head}
        address = row.get(ADDRESS, "").lower()
        if "@" in address:
            own = {name: row[name] for name in OWN if row.get(name)}
            found[address] = (address, row.get(NAME, ""), *([own] if own else []))  # type: ignore[assignment]
    return list(found.values())


def _heads(header: tuple[str, ...]) -> list[str]:
    """What stands in each column; "": nothing that is looked at."""
    if any("@" in cell for cell in header):
        return [ADDRESS, NAME]
    told = [cell.strip().lower().replace(" ", "_") for cell in header]
    heads = [_USUAL.get(each, each) for each in told]
    return heads if ADDRESS in heads else [ADDRESS, NAME, *heads[2:]]


def _rows(sheet: csv_reader.Sheet, file: str) -> Iterator[tuple[str, ...]]:
    if any("@" in cell for cell in sheet.header):
        yield sheet.header
    for row in sheet.rows():
        if row.problem:
            raise errors.Invalid([errors.Problem(text_of(row.problem), file, "", row.line)])
        yield row.cells


def spec(
    usual: tuple[Server, Server], address: str, name: str, own: Mapping[str, str] | None = None
) -> MailboxSpec:
    """The mailbox, at the `usual` servers for sending and reading where it has none of its own. Raises `errors.Invalid`, naming it."""
    own = own or {}
    trusted = own.get("ca_file")
    if trusted and (not tls.is_pem(trusted) or tls.fault_of_pem(trusted)):
        what = Text("{address}: what stands under ca_file is not a certificate in PEM.", address=address)
        raise errors.Invalid([errors.Problem(what)])
    smtp, imap = _server(address, own, "smtp", usual[0]), _server(address, own, "imap", usual[1])
    return MailboxSpec(address, name or address.partition("@")[0], address, "", smtp, imap, trusted)


def _server(address: str, own: Mapping[str, str], kind: str, usual: Server) -> Server:
    security, port = own.get(f"{kind}_security", usual.security), own.get(f"{kind}_port", str(usual.port))
    if security in set(Security) and port.isascii() and port.isdigit() and len(port) < 6:
        server = Server(own.get(f"{kind}_host", usual.host), int(port), Security(security))
        if not any(flaws.server_problems(kind, server)):
            return server
    what = Text(
        "{address}: its server for {kind} cannot be used as it is entered. Give {kind}_host, a {kind}_port that is a number, and for "
        "{kind}_security tls or starttls.",
        address=address,
        kind=kind,
    )
    raise errors.Invalid([errors.Problem(what)])
