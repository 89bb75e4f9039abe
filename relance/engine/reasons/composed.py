"""What stands in a place of some sentences and is made of several parameters. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from relance.engine.reasons import code_words
from relance.engine.reasons.codes import Code
from relance.engine.reasons.sentences import COUNTED
from relance.wording import Text

Params = Mapping[str, Any]

_plural = Text.plural  # of a sentence that stands in the table


def places(code: Code, params: Params) -> Mapping[str, Text]:
    """What these parameters of a reason read as, by the place of its sentence where that stands."""
    maker = _MAKERS.get(code)
    return maker(params) if maker else {}


def reading(
    kind: str,
    intent: str | None,
    until: Any,
    status: str | None,
    substitute: str | None,
    failure: str | None = None,
) -> Text:
    """What the rules took a mail for, with all that they found in it. `until`: a date; `failure`: why a mail came back."""
    day = Text("until {day}", day=until) if isinstance(until, dt.date) else ""
    wish = code_words.word("intent", intent) if intent else ""
    why = code_words.word("failure", failure) if failure else ""
    more = Text.together(wish, day, why, status or "", substitute or "", by=", ")
    said = code_words.word("mail", kind)
    return Text("{kind} ({more})", kind=said, more=more) if more else said


def confirms(code: Code, params: Params) -> bool:
    """Whether a person said of a mail what it had been taken for: nothing is corrected then."""
    now, before = (_taken(name, params) for name in _TURNS)
    return code is Code.CORRECTED and now == before


def invites(code: Code, params: Params) -> bool:
    """Whether a calendar sent us an invitation, and answered none (RFC 5546): by the mark that its mail was known by."""
    quote = params.get("quote")
    mark = quote.params.get("mark") if isinstance(quote, Text) else None
    return code is Code.ANSWERED_INVITATION and mark in _INVITING


_INVITING = ("METHOD:REQUEST",)


def _decided(params: Params) -> dict[str, Text]:
    """What a person says that a mail is, and what it had been taken for."""
    return {
        "kind": code_words.decision(*_taken("kind", params)),
        "before": code_words.wish(*_taken("before", params)),
    }


def _undone(params: Params) -> dict[str, Text]:
    """What a mail is taken for again, and what a person had said that it is."""
    return {
        "kind": code_words.wish(*_taken("kind", params)),
        "before": code_words.decision(*_taken("before", params)),
    }


def _taken(name: str, params: Params) -> tuple[str, str | None]:
    return params.get(name, ""), params.get(f"{name}_intent")


def _reclassified(params: Params) -> dict[str, Text]:
    found = ("intent", "until", "status", "substitute", "failure")
    return {
        name: reading(params.get(name, ""), *(params.get(f"{name}_{each}") for each in found))
        for name in _TURNS
    }


def _counts(params: Params) -> dict[str, Text]:
    """What was done at the company: "1 slowed, 2 stopped"."""
    if "touched" in params:
        return {}
    known = {name: each for name, each in params.items() if name in COUNTED and isinstance(each, int)}
    told = ((name, getattr(COUNTED[name], "many", "")) for name in sorted(known))
    return {
        "touched": Text.together(
            *(_plural(COUNTED[name].msgid, many, known[name]) for name, many in told), by=", "
        )
    }


def _settings(params: Params) -> dict[str, Text]:
    changes = tuple(_changes(params)) or (Text("the mailbox's settings were changed"),)  # by a later release
    return {"changes": Text.together(*changes, by="; ")}


def _changes(params: Params) -> Iterator[Text]:
    """What was changed of a mailbox, and how it is now."""
    if "name" in params:
        yield Text("sender's name: {name}", name=params["name"])
    yield from _limit_changes(params)
    if "ramp_up" in params:
        plan = params["ramp_up"]
        yield Text("ramp-up, by day: {plan}", plan=plan) if plan else Text("no ramp-up")
    if params.get("password"):
        yield Text("a new password")
    yield from _sign_in_changes(params)
    if "unknown_policy" in params:
        policy = code_words.word("policy", params["unknown_policy"])
        yield Text("mail that may not have arrived: {policy}", policy=policy)
    if "plus_addressing" in params:
        yield (
            Text("plus addressing is used")
            if params["plus_addressing"]
            else Text("plus addressing is not used")
        )
    yield from _sender_changes(params)


def _sender_changes(params: Params) -> Iterator[Text]:
    """What its mails say of their sender."""
    if zone := params.get("zone"):
        yield Text("time zone of its mails: {zone}", zone=zone)
    elif zone is not None:
        yield Text("its mails are dated in the workspace's time zone")
    if name := params.get("ehlo_name"):
        yield Text("greets its server as: {name}", name=name)
    elif name is not None:
        yield Text("greets its server by this computer's name or address")
    if base := params.get("tracking_host"):
        yield Text("its links begin with: {base}", base=base)
    elif base is not None:
        yield Text("its links begin with the installation's web address")
    if "signature" in params or "signature_html" in params:
        kept = params.get("signature") or params.get("signature_html")
        yield Text("another signature") if kept else Text("the signature is removed")
    yield from _key_changes(params)


def _key_changes(params: Params) -> Iterator[Text]:
    if name := params.get("dkim"):
        yield Text("its mails are signed with the DKIM key at {name}", name=name)
    elif name is not None:
        yield Text("its mails are not signed with DKIM here any more")


def _limit_changes(params: Params) -> Iterator[Text]:
    if cap := params.get("daily_cap"):
        yield Text("mails in 24 hours, at most: {cap}", cap=cap)
    elif cap is not None:
        yield Text("no daily limit")
    if cap := params.get("hourly_cap"):
        yield Text("mails in an hour, at most: {cap}", cap=cap)
    elif cap is not None:
        yield Text("no hourly limit")
    if "gap_seconds" in params:
        yield Text("seconds between mails: {gap}", gap=params["gap_seconds"])
    if "jitter_seconds" in params:
        yield Text("random seconds more between mails, at most: {jitter}", jitter=params["jitter_seconds"])


def _sign_in_changes(params: Params) -> Iterator[Text]:
    if by := params.get("sign_in"):
        anew = Text("signed in through the provider")
        yield Text("signs in with its password, no longer through the provider") if by == "password" else anew
    if "username" in params:
        yield Text("signs in as: {username}", username=params["username"])
    if "smtp" in params:
        yield Text("sends through: {server}", server=params["smtp"])
    if "imap" in params:
        yield Text("receives through: {server}", server=params["imap"])
    if "ca_file" in params:
        yield (
            Text("another certificate is trusted")
            if params["ca_file"]
            else Text("no certificate of one's own")
        )


_TURNS = ("kind", "before")
_MAKERS: Mapping[Code, Callable[[Params], dict[str, Text]]] = {
    Code.CORRECTED: _decided,
    Code.CORRECTION_UNDONE: _undone,
    Code.RECLASSIFIED: _reclassified,
    Code.AT_THE_COMPANY: _counts,
    Code.MAILBOX_SETTINGS: _settings,
}
