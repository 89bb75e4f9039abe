"""What a text still leaves to its writer: `[[what to write here]]`, as the starters mark it, and links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from relance import errors
from relance.templates import foreign
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

_MARK = re.compile(r"\[\[([^\[\]]+)\]\](?!\()")
# A `(` behind it makes it a link of Markdown whose words stand in brackets.
_NOWHERE = re.compile(r"https?://(?:[\w-]+\.)*example\.(?:com|net|org)\b[^\s\"')>\]]*", re.IGNORECASE)
# RFC 2606: for examples only; whoever clicks it sees a page about that.
_SHOWN = 120


def left(text: str, known: Collection[str] = ()) -> Iterator[errors.Problem]:
    """Each part that is still to be written, at its line and column in the text. `known`: what a contact can have, which other tools
    write so."""
    for found in _MARK.finditer(text):
        wanted = " ".join(found[1].split())
        if len(wanted) > _SHOWN:
            wanted = f"{wanted[:_SHOWN]}…"
        yield errors.Problem.at(
            text,
            found.start(),
            Text("this is still to be written: {wanted}.", wanted=wanted).coded(SentenceCode.STILL_TO_WRITE),
            Text("Write {ours}.", ours=f"{{{{ {field} }}}}")
            if (field := foreign.field(wanted, known))
            else Text("Put your own words in place of everything from `[[` to `]]`."),
        )


def nowhere(text: str) -> Iterator[errors.Problem]:
    """Each link that was only an example."""
    for found in _NOWHERE.finditer(foreign.blanked(_MARK, text)):
        yield errors.Problem.at(
            text,
            found.start(),
            Text("the link {link} is only an example and leads nowhere.", link=found[0][:_SHOWN]).coded(
                SentenceCode.LINK_IS_EXAMPLE
            ),
            Text("Write the address of your own page."),
        )
