"""Links: which targets may stand in a mail, and how the marked ones get into it while it is rendered."""

from __future__ import annotations

import functools
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

import markupsafe

from relance.templates import values
from relance.wording import Text, typed

MAX_TARGET = 2000  # what browsers and mail programs bear
_BARE_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]|$)")
_NOT_A_WORD = re.compile(r"\W+")
_WEB = frozenset({"http", "https"})
_UNMARKED = frozenset({"mailto", "tel"})
# They open a program of the reader's: nothing is seen of it here, and nothing may come between.
_PHONE = re.compile(r"tel:\+?[0-9().-]{2,30}(?:;ext=[0-9]{1,10})?", re.IGNORECASE)
# RFC 3966, 3: a number with its visual separators, and an extension.


@dataclass(frozen=True)
class Link:
    """One link of one mail: its place among the links, where it leads, and the name conditions know it by.

    Where a value says to which site it leads (not `names_site`), whoever marks links has to ask whose value that is: through
    our own address we would else send people to wherever a contact's field says, and lend it our name.
    """

    index: int
    target: str
    label: str | None
    names_site: bool = True


@dataclass(frozen=True)
class Spot:
    """Where a template has a link; `target` where it is the same in every mail, `names_site` where its site is."""

    label: str | None
    target: str | None
    names_site: bool = True


def names_site(before: str) -> bool:
    """Whether a target's words before its first value name the whole site: https://acme.example/ and more."""
    scheme, colon, rest = before.partition("://")
    return bool(scheme and colon) and re.search(r"[/?#]", rest) is not None


@functools.lru_cache(maxsize=1024, typed=True)  # asked of an author's values for each link of each mail
def site(target: object) -> str | None:
    """The site a target leads to, `https://acme.example`; None for what is no web address."""
    try:
        parts = urllib.parse.urlsplit(checked(str(target)))
    except values.UnfitValue:
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme in _WEB else None


def slug(words: str) -> str | None:
    """The name of a link from its words: `Our pricing` is called `our-pricing`."""
    return _NOT_A_WORD.sub("-", words.replace("_", "-")).strip("-").casefold() or None


@functools.lru_cache(maxsize=256)
def checked(target: str) -> str:
    """The target as it goes into a mail; raises Unfit where it is not a web or mail address or a phone number."""
    target = _tidied(target.strip())
    shown = target[:80]
    if len(target) > MAX_TARGET:
        raise values.UnfitValue(
            Text('The link "{name}…" is longer than {most} characters.', name=shown, most=MAX_TARGET)
        )
    if not target.isprintable() or re.search(r'[ \\<>"]', target):
        raise values.UnfitValue(
            Text(
                "The link {shown} contains a character that is not allowed in a web address.",
                shown=typed(target),
            )
        )
    try:
        parts = urllib.parse.urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise values.UnfitValue(Text('The link "{name}" is not a web address.', name=shown)) from None
    if parts.scheme in _UNMARKED:
        return _checked_mail_target(target) if parts.scheme == "mailto" else _checked_phone_target(target)
    if parts.scheme not in _WEB:
        raise values.UnfitValue(
            Text('The link "{name}" does not begin with https://, http://, mailto: or tel:.', name=shown)
        )
    if not host or "@" in parts.netloc:
        raise values.UnfitValue(
            Text('The link "{name}" has no site name, or hides it behind an @.', name=shown)
        )
    return target


def _tidied(target: str) -> str:
    """As people write web addresses and numbers in a spreadsheet, made whole."""
    if _BARE_DOMAIN.match(target):
        return "https://" + target
    return "".join(target.split()) if target.lower().startswith("tel:") else target


def _checked_mail_target(target: str) -> str:
    address = target[len("mailto:") :].partition("?")[0]
    if address.count("@") != 1 or re.search(r"%0[ad]", target, re.IGNORECASE):
        raise values.UnfitValue(Text('The link "{name}" is not an email address.', name=target[:80]))
    return target


def _checked_phone_target(target: str) -> str:
    if not _PHONE.fullmatch(target):
        raise values.UnfitValue(
            Text('The link "{name}" is not a phone number, as in tel:+48221234567.', name=target[:80])
        )
    return target


def in_query(value: object) -> str:
    """A value within the part of a web address that follows `?` or `#`."""
    return urllib.parse.quote(str(values.shown(value)), safe="")


def in_path(value: object) -> str:
    """A value within the path of a web address."""
    return urllib.parse.quote(str(values.shown(value)), safe="/-._~!$&'()*+,;=:@")


def encoder(before: str) -> str:
    """What a value after these words of a target goes through: one of the names in `Marking.names`, or ""."""
    rest = before.split("://", 1)[-1]
    if "?" in rest or "#" in rest:
        return "_query"
    return "_path" if "/" in rest else ""


class Marking:
    """The links of one mail while it is rendered: checked, counted, and marked by the caller's function."""

    def __init__(self, spots: tuple[Spot, ...], mark: Callable[[Link], str]) -> None:
        self.spots = spots
        self.mark = values.carried(mark)
        self.links: list[Link] = []

    def names(self) -> dict[str, object]:
        """What the compiled templates call. No name of an author begins with an underscore."""
        return {"_href": self.href, "_target": self.target, "_query": in_query, "_path": in_path}

    def target(self, number: int, made: object = "") -> str:
        """The bare target of a spot; `made` from this contact's values where it is not always the same."""
        return self.spots[number].target or checked(str(values.shown(made)))

    def href(self, number: int, made: object = "") -> markupsafe.Markup:
        """The marked target of a spot, escaped for an attribute."""
        target = self.target(number, made)
        if target.partition(":")[0].lower() not in _UNMARKED:
            spot = self.spots[number]
            link = Link(len(self.links), target, spot.label, spot.names_site)
            self.links.append(link)
            target = self.mark(link)
        return markupsafe.escape(target)


CALLS = frozenset({"_href", "_target", "_query", "_path"})
