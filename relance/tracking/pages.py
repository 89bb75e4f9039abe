"""The few pages a recipient can see: unsubscribe, done, gone, not now; in the language the browser asks for, else in that of the settings."""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import html
import string
from collections.abc import Mapping
from dataclasses import dataclass

from relance import wording
from relance.wording import N_, _


@dataclass(frozen=True)
class Phrases:
    """Every sentence of the pages in one language. `{contact}` stands for the recipient's masked address."""

    title: str
    question: str
    question_for: str
    button: str
    done: str
    done_for: str
    kept: str
    kept_for: str
    gone_title: str
    gone: str
    lost: str
    trouble_title: str
    trouble: str


ENGLISH = Phrases(
    title=N_("Unsubscribe"),
    question=N_("Would you like to stop receiving our emails?"),
    question_for=N_("Should {contact} stop receiving our emails?"),
    button=N_("Yes, unsubscribe me"),
    done=N_("Done. You will not receive any more emails from us."),
    done_for=N_("Done. {contact} will not receive any more emails from us."),
    kept=N_(
        "Your request has been saved: you will not receive any more emails from us. It may take a few minutes to take effect everywhere."
    ),
    kept_for=N_(
        "Your request has been saved: {contact} will not receive any more emails from us. It may take a few minutes to take effect everywhere."
    ),
    gone_title=N_("Page not found"),
    gone=N_("This link does not work. Part of it may have been cut off on its way to you."),
    lost=N_(
        "We can no longer tell who this email was sent to, so nothing has been changed. Please reply to the email and ask us to stop writing: that always works."
    ),
    trouble_title=N_("Please try again"),
    trouble=N_("We could not do this just now. Please try again in a few minutes."),
)
# Polish is in the catalogue, as all else that Relance says. Recipients read more languages than those who work with it:
OTHERS: Mapping[str, Phrases] = {
    "de": Phrases(
        title="Abmelden",
        question="Möchten Sie keine E-Mails mehr von uns erhalten?",
        question_for="Soll {contact} keine E-Mails mehr von uns erhalten?",
        button="Ja, bitte abmelden",
        done="Erledigt. Sie erhalten keine E-Mails mehr von uns.",
        done_for="Erledigt. {contact} erhält keine E-Mails mehr von uns.",
        kept="Das ist fest vermerkt: Sie erhalten keine E-Mails mehr von uns. Bis es überall gilt, können einige Minuten vergehen.",
        kept_for="Das ist fest vermerkt: {contact} erhält keine E-Mails mehr von uns. Bis es überall gilt, können einige Minuten vergehen.",
        gone_title="Seite nicht gefunden",
        gone="Dieser Link führt nirgendwohin. Vielleicht wurde er unterwegs abgeschnitten.",
        lost="Wir können nicht mehr feststellen, an wen diese E-Mail ging; deshalb ist nichts geschehen. Bitte antworten Sie auf die E-Mail, dass Sie keine mehr möchten: Das hilft immer.",
        trouble_title="Bitte noch einmal versuchen",
        trouble="Das hat gerade nicht geklappt. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
    ),
    "fr": Phrases(
        title="Désinscription",
        question="Souhaitez-vous ne plus recevoir nos e-mails ?",
        question_for="Faut-il ne plus envoyer nos e-mails à {contact} ?",
        button="Oui, me désinscrire",
        done="C’est fait. Vous ne recevrez plus nos e-mails.",
        done_for="C’est fait. {contact} ne recevra plus nos e-mails.",
        kept="C’est noté pour de bon : vous ne recevrez plus nos e-mails. Quelques minutes peuvent passer avant que cela vaille partout.",
        kept_for="C’est noté pour de bon : {contact} ne recevra plus nos e-mails. Quelques minutes peuvent passer avant que cela vaille partout.",
        gone_title="Page introuvable",
        gone="Ce lien ne mène nulle part. Il a peut-être été coupé en chemin.",
        lost="Nous ne pouvons plus savoir à qui cet e-mail a été envoyé ; rien n’a donc été fait. Veuillez y répondre que vous n’en voulez plus : cela fonctionne toujours.",
        trouble_title="Veuillez réessayer",
        trouble="Cela n’a pas pu être fait à l’instant. Veuillez réessayer dans quelques minutes.",
    ),
    "es": Phrases(
        title="Darse de baja",
        question="¿Quiere dejar de recibir nuestros correos?",
        question_for="¿Debe {contact} dejar de recibir nuestros correos?",
        button="Sí, darme de baja",
        done="Hecho. Ya no recibirá nuestros correos.",
        done_for="Hecho. {contact} ya no recibirá nuestros correos.",
        kept="Ha quedado anotado: ya no recibirá nuestros correos. Pueden pasar unos minutos hasta que valga en todas partes.",
        kept_for="Ha quedado anotado: {contact} ya no recibirá nuestros correos. Pueden pasar unos minutos hasta que valga en todas partes.",
        gone_title="Página no encontrada",
        gone="Este enlace no lleva a ninguna parte. Puede que se haya cortado por el camino.",
        lost="Ya no podemos saber a quién se envió este correo, así que no se ha hecho nada. Por favor, responda a ese correo diciendo que no quiere más: eso siempre funciona.",
        trouble_title="Inténtelo de nuevo",
        trouble="Ahora mismo no ha sido posible. Inténtelo de nuevo dentro de unos minutos.",
    ),
}
LONGEST_HEADER = 1000

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center}"
    "main{max-width:32rem;padding:1.5rem}"
    "p{overflow-wrap:anywhere}"
    "button{font:inherit;padding:.75rem 1.25rem;cursor:pointer}"
)
_PAGE = string.Template(
    '<!doctype html>\n<html lang="$language">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>$title</title>\n<style>$style</style>\n</head>\n<body>\n<main>\n<h1>$title</h1>\n$body\n</main>\n"
    "</body>\n</html>\n"
)
# No action attribute: the form posts to the page's own address, which holds the token.
_FORM = (
    '<form method="post">\n<input type="hidden" name="List-Unsubscribe" value="One-Click">\n'
    '<button type="submit">{button}</button>\n</form>'
)

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
CONTENT_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages of the pages."""
    return (*wording.languages(), *OTHERS)


@functools.cache
def phrases(language: str) -> Phrases:
    """The sentences of the pages in one of `languages()`."""
    if language in OTHERS:
        return OTHERS[language]
    with wording.speaking(language):
        return Phrases(**{each.name: _(getattr(ENGLISH, each.name)) for each in dataclasses.fields(Phrases)})


def choose_language(accept_language: str | None, otherwise: str) -> str:
    """The language of ours the reader likes best by an Accept-Language header (RFC 9110), else `otherwise`.

    A recipient reads the language of their browser, and not that of the sender's settings; those count where the header
    names none of ours. A stranger writes the header: it does nothing but choose among `languages()`.
    """
    best, liking = otherwise, 0.0
    for part in (accept_language or "")[:LONGEST_HEADER].split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in languages() and quality > liking:
            best, liking = language, quality
    return best


def ask(language: str, contact: str | None) -> str:
    """The page with the button. Showing it changes nothing."""
    words = _for_contact(phrases(language), contact)
    body = f"{_paragraph(words.question)}\n{_FORM.format(button=html.escape(words.button))}"
    return _page(language, words.title, body)


def done(language: str, contact: str | None) -> str:
    """The page after the button."""
    words = _for_contact(phrases(language), contact)
    return _page(language, words.title, _paragraph(words.done, role="status"))


def kept(language: str, contact: str | None) -> str:
    """The page after the button while the database is away: written down, and not in force everywhere yet."""
    words = _for_contact(phrases(language), contact)
    return _page(language, words.title, _paragraph(words.kept, role="status"))


def gone(language: str) -> str:
    """The page for a token or address we do not know."""
    words = phrases(language)
    return _page(language, words.gone_title, _paragraph(words.gone))


def lost(language: str) -> str:
    """The page for a link of ours that nobody can tell the recipient of any more: nothing was done."""
    words = phrases(language)
    return _page(language, words.title, _paragraph(words.lost, role="alert"))


def trouble(language: str) -> str:
    """The page when we cannot do what was asked just now."""
    words = phrases(language)
    return _page(language, words.trouble_title, _paragraph(words.trouble, role="alert"))


def mask(address: str) -> str:
    """An address its owner recognises and a stranger does not learn: `a•••@example.com`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}" if at else "•••"


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


def _for_contact(words: Phrases, contact: str | None) -> Phrases:
    """The words with the recipient named where we know them; `replace`, not `format`: the address is a stranger's."""
    if not contact:
        return words
    return dataclasses.replace(
        words,
        question=words.question_for.replace("{contact}", contact),
        done=words.done_for.replace("{contact}", contact),
        kept=words.kept_for.replace("{contact}", contact),
    )


def _paragraph(text: str, role: str = "") -> str:
    opening = f'<p role="{role}">' if role else "<p>"
    return f"{opening}{html.escape(text)}</p>"


def _page(language: str, title: str, body: str) -> str:
    return _PAGE.substitute(language=language, title=html.escape(title), style=_STYLE, body=body)
