"""A thousand mails: every kind of words, links, headers and threads, the same ones at every run and on every machine."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any, cast

from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.engine.reasons import prose
from relance.engine.schedule.timezones import Workspace
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import MessageState, State
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences.positions import Enrollment
from relance.mailbox.account import Security, Server
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from relance.wording import Text

COUNT = 1000
SCRIPTS = 60
MONDAY = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
SECRET = b"the golden mails' own secret, shown to all"


class House:
    """As much of a `Context` as writing a mail asks for."""

    def __init__(self, base: str = "https://go.sales.example") -> None:
        self.links = Links(base, Signer({1: SECRET}, 1))
        self.own_ids = OwnMessageIds({1: SECRET}, 1)
        self.workspace = Workspace()

    def links_of(self, mailbox: Mailbox) -> Links:
        """As `Context` answers."""
        return self.links.below(mailbox.tracking_host)

    def signing_key(self, mailbox: Mailbox) -> None:
        """These mails leave unsigned."""


BASES = ("https://go.sales.example", "https://firm.example/mail/below/a/long/path", "http://127.0.0.1:8000")
HOUSES = [cast(Context, House(base)) for base in BASES]


class Dice:
    """Choices from a seed; only `random()` is promised to be the same in every Python."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.plain = self.chance(0.35)  # words that any mail program of 1982 would show

    def one(self, of: Sequence[Any]) -> Any:
        """One of them."""
        return of[int(self._random.random() * len(of))]

    def some(self, of: Sequence[Any], most: int) -> list[Any]:
        """Up to so many of them, with repeats."""
        return [self.one(of) for _ in range(int(self._random.random() * (most + 1)))]

    def chance(self, share: float) -> bool:
        """Whether it comes to pass."""
        return self._random.random() < share


WORDS = (
    "a", "and", "Kraków", "żółć", "überall", "日本", "naïve", "🙂", "e-mail", "From", "=", "=?utf-8?q?x?=", "100%", "a=b",
    "<angry>", "&", "\"quoted\"", "it's", "https://plain.example/path?a=1&b=2", "Łódź", "x" * 90, "ü" * 70, "word" * 30,
    "\u200b", "\xa0", "(brackets)", "\\", "~", "`", "tab\tbed", "\u202eturned", "ﬁ", "ß", "\u2028",
)  # fmt: skip
LINES = (
    ".", "..", ".dot first", "From the start", "- ", "-- ", "", " ", "  two spaces in front", "ends in spaces  ", "x" * 999,
    "y" * 990, "z " * 600, "ż" * 500, "=3D", "--=_0000", "> quoted", "#", "1. one", "* star", "_under_ **bold** *it*",
)  # fmt: skip
VALUES = ("{{ first_name | default('you') }}", "{{ company }}", "{{ title | default('boss') }}", "{{ city | upper }}",
    "{{ note | default('-') }}", "{{ sender_address }}", "{{ email }}", "{{ last_name | default('x') | title }}", "{{ greeting }}",
    "{{ long }}", "{% if vip %}dear friend{% else %}hello{% endif %}", "{{ number }}")  # fmt: skip
TARGETS = ("https://acme.example/pricing", "{{ site }}/stories?who={{ slug }}", "{{ website }}", "{{ site }}/a/{{ long }}",
    "mailto:ada@acme.example?subject=hi", "https://acme.example/?q={{ company }}&x=1#{{ slug }}",
    "https://acme.example/" + "p" * 300, "http://żółw.example/ścieżka")  # fmt: skip
