"""What the columns of a contacts file mean: known fields under the names people give them, and the author's own. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance import errors
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

EMAIL = "email"
IGNORED = ("rejected_line", "rejected_reason", "rejected_code")
"""The columns our own file of rejected rows begins with, so that it can be mended and imported as it is."""

# Names are folded before they are looked up: small letters, no accents, single spaces (`fold`).
_SYNONYMS: Mapping[str, str] = {
    EMAIL: "email; e mail; mail; email address; e mail address; mail address; work email; business email; primary email; "
    "contact email; email 1; e mail 1; e mail 1 value; adres email; adres e mail; adres mailowy; poczta; "
    "e mail adresse; emailadresse; mailadresse; courriel; adresse email; adresse e mail; adresse mail; correo; "
    "correo electronico; indirizzo email; posta elettronica; eposta; e post; sahkoposti; elektronicka posta",
    "first_name": "first name; firstname; first; given name; forename; imie; vorname; prenom; nombre; nome; jmeno; "
    "fornamn; voornaam; krestni jmeno",
    "last_name": "last name; lastname; last; surname; family name; nazwisko; nachname; familienname; nom; "
    "nom de famille; apellido; apellidos; cognome; prijmeni; efternamn; achternaam",
    "company": "company; company name; organisation; organization; organization name; organisation name; account; "
    "account name; employer; firma; nazwa firmy; przedsiebiorstwo; firmenname; unternehmen; societe; entreprise; "
    "empresa; azienda; spolecnost; foretag; bedrijf",
    "title": "title; job title; position; job; role; stanowisko; funkcja; titel; funktion; poste; fonction; cargo; "
    "puesto; pozice; jobtitle",
    "phone": "phone; phone number; telephone; mobile; mobile phone; cell; tel; telefon; nr telefonu; numer telefonu; "
    "telefon komorkowy; komorka; telefonnummer; handy; mobil; telephone portable; telefono; movil; cellulare",
    "country": "country; country code; kraj; panstwo; land; staat; pays; pais; paese; zeme; nazione",
    "language": "language; lang; jezyk; sprache; langue; idioma; lingua; jazyk",
    "zone": "zone; timezone; time zone; tz; strefa; strefa czasowa; zeitzone; fuseau horaire; zona horaria; casove pasmo",
    "state": "state; region; province; state province; wojewodztwo; bundesland; provincia; kraj zwiazkowy",
}
_BY_NAME = {name: known for known, names in _SYNONYMS.items() for name in names.split("; ")}
# Words that mean something else in a template, or that the engine itself puts there.
_TAKEN = frozenset({
    "and", "or", "not", "if", "else", "elif", "endif", "for", "endfor", "in", "is", "true", "false", "none", "loop",
    "self", "set", "block", "macro", "call", "filter", "with", "sender_name", "sender_first_name", "sender_address",
    "clicked", "opened", "replied", "email",
})  # fmt: skip
_NAME_LIMIT = 60


@dataclass(frozen=True)
class Columns:
    """Where each field stands: {field: index}. `own` are the author's own, by the name a template uses."""

    known: Mapping[str, int]
    own: Mapping[str, int]
    own_titles: Mapping[str, str]  # the header as it was written, by the same names


def read(header: Sequence[str], where: str = "", line: int = 1) -> Columns:
    """What a header says; `errors.Invalid` when no column contains the addresses."""
    known: dict[str, int] = {}
    own: dict[str, int] = {}
    titles: dict[str, str] = {}
    for index, title in enumerate(header):
        if fold(title).replace(" ", "_") in IGNORED:
            continue
        meant = _BY_NAME.get(fold(title))
        if meant is not None and meant not in known and meant not in own:
            (own if meant == "state" else known)[meant] = index
            continue
        name = _free(variable(title) or f"column_{index + 1}", {*known, *own, *_SYNONYMS})
        own[name], titles[name] = index, title.strip()
    if EMAIL not in known:
        raise errors.Invalid([_no_email(header, where, line)])
    return Columns(known, own, titles)


def _no_email(header: Sequence[str], where: str, line: int) -> errors.Problem:
    if any("@" in title for title in header):
        what = Text("the first line must name the columns, but it contains an address.").coded(
            SentenceCode.COLUMN_MISSING
        )
        return errors.Problem(
            what, where, Text("Put a line above it, for instance: email,first_name,company"), line
        )
    names = {fold(title): title.strip() for title in header if title.strip()}
    near = next((title for name, title in names.items() if errors.nearest(name, ["email", "e mail"])), None)
    hint = (
        Text('Did you mean "{column}"? Rename it to email.', column=near)
        if near
        else Text("Name the column email.")
    )
    shown = ", ".join(names.values())[:200]
    if not shown:
        return errors.Problem(
            Text("no column contains the addresses; none has a name.").coded(SentenceCode.COLUMN_MISSING),
            where,
            hint,
            line,
        )
    return errors.Problem(
        Text("no column contains the addresses (found: {columns}).", columns=shown).coded(
            SentenceCode.COLUMN_MISSING
        ),
        where,
        hint,
        line,
    )


def fold(title: str) -> str:
    """A column's name as it is compared: small letters, no accents, words apart by one space."""
    plain = title.replace("\ufeff", "").casefold().replace("ł", "l").replace("ß", "ss").replace("ø", "o")
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def variable(title: str) -> str:
    """The name under which templates know a column: small ASCII letters, digits and underscores; empty if none is left."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_")[:_NAME_LIMIT].strip("_")
    if name and not name[0].isalpha():
        name = f"column_{name}"
    return f"{name}_" if name in _TAKEN else name


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(found for number in range(2, 1000) if (found := f"{name}_{number}") not in taken)
