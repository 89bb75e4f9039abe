"""The reader's language on the command line: found before anything is parsed, and put into what typer itself says."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from typer import _click, core

from relance import wording
from relance.wording import N_, _

FLAG, HOME = "--lang", "--home"

OF_TYPER = {
    "Missing command.": N_("A command is missing."),
    "Missing argument {name}. Choose from:{choices}": N_("{name} is missing. Choose one of: {choices}."),
    "Missing option {name}. Choose from:{choices}": N_("{name} is missing. Choose one of: {choices}."),
    "Missing argument {name}.": N_("{name} is missing."),
    "Missing option {name}.": N_("{name} is missing."),
    "No such option: {name} (Possible options: {options})": N_(
        "There is no option {name}. Did you mean {options}?"
    ),
    "No such option: {name}": N_("There is no option {name}."),
    "{sentence}. Did you mean {command}?": N_("{sentence}. Did you mean {command}?"),
    "No such command {name}.": N_("There is no command {name}."),
    "Got unexpected extra argument(s) ({names})": N_("Unexpected argument: {names}."),
    "Got unexpected extra argument ({names})": N_("Unexpected argument: {names}."),
    "Got unexpected extra arguments ({names})": N_("Unexpected argument: {names}."),
    "Option {name} requires an argument.": N_("{name} needs a value."),
    "Option {name} does not take a value.": N_("{name} takes no value."),
    "Invalid value for {name}: {why}": N_("{name} cannot be used: {why}"),
    "Invalid value: {why}": "{why}",
    "{value} is not one of {choices}.": N_("{value} is not one of {choices}."),
    "Input should be a valid integer, unable to parse string as an integer": N_("it must be a whole number."),
    "Input should be a valid number, unable to parse string as a number": N_("it must be a number."),
    "Input should be greater than or equal to {least}": N_("it must be at least {least}."),
    "Input should be less than or equal to {most}": N_("it must be at most {most}."),
    "file {name} does not exist.": N_("there is no file {name}."),
    "directory {name} does not exist.": N_("there is no folder {name}."),
    "path {name} does not exist.": N_("there is no file {name}."),
    "file {name} is a directory.": N_("{name} is a folder, not a file."),
    "file {name} is not readable.": N_("you do not have permission to read the file {name}."),
    "{value} does not match the formats {formats}.": N_(
        "{value} is not a date. Write it in one of these forms: {formats}."
    ),
    "Aborted!": N_("Aborted!"),
    "Usage: ": N_("Usage: "),
    "Arguments": N_("Arguments"),
    "Options": N_("Options"),
    "Commands": N_("Commands"),
    "required": N_("required"),
    "default: {default}": N_("default: {default}"),
    "(dynamic)": N_("(dynamic)"),
    "env var: {var}": N_("env var: {var}"),
    "Show this message and exit.": N_("Show this message and exit."),
    "Install completion for the current shell.": N_("Install completion for the current shell."),
    "Show completion for the current shell, to copy it or customize the installation.": N_(
        "Show completion for the current shell, to copy it or customize the installation."
    ),
}
# What the library says in English, word for word, and what we say instead, in the reader's language.
TYPES = {
    "str": N_("<text>"),
    "int": N_("<number>"),
    "float": N_("<number>"),
    "int range": N_("<number>"),
    "float range": N_("<number>"),
    "file": N_("<file>"),
    "path": N_("<file>"),
    "Path": N_("<file>"),
}
# What typer calls the value of an option. An argument has a name of its own, which says more.
USAGE = (N_("[OPTIONS]"), N_("[ARGS]..."), N_("COMMAND [ARGS]..."))


def found(args: Sequence[str]) -> tuple[str, list[str]]:
    """The language to speak, and the words typed, with `--lang` and `--home` in front of all: they may stand behind the
    command as well."""
    words, front, given = list(args), [], {}
    for flag in (FLAG, HOME):
        asked, words = _taken(words, flag)
        if words[-1:] == [flag]:
            words = [flag]  # typer tells that its value is missing
        given[flag] = asked[-1] if asked else None
        front += [part for each in asked[-1:] for part in (flag, each)]
    language, home = given[FLAG], given[HOME]
    named = wording.matched(language) if language is not None else None
    if named is None:
        from relance.config import places

        named = places.language(None if home is None else Path(home))
    return named, front + words


def _taken(words: list[str], flag: str) -> tuple[list[str], list[str]]:
    """What an option was given, and the words without it. Behind `--`, nothing is an option."""
    end = words.index("--") if "--" in words else len(words)
    asked, others, place = [], [], 0
    while place < end:
        if words[place] == flag and place + 1 < end:
            asked.append(words[place + 1])
            place += 1
        elif words[place].startswith(f"{flag}="):
            asked.append(words[place].partition("=")[2])
        else:
            others.append(words[place])
        place += 1
    return asked, [*others, *words[end:]]


def checked(value: str | None) -> str | None:
    """A language that was asked for by name; typer tells when it is none of ours."""
    if value is not None and wording.matched(value) is None:
        choices = ", ".join(wording.languages())
        raise typer.BadParameter(
            _("{value} is not one of {choices}.", value=wording.typed(value), choices=choices)
        )
    return wording.matched(value)


# Help.


def translate(command: Any) -> None:
    """Every text of a command's help, and of those below it, in the reader's language."""
    setattr(core, "_", said)  # noqa: B010 - it asks this for its headings and the hints in brackets
    for each in tree(command):
        each.context_class = CommandContext
        each.help = paragraphs(each.help)
        each.short_help = each.short_help and _(each.short_help)
        if isinstance(getattr(each, "subcommand_metavar", None), str):
            each.subcommand_metavar = _(each.subcommand_metavar)
        each.options_metavar = each.options_metavar and _(each.options_metavar)
        for param in each.params:
            param.help = _(param.help) if getattr(param, "help", None) else param.help
            param.metavar = _(param.metavar) if getattr(param, "metavar", None) else param.metavar


def tree(command: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from tree(each)


def paragraphs(text: str | None) -> str | None:
    """A help text, a paragraph at a time."""
    return text and "\n\n".join(_(" ".join(each.split())) for each in text.split("\n\n"))


class Formatter(_click.HelpFormatter):
    """Help under headings of the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of what can be typed. What must be there stands without braces, as everywhere else."""
        bare = args.replace("{", "").replace("}", "")
        super().write_usage(prog, bare, _("Usage: ") if prefix is None else prefix)

    def write_dl(self, rows: Sequence[tuple[str, str]], *more: Any, **options: Any) -> None:
        """Options and what they do; the library's own ones as well."""
        super().write_dl(
            [listed(typed(first), ranged(said(second))) for first, second in rows], *more, **options
        )


