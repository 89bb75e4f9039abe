"""`preview`: a sequence's mails as they will be for a person, before any leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance import errors
from relance.cli.terminal import session, show
from relance.wording import N_, Text, _, n_

if TYPE_CHECKING:
    from relance import LackingPeople, Preview, Relance, ShownField, ShownLink, ShownStep

LACKED = (
    N_("field"),
    N_("people"),
    N_("steps"),
    N_("for example"),
)
_EXAMPLES = 3  # addresses beside a field
_ENDINGS = (".yaml", ".yml")


def add_to(root: typer.Typer) -> None:
    """Hang the command into the tree."""
    root.command()(preview)


def preview(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    sequence: Annotated[
        str, typer.Argument(metavar="SEQUENCE", help="A published sequence's name, or a YAML file.")
    ],
    for_: Annotated[
        str | None, typer.Option("--for", metavar="EMAIL", help="As it is for this contact.")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            min=1,
            max=100,
            metavar="N",
            help="As it is for the first N people in it, or contacts.",
        ),
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only count who lacks a field that the text needs.")
    ] = False,
    step: Annotated[str, typer.Option(metavar="NAME", help="Only this step.")] = "",
    mailbox: Annotated[str, typer.Option(metavar="ADDRESS", help="As it is from this mailbox.")] = "",
    page: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", dir_okay=False, help="Write a page with text and HTML side by side."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show every mail of a sequence as it will be for a contact, before it is sent. Changes nothing."""
    _require_one(for_, sample, missing=missing, page=page)
    with session.of(ctx).open() as relance:
        what = named(sequence)
        if missing:
            _tell_missing(relance.sequences.lacking(**what, step=step), as_json=as_json)
            return
        emails = (for_,) if for_ is not None else _sampled(relance, what, sample or 1)
        found = [relance.sequences.preview(each, **what, step=step, mailbox=mailbox) for each in emails]
    if page is not None:
        _write(page, found)
    if as_json:
        show.data(found)
    elif page is None:
        for number, each in enumerate(found):
            if number:
                show.say()
            _tell(each)


def _require_one(for_: str | None, sample: int | None, *, missing: bool, page: Path | None) -> None:
    if sum((for_ is not None, sample is not None, missing)) > 1:
        raise errors.WrongUse(Text("Use only one of --for, --sample and --missing."))
    if missing and page is not None:
        raise errors.WrongUse(Text("--missing only counts: there is no mail to write to a page."))


def named(sequence: str) -> dict[str, Any]:
    """A file where there is one of that name, else a published sequence."""
    file = Path(sequence)
    if file.is_file():
        return {"source": file}
    if sequence.lower().endswith(_ENDINGS):
        raise errors.WrongUse(Text("there is no file {file}.", file=sequence))
    return {"name": sequence}


def _sampled(relance: Relance, what: dict[str, Any], many: int) -> Sequence[str]:
    found = relance.sequences.sample(**what, many=many)
    if not found:
        raise errors.NotFound(
            Text("there is nobody to preview it for yet."),
            command=Text("`relance contacts import` imports a file of contacts."),
        )
    return found


def _write(file: Path, found: Sequence[Preview]) -> None:
    from relance.cli.previews import page

    try:
        file.write_text(page.of(found), encoding="utf-8")
    except FileNotFoundError:
        raise errors.WrongUse(Text("there is no folder {folder}.", folder=file.parent)) from None
    show.note(_("{file} has been written. Open it in a browser.", file=file))


def _tell(found: Preview) -> None:
    for line in heading(found):
        show.say(line)
    if found.reason:
        show.note(_("Nothing is sent to {email}: {reason}", email=found.email, reason=found.reason))
    for each in found.steps:
        show.say()
        for line in _step(each):
            show.say(line)


def heading(found: Preview) -> Iterator[str]:
    """Whose preview it is, of what, in whose name."""
    who = f"{found.full_name} <{found.email}>" if found.full_name else found.email
    if found.version:
        yield _(
            "{sequence}, version {version}, for {who}",
            sequence=found.sequence,
            version=found.version,
            who=who,
        )
    else:
        yield _("{sequence}, not published, for {who}", sequence=found.sequence, who=who)
    yield _("From {mailbox}", mailbox=found.mailbox)
    if found.enrolled and found.latest > found.version > 0:
        yield _(
            "This person keeps version {version}; the latest is {latest}.",
            version=found.version,
            latest=found.latest,
        )


def _step(each: ShownStep) -> Iterator[str]:
    yield f"── {title(each)} ".ljust(min(show.terminal_width() or 80, 100), "─")
    if each.condition:
        yield _("Only if: {condition}", condition=each.condition)
    if each.message is not None:
        yield _("Already sent: mail {number}", number=each.message)
    if each.reason:
        yield _("Cannot be written: {reason}", reason=each.reason)
    else:
        yield from _words(each)
    yield from (field(one) for one in each.fields)


def title(each: ShownStep) -> str:
    """A step by its name, its kind and its variant."""
    if each.kind == "task":
        return _("{step} · task", step=each.step)
    if each.variant:
        return _("{step} · variant {variant}", step=each.step, variant=each.variant)
    return each.step


def _words(each: ShownStep) -> Iterator[str]:
    if each.kind == "mail":
        yield subject(each)
        yield ""
    yield each.text.rstrip("\n")
    yield ""
    yield from (link(one) for one in each.links)


def subject(each: ShownStep) -> str:
    """A mail's subject, and how long it is."""
    count = n_("{count} character", "{count} characters", each.subject_length)
    return _("Subject: {subject} ({count})", subject=each.subject, count=count)


def link(one: ShownLink) -> str:
    """Where a link leads, and whether clicks are counted."""
    words = (
        N_("Link: {target} (clicks are counted)")
        if one.tracked
        else N_("Link: {target} (clicks are not counted)")
    )
    return _(words, target=one.target)


ORIGINS = {
    "contact": N_("{name} = {value}"),
    "sequence": N_("{name} = {value} (value of the sequence)"),
    "sender": N_("{name} = {value} (from the mailbox)"),
    "fallback": N_("{name} is empty: the text does without it"),
    "missing": N_("{name} is missing"),
}
# What a field became, by where it comes from.


def field(one: ShownField) -> str:
    """What a field became."""
    return _(ORIGINS[one.origin], name=one.name, value=one.value)


def _tell_missing(found: LackingPeople, *, as_json: bool) -> None:
    if as_json:
        show.data(found)
        return
    if found.enrolled:
        looked = n_("{count} person in the sequence", "{count} people in the sequence", found.looked_at)
    else:
        looked = n_("{count} contact", "{count} contacts", found.looked_at)
    if not found.fields:
        show.say(
            _("{people}: nobody lacks a field that {sequence} needs.", people=looked, sequence=found.sequence)
        )
        return
    held = n_("{count} would be held", "{count} would be held", found.held)
    show.say(_("{people}: {held} until what is missing is filled in.", people=looked, held=held))
    rows = [
        (each.name, each.people, ", ".join(each.steps), ", ".join(each.emails[:_EXAMPLES]))
        for each in found.fields
    ]
    show.table(LACKED, rows)
