"""Alembic without a configuration file: it works from an installed wheel, in any folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


def configuration() -> Config:
    """Alembic's configuration, pointing at the folder of this very module."""
    from alembic.config import Config

    config = Config()
    # Alembic interpolates `%`, and a folder's name may hold one.
    config.set_main_option("script_location", str(Path(__file__).resolve().parent).replace("%", "%%"))
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs what is missing, inside the transaction that `connection` is in: all of it or nothing."""
    from alembic import command

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
