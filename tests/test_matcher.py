"""Which entry answers a paste, how sure, and when to say that nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.models import Context
from tests import small

GENERAL = """---
title: A key that is not there
library: python
applies_to: ["python>=3"]
requires: []
general: true
errors:
  - exception: KeyError
    message: "{key}"
---
The program asked for {key}.

## Cause: the row has no such column
A row of a file.

Check: print the header.

```yaml evidence
- source: "*row[*"
```

```python raises
raise KeyError("a")
```

### Fix: look at the header
Print `reader.fieldnames`.

```python fix
print("a")
```

## Cause: the variable is not set
An environment variable.

Check: print `os.environ`.

```yaml evidence
- function: "__getitem__"
- source: "*os.environ[*"
```

```python raises
raise KeyError("b")
```

### Fix: set it
Run `export NAME=value`.

```python fix
print("b")
```
"""
TEXTS = {
    "tea/kettle.md": small.article(),
    "tea/tool.md": small.article(
        "Water missing", "cli:kettle", "kettle: the water of {pot}: No such file or directory"
    ),
    "tea/cup.md": small.article("Cup broken", "tea.errors.CupError", "cup {cup} is broken"),
    "tea/any-pot.md": small.article("Pot refused", "ValueError", "pot {pot} was refused by the stove, it is too small"),
    "tea/red-pot.md": small.article(
        "Red pots are refused", "ValueError", "pot red was refused by the stove, it is too small"
    ),
    "tea/lid.md": small.article("Lid shut", "OSError", "[Errno 113] the lid of {pot} is shut").replace(
        "references: []", "codes: ['errno:113']"
    ),
    "python/key-error.md": GENERAL,
}


@pytest.fixture(scope="module")
def matcher(tmp_path_factory):
    opened = small.base(tmp_path_factory.mktemp("matcher"), TEXTS)
    yield opened.matcher
    opened.close()


def frames(*lines):
    return "Traceback (most recent call last):\n" + "".join(
        f'  File "/srv/tea/app.py", line {n}, in serve\n    {line}\n' for n, line in enumerate(lines, 1)
    )


def first(matcher, paste, **more):
    answer = matcher.lookup(paste, **more).answer
    return answer.verdict, answer.matches[0].entry.id if answer.matches else None


def test_a_known_error_is_a_match_with_the_readers_own_names(matcher):
    body = matcher.lookup(small.PASTE).to_dict()
    match = body["matches"][0]
    assert (body["verdict"], match["id"], match["tier"]) == ("match", "tea/kettle", "template")
    assert match["confidence"] > 0.6
    assert match["slots"] == [{"name": "kettle", "value": "green", "raw": "'green'", "span": match["slots"][0]["span"]}]
    start, end = match["slots"][0]["span"]
    assert small.PASTE[start:end] == "'green'"
    assert "`green`" in match["summary"]
    assert "`green`" in match["fixes"][0]["text"]
    assert match["fixes"][0]["code"] == ["filled = True\nassert filled\n"]
    start, end = body["read"]["exceptions"][body["read"]["explained"]]["span"]
    assert small.PASTE[start:end].startswith("RuntimeError")


def test_the_more_literal_wording_wins(matcher):
    assert first(matcher, "ValueError: pot red was refused by the stove, it is too small") == ("match", "tea/red-pot")
    assert first(matcher, "ValueError: pot blue was refused by the stove, it is too small") == ("match", "tea/any-pot")


def test_what_nobody_knows_is_none(matcher):
    assert first(matcher, frames("zork()") + "zork.QwertzError: blorp xyzzy") == ("none", None)


def test_an_error_code_finds_the_entry_under_another_wording(matcher):
    verdict, entry = first(matcher, frames("lid()") + "OSError: [Errno 113] Der Deckel ist zu")
    assert entry == "tea/lid"
    assert verdict in ("match", "related")


def test_an_applications_own_exception_is_no_match_on_its_namesake(matcher):
    verdict, entry = first(matcher, frames("x()") + "shop.broken.CupError: cup 'blue' is broken")
    assert (verdict, entry) == ("related", "tea/cup")


def test_a_general_entry_is_a_match_only_where_evidence_singles_out_a_cause(matcher):
    assert first(matcher, frames("value = store[name]") + "KeyError: 'tea'") == ("related", "python/key-error")
    assert first(matcher, frames("value = row['tea']") + "KeyError: 'tea'") == ("match", "python/key-error")
    both = frames("value = row[os.environ['TEA']]") + "KeyError: 'tea'"
    assert first(matcher, both) == ("related", "python/key-error")


def test_the_cause_that_the_paste_points_to_comes_first_with_its_fix(matcher):
    match = matcher.lookup(frames("value = os.environ['TEA']") + "KeyError: 'TEA'").to_dict()["matches"][0]
    assert [cause["likely"] for cause in match["causes"]] == [True, False]
    assert "os.environ" in match["causes"][0]["why"]
    assert match["fixes"][0]["title"] == "set it"


def test_the_known_exception_of_a_chain_is_explained(matcher):
    chain = (
        frames("boil()") + "RuntimeError: no water in kettle 'old', fill it before it boils\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        + frames("serve()")
        + "shop.errors.Sorry: try again later"
    )
    body = matcher.lookup(chain).to_dict()
    assert body["matches"][0]["id"] == "tea/kettle"
    assert body["read"]["exceptions"][body["read"]["explained"]]["type"] == "RuntimeError"


def test_independent_errors_are_answered_each_by_itself(matcher):
    second = frames("z()") + "ValueError: pot blue was refused by the stove, it is too small"
    log = f"10:00 first\n{small.PASTE}\n10:05 second\n{second}\n"
    body = matcher.lookup(log).to_dict()
    answered = {body["matches"][0]["id"], *(one["matches"][0]["id"] for one in body["also"])}
    assert answered == {"tea/kettle", "tea/any-pot"}
    assert body["also"][0]["fingerprint"] != body["fingerprint"]


def test_versions_count(matcher):
    old = matcher.lookup(small.PASTE, context=Context(packages={"tea": "0.9"})).answer.matches[0]
    new = matcher.lookup(small.PASTE, context=Context(packages={"tea": "1.2"})).answer.matches[0]
    assert (old.applies, new.applies) == (False, True)
    assert old.confidence < new.confidence


def test_the_fingerprint_is_the_errors_and_not_the_instances(matcher):
    prints = {
        matcher.lookup(f"RuntimeError: no water in kettle '{name}', fill it before it boils").answer.fingerprint
        for name in ("a1", "b2")
    }
    assert len(prints) == 1
    assert prints != {matcher.lookup("RuntimeError: no milk in kettle 'a1'").answer.fingerprint}


def test_a_tools_line_is_trusted_only_where_nearly_all_of_it_stands(matcher):
    """Many a tool's line ends alike, and has no exception to tell whose it is."""
    said = matcher.lookup("kettle: the water of green: No such file or directory").to_dict()
    assert (said["verdict"], said["matches"][0]["id"]) == ("match", "tea/tool")
    assert matcher.lookup("make: build.sh: No such file or directory").to_dict()["verdict"] != "match"


