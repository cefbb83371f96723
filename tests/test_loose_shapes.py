"""Shapes that pages give their errors in: each is read to the same three things; a page without one, to nothing."""

from __future__ import annotations

from typing import Any

import pytest

from indexer import cues, naming
from indexer.loose import extract_body


def entries(text: str, name: str = "page.md") -> list[dict[str, Any]]:
    return list(extract_body(text.encode(), name)["entries"])


def messages(text: str, name: str = "page.md") -> list[str]:
    return [entry["errors"][0]["message"] for entry in entries(text, name)]


def told(entry: dict[str, Any], key: str) -> str:
    return "\n".join([part["text"] for part in entry[key]] + [c for part in entry[key] for c in part.get("code", ())])


class TestHeadingsThatNameAnError:
    GUIDE = """# Troubleshooting the samovar

## Commands

### `samovar: command not found`

**Cause:** The tap is not on the path yet.

**Solution:**

```bash
source ~/.samovarrc
```

**For Windows:**

```powershell
. $PROFILE
```

### `brew: command not found`

```bash
sudo apt install brew-tools
```

### "The boiler is unreachable"

Nobody has lit it, so that no steam comes from it. Light it first.

### "leaf-store-is-sealed" error (rule 7)

**Cause:** Newer shelves seal the store.

**Solution:** Use a tin of your own:

```bash
samovar tin create
```

### Ubuntu: "add-leaf: command not found"

```bash
sudo apt install leaf-common
```

### The tap drips

```bash
# Look at the washer
ls /var/tap

# Get another one
rm -rf /var/tap/washer
```
"""

    def test_one_whose_words_another_one_holds_is_an_error_of_its_own(self) -> None:
        page = "# Guide\n\n" + "".join(
            f"### {heading}\n\nThe key of the pot is usually wrong or was revoked by its owner.\n\n"
            f"**Fix**: Make a {kind} key.\n\n"
            for heading, kind in (
                ("`pot: peer authentication failed`", "new"),
                ('Tea fails with "Authentication failed"', "red"),
            )
        )
        assert [told(entry, "fixes") for entry in entries(page)] == ["Make a new key.", "Make a red key."]

    def test_each_is_an_entry(self) -> None:
        assert messages(self.GUIDE) == [
            "samovar: command not found",
            "brew: command not found",
            "The boiler is unreachable",
            "leaf-store-is-sealed",
            "add-leaf: command not found",
        ]

    def test_cause_and_fix_are_those_beneath_it(self) -> None:
        first, second, *_ = entries(self.GUIDE)
        assert told(first, "causes") == "The tap is not on the path yet."
        assert "source ~/.samovarrc" in told(first, "fixes")
        assert "sudo apt install brew-tools" in told(second, "fixes")
        assert "PROFILE" not in str(second)

    def test_commands_alone_beneath_it_are_its_fix(self) -> None:
        last = entries(self.GUIDE)[-1]
        assert "leaf-common" in told(last, "fixes")
        assert last["causes"] == []

    def test_commands_are_no_message(self) -> None:
        assert "washer" not in str([entry["errors"] for entry in entries(self.GUIDE)])

    @pytest.mark.parametrize(
        "heading",
        ["The `--quiet` option", "`brew.pour(cup)` and friends", "How to `pour not boil`?", "Reading `not.toml`"],
    )
    def test_code_that_is_no_message_names_none(self, heading: str) -> None:
        assert messages(f"# Manual\n\n## {heading}\n\nYou can pour with it. Use a cup for that.\n") == []


class TestBoldWordsThatHeadAParagraph:
    PAGE = """# Fehlersuche

## Tee

**`Leaf or resource busy`:** meist läuft noch eine zweite Kanne. Die Kanne stoppen, dann neu starten.

**Langsamer Tee:** das Wasser ist weich. Das ist kein Fehler.

## Wasser

**`Boiler returned no water`:** der Hahn ist zu. Den Hahn öffnen und neu starten.
"""

    def test_the_message_in_them_is_the_error(self) -> None:
        assert messages(self.PAGE) == ["Leaf or resource busy", "Boiler returned no water"]

    def test_the_paragraph_is_told_of_it_and_its_neighbours_are_not(self) -> None:
        first, second = entries(self.PAGE)
        assert "zweite Kanne" in told(first, "causes")
        assert "stoppen" in told(first, "fixes")
        assert "weich" not in str(first)
        assert "Hahn ist zu" in told(second, "causes")

    def test_labels_on_lines_of_one_paragraph_are_told_apart(self) -> None:
        (entry,) = entries(
            "# Boiler\n\n## Problema: `Cannot connect to boiler`\n"
            "**Causa:** La llave está cerrada.\n**Solución:**\n1. Abrir la llave:\n   ```bash\n   boiler open\n   ```\n"
        )
        assert told(entry, "causes") == "La llave está cerrada."
        assert "boiler open" in told(entry, "fixes")

    def test_html_breaks_do_as_lines_do(self) -> None:
        (entry,) = entries(
            "<html><body><h1>Boiler</h1><pre>BoilerError: the lid is open</pre>"
            "<p><b>Reason:</b> Somebody lifted it.<br><b>Resolution:</b> Close the lid.</p></body></html>",
            "page.html",
        )
        assert told(entry, "causes") == "Somebody lifted it."
        assert told(entry, "fixes") == "Close the lid."

    def test_a_line_of_its_own_needs_no_colon(self) -> None:
        (entry,) = entries(
            '# Log\n\n## Pouring fails with "old leaf not found"\n\n**Symptom**\nNothing came out.\n\n'
            "**Root cause**\nThe tin was open.\n\n**Fix**\nClose the tin.\n\n**File**: `tin.go`\n"
        )
        assert entry["errors"][0]["message"] == "old leaf not found"
        assert told(entry, "causes") == "The tin was open."
        assert told(entry, "fixes") == "Close the tin."

    def test_advice_beneath_the_label_of_an_error_mends_it(self) -> None:
        first, second = entries(
            "# Errors\n\n## No tin\n\n**Error:** `Tin file not found`\n\n- Ensure that a tin exists.\n\n"
            "## Two tins\n\n**Error:** `Tin 'a' already open. Use 'tin down' first.`\n\n- Run `tin down`, try again.\n"
        )
        assert told(first, "fixes") == "Ensure that a tin exists."
        assert "Run tin down" in told(second, "fixes")


