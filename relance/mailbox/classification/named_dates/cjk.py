"""When somebody is back, in Chinese and Japanese, which write no blanks between words: "11月17日まで", "将于11月17日回来". Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from relance.mailbox.classification.named_dates.reader import DateReader, dated

_ONE_DAY = dt.timedelta(days=1)
_DAY = r"(?:(?P<{0}year>20\d\d)年)?(?P<{0}month>\d{{1,2}})月(?P<{0}day>\d{{1,2}})[日号](?:[(（][^)）\n]{{1,4}}[)）])?"
_LAST = r"(?:(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月)?(?P<day>\d{1,2})[日号](?:[(（][^)）\n]{1,4}[)）])?"
_RANGE = re.compile(_DAY.format("first_") + r"\s?(?:から|より|至|到|[~〜～–—-])\s?" + _LAST)
_UNTIL = re.compile(
    _DAY.format("") + r"\s?(?:まで|迄|为止|為止|之前不|前不)|(?:直到|至|到)" + _DAY.format("b_")
)
_BACK = re.compile(
    _DAY.format("")
    + r"\s?(?:から|より|に|以降|后|後|起)?[^。\n、，,]{0,12}(?:回来|返回|回到|恢复|恢復|复工|上班|復帰|戻|出社|再開)"
)
_ABSENT = re.compile(r"休|不在|出張|出差|外出|离开|請假|请假")


def returns(text: str, reader: DateReader) -> Iterator[tuple[dt.date, str]]:
    """Each first day back with the words it rests on, the surest first."""
    for match in _BACK.finditer(text):
        if date := _date(match, reader, ""):
            yield date, match.group()
    for match in _RANGE.finditer(text) if _ABSENT.search(text) else ():
        month = match["month"] or match["first_month"]
        if date := dated(reader, int(month), int(match["day"]), match["year"]):
            yield date + _ONE_DAY, match.group()
    for match in _UNTIL.finditer(text):
        if date := _date(match, reader, "") or _date(match, reader, "b_"):
            yield date + _ONE_DAY, match.group()


def _date(match: re.Match[str], reader: DateReader, prefix: str) -> dt.date | None:
    month, day = match[f"{prefix}month"], match[f"{prefix}day"]
    return dated(reader, int(month), int(day), match[f"{prefix}year"]) if month else None
