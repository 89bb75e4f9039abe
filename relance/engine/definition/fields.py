"""The kinds of value an author writes: waits, ids, lines, conditions, times of day; each says itself what is wrong with it."""

from __future__ import annotations

from typing import Annotated

import pydantic

from relance.engine.schedule import send_windows, timezones, waits

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
