"""The folder of everything kept outside a database."""

import os
import secrets
from pathlib import Path

from uxpipeline.settings import Settings


def privacy_key(settings: Settings) -> bytes:
    """Key of visitor hashes: the configured one, else one made once and kept in the home folder."""
    if settings.privacy_key is not None:
        return settings.privacy_key.encode()
    path = settings.home / "privacy.key"
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_bytes()


def reports_folder(settings: Settings) -> Path:
    """Where reports go unless told otherwise; made if missing."""
    folder = settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
