"""The clients that an installation has of its own: as its settings have them, whoever signs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class OwnClient:
    """Relance as the user has registered it at a provider. What is secret is fetched when it is needed; empty: there is none."""

    id: str
    tenant: str = ""  # the organisation at Microsoft 365
    secret: Callable[[], str] = field(default=_nothing, repr=False)
    service_account: Callable[[], str] = field(default=_nothing, repr=False)  # the text of a key file