def test_words_alone_are_never_more_than_related(matcher):
    verdict, entry = first(matcher, "my kettle has no water at all, what should I fill?")
    assert verdict in ("related", "none")
    assert entry in ("tea/kettle", None)


def test_secrets_in_the_paste_are_named_and_not_shown_as_captures(matcher):
    paste = "RuntimeError: no water in kettle 'postgresql://bob:hunter2@db/tea', fill it before it boils"
    body = matcher.lookup(paste).to_dict()
    [found] = [one for one in body["read"]["redacted"] if one["kind"] == "password"]
    assert "hunter2" in paste[found["span"][0] : found["span"][1]]
    assert "hunter2" not in body["matches"][0]["summary"]
    assert body["matches"][0]["captures"] == {"kettle": "***"}


@pytest.mark.parametrize("value", ["`x`", "<img src=x>", "[a](javascript:x)", "a\nb", "x" * 5000])
def test_a_hostile_capture_stays_inside_its_inline_code(matcher, value):
    summary = matcher.lookup(f"RuntimeError: no water in kettle '{value}', fill it before it boils").to_dict()[
        "matches"
    ][0]["summary"]
    _, code, *rest = summary.split("`")
    assert len(rest) == 1
    assert len(code) <= 80
    assert "\n" not in code


def test_search_filters_and_marks(matcher):
    page = matcher.search("broken cup")
    assert page.items[0]["id"] == "tea/cup"
    snippet = page.items[0]["snippets"][0]
    assert all(snippet["text"][start:end].casefold() in ("broken", "cup") for start, end in snippet["marks"])
    assert snippet["marks"]
    assert matcher.search("kettle", exception="CupError").items[0]["id"] == "tea/cup"
    assert matcher.search("kettle", library="python").total == 0


