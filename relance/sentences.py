"""Kept for those who still look here: `relance.wording` has them."""

from __future__ import annotations

from relance.wording import counted, ended, span

__all__ = ["counted", "ended", "span"]
