"""The kinds of value an author writes: waits, ids, lines, conditions, times of day; each says itself what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pydantic

from relance.engine.schedule import send_windows, timezones, waits
from relance.wording import Text

MAX_BODY = 100_000  # characters


def _wait(value: object) -> waits.Wait:
    if isinstance(value, waits.Wait):
        return value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return waits.parse(str(value))
    raise ValueError(waits.GRAMMAR)


WaitText = Annotated[
    waits.Wait,
    pydantic.PlainValidator(_wait),
    pydantic.PlainSerializer(str, return_type=str),
    pydantic.WithJsonSchema(
        {"type": "string", "pattern": waits.PATTERN, "examples": ["3 business days", "4 hours"]}
    ),
]
HOLD: Literal["hold"] = "hold"
_IN_DAYS = frozenset({waits.Unit.DAYS, waits.Unit.WEEKS, waits.Unit.BUSINESS_DAYS})
_AWAY_PATTERN = r"^ *(hold|[1-9][0-9]{0,2} *((business|working) days?|days?|weeks?)) *$"


def _away(value: object) -> waits.Wait | Literal["hold"]:
    if isinstance(value, waits.Wait):
        wait = value
    elif isinstance(value, str) and value.strip().lower() == HOLD:
        return HOLD
    else:
        wait = _wait(value)
    if wait.unit not in _IN_DAYS:
        raise ValueError(
            Text(
                '"{written}": write "hold", or how many days they are taken to be away, for instance "5 business days" or "2 weeks"',
                written=str(wait),
            )
        )
    return wait


AwayText = Annotated[
    waits.Wait | Literal["hold"],
    pydantic.PlainValidator(_away),
    pydantic.PlainSerializer(str, return_type=str),
    pydantic.WithJsonSchema(
        {"type": "string", "pattern": _AWAY_PATTERN, "examples": ["hold", str(waits.AWAY_DAYS), "2 weeks"]}
    ),
]
STEP_ID, MAX_ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", 40
StepId = Annotated[str, pydantic.StringConstraints(pattern=STEP_ID, max_length=MAX_ID)]
Words = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=MAX_BODY)]
Line = Annotated[
    str, pydantic.StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Condition = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
TimeOfDay = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.clock_text(send_windows.parse_time(text)))
]
DaysText = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.days_text(send_windows.parse_days(text)))
]
HoursText = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.intervals_text(send_windows.parse_intervals(text)))
]
ZoneName = Annotated[str, pydantic.AfterValidator(timezones.checked_zone)]

MAX_SHARE = 100
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
# What can be one: whether the mailbox is there is asked when people are enrolled.


def shares(value: object) -> dict[str, int]:
    """Mailboxes by address, each with its share of new people: from a list (one share each) or a mapping. ValueError for others."""
    found = _as_mapping(value)
    read = {_address(text): _share(text, share) for text, share in found.items()}
    if len(read) < len(found):
        raise ValueError(Text("a mailbox is named twice"))
    if found and not any(read.values()):
        raise ValueError(
            Text("every mailbox has the share 0: give at least one of them a share of new people")
        )
    return read


def _as_mapping(value: object) -> Mapping[object, object]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (list, tuple)):
        if len(set(map(str, value))) < len(value):
            raise ValueError(Text("a mailbox is named twice"))
        return dict.fromkeys(value, 1)
    raise ValueError(
        Text(
            "write the addresses of mailboxes as a list, or each with its share: ada@your-company.example: 2"
        )
    )


def _address(text: object) -> str:
    found = str(text).strip().lower()
    if not _ADDRESS.fullmatch(found):
        raise ValueError(
            Text(
                '"{written}" is not the address of a mailbox, such as ada@your-company.example', written=found
            )
        )
    return found


def _share(text: object, share: object) -> int:
    if isinstance(share, bool) or not isinstance(share, int) or not 0 <= share <= MAX_SHARE:
        raise ValueError(
            Text(
                "the share of {mailbox} is a whole number from 0 to {most}", mailbox=str(text), most=MAX_SHARE
            )
        )
    return share


_SHARE_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MAX_SHARE}
Shares = Annotated[
    dict[str, int],
    pydantic.PlainValidator(shares),
    pydantic.PlainSerializer(dict, return_type=dict[str, int]),
    pydantic.WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string", "format": "email"}, "uniqueItems": True},
                {"type": "object", "additionalProperties": _SHARE_SCHEMA},
            ]
        }
    ),
]


class Written(pydantic.BaseModel):
    """Anything an author writes: frozen, and an unknown key is a mistake."""

    model_config = pydantic.ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        defer_build=True,  # a sequence is read as a whole: what reads a part of it alone is made for who asks for it
    )


def slug(text: str) -> str:
    """An id near to what was written."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (made if made[:1].isalpha() else f"step-{made}".strip("-"))[:40].rstrip("-")
