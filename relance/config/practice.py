"""The mail world that runs for a home to practise in: what `relance sandbox` left there of the salesperson's mailbox in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from relance import errors
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from relance.wording import Text

FILE_NAME = "sandbox.json"
CA_NAME = "sandbox-ca.pem"


def account(home: Path) -> Account:
    """The salesperson's mailbox in the sandbox that runs for this home; raises `errors.NotFound` when none does."""
    file = home / FILE_NAME
    try:
        return _account(json.loads(file.read_bytes()))
    except FileNotFoundError:
        raise errors.NotFound(
            Text("no sandbox is running for {home}.", home=home),
            command=Text("Start one in another terminal with `relance sandbox`."),
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise errors.NotFound(
            Text("{file} was not written by a sandbox.", file=file),
            command=Text("Start a new one in another terminal with `relance sandbox`."),
        ) from None


def _account(told: dict[str, Any]) -> Account:
    words = {name: told[name] for name in ("address", "name", "username", "password", "ca_file")}
    if not all(isinstance(value, str) for value in words.values()):
        raise TypeError("words are wanted")
    signs_in = Password(words.pop("username"), words.pop("password"))
    return Account(credentials=signs_in, **words, smtp=_server(told["smtp"]), imap=_server(told["imap"]))


def account_of(home: Path, address: str) -> Account:
    """The same, for who names its address; raises `errors.Invalid` when it has another."""
    found = account(home)
    if found.address.lower() != address.strip().lower():
        raise errors.Invalid(
            Text(
                "the sandbox's mailbox is {known}, not {address}. Name that one, or start the sandbox with "
                "`relance sandbox --address {address}`.",
                known=found.address,
                address=address,
            )
        )
    return found


def _server(told: dict[str, Any]) -> Server:
    return Server(str(told["host"]), int(told["port"]), Security(told["security"]))
