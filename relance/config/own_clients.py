"""What is set of the user's own clients: Relance as it is registered at a provider of mailboxes, for signing in by OAuth 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from relance import errors
from relance.config.places import full_path
from relance.wording import N_, Text, ended, of_system

LARGEST_FILE = 64 * 1024
PROVIDERS = ("google", "microsoft")
# As the settings begin, and as `relance.mailbox.providers` names whose clients they are.
_File = Annotated[Path, AfterValidator(full_path)]


class OwnClientSettings(BaseModel):
    """The settings of each provider. What is in a file is read each time it is needed: a new secret needs no restart."""

    google_client_id: str | None = Field(
        default=None,
        description=N_(
            "the ID of your own OAuth client at Google, with which people sign in to their mailboxes"
        ),
    )
    google_client_secret: SecretStr | None = Field(
        default=None,
        description=N_("its secret; if not set, it is read from google_client_secret_file"),
    )
    google_client_secret_file: _File | None = Field(
        default=None, description=N_("the file that holds the secret")
    )
    google_service_account_file: _File | None = Field(
        default=None,
        description=N_(
            "the key file (JSON) of a service account, with which an administrator connects mailboxes at Google Workspace"
        ),
    )
    microsoft_client_id: str | None = Field(
        default=None,
        description=N_(
            "the ID of your own application at Microsoft, with which people sign in to their mailboxes and an administrator "
            "connects them"
        ),
    )
    microsoft_client_secret: SecretStr | None = Field(
        default=None,
        description=N_("its secret; if not set, it is read from microsoft_client_secret_file"),
    )
    microsoft_client_secret_file: _File | None = Field(
        default=None, description=N_("the file that holds the secret")
    )
    microsoft_tenant: str | None = Field(
        default=None,
        description=N_(
            "your organisation at Microsoft 365: its ID or a domain of it; none: the one that each owner belongs to"
        ),
    )

    def client_ids(self) -> Mapping[str, str]:
        """The client's ID of each provider for which something is set; empty where only another thing is."""
        return {
            provider: getattr(self, f"{provider}_client_id") or ""
            for provider in PROVIDERS
            if any(
                getattr(self, name)
                for name in OwnClientSettings.model_fields
                if name.startswith(f"{provider}_")
            )
        }

    def client_secret(self, provider: str) -> str:
        """The secret of the client there; empty where there is none. Raises `errors.Misconfigured` for a file that cannot be read."""
        typed: SecretStr | None = getattr(self, f"{provider}_client_secret")
        if typed is not None:
            return typed.get_secret_value()
        return _text_of(getattr(self, f"{provider}_client_secret_file")).strip()

    def service_account(self) -> str:
        """What stands in the key file of a service account at Google; as `client_secret`."""
        return _text_of(self.google_service_account_file)


def _text_of(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE).decode("utf-8")
    except UnicodeDecodeError as error:
        raise errors.Misconfigured(Text("{file} is not in UTF-8.", file=str(file))) from error
    except OSError as error:
        raise errors.Misconfigured(
            Text("{path} cannot be read: {fault}", path=file, fault=ended(of_system(error)))
        ) from error