FOOTERS = (
    None,
    "none",
    "No more: {link}",
    "{link}",
    "Jeśli nie chcesz więcej wiadomości: {link}",
    "<b>Stop</b> & go: {link} .",
)
FIRSTS = (
    "Łukasz",
    "Anna",
    "Claire",
    "Ada",
    "Jan-Peter",
    "O'Brien",
    "李",
    "",
    '"Bob"',
    "x" * 70,
    "Ren\u00e9e",
    "a, b",
)
LASTS = (
    "Wiśniewski",
    "Schmidt",
    "Martin",
    "Byron",
    "",
    "de la Très Longue Famille de Quelque Part en Bretagne",
    "=?x?=",
)
NAMES = (
    "Rita Represent",
    "Łucja Żak",
    'Dr. Jan "J" Nowak',
    "Sales, Inc.",
    "",
    "株式会社リランス 営業部 山田太郎さん",
    "a" * 80,
)
NOTES = ("", "two\nlines", "<script>alert(1)</script>", "a & b", "żółta łódź " * 20, ".\n.\n..", "line one\r\nline two\rthree",
    "{{ 7 * 7 }}", "]]>", "\x00\x07bell", "x" * 1200, "12.0")  # fmt: skip


PLAIN = tuple(word for word in WORDS if word.isascii() and "\t" not in word and len(word) < 50)
PLAIN_VALUES = ("{{ site }}", "{{ number }}", "{{ email }}", "{{ slug }}", "{{ last_name | default(1) }}")


def _paragraph(dice: Dice) -> str:
    if dice.plain:
        return " ".join(dice.one(PLAIN + PLAIN_VALUES) for _ in range(1 + len(dice.some("x" * 14, 14))))
    bits = [
        dice.one(WORDS + VALUES) if dice.chance(0.8) else _link(dice)
        for _ in range(1 + len(dice.some("x" * 30, 30)))
    ]
    return " ".join(bits)


def _link(dice: Dice) -> str:
    label = dice.one(("pricing", "see {{ company }}", "**here**", "ż", "how {{ company }} & co use it"))
    name = dice.one(("", ' "named"', ' "ł name"'))
    return f"[{label}]({dice.one(TARGETS)}{name})"


def _body(dice: Dice) -> str:
    rows = []
    for _ in range(1 + len(dice.some("x" * 8, 8))):
        rows.append(dice.one(LINES[:10] if dice.plain else LINES) if dice.chance(0.4) else _paragraph(dice))
        rows += [""] * dice.one((0, 1, 1, 2))
    if dice.chance(0.3):
        rows.append("{% if vip %}\n- for {{ company }}\n{% endif %}")
    return "words\n" + "\n".join(rows)


def _page(dice: Dice) -> str:
    rows = [
        f"<p>{dice.one(('Hi', 'Cześć', '.'))} {{{{ first_name | default('all') }}}}, {dice.one(WORDS[:10])} {dice.one(VALUES)}</p>"
    ]
    for target in dice.some(TARGETS, 4):
        rows.append(
            f'<a href="{target}" title="{{{{ company }}}}">{dice.one(("one", "{{ slug }}", "ź"))}</a>'
        )
    rows += dice.some(
        ('<img src="https://acme.example/{{ slug }}.png" alt="{{ company }}">', "<br>", "<ul><li>one</li><li>{{ note | default('none') }}</li></ul>",
         "<table><tr><td>a</td><td>b</td></tr></table>", "<style>p { color: red }</style>", "<!-- aside -->", "&nbsp;&ouml;", "x" * 1100),
        5,
    )  # fmt: skip
    inner = "\n".join(rows)
    return f"<html><body>{inner}</body></html>" if dice.chance(0.7) else inner


def _subject(dice: Dice) -> str:
    return " ".join(
        ["About", *(dice.one(WORDS[:20] + VALUES) for _ in range(1 + len(dice.some("x" * 6, 6))))]
    )[:600]


def _mail(dice: Dice, name: str, *, reply: bool) -> dict[str, Any]:
    words = {"html": _page(dice)} if dice.chance(0.25) else {"body": _body(dice)}
    step: dict[str, Any] = {"id": name, **words}
    if reply:
        return {**step, "thread": "reply", "after": "3 days"}
    step["subject"] = _subject(dice)
    if dice.chance(0.3):
        step["variants"] = [{"id": "other", "subject": _subject(dice)}, {"id": "more", "body": _body(dice)}]
    return step


