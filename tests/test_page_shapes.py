"""Loose pages whose shape alone makes them hard: nothing printed, markup lost, many things on one page, issues."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.loose import extract_body


def read(text: str, name: str = "page.md") -> dict[str, Any]:
    return extract_body(text.encode(), name)


def only(text: str, name: str = "page.md") -> dict[str, Any]:
    (entry,) = read(text, name)["entries"]
    return entry


def error(entry: dict[str, Any]) -> tuple[str | None, str]:
    return entry["errors"][0]["exception"], entry["errors"][0]["message"]


def told(entry: dict[str, Any], what: str) -> str:
    return "\n".join(part["text"] for part in entry[what])


def code(entry: dict[str, Any]) -> str:
    return "\n".join(listing for fix in entry["fixes"] for listing in fix["code"])


class TestErrorsThatAreOnlyNamed:
    def test_a_sentence_that_says_what_an_error_is_names_it(self) -> None:
        entry = only(
            "# Brewing notes\n\nA BrewError: no leaves in the pot is a common complaint. It occurs when the tin is "
            "empty.\n\nTo fix it, fill the tin:\n\n```python\ntin.fill()\n```\n"
        )
        assert error(entry) == ("BrewError", "no leaves in the pot")
        assert "the tin is empty" in told(entry, "causes")
        assert "tin.fill()" in code(entry)

    def test_a_sentence_about_an_error_is_not_its_message(self) -> None:
        entry = only("# Leaves\n\nBrewError: no leaves in the pot means that the tin is empty.\n")
        assert error(entry) == ("BrewError", "no leaves in the pot")

    def test_a_title_is_enough_for_a_question_and_its_answer(self) -> None:
        entry = only(
            "# BrewError: the kettle is cold\n\n**ilse** opened this issue on 2024-03-02\n\nRight after installing.\n\n"
            "**tarek** commented on 2024-03-04\n\nThat should be fixed in 2.1, please upgrade.\n"
        )
        assert error(entry) == ("BrewError", "the kettle is cold")
        assert "2.1" in told(entry, "fixes")

    @pytest.mark.parametrize(
        "text",
        [
            "# Release 4\n\n- Fixed a BrewError: the kettle is cold in the timer.\n- New lids.\n",
            "# Reading list\n\nSee the page on BrewError: the kettle is cold.\n",
        ],
    )
    def test_a_mention_is_no_entry(self, text: str) -> None:
        assert read(text)["entries"] == []

    def test_a_heading_that_calls_code_an_error_names_it(self) -> None:
        page = "# Questions\n\n## What is the error `no lid found` about?\n\nThis happens because the lid is away."
        other = "\n\n## How do I clean the pot?\n\nWith water.\n"
        entry = only(page + other)
        assert error(entry) == (None, "no lid found")
        assert "water" not in told(entry, "causes") + told(entry, "fixes")

    def test_each_question_of_a_list_has_its_own_answer(self) -> None:
        entries = read(
            "<h1>Questions</h1><h2>Problems with pots</h2><dl>"
            "<dt>Why do I get the error <em>no lid found</em>?</dt><dd>The lid is away. You have to look for it.</dd>"
            "<dt>I receive the exception <em>pot has a hole</em>!</dt><dd>It is the old pot, which leaks at night.</dd>"
            "<dt>How do I clean it?</dt><dd>You can use vinegar.</dd></dl>",
            "page.html",
        )["entries"]
        assert [error(entry) for entry in entries] == [(None, "no lid found"), (None, "pot has a hole")]
        assert "look for it" in told(entries[0], "fixes")
        assert "old pot" in told(entries[1], "causes")
        assert "vinegar" not in str(entries)

    @pytest.mark.parametrize(
        "page",
        [
            '**Error: "Lid is missing"**\n- The lid is away\n- Solution: Look for it\n\n'
            '**Error: "Pot has a hole"**\n- It is the old pot\n- Solution: Take the new one\n',
            '1. **Lids**\n   - Error: "Lid is missing"\n   - Solution: Look for it\n\n'
            '2. **Holes**\n   - Error: "Pot has a hole"\n   - Solution: Take the new one\n',
        ],
    )
    def test_messages_in_quotation_marks_behind_the_word_error(self, page: str) -> None:
        entries = read(f"# Pots\n\n### Common errors\n\n{page}\n## Colours\n\nYou can use red.\n")["entries"]
        assert [error(entry) for entry in entries] == [(None, "Lid is missing"), (None, "Pot has a hole")]
        assert [told(entry, "fixes") for entry in entries] == ["Look for it", "Take the new one"]

    def test_quoted_messages_of_a_table_with_causes_and_fixes(self) -> None:
        rows = '| Error | Reason | Solution |\n|---|---|---|\n| "Lid must fit" | Wrong lid | Take the small one |\n'
        entry = only(f"# Pots\n\n{rows}")
        assert error(entry) == (None, "Lid must fit")
        assert (told(entry, "causes"), told(entry, "fixes")) == ("Wrong lid", "Take the small one")


LONG = "The timer asks the kettle for its heat each second, and each answer is kept in the log of the pot, where all of it can be looked up again later on by anybody who cares."  # noqa: E501
LOST = f"""Kettle says BrewError
{LONG}
Traceback (most recent call last):
  File "brew.py", line 4, in <module>
    pot.brew()
