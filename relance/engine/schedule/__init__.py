"""When mail may go: hours, days, holidays, time zones, caps. Pure; no SQL."""
