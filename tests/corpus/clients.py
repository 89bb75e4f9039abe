"""How mail programs lay out an answer: the quote, its attribution line, the header block, the signature."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass

OURS = "jan@nasza.example"
THEM = "anna.nowak@acme.example"
SUBJECT = "Krótsza lejka sprzedaży / a shorter pipeline"
SENT = """Dzień dobry, Good morning Anna,

we help sales teams at companies like Acme to answer every request within an hour,
and most of them book a third more meetings in the first month. Is Thursday 20 August good for a call?

Pozdrawiam, best regards
Jan Kowalski
+48 22 123 45 67

Nie chcesz takich wiadomości? Wypisz się / Not interested? Unsubscribe or reply STOP: https://t.nasza.example/u/x
"""

GMAIL = {
    "en": "On Mon, Aug 3, 2026 at 9:04 AM Jan Kowalski <jan@nasza.example> wrote:",
    "pl": "pon., 3 sie 2026 o 09:04 Jan Kowalski <jan@nasza.example> napisał(a):",
    "de": "Am Mo., 3. Aug. 2026 um 09:04 Uhr schrieb Jan Kowalski <jan@nasza.example>:",
    "fr": "Le lun. 3 août 2026 à 09:04, Jan Kowalski <jan@nasza.example> a écrit :",
    "es": "El lun, 3 ago 2026 a las 9:04, Jan Kowalski (<jan@nasza.example>) escribió:",
    "it": "Il giorno lun 3 ago 2026 alle ore 09:04 Jan Kowalski <jan@nasza.example> ha scritto:",
    "nl": "Op ma 3 aug 2026 om 09:04 schreef Jan Kowalski <jan@nasza.example>:",
    "pt": "Jan Kowalski <jan@nasza.example> escreveu (segunda, 3/08/2026 à(s) 09:04):",
    "cs": "po 3. 8. 2026 v 9:04 odesílatel Jan Kowalski <jan@nasza.example> napsal:",
    "uk": "пн, 3 серп. 2026 р. о 09:04 Jan Kowalski <jan@nasza.example> пише:",
}
APPLE = {
    "en": "On 3 Aug 2026, at 09:04, Jan Kowalski <jan@nasza.example> wrote:",
    "pl": "Wiadomość napisana przez Jan Kowalski <jan@nasza.example> w dniu 03.08.2026, o godz. 09:04:",
    "de": "Am 03.08.2026 um 09:04 schrieb Jan Kowalski <jan@nasza.example>:",
    "fr": "Le 3 août 2026 à 09:04, Jan Kowalski <jan@nasza.example> a écrit :",
    "es": "El 3 ago 2026, a las 9:04, Jan Kowalski <jan@nasza.example> escribió:",
    "it": "Il giorno 3 ago 2026, alle ore 09:04, Jan Kowalski <jan@nasza.example> ha scritto:",
    "nl": "Op 3 aug. 2026, om 09:04 heeft Jan Kowalski <jan@nasza.example> het volgende geschreven:",
    "pt": "No dia 3 de ago. de 2026, às 09:04, Jan Kowalski <jan@nasza.example> escreveu:",
    "cs": "3. 8. 2026 v 9:04, Jan Kowalski <jan@nasza.example>:\nJan Kowalski napsal(a):",
    "uk": "3 серп. 2026 р. о 09:04 Jan Kowalski <jan@nasza.example> написав(ла):",
}
THUNDERBIRD = {
    "en": "On 03/08/2026 09:04, Jan Kowalski wrote:",
    "pl": "W dniu 3.08.2026 o 09:04, Jan Kowalski pisze:",
    "de": "Am 03.08.2026 um 09:04 schrieb Jan Kowalski:",
    "fr": "Le 03/08/2026 à 09:04, Jan Kowalski a écrit :",
    "es": "El 3/8/26 a las 9:04, Jan Kowalski escribió:",
    "it": "Il 03/08/26 09:04, Jan Kowalski ha scritto:",
    "nl": "Op 3-8-2026 om 09:04 schreef Jan Kowalski:",
    "pt": "Em 03/08/2026 09:04, Jan Kowalski escreveu:",
    "cs": "Dne 3. 8. 2026 v 9:04 Jan Kowalski napsal(a):",
    "uk": "03.08.26 09:04, Jan Kowalski пише:",
}
# From, Sent, To, Subject as Outlook writes them.
OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "pt": ("De", "Enviada", "Para", "Assunto"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
}
MOBILE = {
    "en": "Sent from my iPhone",
    "pl": "Wysłano z iPhone'a",
    "de": "Von meinem iPhone gesendet",
    "fr": "Envoyé de mon iPhone",
    "es": "Enviado desde mi iPhone",
    "it": "Inviato da iPhone",
    "nl": "Verstuurd vanaf mijn iPhone",
    "pt": "Enviado do meu iPhone",
    "cs": "Odesláno z iPhonu",
    "uk": "Надіслано з iPhone",
}
ANSWER = {"en": "Re: ", "pl": "Odp: ", "de": "AW: ", "fr": "RE: ", "es": "RE: ", "it": "R: ", "nl": "Re: ", "pt": "RES: ", "cs": "RE: ", "uk": "Re: "}  # fmt: skip
CLIENTS = ("gmail", "gmail-html", "outlook", "apple", "iphone", "thunderbird", "bottom", "bare", "owa-html")


@dataclass(frozen=True)
class Layout:
    """A mail as a client would send it: headers, and one body that may be HTML."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: bool = False
    encoding: str = "quoted-printable"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def lay_out(client: str, language: str, words: str) -> Layout:
    """The answer `words` as this client sends it in this language."""
    headers = (
        ("Subject", ANSWER[language] + SUBJECT),
        ("In-Reply-To", "<m1.abc@nasza.example>"),
        ("References", "<m1.abc@nasza.example>"),
    )
    return LAYOUTS[client](headers, language, words)