class TestLabelsThatStandAlone:
    def test_what_they_announce_stands_in_the_list_below(self) -> None:
        (entry,) = entries(
            "# Guide\n\n## Cup store\n\nSymptoms:\n\n- The log ends with `CupError: cup is not yours`.\n\n"
            "Cause:\n\n- Cups belong to a table.\n\nActions:\n\n1. Take the cup of your own table.\n"
        )
        assert told(entry, "causes") == "Cups belong to a table."
        assert told(entry, "fixes") == "Take the cup of your own table."


class TestQuotationsThatAreCalledErrors:
    RULE = """BR-7: Two pots on one plate

Why this matters

Two pots share a plate, which causes a conflict when they are put down. The stove
stops with "Plate 3 failed: plate is already taken". This rule finds it.

How to fix

Give each pot a plate of its own.
"""

    def test_one_that_something_is_told_about_is_an_entry(self) -> None:
        (entry,) = entries(self.RULE, "page.txt")
        assert entry["errors"][0]["message"] == "Plate 3 failed: plate is already taken"
        assert "share a plate" in told(entry, "causes")
        assert "plate of its own" in told(entry, "fixes")

    def test_it_has_its_own_section_only(self) -> None:
        (entry,) = entries(
            "# Trouble\n\n## White screen\n\n### Symptom\nNothing is shown.\n\n### Mitigation\n- Open the tools.\n\n"
            "## Slow tea\n\n### Symptom\nIt takes long.\n\n### Mitigation\n- Take more fire.\n\n"
            "## Pouring fails\n\n### Symptom\nThe stove throws a `Pouring Denied` error then.\n\n"
            "### Mitigation\n- Ensure the cup is yours.\n"
        )
        assert told(entry, "fixes") == "Ensure the cup is yours."

    def test_what_a_release_mended_is_no_error_of_the_page(self) -> None:
        notes = (
            '# 3.2\n\n- Two pots would sometimes cause "Plate is already taken" errors. This has been mended.\n'
            '- Fixed the error "Plate is already taken" that came when two pots were put down.\n'
        )
        assert messages(notes) == []


@pytest.mark.parametrize("row", cues.rows("quoting.tsv"), ids=lambda row: row["phrase"])
def test_a_phrase_of_the_table_calls_its_examples_quotation_an_error_or_says_that_it_is_mended(
    row: dict[str, str],
) -> None:
    found = list(naming.framed(row["example"], ()))
    assert bool(found) == (row["place"] != "undone")


class TestListingsThatNoteAnError:
    def test_behind_a_line_that_is_shown_for_it(self) -> None:
        (entry,) = entries(
            "# Code T0502\n\nErroneous code example:\n\n```tea\nlet y = &pot;\n"
            "boil(pot); // error: cannot boil `pot` while it is lent\n```\n\n"
            "To fix this error, give the pot back first:\n\n```tea\nboil(pot);\n```\n"
        )
        assert entry["errors"][0]["message"] == "cannot boil `pot` while it is lent"
        assert "give the pot back" in told(entry, "fixes")

    def test_a_manuals_listings_note_many_and_tell_of_none(self) -> None:
        assert (
            messages(
                "# Pots\n\nA pot has a type. Here is one:\n\n```python\nboil(1)  # error: Too few pots here\n```\n"
            )
            == []
        )


