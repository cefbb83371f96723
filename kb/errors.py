"""What can go wrong, as one tree. Imports nothing of ours, so that everything may import it.

::

    KBError                    code, message, hint; `exit_status` for the command line
    ├── CallError              2  a wrong argument, an unreadable file
    │   ├── SettingError          a setting's value can't be used
    │   ├── InputTooLarge         more bytes than the limit allows
    │   ├── EntryNotFound         no entry has that id
    │   └── SaidTooMuch           more votes or wishes than are taken in a day
    └── UnavailableError       3  the knowledge base can't be opened
        ├── StoreMissing          no knowledge base there yet
        ├── StoreOutdated         made by another version; needs a migration
        ├── StoreLocked           another process is writing
        ├── StoreBroken           the database is damaged or no database
        └── EngineUnavailable     the full-text index is missing or damaged

A paste never raises one: whatever it holds, it is read as far as it goes.
"""

from __future__ import annotations


class KBError(Exception):
    """The root: a stable `code` in kebab-case, what went wrong, and what to do about it."""

    code = "kb-error"
    exit_status = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class CallError(KBError):
    """A wrong call: an argument that can't be used, a file that can't be read."""

    code = "wrong-call"


class SettingError(CallError):
    """A setting has a value that can't be used."""

    code = "wrong-setting"


class InputTooLarge(CallError):
    """More was handed in than the limit allows."""

    code = "too-large"


class EntryNotFound(CallError):
    """No entry has that id."""

    code = "no-such-entry"


class SaidTooMuch(CallError):
    """More votes or wanted errors than are taken from one place, or from all, in a day."""

    code = "said-too-much"


class UnavailableError(KBError):
    """The knowledge base can't be opened."""

    code = "unavailable"
    exit_status = 3


class StoreMissing(UnavailableError):
    """There is no knowledge base at that place yet."""

    code = "store-missing"


class StoreOutdated(UnavailableError):
    """The store was made by another version of the program."""

    code = "store-outdated"


class StoreLocked(UnavailableError):
    """Another process is writing and did not finish in time."""

    code = "store-locked"


class StoreBroken(UnavailableError):
    """The file is damaged, or is no database."""

    code = "store-broken"


class EngineUnavailable(UnavailableError):
    """The full-text index is missing or damaged; lookups go on without it."""

    code = "engine-unavailable"
