"""A person's own words: without what they quote, without our own text, without the signature."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailparser_reply import EmailReplyParser

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.parsing.inbound import InboundMail

_LONGEST = 60_000  # letters of a mail that are looked at
_LONGEST_LINE = 300  # a header, an attribution or a signature's first line is shorter than this
_MOST_LINES = 600
_ATTRIBUTION_LINES = 3  # mail programs wrap "On … wrote:" over as many lines
_OURS_AT_LEAST = 14  # letters a line needs to be known as ours; "Hello Anna" is anybody's
_SECOND_OPINION_LONGEST = 3_000  # its expressions cost the cube of the text's length
_HTML_TAIL = re.compile(r"^\s*(?:\[(?:image|cid|logo|obraz|bild)[^\]]*\]|<https?://\S+>)\s*$")


@dataclass(frozen=True)
class QuotedWords:
    """A mail's text, split: what the sender wrote, and what of it is left without the signature."""

    body: str  # without quotes and without our own text
    own: str  # the body without signature and disclaimer
    quotes_ours: bool  # our own text stood in it
    quoted: bool  # something was quoted or forwarded
    mobile: bool = False  # "Sent from my iPhone": no server writes that


def answer_text(mail: InboundMail, sent_texts: Sequence[str] = ()) -> str:
    """The person's own words: without quotes, without what we sent, without the signature."""
    return split(mail.text, sent_texts).own


def split(text: str, sent_texts: Sequence[str] = ()) -> QuotedWords:
    """What the sender of this text wrote themselves.

    First our own text goes, known by its letters whatever a client did to the lines; then what stands under an
    attribution or a header block; then quoted lines. A second opinion is asked where nothing of this was found.
    """
    lines = normalize.tidy(text[:_LONGEST]).split("\n")[:_MOST_LINES]
    ours = _Ours.of(sent_texts)
    kept = [line for line in lines if not ours.wrote(line)]
    answer, cut = _above_the_quote(kept)
    answer, cut_again = (answer, True) if cut else _second_opinion(answer)
    body = _without_quoted_lines(answer)
    quoted = cut or cut_again or len(body) < len(answer)
    mobile = any(_is_mobile_line(line) for line in body)
    return QuotedWords(
        _joined(body), _joined(_without_signature(body)), len(kept) < len(lines), quoted, mobile
    )


def rest(text: str, own: str) -> str:
    """What stands in a text besides somebody's own words: quotes, our own text, the signature. Lines keep their order."""
    left = [line.strip() for line in own.split("\n") if line.strip()]
    kept: list[str] = []
    for line in normalize.tidy(text[:_LONGEST]).split("\n")[:_MOST_LINES]:
        if line.strip() in left[:_AHEAD]:
            del left[: left.index(line.strip()) + 1]
        else:
            kept.append(line)
    return _joined(kept)


_AHEAD = 3
# Lines of somebody's own words among which the next one is looked for, for one of them may have been tidied.


