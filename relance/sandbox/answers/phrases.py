"""The words prospects use, by language: answers, absence, and what mail programs put around a quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relance.sandbox.cast import behaviour

Fate = behaviour.Fate


@dataclass(frozen=True)
class Phrases:
    """One language. Templates use `{name}`, `{address}`, `{day}`, `{month}`, `{year}`, `{time}`, `{until}`, `{weekday}`."""

    reply_prefix: str  # Outlook's; others write "Re:"
    gmail: str
    apple: str
    thunderbird: str
    outlook: tuple[str, str, str, str]  # From, Sent, To, Subject
    sent_from: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    short_days: tuple[str, ...]  # Monday first
    until: str  # how a date is written in an absence note
    absence_subject: str
    absence: str
    left: str
    greeting: str
    goodbye: str
    answers: Mapping[Fate, tuple[str, ...]]


ENGLISH = Phrases(
    reply_prefix="RE:",
    gmail="On {weekday}, {month} {day}, {year} at {time} {name} <{address}> wrote:",
    apple="On {day} {month} {year}, at {time}, {name} <{address}> wrote:",
    thunderbird="On {day} {month} {year} {time}, {name} wrote:",
    outlook=("From:", "Sent:", "To:", "Subject:"),
    sent_from="Sent from my iPhone",
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"),
    short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    short_days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    until="{day} {month} {year}",
    absence_subject="Automatic reply: {subject}",
    absence="Thank you for your message.\n\nI am out of the office until {until} with limited access to e-mail.\n"
            "I will answer when I am back.",
    left="Thank you for your message. I no longer work at this company. This mailbox is not read.",
    greeting="Hi,",
    goodbye="Best regards,",
    answers={
        Fate.POSITIVE: ("this sounds interesting. Could we talk on Thursday afternoon?",
                        "good timing, we are looking at exactly this. Please send me a few slots for next week."),
        Fate.NEGATIVE: ("thank you, but this is not a topic for us at the moment.",
                        "we have just signed with another supplier, so no, thank you."),
        Fate.QUESTION: ("does this work with our current CRM, and what does it cost for twelve people?",
                        "who else in our trade uses it?"),
        Fate.OPT_OUT: ("please remove me from your list.", "please do not write to me again. Unsubscribe."),
        Fate.CALENDAR: ("I put something into our calendars, see you then.",),
    },
)  # fmt: skip

POLISH = Phrases(
    reply_prefix="ODP:",
    gmail="{weekday}, {day} {month} {year} o {time} {name} <{address}> napisał(a):",
    apple="Wiadomość napisana przez {name} <{address}> w dniu {day} {month} {year}, o godz. {time}:",
    thunderbird="W dniu {day}.{number}.{year} o {time}, {name} pisze:",
    outlook=("Od:", "Wysłano:", "Do:", "Temat:"),
    sent_from="Wysłane z iPhone'a",
    months=("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
            "października", "listopada", "grudnia"),
    short_months=("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"),
    short_days=("pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz."),
    until="{day} {month} {year}",
    absence_subject="Odpowiedź automatyczna: {subject}",
    absence="Dzień dobry,\n\ndziękuję za wiadomość. Jestem na urlopie do {until} i nie mam stałego dostępu do poczty.\n"
            "Odpowiem po powrocie.",
    left="Dzień dobry, nie pracuję już w tej firmie. Ta skrzynka nie jest czytana.",
    greeting="Dzień dobry,",
    goodbye="Pozdrawiam",
    answers={
        Fate.POSITIVE: ("brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?",
                        "dobry moment, właśnie tego szukamy. Proszę o kilka terminów na przyszły tydzień."),
        Fate.NEGATIVE: ("dziękuję, ale nie jesteśmy zainteresowani.",
                        "właśnie podpisaliśmy umowę z innym dostawcą, więc dziękuję, nie."),
        Fate.QUESTION: ("czy to działa z naszym CRM i ile kosztuje dla dwunastu osób?",
                        "kto jeszcze w naszej branży z tego korzysta?"),
        Fate.OPT_OUT: ("proszę o usunięcie mojego adresu z Państwa listy.", "proszę więcej do mnie nie pisać."),
        Fate.CALENDAR: ("wysyłam zaproszenie, do usłyszenia.",),
    },
)  # fmt: skip

GERMAN = Phrases(
    reply_prefix="AW:",
    gmail="Am {weekday}, {day}. {month} {year} um {time} Uhr schrieb {name} <{address}>:",
    apple="Am {day}.{number}.{year} um {time} schrieb {name} <{address}>:",
    thunderbird="Am {day}.{number}.{year} um {time} schrieb {name}:",
    outlook=("Von:", "Gesendet:", "An:", "Betreff:"),
    sent_from="Von meinem iPhone gesendet",
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember"),
    short_months=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    short_days=("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
    until="{day}.{number}.{year}",
    absence_subject="Automatische Antwort: {subject}",
    absence="Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin bis zum {until} nicht im Büro.\n"
            "Ihre E-Mail wird nicht weitergeleitet.",
    left="Guten Tag, ich bin nicht mehr im Unternehmen tätig. Dieses Postfach wird nicht gelesen.",
    greeting="Guten Tag,",
    goodbye="Mit freundlichen Grüßen",
    answers={
        Fate.POSITIVE: ("das klingt interessant. Können wir am Donnerstagnachmittag telefonieren?",
                        "guter Zeitpunkt, genau das suchen wir. Bitte schicken Sie mir ein paar Termine."),
        Fate.NEGATIVE: ("vielen Dank, aber wir haben keinen Bedarf.",
                        "wir haben gerade einen anderen Anbieter gewählt, daher nein, danke."),
        Fate.QUESTION: ("funktioniert das mit unserem CRM, und was kostet es für zwölf Personen?",
                        "wer in unserer Branche setzt das ein?"),
        Fate.OPT_OUT: ("bitte nehmen Sie mich aus Ihrem Verteiler.", "bitte schreiben Sie mir nicht mehr."),
        Fate.CALENDAR: ("ich habe uns einen Termin eingetragen, bis dann.",),
    },
)  # fmt: skip

FRENCH = Phrases(
    reply_prefix="RE:",
    gmail="Le {weekday} {day} {month} {year} à {time}, {name} <{address}> a écrit :",
    apple="Le {day} {month} {year} à {time}, {name} <{address}> a écrit :",
    thunderbird="Le {day}/{number}/{year} à {time}, {name} a écrit :",
    outlook=("De :", "Envoyé :", "À :", "Objet :"),
    sent_from="Envoyé de mon iPhone",
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre"),
    short_months=("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    short_days=("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    until="{day} {month} {year}",
    absence_subject="Réponse automatique : {subject}",
    absence="Bonjour,\n\nje suis absent du bureau jusqu'au {until} et je consulte peu mes messages.\n"
            "Je vous répondrai à mon retour.",
    left="Bonjour, je ne travaille plus dans cette société. Cette boîte n'est plus lue.",
    greeting="Bonjour,",
    goodbye="Cordialement,",
    answers={
        Fate.POSITIVE: ("cela m'intéresse. Pouvons-nous en parler jeudi après-midi ?",
                        "cela tombe bien, c'est ce que nous cherchons. Quelles sont vos disponibilités ?"),
        Fate.NEGATIVE: ("merci, mais nous ne sommes pas intéressés.",
                        "nous venons de signer avec un autre fournisseur, donc non merci."),
        Fate.QUESTION: ("est-ce compatible avec notre CRM, et quel est le prix pour douze personnes ?",
                        "qui d'autre l'utilise dans notre secteur ?"),
        Fate.OPT_OUT: ("merci de me retirer de votre liste.", "merci de ne plus m'écrire."),
        Fate.CALENDAR: ("je vous envoie une invitation, à bientôt.",),
    },
)  # fmt: skip

SPANISH = Phrases(
    reply_prefix="RE:",
    gmail="El {weekday}, {day} {month} {year} a las {time}, {name} (<{address}>) escribió:",
    apple="El {day} {month} {year}, a las {time}, {name} <{address}> escribió:",
    thunderbird="El {day}/{number}/{year} a las {time}, {name} escribió:",
    outlook=("De:", "Enviado:", "Para:", "Asunto:"),
    sent_from="Enviado desde mi iPhone",
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre"),
    short_months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    short_days=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    until="{day} de {month} de {year}",
    absence_subject="Respuesta automática: {subject}",
    absence="Hola:\n\nGracias por su mensaje. Estaré fuera de la oficina hasta el {until}.\nResponderé a mi regreso.",
    left="Hola: ya no trabajo en esta empresa. Este buzón no se lee.",
    greeting="Hola:",
    goodbye="Un saludo,",
    answers={
        Fate.POSITIVE: ("suena interesante. ¿Podemos hablar el jueves por la tarde?",
                        "llega en buen momento, es justo lo que buscamos. ¿Qué horarios tiene?"),
        Fate.NEGATIVE: ("gracias, pero no nos interesa.", "acabamos de firmar con otro proveedor, así que no, gracias."),
        Fate.QUESTION: ("¿funciona con nuestro CRM y cuánto cuesta para doce personas?",
                        "¿quién más lo usa en nuestro sector?"),
        Fate.OPT_OUT: ("por favor, elimíneme de su lista.", "por favor, no me escriba más."),
        Fate.CALENDAR: ("le envío una invitación, hasta pronto.",),
    },
)  # fmt: skip

BY_LANGUAGE: Mapping[str, Phrases] = {
    "en": ENGLISH,
    "pl": POLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
}
