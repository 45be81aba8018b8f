"""The keys of a process, by the settings.

`KITH_SECRET_KEYS` has them. Beside the embedded database there is a key in the data directory as
well: made where the setting is empty, and still opening what it has sealed where the setting isn't.
"""

import base64
import os
import secrets

from infrastructure.embedded.secret import existing_secret, kept_secret
from infrastructure.sealing.keys import KEY_BYTES, Keys
from infrastructure.settings import Settings
from infrastructure.settings_values import secret_keys

FILE = "secret-keys"
"""In the data directory, with the form of the setting."""


def keys_of(settings: Settings) -> Keys:
    """Raises EmbeddedPostgresError for a file that can't be read or made, and SettingsError for one
    with other content. Without keys in a database of the operator's own, there are none."""
    found = settings.secret_keys
    if settings.database_url is None:
        where = settings.data_dir
        text = existing_secret(where, FILE) if found else kept_secret(where, FILE, new_key)
        found += () if text is None else secret_keys(str(where / FILE), text)
    return Keys(found)


def new_key() -> str:
    """A key under a new id, which no key of another data directory has."""
    return f"{secrets.token_hex(4)}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"