def _joined(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# --- our own text ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ours:
    """What we sent, as letters only, to recognise it line by line."""

    letters: tuple[str, ...]

    @classmethod
    def of(cls, sent_texts: Sequence[str]) -> _Ours:
        return cls(tuple(normalize.letters(normalize.tidy(text[:_LONGEST])) for text in sent_texts[:50]))

    def wrote(self, line: str) -> bool:
        """Is this line ours, quoted, wrapped anew or not?"""
        if not self.letters:
            return False
        piece = normalize.letters(re.sub(r"<?(?:https?|mailto):\S+", "", line))
        return len(piece) >= _OURS_AT_LEAST and any(piece in letters for letters in self.letters)


# --- where the quote begins -----------------------------------------------------------------------------------------------


@functools.cache
def _every(topic: str) -> re.Pattern[str]:
    """One expression for a topic of all languages that must match a whole line."""
    return re.compile("|".join(f"(?:{words.pattern(topic).pattern})" for words in language.all_languages()))


def _above_the_quote(lines: list[str]) -> tuple[list[str], bool]:
    """The lines above the first attribution, and below it those that are not quoted where the quote is marked."""
    place = next((place for place in range(len(lines)) if _begins_quote(lines, place)), None)
    if place is None:
        return lines, False
    above, below = lines[:place], lines[place + _attribution_length(lines, place) :]
    if _is_marked(below):
        return above + [line for line in below if not _attribution_length([line], 0)], True
    if any(line.strip() for line in above):
        return above, True
    return _answer_below(below), True


def _begins_quote(lines: list[str], place: int) -> bool:
    return (
        bool(_attribution_length(lines, place))
        or _is_separator(lines, place)
        or _is_header_block(lines, place)
    )


def _attribution_length(lines: list[str], place: int) -> int:
    """How many lines the attribution ("On … wrote:") that starts here takes; none where there is none."""
    if (
        not lines[place].strip()
        or lines[place].lstrip().startswith(">>")
        or len(lines[place]) > _LONGEST_LINE
    ):
        return 0
    parts: list[str] = []
    for line in lines[place : place + _ATTRIBUTION_LINES]:
        parts.append(normalize.fold(line).lstrip("> ").strip())
        if not parts[-1] or sum(map(len, parts)) > _LONGEST_LINE:
            return 0
        joined = " ".join(parts)
        if _every("quote.attribution").fullmatch(joined) or _DATED_ADDRESS.fullmatch(joined):
            return len(parts) if _belongs(parts) else 0
    return 0


# Whatever the language: a whole date and an address, or a date, a time and a name, and a colon at the end.
_DATED_ADDRESS = re.compile(
    r"(?=.{0,200}\S@\S)(?=.{0,200}(?<!\d)(?:20\d\d|\d{1,2}[./]\d{1,2}[./]\d\d))[^?!]{10,260}(?:\s?:|-{2,4})"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d\d(?: [ap]m)?,? [^?!:]{2,60}:"
    r"|quoting [^?!:]{2,90}:"
)


def _belongs(parts: list[str]) -> bool:
    """Is the first line a piece of the attribution, and not an answer of one line that stands above it?"""
    rest = " ".join(parts[1:])
    dated = re.search(r"\d{4}|\d{1,2}[:.]\d{2}|\S@\S", parts[0])
    return bool(dated) or not rest or not _every("quote.attribution").fullmatch(rest)


def _is_separator(lines: list[str], place: int) -> bool:
    line = normalize.fold(lines[place][:_LONGEST_LINE]).strip()
    if not line or not _every("quote.separator").fullmatch(line):
        return False
    # A bare rule is drawn above Outlook's header block and in many a signature: only the former begins a quote.
    ruled = not line.strip("_-*=# ")
    following = [later for later in range(place + 1, min(place + 4, len(lines))) if lines[later].strip()]
    return not ruled or any(_is_header_block(lines, later) for later in following[:1])


@functools.cache
def _header_line() -> re.Pattern[str]:
    names = "|".join(f"(?:{words.pattern('quote.header').pattern})" for words in language.all_languages())
    return re.compile(rf"[*>\s]*(?:{names})\s?\*?\s?:\s?\*?(?:\s.*|\S.*)?")


def _is_header_block(lines: list[str], place: int) -> bool:
    """Three header lines of some language close together, as Outlook and forwards write them."""
    if not _is_header_line(lines[place]):
        return False
    block = [line for line in lines[place : place + 9] if line.strip()][:6]
    return sum(map(_is_header_line, block)) >= 3


def _is_header_line(line: str) -> bool:
    return len(line) <= 2 * _LONGEST_LINE and _header_line().fullmatch(normalize.fold(line)) is not None


def _is_marked(below: list[str]) -> bool:
    """Are the lines below the attribution marked as quoted?"""
    first = next((line for line in below if line.strip()), "")
    return first.lstrip().startswith((">", "|"))


def _answer_below(below: list[str]) -> list[str]:
    """Nothing stands above an unmarked quote: whatever is no header line may be the answer; nothing is thrown away."""
    start = next((place for place, line in enumerate(below) if not line.strip()), 0)
    return [line for line in below[start:] if not _is_header_line(line)]


def _without_quoted_lines(lines: list[str]) -> list[str]:
    marks = (">", "|") if _quotes_with_bars(lines) else (">",)
    return [line for line in lines if not line.lstrip().startswith(marks) and not _HTML_TAIL.fullmatch(line)]


def _quotes_with_bars(lines: list[str]) -> bool:
    """Some programs quote with bars; two lines of them or more, and none that closes the row of a table."""
    barred = [line.strip() for line in lines if line.lstrip().startswith("|")]
    return len(barred) > 1 and not any(len(line) > 1 and line.endswith("|") for line in barred)


def _second_opinion(lines: list[str]) -> tuple[list[str], bool]:
    """Where our patterns saw no quote: those of mail-parser-reply, on a bounded text without runs of blank lines.

    It knows more languages than we do. An answer it would leave empty is not believed.
    """
    text = _joined(lines)
    if (
        len(text) > _SECOND_OPINION_LONGEST
        or text.count("\n") > 80
        or not re.search(r":\s*$", text, re.MULTILINE)
    ):
        return lines, False
    match = EmailReplyParser(languages=_SECOND_LANGUAGES).read("").HEADER_REGEX.search(text)
    above = text[: match.start()].strip() if match else ""
    return (above.split("\n"), True) if above else (lines, False)


_SECOND_LANGUAGES = ["en", "de", "pl", "fr", "es", "it", "nl", "cs", "da", "sv", "ja", "ko", "zh"]


# --- signature and disclaimer -----------------------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> list[str]:
    """The lines above the signature; a postscript below it is kept."""
    for place, line in enumerate(lines):
        if _begins_signature(line, any(kept.strip() for kept in lines[:place])):
            return lines[:place] + _postscript(lines[place:])
    return [line for line in lines if not _is_mobile_line(line)]


def _begins_signature(line: str, something_above: bool) -> bool:
    if line.rstrip() in {"--", "—", "__"} or line == "-- ":
        return True
    folded = normalize.fold(line[:_LONGEST_LINE]).strip(" ,.!\t*_")
    if not something_above or not folded:
        return False
    return bool(_every("quote.signoff").fullmatch(folded) or _every("quote.disclaimer").match(folded))


def _is_mobile_line(line: str) -> bool:
    return len(line) < 120 and _every("quote.mobile").fullmatch(normalize.fold(line).strip(" .")) is not None


def _postscript(lines: list[str]) -> list[str]:
    start = next(
        (
            place
            for place, line in enumerate(lines)
            if re.match(r"\s*p\.?\s?s\.?[\s:,-]", line, re.IGNORECASE)
        ),
        None,
    )
    return [] if start is None else lines[start:]
