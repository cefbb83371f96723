"""What does a pasted text say? See `docs/reader.md`."""

from kb.tracebacks.decode import decode, repair
from kb.tracebacks.reader import read

__all__ = ["decode", "read", "repair"]
