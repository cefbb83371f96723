"""Documents that the tests of engines search."""

from kb.engines import Engine, EngineDocument

DOCUMENTS = (
    EngineDocument(
        "shelf/book-lost",
        "A book is not where the catalogue says",
        "shelf",
        ("shelf.errors.BookLostError",),
        ("book {title} is not on the shelf",),
        ("E42",),
        ("catalogue",),
        "Somebody took it. Look in the reading room, then close the session and open it again.",
    ),
    EngineDocument(
        "shelf/session-closed",
        "The reading session is closed",
        "shelf",
        ("shelf.errors.SessionClosedError",),
        ("session {id} is closed",),
        body="Open the session before you read. A book lost in between is not found.",
    ),
    EngineDocument(
        "wire/refused",
        "Nobody listens at the address",
        "Wire",
        ("ConnectionRefusedError",),
        ("[Errno 111] Connection refused",),
        body="Start the server. Compare ports with != and ->, in C++ too; '<' and '!!' stand in quotes.",
    ),
)


def ids(engine: Engine, query: str, limit: int = 10, **filters: object) -> list[str]:
    return [hit.id for hit in engine.search(query, limit, **filters)]
