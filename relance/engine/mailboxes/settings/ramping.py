"""A mailbox's ramp-up as a person writes it, and as it is shown to them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from relance.engine.context import Context
from relance.engine.schedule import leaves
from relance.engine.schedule.pace.ramp_up import RampPlan, RampUp
from relance.engine.store.mailboxes.mailboxes import Mailbox

NOON = dt.time(12)


def row(context: Context, written: str) -> dict[str, Any] | None:
    """One that begins today, as it is stored; None: none. What is written has been checked (`flaws.ramp_problems`)."""
    plan = RampPlan.read(written)
    if plan is None:
        return None
    zone = context.workspace.zone
    return RampUp(plan, 0, context.clock.now().astimezone(zoneinfo.ZoneInfo(zone)).date(), zone).row()


def written(found: Mailbox) -> str:
    """As a person wrote it; empty where there is none, or it is over."""
    return str(found.ramp.plan) if found.ramp is not None else ""


def shown(found: Mailbox) -> dict[str, Any]:
    """The fields of a `MailboxView` about it."""
    ramp = found.ramp
    if ramp is None:
        return {"ramp_up": ""}

    def sends(day: dt.date) -> bool:
        noon = dt.datetime.combine(day, NOON, zoneinfo.ZoneInfo(ramp.zone)).astimezone(dt.UTC)
        return leaves.back_at(found.on_leave, noon) is None

    plan = tuple(ramp.ahead(found.daily_cap, sends))
    return {"ramp_up": str(ramp.plan), "ramp_days": ramp.days, "ramp_plan": plan}
