"""The history of the store's tables. `upgrade` brings a database to the newest revision."""

from kb.migrations.upgrading import upgrade

__all__ = ["upgrade"]
