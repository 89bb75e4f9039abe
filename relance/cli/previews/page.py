"""Previews as one page in a file: text and HTML side by side, the HTML shut in a frame that runs nothing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from relance import wording
from relance.cli.previews import preview
from relance.wording import _

if TYPE_CHECKING:
    from relance import Preview, ShownStep

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:"
_STYLE = """body{font:15px/22px system-ui,sans-serif;margin:24px auto;max-width:1280px;padding:0 24px}
h2{margin:32px 0 4px;font-size:18px}.both{display:grid;grid-template-columns:1fr 1fr;gap:16px}
pre{white-space:pre-wrap;border:1px solid #ccc;border-radius:6px;padding:12px;margin:0;font:13px/20px ui-monospace,monospace}
iframe{width:100%;min-height:320px;border:1px solid #ccc;border-radius:6px;background:#fff}.held{color:#a40000}
ul{padding-left:20px;font-size:13px}@media(max-width:800px){.both{grid-template-columns:1fr}}"""


def of(found: Sequence[Preview]) -> str:
    """A whole document; everything in it that others wrote is escaped, and nothing in it is loaded but pictures. Pure."""
    title = _("Preview: {sequence}", sequence=found[0].sequence)
    body = "".join(map(_person, found))
    return (
        f'<!DOCTYPE html>\n<html lang="{wording.language()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="content-security-policy" content="{html.escape(_POLICY)}">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _person(found: Preview) -> str:
    first, *rest = preview.heading(found)
    if found.reason:
        rest.append(_("Nothing is sent to {email}: {reason}", email=found.email, reason=found.reason))
    lines = "".join(f"<p>{html.escape(each)}</p>" for each in rest)
    return f"<h1>{html.escape(first)}</h1>{lines}" + "".join(map(_step, found.steps))


def _step(each: ShownStep) -> str:
    head = f"<h2>{html.escape(preview.title(each))}</h2>\n"
    if each.condition:
        head += f"<p>{html.escape(_('Only if: {condition}', condition=each.condition))}</p>"
    notes = [preview.link(one) for one in each.links] + [preview.field(one) for one in each.fields]
    listed = "".join(f"<li>{html.escape(one)}</li>" for one in notes)
    notes_part = f"<ul>{listed}</ul>" if listed else ""
    if each.reason:
        why = html.escape(_("Cannot be written: {reason}", reason=each.reason))
        return f'{head}<p class="held">{why}</p>{notes_part}\n'
    return f"{head}{_words(each)}{notes_part}\n"


def _words(each: ShownStep) -> str:
    text = f"<pre>{html.escape(each.text)}</pre>"
    if each.kind != "mail":
        return text
    subject = html.escape(preview.subject(each))
    shown = html.escape(each.seen_html, quote=True)
    name = html.escape(_("HTML of {step}", step=each.step), quote=True)
    frame = f'<iframe sandbox title="{name}" srcdoc="{shown}"></iframe>'
    return f'<p><strong>{subject}</strong></p><div class="both">{text}{frame}</div>'
