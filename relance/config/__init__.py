"""Settings: the only reader of the environment and of the settings file.

A value is looked for in this order, first found wins:

1. what the caller gave (`Settings(web_port=9000)`, or a flag of the command line),
2. the environment: the setting's name in capitals after `RELANCE_` (`RELANCE_WEB_PORT`),
3. `relance.toml` in the home folder (`web_port = 9000`),
4. the default written below.

The *home* folder holds the key, the settings file and, unless told otherwise, the database. It is the one given
(`--home`), else `RELANCE_HOME`, else the nearest `.relance` in the current folder or a folder above it (as git finds its
own), else `./.relance`, which `relance init` makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relance import late

if TYPE_CHECKING:
    from relance.config.checks import mask_url
    from relance.config.closing import close, open_to_others, require_closed
    from relance.config.homes import Made, make_home
    from relance.config.keys import Keyring, new_key, read_keys
    from relance.config.owners import foreign, login
    from relance.config.places import FILE_NAME, find_home, typed
    from relance.config.settings import KEY_NAME, Setting, Settings, password_of_environment

__all__ = [
    "FILE_NAME",
    "KEY_NAME",
    "Keyring",
    "Made",
    "Setting",
    "Settings",
    "close",
    "find_home",
    "foreign",
    "login",
    "make_home",
    "mask_url",
    "new_key",
    "open_to_others",
    "password_of_environment",
    "read_keys",
    "require_closed",
    "typed",
]

__getattr__ = late.names(
    __name__,
    {  # `places` is asked before the settings, which take longer
        "checks": ("mask_url",),
        "closing": ("close", "open_to_others", "require_closed"),
        "homes": ("Made", "make_home"),
        "keys": ("Keyring", "new_key", "read_keys"),
        "owners": ("foreign", "login"),
        "places": ("FILE_NAME", "find_home", "typed"),
        "settings": ("KEY_NAME", "Setting", "Settings", "password_of_environment"),
    },
)