BrewError: the kettle is cold
Root Cause
{LONG} This happens because the socket is off.
How to Fix It
Switch the socket on before you brew.
socket.on()
Related Reading
{LONG}
"""


class TestTextThatLostItsEmptyLines:
    def test_headings_divide_it_all_the_same(self) -> None:
        entry = only(LOST, "page.txt")
        assert "the socket is off" in told(entry, "causes")
        assert "Switch the socket on" in told(entry, "fixes")
        assert "Root Cause" not in told(entry, "causes")
        assert "socket.on()" in code(entry)

    def test_lines_are_those_of_the_file(self) -> None:
        entry = only(LOST, "page.txt")
        assert entry["fixes"][0]["lines"][0] == 10


class TestOneErrorOnAPageAboutManyThings:
    PAGE = (
        "# Installing the kettle\n\n## On a shelf\n\nYou should use two screws.\n\n## On a table\n\nMake sure that it "
        "is flat.\n\n## It stops at once\n\nIf it stops with this line:\n\n```\nBrewError: no power\n```\n\nthe fuse "
        "is out. To fix it, push it in:\n\n```\nfuse.push()\n```\n\n## Cleaning\n\nUse vinegar instead of soap.\n"
    )

    def test_it_has_its_own_section_only(self) -> None:
        entry = only(self.PAGE)
        assert "push it in" in told(entry, "fixes")
        for other in ("screws", "flat", "vinegar"):
            assert other not in told(entry, "fixes") + told(entry, "causes")

    def test_causes_and_fixes_beneath_one_heading_are_told_apart(self) -> None:
        entry = only(
            "# Cold\n\n```\nBrewError: no power\n```\n\n## Causes and fixes\n\nIt happens when the fuse is out.\n\n"
            "Push the fuse in again.\n"
        )
        assert "fuse is out" in told(entry, "causes")
        assert "Push the fuse in" in told(entry, "fixes")


class TestMarkupThatPeopleLeaveOut:
    def test_a_traceback_without_a_fence(self) -> None:
        page = '# Cold\n\nIt ends so:\nTraceback (most recent call last):\nFile "a.py", line 2, in brew\npot.brew()\n'
        entry = only(page + "BrewError: no power\n\nThis happens because the fuse is out.\n")
        assert error(entry) == ("BrewError", "no power")
        assert "fuse is out" in told(entry, "causes")

    def test_a_traceback_in_a_paragraph_with_breaks(self) -> None:
        frames = 'Traceback (most recent call last):<br>File "a.py", line 2, in brew<br>pot.brew()<br>'
        entry = only(f"<h1>Cold</h1><p>Here:<br>{frames}BrewError: no power</p><p>The fuse is out.</p>", "page.html")
        assert error(entry) == ("BrewError", "no power")

    def test_special_methods_are_not_bold(self) -> None:
        assert read("# Pot.__init__() takes no lid\n\nText.\n")["title"] == "Pot.__init__() takes no lid"

    def test_a_message_wrapped_by_hand(self) -> None:
        entry = only("# Cold\n\n```\nBrewError: the kettle in row 4:\nno power on the line\n```\n\nIt is off.\n")
        assert error(entry) == ("BrewError", "the kettle in row 4: no power on the line")

    def test_lines_of_test_reports(self) -> None:
        entry = only("# Cold\n\n```\n>       pot.brew()\nE       BrewError: no power\n```\n\nThe fuse is out.\n")
        assert error(entry) == ("BrewError", "no power")

    def test_restructured_text_called_txt(self) -> None:
        page = (
            "=======\nKettles\n=======\n\n.. _cold:\n\nSee :doc:`pots` and :ref:`lids`.\n\nIt stays cold\n---------"
            "----\n\nIt stops with::\n\n    BrewError: no power\n\nThis happens because the fuse is out.\n"
        )
        body = read(page, "page.txt")
        assert body["title"] == "Kettles"
        assert error(body["entries"][0]) == ("BrewError", "no power")

    def test_the_sites_banner_is_not_the_title(self) -> None:
        page = (
            "<title>Cold kettles — Potware 2 manual</title><body><h1><a href='index.html'>Potware 2 manual</a></h1>"
            "<h1>Cold kettles</h1><p>Text.</p></body>"
        )
        assert read(page, "page.html")["title"] == "Cold kettles"


ISSUE = """title:\tKettle stays cold
state:\tCLOSED
author:\tilse
labels:\tbug
comments:\t2
number:\t7
--
With the new timer:

