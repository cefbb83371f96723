"""An article whose wording takes what belongs to another one is a problem of the other."""

from __future__ import annotations

from indexer import shelf
from indexer.stealing import steals
from tests import small

QUOTED = """
## Cause: the pot is red
Red pots.

Check: look at it.

```text traceback
ValueError: pot red was refused
```
"""


def articles(folder, texts):
    small.write(folder, texts)
    loaded = [shelf.load(path) for path in shelf.find([folder])]
    assert all(article is not None for article, _ in loaded), loaded
    return [article for article, _ in loaded]


def test_a_looser_wording_is_told_with_the_thief(tmp_path):
    loose = small.article("Pot refused", "ValueError", "pot {pot} was refused") + QUOTED
    special = small.article("Red pots", "ValueError", "pot red was refused")
    [found] = steals(articles(tmp_path, {"tea/any-pot.md": loose, "tea/red-pot.md": special}))
    assert found.code == "KB405"
    assert found.path.endswith("any-pot.md")
    assert "tea/red-pot" in found.message


def test_articles_that_keep_apart_are_fine(tmp_path):
    own = small.article("Pot refused", "ValueError", "pot {pot} was refused") + QUOTED
    other = small.article("Cup broken", "ValueError", "cup {cup} is broken")
    assert not list(steals(articles(tmp_path, {"tea/pot.md": own, "tea/cup.md": other})))
