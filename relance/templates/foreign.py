"""Placeholders of other tools, which would be sent as they stand: found wherever words are, with what to write here. Pure.

What surely is one is a mistake whatever it names (`*|FNAME|*`, `%FIRSTNAME%`, `<<First Name>>`, `{{#if x}}`, `%%company%%`, `${name}`); brackets and single
braces, which people also use otherwise, only around what a contact has (`[First Name]`).

Sources, as the tools document their own: Mailchimp (merge tags), Mailgun and ActiveCampaign (`%…%`), Word and Outlook (mail merge),
Handlebars, Liquid (Shopify), spintax of mass mailers, Salesforce (merge fields), Marketing Cloud and Pardot (`%%…%%`), SendGrid
(`-name-`), and the templates of programs (`<%= %>`, `${}`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from relance import errors
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

_OURS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAMED = r"[^\W\d_][\w .:-]{0,38}\w"
_TAGS = re.compile(
    rf"""\*\|\s*(?P<merge>[\w:]{{1,40}})\s*\|\*
    |\{{!\s*(?P<exclaimed>\$?{_NAMED})\s*\}}
    |%%\s*(?P<doubled>{_NAMED})\s*%%
    |(?<![\#\w])\#\#(?P<hashes>{_NAMED})\#\#(?![\#\w])
    |<%[=-]?\s*(?P<embedded>[\w.@]{{1,40}})[^<>%\n]*%>
    |\$\{{\s*(?P<shell>{_NAMED})\s*\}}
    |(?<![\w$])\$(?P<dollar>[^\W\d]\w{{1,38}})
    |(?<![\w-])-(?P<hyphens>{_NAMED})-(?![\w-])
    |\(\s*(?P<round>[^\W\d_a-z][\w .:-]{{0,38}}\w)\s*\)
    |(?<![%\w])%(?P<percent>[A-Z][A-Z_]{{3,39}}|{_NAMED})%(?!\w)
    |<<\s*(?P<arrows>{_NAMED})\s*>>
    |«\s*(?P<quotes>{_NAMED})\s*»
    |(?<!\[)\[\s*(?P<bracket>{_NAMED})\s*\](?![(\]])
    |(?<!\{{)\{{\s*(?P<brace>{_NAMED})\s*\}}(?!\}})
    |(?<!\{{)\{{(?P<choice>[^{{}}|\n]*(?:\|[^{{}}|\n]*)+)\}}(?!\}})""",
    re.VERBOSE,
)
_SURELY = frozenset({"merge", "arrows", "exclaimed", "doubled", "hashes", "embedded", "shell"})
# Around whatever name; the others only around what a contact has, or, between per cent signs, in capitals.
_ALSO_WRITTEN = frozenset({"hyphens", "round"})
_NOTHING_ELSE = frozenset({"firstname", "lastname", "fname", "lname", "companyname"})
# What people also write so, "(Company)" and "-title-", is a placeholder only with a name that means nothing else.
_TRIPLE = re.compile(r"\{\{\{\s*(?P<name>[\w.]+)\s*\}\}\}")
_BLOCK = re.compile(
    r"\{\{~?\s*(?:(?P<open>[#^])\s*(?P<word>\w+)?(?P<rest>[^{}\n]*)|(?P<close>/)\s*(?P<end>\w*)[^{}\n]*|(?P<otherwise>else)\s*|(?P<partial>>)[^{}\n]*)\}\}"
)
_LIQUID = re.compile(
    r"""\{\{\s*(?P<field>[\w.]+)\s*\|\s*(?P<filter>[a-z]\w*)\s*:\s*(?P<argument>"[^"{}\n]*"|'[^'{}\n]*'|[\d.]+)\s*\}\}"""
)
_ALSO = {
    "name": "first_name", "fullname": "first_name", "contactname": "first_name", "fname": "first_name", "first": "first_name", "givenname": "first_name", "forename": "first_name", "imie": "first_name", "imię": "first_name",
    "lname": "last_name", "last": "last_name", "surname": "last_name", "familyname": "last_name", "nazwisko": "last_name",
    "companyname": "company", "organization": "company", "organisation": "company", "account": "company", "accountname": "company", "firma": "company", "nazwafirmy": "company",
    "jobtitle": "title", "position": "title", "stanowisko": "title", "phonenumber": "phone", "telefon": "phone",
    "emailaddress": "email", "mail": "email", "kraj": "country",
}  # fmt: skip
# How other tools, English and Polish, call what a contact has.


@dataclass(frozen=True)
class ForeignTag:
    """A placeholder of another tool: where it begins in the text, as it is written there, and what stands for it here ("": nothing does)."""

    at: int
    written: str
    ours: str
    is_choice: bool = False


def problems(text: str, known: Collection[str]) -> Iterator[errors.Problem]:
    """Each of them with its line and column in the text; `known` are the fields a contact can have, by dotted name."""
    for each in found(text, known):
        yield _problem(text, each)


def found(text: str, known: Collection[str]) -> list[ForeignTag]:
    """All of them, in the order of the text."""
    fields = _by_letters(known)
    in_braces = [*_blocks(text), *_filters(text), *_triples(text, fields)]
    words = blanked(_OURS, blanked(_TRIPLE, text))
    return sorted([*in_braces, *_placeholders(words, fields)], key=lambda each: each.at)


def blanked(expression: re.Pattern[str], text: str) -> str:
    """The text with blanks in place of what the expression finds, so that all else stays where it is."""
    return expression.sub(lambda found: " " * len(found[0]), text)


def field(name: str, known: Collection[str]) -> str:
    """What a contact has by that name, in another tool's words or ours; empty where it is nothing of theirs."""
    return _by_letters(known).get(letters(name), "")


def _by_letters(known: Collection[str]) -> dict[str, str]:
    ours = {letters(name): name for name in known}
    return ours | {letters(other): name for other, name in _ALSO.items() if name in known}


def _placeholders(words: str, by_letters: dict[str, str]) -> Iterator[ForeignTag]:
    for tag in _TAGS.finditer(words):
        kind, name = tag.lastgroup or "", tag[tag.lastgroup or 0]
        if kind == "choice":
            yield ForeignTag(tag.start(), tag[0], "", is_choice=True)
            continue
        if kind in _ALSO_WRITTEN and letters(name) not in _NOTHING_ELSE:
            continue
        field = _field(name, by_letters)
        if field or kind in _SURELY or (kind == "percent" and name.isupper()):
            yield ForeignTag(tag.start(), tag[0], f"{{{{ {field} }}}}" if field else "")


def _field(name: str, by_letters: dict[str, str]) -> str | None:
    return by_letters.get(letters(name)) or by_letters.get(letters(name.rpartition(".")[2]))


def _triples(text: str, by_letters: dict[str, str]) -> Iterator[ForeignTag]:
    """Handlebars: three braces, for what is not to be escaped."""
    for triple in _TRIPLE.finditer(text):
        field = _field(triple["name"], by_letters) or triple["name"]
        yield ForeignTag(triple.start(), triple[0], f"{{{{ {field} }}}}")


def _blocks(text: str) -> Iterator[ForeignTag]:
    """Handlebars: what opens and closes a part of the text."""
    for block in _BLOCK.finditer(text):
        yield ForeignTag(block.start(), block[0], _block(block))


def _block(block: re.Match[str]) -> str:
    asked = (block["rest"] or "").strip()
    if block["otherwise"]:
        return "{% else %}"
    if block["close"]:
        return "{% endfor %}" if block["end"] == "each" else "{% endif %}"
    if block["partial"] or not (block["word"] or asked):
        return ""
    if block["word"] == "each":
        return f"{{% for item in {asked} %}}" if asked else ""
    absent = block["open"] == "^" or block["word"] == "unless"
    name = asked if block["word"] in ("if", "unless") else f"{block['word']}{asked}"
    return f"{{% if {'not ' if absent else ''}{name} %}}"


def _filters(text: str) -> Iterator[ForeignTag]:
    """Liquid: a filter with a colon."""
    for liquid in _LIQUID.finditer(text):
        ours = f"{{{{ {liquid['field']} | {liquid['filter']}({liquid['argument']}) }}}}"
        yield ForeignTag(liquid.start(), liquid[0], ours)


def _problem(text: str, tag: ForeignTag) -> errors.Problem:
    if tag.is_choice:
        what = Text('"{name}" would be sent as it is: no words are chosen by chance here.', name=tag.written)
        hint = Text("Write one of them, or give the step `variants`.")
    else:
        what = Text('"{name}" is a placeholder of another tool and does not work here.', name=tag.written)
        hint = (
            Text("Write {ours}.", ours=tag.ours)
            if tag.ours
            else Text("Write a field of the contact, as in {{{{ first_name }}}}.")
        )
    single = tag.written[0] == "{" and tag.written[1] not in "{!"
    coded = what.coded(SentenceCode.SINGLE_BRACES if single else SentenceCode.FOREIGN_PLACEHOLDER)
    return errors.Problem.at(text, tag.at, coded, hint)


def letters(name: str) -> str:
    """What is left of a name however it is put together: `First_Name`, `first-name` and `firstName` are one."""
    return re.sub(r"[\W_]+", "", name).casefold()