def test_search_pages_follow_each_other(matcher):
    whole = [item["id"] for item in matcher.search("water").items]
    pages, cursor = [], None
    while True:
        page = matcher.search("water", limit=2, cursor=cursor)
        pages += [item["id"] for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert pages == whole
    assert len(whole) > 2


def test_suggest_completes_names_in_parts(matcher):
    assert [item["id"] for item in matcher.suggest("cuper")] == ["tea/cup"]
    assert matcher.suggest("red po")[0]["id"] == "tea/red-pot"
    assert matcher.suggest("") == []
    assert matcher.suggest("qwertz") == []


def test_suggestions_have_the_titles_that_a_search_has(tmp_path):
    base = small.base(tmp_path, {"tea/kettle.md": small.article("No water in {kettle}")})
    (suggested,), (found,) = base.matcher.suggest("water"), base.matcher.search("water").items
    assert suggested["title"] == found["title"] == "No water in `kettle`"
    base.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.text(alphabet="Traceback (mostrecentlslast):\n  File\"',line\\x00\ud800[]{}<>"))
def test_nothing_that_is_pasted_raises(matcher, text):
    body = matcher.lookup(text).to_dict()
    assert body["verdict"] in ("match", "related", "none")
    for one in body["read"]["exceptions"]:
        start, end = one["span"]
        assert 0 <= start <= end <= len(text)


def test_a_damaged_index_is_a_notice_and_lookups_go_on(tmp_path):
    opened = small.base(tmp_path, TEXTS)
    for file in (tmp_path / "data" / "index").rglob("*.toc"):
        file.unlink()
    assert opened.matcher.lookup(small.PASTE).verdict == "match"
    unknown = opened.matcher.lookup("zork.QwertzError: blorp")
    assert "full-text search is unavailable" in unknown.notices
    opened.close()


def test_the_memory_engine_serves_the_same_search(tmp_path):
    opened = small.base(tmp_path, TEXTS, engine_url="memory:")
    assert opened.matcher.search("broken cup").items[0]["id"] == "tea/cup"
    opened.close()


def test_a_healthy_log_is_no_error_that_shares_its_words(matcher):
    assert matcher.lookup("kettle without water").verdict == "related"  # what a person types
    log = "2026-01-01 10:00:00 INFO Kettle without water\n2026-01-01 10:00:01 INFO Listening on 8000\n"
    assert matcher.lookup(log + "2026-01-01 10:00:02 INFO GET / 200\n").verdict == "none"


def test_what_a_container_says_of_its_end_is_no_part_of_the_message(matcher):
    lines = small.PASTE.splitlines(keepends=True)
    paste = "".join(f"web-1  | {line}" for line in lines) + "web-1 exited with code 1\n"
    assert matcher.lookup(paste).answer.exceptions[0].traceback.message == lines[-1].split(": ", 1)[1].strip()