class TestProblemsOneAfterTheOther:
    GUIDE = """# 故障排除

## 启动问题

### 问题 1: 茶壶版本不兼容

**症状**:
```
Error: Kettle 3.8 or higher is required
```

**原因**: 茶壶版本过低

**解决步骤**:

1. 升级茶壶：
   ```bash
   brew install kettle
   ```

### 问题 2: 向导重复出现

**症状**: 每次启动都出现

**原因**: 标记文件被删除

**解决步骤**:

1. 手动创建标记文件

### 问题 3: 格式错误

**症状**:
```
tea.scanner.ScannerError: leaves are not allowed here
```

**原因**:
- 缩进不正确
"""

    def test_one_that_prints_no_error_is_told_of_none(self) -> None:
        first, last = entries(self.GUIDE)
        assert told(first, "causes") == "茶壶版本过低"
        assert "标记文件" not in str(first)
        assert told(last, "causes") == "缩进不正确"

    def test_labels_before_code_and_folded_solutions(self) -> None:
        (entry,) = entries(
            "# Guide\n\n### **Leaf not found**\n\n**Error:** `LeafError: No leaf provided`\n\n**Symptoms:**\n"
            "- The cup stays empty\n\n**Solutions:**\n\n<details>\n<summary><strong>Solution 1: take one</strong>"
            "</summary>\n\n```bash\nexport LEAF=green\n```\n\n</details>\n\n**Long-term solutions:**\n"
            "- Buy more leaves\n"
        )
        assert entry["errors"][0] | {"template": ""} == {
            "exception": "LeafError",
            "message": "No leaf provided",
            "template": "",
        }
        assert "export LEAF=green" in told(entry, "fixes")
        assert "Buy more leaves" in told(entry, "fixes")


class TestSolutionsThatAreLabels:
    def test_they_make_no_thread_of_a_page(self) -> None:
        first, last = entries(
            "# Guide\n\n### One\n\n**Problem**: `LeafError: no leaf in the tin`\n\n**Solution**:\n```bash\n"
            "# Fill it\nleaf install green\n```\n\n### Two\n\n**Problem**: `CupError: HTTP 418 - I am a pot`\n\n"
            "**Solution**:\n\n- Verify the form of the cup\n"
        )
        assert "leaf install green" in told(first, "fixes")
        assert told(last, "fixes") == "Verify the form of the cup"


class TestProblemsOfASection:
    def test_questions_beneath_a_vague_heading_are_no_errors(self) -> None:
        page = """
Problems with pots
------------------

I get the error *no pot is here, take another* from the stove!
    You need to put a pot on the stove.

Pots come in blue. Can I have a red one?
    You can register a colour for it::

        stove.register(None if red is None else red)
"""
        assert messages(page, "faq.rst") == ["no pot is here, take another"]


class TestTextWithoutSpacesBetweenWords:
    def test_a_message_ends_where_the_sentence_goes_on(self) -> None:
        (entry,) = entries(
            "Python ValueError: boiling a pot with a lid\n\n"
            "在Python中,有时候我们可能会遇到ValueError: boiling a pot with a lid这样的错误。\n\n"
            "错误原因\n\n出现这个错误的原因是,壶盖没有打开。\n\n解决方案\n\n打开壶盖。\n",
            "page.txt",
        )
        assert entry["errors"][0]["message"] == "boiling a pot with a lid"
        assert "壶盖没有打开" in told(entry, "causes")


def test_the_name_of_a_class_in_a_table_is_no_error() -> None:
    table = "# Move\n\n| Old | New |\n|---|---|\n| `tea.Kettle` | Use `tea.Pot` |\n| `tea.Cup(1)` | Use `tea.Mug` |\n"
    assert messages(table) == []


class TestNumberedHeadingsOfText:
    def test_they_announce_as_others_do(self) -> None:
        (entry,) = entries(
            "Boiler\n\n1. Symptoms\n\nBoilerError: the lid is open\n\n## 2. Root Cause\n\nSomebody lifted it.\n\n"
            "3. Step-by-Step Fix\n\nClose the lid.\n",
            "page.txt",
        )
        assert told(entry, "causes") == "Somebody lifted it."
        assert told(entry, "fixes") == "Close the lid."


class TestQuestionsOfAGlossary:
    FAQ = """
Frequently Asked Questions
==========================

Why does `!pour()` raise the exception *can't adapt*?
    The exception is raised when there is no adapter registered for the cup.

I can't pour a number: it says *a number is required*, but it is one!
    You always have to use a cup, even when pouring a number.

How can I pour tea?
    Use a cup.
"""

    def test_what_is_emphasised_in_them_is_the_message(self) -> None:
        assert messages(self.FAQ, "faq.rst") == ["can't adapt", "a number is required"]


class TestPagesThatHoldNothing:
    @pytest.mark.parametrize(
        ("name", "text"), [("a.md", ""), ("a.txt", " \n\n"), ("a.html", "<html><script>x</script>")]
    )
    def test_it_is_said(self, name: str, text: str) -> None:
        (problem,) = extract_body(text.encode(), name)["problems"]
        assert problem["code"] == "KB607"
        assert "nothing to read" in problem["message"]

    def test_a_log_is_read_to_a_bound_and_says_so(self) -> None:
        body = extract_body("\n".join(f"boiler line {number}" for number in range(30_000)).encode(), "a.txt")
        assert [problem["code"] for problem in body["problems"]] == ["KB608"]
        assert "line 20000 only" in body["problems"][0]["message"]
