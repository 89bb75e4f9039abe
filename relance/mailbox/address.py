"""Mail addresses: which ones we write to, in which form, and what company they point at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import email_validator
import idna
import publicsuffixlist

from relance import errors
from relance.mailbox import free_mail
from relance.wording import N_, Text, ended, quoted, typed

LENGTH_LIMIT = 254  # RFC 5321, 4.5.3.1.3, with erratum 1690
LOCAL_LIMIT = 64  # RFC 5321, 4.5.3.1.1
TEST_SUFFIXES = ("test", "local", "localhost", "invalid")

_FORBIDDEN_LOCAL = {
    '"': N_("{written} has a quoted part, which few servers accept. Use the person's plain address."),
    "%": N_(
        '{written} has a "%", an old way of routing through another server. Use the person\'s plain address.'
    ),
    "!": N_(
        '{written} has a "!", an old way of routing through another server. Use the person\'s plain address.'
    ),
}
_LOCAL = re.compile(r"[A-Za-z0-9.#$&'*+/=?^_{}~-]+")
_BEYOND = re.compile("[^\x00-\x7f]")
_OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")  # which programs take for the dot between two labels


@dataclass(frozen=True)
class Address:
    """An address as it was written, and the one form we compare, store and send to (lower case, ASCII domain; NFC where letters
    before the "@" are none of ASCII's)."""

    original: str
    normalised: str
    local: str
    domain: str

    def __str__(self) -> str:
        return self.normalised


def written_as(text: object) -> str:
    """An address as somebody hands it over; raises `errors.Invalid` where it is no text at all."""
    if not isinstance(text, str):
        raise errors.Invalid(Text("{given} is not an address. Write ada@acme.example.", given=typed(text)))
    return text


def several(named: Iterable[str] | None) -> tuple[str, ...] | None:
    """Addresses as they were handed over; a single text is one address, and not its letters."""
    if named is None:
        return None
    return (named,) if isinstance(named, str) else tuple(named)


def normalise(text: str, *, allow_test_domains: bool = False, only_ascii: bool = False) -> Address:
    """The address in `text`; raises `errors.Invalid` with a sentence that says what to write instead.

    Stricter than RFC 5321 on purpose: what one server reads differently from the next is refused, not guessed.
    `.example` domains are always allowed, `.test` and `.local` only where the workspace says so. Letters beyond ASCII before the
    "@" (RFC 6531) are taken unless `only_ascii`: which servers can send to them is found out when it is tried.
    """
    written = written_as(text).strip()
    if not written:
        raise errors.Invalid(Text("The address is empty."))
    local = _checked_local(written, only_ascii=only_ascii)
    domain = _checked_domain(written, allow_test_domains)
    whole = f"{local}@{domain}".lower()
    if len(whole.encode()) > LENGTH_LIMIT:
        raise errors.Invalid(
            Text(
                "{written} is longer than {limit} characters.",
                written=typed(written),
                limit=LENGTH_LIMIT,
            )
        )
    return Address(original=text, normalised=whole, local=local.lower(), domain=domain)


def organisation(domain: str) -> str | None:
    """The domain a company registered (`mail.acme.co.uk` → `acme.co.uk`), or None where anybody can have a mailbox."""
    domain = domain.strip().rstrip(".").lower()
    if domain in free_mail.DOMAINS:
        return None
    registered = _registrable(domain)
    return None if registered in free_mail.DOMAINS else registered


def receiver(email: str) -> str:
    """Who receives for an address: its company's domain as `organisation` tells it, else the domain where anybody can have a mailbox."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    return organisation(domain) or domain


def _checked_local(written: str, *, only_ascii: bool) -> str:
    local, at, domain = written.partition("@")
    local = unicodedata.normalize("NFC", local)
    if not at or not local or not domain:
        raise errors.Invalid(
            Text("{written} is not an email address. Write it like ada@firm.example.", written=typed(written))
        )
    if "@" in domain:
        raise errors.Invalid(
            Text('{written} has more than one "@". Write one address per field.', written=typed(written))
        )
    for character, what in _FORBIDDEN_LOCAL.items():
        if character in local:
            raise errors.Invalid(Text(what, written=typed(written)))
    odd = "=?" if "=?" in written else next((each for each in local if not _is_fit(each, only_ascii)), None)
    if odd is not None:
        raise errors.Invalid(
            Text(
                '{written} has {odd} before the "@", which mail servers treat differently.',
                written=typed(written),
                odd=typed(odd),
            )
        )
    if len(local.encode()) > LOCAL_LIMIT:
        raise errors.Invalid(
            Text(
                '{written} has more than {limit} characters before the "@".',
                written=typed(written),
                limit=LOCAL_LIMIT,
            )
        )
    return local


def _is_fit(character: str, only_ascii: bool) -> bool:
    """Beyond ASCII letters, their marks and digits, but none that stand for others (full width, ligatures) or have no one small form."""
    if character.isascii() or only_ascii:
        return _LOCAL.fullmatch(character) is not None
    small = character.lower()
    plain = (
        unicodedata.normalize("NFKC", character) == character and unicodedata.normalize("NFC", small) == small
    )
    return unicodedata.category(character)[0] in "LMN" and plain and len(small) == 1


def _checked_domain(written: str, allow_test_domains: bool) -> str:
    local, _, domain = written.partition("@")
    suffix = domain.rpartition(".")[2].lower()
    if suffix in TEST_SUFFIXES and not allow_test_domains:
        raise errors.Invalid(
            Text(
                '{written} is in ".{suffix}", which never reaches anybody. Use a real address (or set '
                "allow_test_domains for trials on this machine).",
                written=typed(written),
                suffix=suffix,
            )
        )
    # The validator has no switch for these suffixes: their form is checked as if they stood under an allowed one.
    aside = ".example" if suffix in TEST_SUFFIXES else ""
    try:
        checked = email_validator.validate_email(
            f"{_BEYOND.sub('x', local)}@{domain}{aside}",  # other letters are looked at already
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
        )
    except email_validator.EmailNotValidError as problem:
        raise errors.Invalid(
            Text(
                "{written} is not an email address: {problem}",
                written=typed(written),
                problem=_told(problem),
            )
        ) from None
    found = str(checked.ascii_domain).lower().removesuffix(aside)
    if ascii_form(domain) != found:
        raise errors.Invalid(
            Text(
                "{written} has characters in its domain that stand for others: mail would go to {meant}. "
                "Write that if it is what you mean.",
                written=typed(written),
                meant=f"{written.partition('@')[0]}@{found}",
            )
        )
    return found


def ascii_form(domain: str) -> str | None:
    """A domain as DNS has it, lower case; None where that would be another name than the one written.

    IDNA 2008 (RFC 5891) without any mapping but to small letters: `①.com` does not become `1.com`, nor `faß.de` `fass.de`.
    """
    if domain.isascii():
        return domain.lower()
    if _OTHER_DOTS.search(domain) or any(not each.isascii() and each.lower().isascii() for each in domain):
        return None
    try:
        return idna.encode(unicodedata.normalize("NFC", domain.lower())).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None


_DOMAINS: tuple[tuple[str, Text], ...] = (
    (r"should have a period|top-level domain", Text("its domain has no ending such as .com or .pl.")),
    (r"invalid char|unsafe char|Unicode|IDNA|Codepoint|not valid after", Text("its domain has a character that no domain can have.")),
    (r"IP address", Text("there is an IP address where a domain belongs.")),
    (r"too (?:long|many)|so many", Text("its domain, or a part of it, is too long.")),
    (r"period|hyphen", Text("a dot or a hyphen is in a place where none is allowed.")),
    (r"special-use|reserved", Text("its domain is reserved, and mail never reaches it.")),
)  # fmt: skip


def _told(problem: Exception) -> Text:
    """What is wrong with a domain, as a sentence; the library's own words in quotation marks where that is not common."""
    known = next((words for pattern, words in _DOMAINS if re.search(pattern, str(problem))), None)
    return known or ended(quoted(problem))


@lru_cache(maxsize=1)
def _suffixes() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList()  # reads a 300 KB file: 60 ms, so only once and only when asked


def registered(domain: str) -> str | None:
    """The domain somebody registered, whoever that is: free-mail providers, too. None for a public suffix."""
    return _registrable(domain.strip().rstrip(".").lower())


@lru_cache(maxsize=8192)
def _registrable(domain: str) -> str | None:
    found = _suffixes().privatesuffix(domain)
    return found if isinstance(found, str) else None