def _gmail(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    # Gmail wraps its attribution line at about seventy letters.
    line = GMAIL[language].replace(" <jan@", "\n<jan@") if language in {"en", "de", "pl"} else GMAIL[language]
    return Layout(headers, f"{words}\n\n{line}\n\n{quoted(SENT)}\n", encoding="base64")


def _gmail_html(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    body = words.replace("\n", "<br>")
    quote = SENT.replace("\n", "<br>")
    line = GMAIL[language].replace("<", "&lt;").replace(">", "&gt;")
    html = (
        f'<div dir="ltr">{body}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">{quote}</blockquote></div>'
    )
    return Layout(headers, html, html=True)


def _outlook(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout((*headers, ("X-Auto-Response-Suppress", "DR, OOF"), ("Thread-Topic", SUBJECT)), f"{words}\n\nAnna Nowak\nHead of Sales | Acme\n\n{_block(language)}\n\n{SENT}")  # fmt: skip


def _block(language: str) -> str:
    sender, sent, to, subject = OUTLOOK[language]
    return f"{sender}: Jan Kowalski <{OURS}>\n{sent}: 3 08 2026 09:04\n{to}: Anna Nowak <{THEM}>\n{subject}: {SUBJECT}"


def _owa_html(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    sender, sent, to, subject = OUTLOOK[language]
    block = f"<b>{sender}:</b> Jan Kowalski &lt;{OURS}&gt;<br><b>{sent}:</b> 3 08 2026 09:04<br><b>{to}:</b> Anna Nowak<br><b>{subject}:</b> {SUBJECT}"
    html = f'<div>{words.replace(chr(10), "<br>")}</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg">{block}</div><div>{SENT.replace(chr(10), "<br>")}</div>'
    return Layout(headers, html, html=True, encoding="base64")


def _apple(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout(headers, f"{words}\n\n> {APPLE[language]}\n> \n{quoted(SENT)}\n")


def _iphone(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout(headers, f"{words}\n\n{MOBILE[language]}\n\n> {APPLE[language]}\n> \n> {quoted(SENT)}\n")


def _thunderbird(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout(
        headers, f"{words}\n\n-- \nAnna Nowak\nAcme Sp. z o.o.\n\n{THUNDERBIRD[language]}\n{quoted(SENT)}\n"
    )


def _bottom(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout(headers, f"{THUNDERBIRD[language]}\n{quoted(SENT)}\n\n{words}\n")


def _bare(headers: tuple[tuple[str, str], ...], language: str, words: str) -> Layout:
    return Layout(headers[:1], f"{words}\n", encoding="8bit")


LAYOUTS = {
    "gmail": _gmail, "gmail-html": _gmail_html, "outlook": _outlook, "owa-html": _owa_html, "apple": _apple,
    "iphone": _iphone, "thunderbird": _thunderbird, "bottom": _bottom, "bare": _bare,
}  # fmt: skip


def encode(layout: Layout, base: tuple[tuple[str, str], ...]) -> bytes:
    """The bytes of the mail: headers folded as they are given, the body in its encoding."""
    kind = "text/html" if layout.html else "text/plain"
    fixed = (
        ("MIME-Version", "1.0"),
        ("Content-Type", f'{kind}; charset="utf-8"'),
        ("Content-Transfer-Encoding", layout.encoding),
    )
    lines = [f"{name}: {_word(value)}" for name, value in (*base, *layout.headers, *fixed)]
    raw = layout.text.encode()
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(
        layout.encoding, bytes
    )(raw)
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _word(value: str) -> str:
    if value.isascii():
        return value
    pieces = [value[start : start + 14] for start in range(0, len(value), 14)]
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)