```
BrewError: no power
```
--
author:\ttarek
association:\tmember
edited:\tfalse
status:\tnone
--
This happens because the fuse is out. Push it in:

```
fuse.push()
```
--
author:\tilse
association:\tnone
edited:\tfalse
status:\tnone
--
Thanks!
--
"""


class TestIssues:
    def test_as_a_command_line_tool_prints_them(self) -> None:
        body = read(ISSUE, "issue.txt")
        (entry,) = body["entries"]
        assert (body["title"], body["author"], body["tags"]) == ("Kettle stays cold", "ilse", ["bug"])
        assert "fuse is out" in told(entry, "causes")
        assert code(entry) == "fuse.push()"
        assert "Thanks" not in str(entry)
        assert "association" not in str(entry)

    def test_as_copied_out_of_a_browser(self) -> None:
        page = (
            "potware/kettle\nPublic\nKettle stays cold #7\nClosed\nilse opened this issue on Mar 2, 2024 · 1 comment\n"
            "@ilse\nilse commented on Mar 2, 2024\nTraceback (most recent call last):\n"
            '  File "brew.py", line 4, in brew\n'
            "    pot.brew()\nBrewError: no power\n\n@tarek\ntarek commented on Mar 4, 2024\nPush the fuse in again.\n"
        )
        body = read(page, "issue.txt")
        (entry,) = body["entries"]
        assert (body["title"], body["published"]) == ("Kettle stays cold", "2024-03-02")
        assert told(entry, "fixes") == "Push the fuse in again."
        assert "@" not in str(entry["reproduction"])

    def test_the_asker_may_have_found_it_alone(self) -> None:
        entry = only(
            "# Cold\n\n**ilse** opened this issue on 2024-03-02\n\n```\nBrewError: no power\n```\n\n"
            "**ilse** commented on 2024-03-03\n\nI solved it with a new fuse.\n"
        )
        assert told(entry, "fixes") == "I solved it with a new fuse."

    def test_posts_in_a_layout_table_in_a_box_called_comment(self) -> None:
        post = (
            '<div class="js-comment-container"><div class="timeline-comment-group"><h3><a class="author">{0}</a> '
            "commented</h3><table><tr><td class='comment-body'>{1}</td></tr></table></div></div>"
        )
        asked = post.format("ilse", "<p>With the timer:</p><pre>BrewError: no power</pre>")
        answered = post.format("tarek", "<p>You need to push the fuse in.</p><p>It is behind the pot.</p>")
        entry = only(f"<body><h1>Kettle stays cold</h1>{asked}{answered}</body>", "issue.html")
        assert error(entry) == ("BrewError", "no power")
        assert "push the fuse in" in told(entry, "fixes")
