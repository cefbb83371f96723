"""What is known, and since when; and what users said about it.

The store owns content: articles go in as entries through `publish`, one generation at a time, and
lookups read them. See `docs/storage.md`.
"""

from kb.store.codec import entry_from_json, entry_to_json
from kb.store.reading import Snapshot
from kb.store.rows import Change, Document, Generation, Header, Source, TemplateRow, Upsert, Wanted
from kb.store.store import Store

__all__ = [
    "Change",
    "Document",
    "Generation",
    "Header",
    "Snapshot",
    "Source",
    "Store",
    "TemplateRow",
    "Upsert",
    "Wanted",
    "entry_from_json",
    "entry_to_json",
]
