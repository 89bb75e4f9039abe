"""How mail programs quote the mail that is answered: as text and as HTML, each in its own manner."""

from __future__ import annotations

import datetime as dt
import html
from zoneinfo import ZoneInfo

from relance.sandbox.answers import phrases
from relance.sandbox.cast import behaviour
from relance.sandbox.letters import letter


def subject(persona: behaviour.Persona, to: letter.Letter) -> str:
    """The answer's subject: Outlook translates the prefix, the others write `Re:`; none repeats its own."""
    words = phrases.BY_LANGUAGE[persona.language]
    prefix = words.reply_prefix if persona.client == "outlook" else "Re:"
    bare = to.subject[3:].lstrip() if to.subject.lower().startswith("re:") else to.subject
    return f"{prefix} {bare}"


def text(persona: behaviour.Persona, to: letter.Letter, written: str) -> str:
    """The plain part: the person's words above, our mail below."""
    if persona.client == "outlook":
        return f"{written}\n\n{'_' * 32}\n{_header_block(persona, to)}\n\n{to.text}"
    if persona.client == "apple":
        sent_from = phrases.BY_LANGUAGE[persona.language].sent_from
        return f"{written}\n\n{sent_from}\n\n> {attribution(persona, to)}\n>\n{_quoted(to.text)}"
    return f"{written}\n\n{attribution(persona, to)}\n{_quoted(to.text)}"


def page(persona: behaviour.Persona, to: letter.Letter, written: str) -> str:
    """The HTML part of the same."""
    body = html.escape(written).replace("\n", "<br>")
    original = to.html or f"<pre>{html.escape(to.text)}</pre>"
    if persona.client == "outlook":
        block = html.escape(_header_block(persona, to)).replace("\n", "<br>")
        return (
            f'<html><body><div class="WordSection1"><p class="MsoNormal">{body}</p>'
            f'<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal">{block}</p></div>{original}</div></body></html>'
        )
    line = html.escape(attribution(persona, to))
    if persona.client == "gmail":
        return (
            f'<div dir="ltr">{body}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);'
            f'padding-left:1ex">{original}</blockquote></div>'
        )
    cite = '<div class="moz-cite-prefix">' if persona.client == "thunderbird" else "<div>"
    return f'<html><body>{body}<br><br>{cite}{line}</div><blockquote type="cite">{original}</blockquote></body></html>'


def attribution(persona: behaviour.Persona, to: letter.Letter) -> str:
    """The line above a quote, in the program's and the person's language."""
    words = phrases.BY_LANGUAGE[persona.language]
    lines = {"gmail": words.gmail, "apple": words.apple, "thunderbird": words.thunderbird}
    at = _local(persona, to)
    return lines[persona.client].format(
        name=to.from_name or to.from_address,
        address=to.from_address,
        weekday=words.short_days[at.weekday()],
        month=words.short_months[at.month - 1],
        number=f"{at.month:02}",
        day=at.day,
        year=at.year,
        time=f"{at:%H:%M}",
    )


def date(persona: behaviour.Persona, day: dt.date) -> str:
    """A date as an absence note in that language writes it."""
    words = phrases.BY_LANGUAGE[persona.language]
    return words.until.format(
        day=day.day, number=f"{day.month:02}", month=words.months[day.month - 1], year=day.year
    )


def _header_block(persona: behaviour.Persona, to: letter.Letter) -> str:
    """Outlook's block of headers instead of an attribution line."""
    sender, sent, receiver, about = phrases.BY_LANGUAGE[persona.language].outlook
    return (
        f"{sender} {to.from_name} <{to.from_address}>\n{sent} {_local(persona, to):%d.%m.%Y %H:%M}\n"
        f"{receiver} {persona.name} <{persona.email}>\n{about} {to.subject}"
    )


def _local(persona: behaviour.Persona, to: letter.Letter) -> dt.datetime:
    moment = to.date or dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return moment.astimezone(ZoneInfo(persona.zone))


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())
