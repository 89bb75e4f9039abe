"""The user's own clients at providers of mailboxes, from the settings."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from relance.config import Settings
from relance.mailbox.oauth.own_clients import OwnClient


def of(settings: Settings) -> Mapping[str, OwnClient]:
    """By the provider's name; none where nothing is set for it."""
    return {
        provider: OwnClient(
            number,
            tenant=(settings.microsoft_tenant or "") if provider == "microsoft" else "",
            secret=functools.partial(settings.client_secret, provider),
            service_account=settings.service_account if provider == "google" else str,
        )
        for provider, number in settings.client_ids().items()
    }