def script(number: int) -> CompiledSequence:
    """A sequence of five mails; its number says which."""
    dice = Dice(f"script {number}")
    steps = [_mail(dice, f"mail{each}", reply=each > 0 and dice.chance(0.6)) for each in range(5)]
    said: dict[str, Any] = {
        "sequence": dice.one(("Meeting", "Spotkanie ż", "A & B")),
        "values": {
            "site": "https://relance.example",
            "greeting": dice.one(("Hello", "Cześć", ".")),
            "number": 12,
        },
        "track": {"opens": dice.chance(0.7), "clicks": dice.chance(0.7)},
        "steps": steps,
    }
    said |= {"unsubscribe": footer} if (footer := dice.one(FOOTERS)) is not None else {}
    said |= {"language": dice.one(("pl", "de", "fr", "es", "en", "it"))} if dice.chance(0.5) else {}
    return CompiledSequence(number, 1, said)


def person(number: int) -> Contact:
    """Somebody, with what a spreadsheet says of them."""
    dice = Dice(f"person {number}")
    fields = {
        "city": dice.one(("Newtown", "Łódź", "Straße")),
        "slug": f"buyer-{number}",
        "note": dice.one(NOTES),
        "website": dice.one(
            ("https://buyer.example/a?b=c&d=e", "buyer.example", "https://kupiec.example/żółw")
        ),
        "long": dice.one(("short", "long " * 60, "ł" * 200)),
        "vip": dice.one(("", "yes")),
    }
    domain = dice.one(("buyer.example", "a-very-long-name-of-a-company-indeed.sub.domain.example"))
    return Contact(
        number,
        f"person{number}@{domain}",
        "",
        domain,
        dice.one(FIRSTS),
        dice.one(LASTS),
        dice.one(("Company Ltd", "Müller & Söhne", "株式会社", "<Tag> Inc", "c" * 100)),
        dice.one(("Head of Sales", "", "Prezes Zarządu")),
        fields={key: value for key, value in fields.items() if value},
    )


def sender(number: int) -> Mailbox:
    """A salesperson."""
    dice = Dice(f"sender {number}")
    server = Server("127.0.0.1", 25, Security.PLAIN)
    address = dice.one(
        (f"rep{number}@sales.example", f"a.very.long.local.part.of.an.address.{number}@sales.example")
    )
    return Mailbox(
        number, address, dice.one(NAMES), "", b"", server, server, None, "active", prose(""), None, 0, "hold", None, None, None,
        Text(""), False, 0, 0, "", Text(""), False, MONDAY, plus_addressing=dice.chance(0.3),
    )  # fmt: skip


def _sent(case: Enrollment, step: str, number: int, dice: Dice) -> Message:
    domain = dice.one(("sales.example", "a-long-domain-that-fills-a-line.of-the-references.sales.example"))
    name = f"<{'t' * 32}{number}@{domain}>"
    subject = dice.one(("About you", "Re: about you", "RE: ż", "x" * 120, "Łódź " * 15))
    return Message(
        number, case.id, step, "main", case.contact_id, 1, MessageState.ACCEPTED, name, name, "x@buyer.example", subject, "",
        b"", (), 1, 1, MONDAY,
    )  # fmt: skip


def case(number: int, script: CompiledSequence) -> StepContext:
    """One person at one step, with the mails that they got before."""
    dice = Dice(f"case {number}")
    place = int(dice.one(range(5)))
    row = Enrollment(
        number, 1, script.version_id, number, 1, State.ACTIVE, f"mail{place}", "mail", MONDAY, (), MONDAY, 0, 0, 1, None,
        place > 0, 0, None,
    )  # fmt: skip
    sent = [_sent(row, f"mail{each}", 1000 + each, dice) for each in range(place) if not dice.chance(0.1)]
    return StepContext(row, person(number), script, None, sent, None, {})


def cases() -> Iterator[tuple[int, Context, Mailbox, StepContext, dt.datetime]]:
    """What `compose.draft` is given for each mail: its number, which stands for the message's id as well."""
    scripts = [script(number) for number in range(SCRIPTS)]
    senders = [sender(number) for number in range(7)]
    for number in range(COUNT):
        dice = Dice(f"mail {number}")
        now = MONDAY + dt.timedelta(seconds=int(dice.one(range(10_000_000))))
        yield number, dice.one(HOUSES), dice.one(senders), case(number, dice.one(scripts)), now