_TYPE = re.compile(rf" <(?:list\[)?({'|'.join(TYPES)})\]?>")
_CHOICES = re.compile(r" <([^<>]+\|[^<>]+)>")
_FROM_TO, _LEAST = re.compile(r"(\d+)<=x<=(\d+)(?=[;\]])"), re.compile(r"x>=(\d+)(?=[;\]])")
_WHOLE = re.compile(r"(?<![\w.])(\d+)\.0(?=[;\]<])")
_BESIDE = 16
# So many letters of choices stand behind their option; more of them, behind what it does.


def typed(option: str) -> str:
    """What is typed, and what kind of value stands behind it, in words: `--limit <number>`; of an argument, its name."""
    return _TYPE.sub(lambda kind: f" {_(TYPES[kind[1]])}" if option.startswith("-") else "", option)


def listed(option: str, hint: str) -> tuple[str, str]:
    """An option and what it does. Choices that would leave no room for it stand behind it."""
    choices = _CHOICES.search(option)
    if choices is None:
        return option, hint
    codes = choices[1].removeprefix("list[").removesuffix("]").split("|")
    meant = explained(codes)
    if len(choices[1]) <= _BESIDE and meant == ", ".join(codes):
        return option, hint
    named = _("[one of: {choices}]", choices=meant)
    return _CHOICES.sub(f" {_('<choice>')}", option), f"{hint}  {named}".strip()


def explained(codes: Sequence[str]) -> str:
    """Choices as they are typed, each with what it means where the reader's language says it otherwise."""
    from relance.engine.reporting import codes as tables

    return ", ".join(tables.explained(codes))


def ranged(hint: str) -> str:
    """Numbers as people write them: a range as "1–100", and 30 rather than 30.0."""
    hint = _WHOLE.sub(r"\1", hint)
    return _LEAST.sub(r"≥ \1", _FROM_TO.sub(r"\1–\2", hint))


class CommandContext(_click.Context):
    """A context whose help is written by `Formatter`."""

    formatter_class = Formatter


# Refusals.


class Refused(_click.exceptions.UsageError):
    """Wrong use, told in the reader's language."""

    def __init__(self, fault: _click.exceptions.UsageError) -> None:
        super().__init__(said(fault.format_message()), fault.ctx)

    def show(self, file: Any = None) -> None:
        """How the command is used, where its help is, and what was wrong."""
        if self.ctx is not None:
            command, option = self.ctx.command_path, self.ctx.help_option_names[0]
            typer.echo(self.ctx.get_usage(), file=file, err=file is None)
            hint = _("Try `{command} {option}` for help.", command=command, option=option)
            typer.echo(f"{hint}\n", file=file, err=file is None)
        typer.echo(_("Error: {message}", message=self.format_message()), file=file, err=file is None)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What typer refuses is told in the reader's language, quoted and explained as everything else is."""
    try:
        yield
    except _click.exceptions.UsageError as fault:
        if isinstance(fault, (Refused, _click.exceptions.NoArgsIsHelpError)):
            raise
        raise Refused(fault) from None


def said(message: str) -> str:
    """What typer says, in the reader's language; what is none of its sentences stays as it is."""
    bare = message.removeprefix("Value error, ")
    for pattern, sentence in _sentences():
        if fits := pattern.fullmatch(bare):
            return _(sentence, **{name: _shown(name, value) for name, value in fits.groupdict().items()})
    return message


def _shown(place: str, value: str) -> str:
    """What typer put into a sentence: a reason is one again, choices are explained, words are quoted as ours are."""
    if place == "why":
        return said(value)
    if place == "choices":
        return explained(re.findall(r"[^\s',]+", value))
    if place == "formats":
        value = re.sub(r"%\w", lambda sign: _SAMPLE[sign[0]], value)
    return _QUOTED.sub(lambda found: _('"{words}"', words=found[1]), value)


_QUOTED = re.compile(r"'([^']*)'")
_SAMPLE = {"%Y": "2026", "%m": "12", "%d": "24", "%H": "16", "%M": "30", "%S": "00"}
# A date and a time as somebody would type them, for each sign of a format.


@functools.cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence of typer's as a pattern that finds what stands in its places."""
    return tuple((_pattern(theirs), ours) for theirs, ours in OF_TYPER.items())


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)),
        re.DOTALL,
    )
