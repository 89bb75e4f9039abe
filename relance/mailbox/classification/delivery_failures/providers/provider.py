"""One provider's or mail program's own codes and sentences, read from its data file.

A file says when it was checked against which page, by which hosts or words its author is known, and what each of its codes
or sentences means. The first entry that fits decides; a service's words are asked before those of the program it runs.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from relance.mailbox.failures import FailureReason, FailureStage

_NEVER = re.compile(r"(?!)")
_ANY = re.compile(r"")


@dataclass(frozen=True)
class ProviderMeaning:
    """What a code or a sentence of a provider's means."""

    code: re.Pattern[str]  # of RFC 3463, whole; anything where only the words tell
    sentence: re.Pattern[str]  # in folded words
    coded: bool  # whether a code is asked for at all
    failure: FailureReason
    stage: FailureStage | None  # where the provider says it only there
    definite: bool | None  # whether it proves that there is no such address; None: as the words do
    lasting: bool | None  # for good or for now, where the reason alone does not tell


@dataclass(frozen=True)
class ProviderWords:
    """A provider with what it says."""

    code: str  # the name of its file
    name: str
    program: bool  # a mail program anybody may run, not a service
    checked: dt.date
    source: str
    hosts: tuple[str, ...]
    signature: re.Pattern[str]
    codes: re.Pattern[str]  # enhanced codes that nobody else uses
    meanings: tuple[ProviderMeaning, ...]

    def speaks(self, codes: Iterable[str], words: str, hosts: Iterable[str]) -> bool:
        """Whether these are its words: by whose server said them, by what stands in them, or by a code of its own."""
        named = any(
            host == each or host.endswith("." + each) for host in hosts if host for each in self.hosts
        )
        return named or any(map(self.codes.fullmatch, codes)) or bool(self.signature.search(words))

    def meaning(self, codes: Iterable[str], words: str) -> tuple[ProviderMeaning, re.Match[str]] | None:
        """What it means, and the words that tell; the first entry that fits."""
        known = tuple(codes)
        for each in self.meanings:
            if each.coded and not any(each.code.fullmatch(code) for code in known):
                continue
            if found := each.sentence.search(words):
                return each, found
        return None


def read(code: str, source: Mapping[str, Any]) -> ProviderWords:
    """A provider from its parsed data file."""
    return ProviderWords(
        code=code,
        name=source["name"],
        program=source.get("program", False),
        checked=source["checked"],
        source=source["source"],
        hosts=tuple(source.get("hosts", ())),
        signature=_expression(source.get("signature"), _NEVER),
        codes=_expression(source.get("codes"), _NEVER),
        meanings=tuple(map(_meaning, source["says"])),
    )


def _meaning(row: Mapping[str, Any]) -> ProviderMeaning:
    return ProviderMeaning(
        code=_expression(row.get("code"), _ANY),
        sentence=_expression(row.get("words"), _ANY),
        coded="code" in row,
        failure=FailureReason(row["reason"]),
        stage=FailureStage(row["stage"]) if "stage" in row else None,
        definite=row.get("definite"),
        lasting=row.get("lasting"),
    )


def _expression(written: str | None, otherwise: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(written) if written else otherwise


@functools.cache
def all_providers() -> tuple[ProviderWords, ...]:
    """Every provider that has a data file: services first, then programs, by their names."""
    files = importlib.resources.files(__package__).iterdir()
    found = [
        read(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")))
        for file in files
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda each: (each.program, each.code)))


def explained(
    codes: Iterable[str], words: str, hosts: Iterable[str]
) -> tuple[ProviderWords, ProviderMeaning, re.Match[str]] | None:
    """Who says this, and what it means; nothing where no provider is known by these hosts and words, or none says the like."""
    named, known = tuple(hosts), tuple(codes)
    for provider in all_providers():
        if provider.speaks(known, words, named) and (found := provider.meaning(known, words)):
            return provider, *found
    return None
