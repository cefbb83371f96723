"""One file a revision, numbered: `open` tells an older database from a newer one by the number."""
