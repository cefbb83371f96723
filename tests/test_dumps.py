"""Files that hold many pages: what is read out of them, whole or not at all, in memory that doesn't grow with them."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli.main import kb
from indexer import dumps, loading, pipeline
from indexer.dumps import DumpDamaged, reading
from indexer.readers import wikitext
from indexer.spool import Spool
from kb.opening import open_knowledge_base
from tests import small

TRACE = """<pre><code>Traceback (most recent call last):
  File "/srv/tea/kitchen.py", line 3, in boil
    kettle.boil({0})
teapot.EmptyKettle: no water in kettle 'k{0}'
</code></pre>"""


def row(number: int, kind: int, body: str, **more: object) -> str:
    values = {"Id": number, "PostTypeId": kind, "Body": body, "CreationDate": "2025-03-04T05:06:07.000", **more}
    return "  <row " + " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items()) + " />"


def posts(folder: Path, *rows: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Posts.xml"
    path.write_text('<?xml version="1.0" encoding="utf-8"?>\n<posts>\n' + "\n".join(rows) + "\n</posts>\n", "utf-8")
    return path


def question(number: int, body: str = "", **more: object) -> str:
    body = body or f"<p>The kettle refuses to boil.</p>{TRACE.format(number)}"
    return row(number, 1, body, Title=f"Kettle {number} won&apos;t boil", Tags="<tea><python>", **more)


def answer(number: int, parent: int, said: str, **more: object) -> str:
    body = f"<p>The error is raised because {said}.</p><p>Fill it first:</p><pre><code>kettle.fill()</code></pre>"
    return row(number, 2, body, ParentId=parent, **more)


def read(path: Path) -> list:
    return [entry for topic in reading.topics(path, lambda _: None) for entry in reading.read(topic, "d", "s")[0]]


def causes(entry) -> str:
    return " ".join(cause.text for cause in entry.causes)


class TestStackExchange:
    def test_a_question_is_joined_with_its_accepted_answer(self, tmp_path):
        path = posts(
            tmp_path / "tea.example.com",
            answer(3, 1, "of steam", Score=90),  # the best one, but not the one that helped; before its question
            question(1, AcceptedAnswerId=2),
            answer(2, 1, "nobody filled the kettle", Score=-1),
        )
        (entry,) = read(path)
        assert entry.errors[0].exception == "teapot.EmptyKettle"
        assert "nobody filled the kettle" in causes(entry)
        assert "steam" not in causes(entry)
        assert entry.fixes[0].code == ("kettle.fill()",)
        assert (entry.title, entry.tags) == ("Kettle 1 won't boil", ("tea", "python"))
        assert (entry.url, entry.published) == ("https://tea.example.com/q/1", "2025-03-04")
        assert entry.causes[0].lines == (5, 5)

    def test_else_with_the_best_one_above_nought(self, tmp_path):
        path = posts(
            tmp_path,
            question(1),
            answer(2, 1, "of low pressure", Score=2),
            answer(3, 1, "of a closed tap", Score=7),
            question(4),
            answer(5, 4, "of nothing", Score=0),
        )
        (entry,) = read(path)
        assert "closed tap" in causes(entry)
        assert entry.url is None

    def test_a_question_that_prints_no_error_is_left_out(self, tmp_path):
        told = "<p>How do I handle an error of a kettle?</p><pre><code>kettle.boil()</code></pre>"
        path = posts(
            tmp_path,
            question(1, told),
            row(2, 2, f"<p>Because it is empty you get</p>{TRACE.format(2)}", ParentId=1, Score=5),
        )
        assert read(path) == []

    @pytest.mark.parametrize(
        "text",
        [
            "<posts><row Id='1'",
            "<posts><row Id='1' /></post>",
            "<posts>" + "<row Id='1' />" * 9 + "\x00</posts>",
            "<posts a='&x;'></posts>",
        ],
    )
    def test_a_damaged_file_gives_nothing(self, tmp_path, text):
        path = posts(tmp_path)
        path.write_text(text)
        with pytest.raises(DumpDamaged):
            read(path)

    def test_a_document_type_is_refused(self, tmp_path):
        path = posts(tmp_path)
        path.write_text('<posts>\n<!DOCTYPE posts [<!ENTITY a "aaaa">]>\n</posts>')
        with pytest.raises(DumpDamaged):
            read(path)
        path.write_text('<!DOCTYPE posts [<!ENTITY a "aaaa">]><posts><row Id="&a;"/></posts>')
        assert dumps.kind_of(path) is None

    def test_a_tag_without_an_end_is_not_kept(self, tmp_path):
        path = posts(tmp_path)
        path.write_text("<posts><row Body='" + "x" * (20 << 20))
        with pytest.raises(DumpDamaged):
            read(path)

    def test_memory_does_not_grow_with_the_dump(self, tmp_path, monkeypatch):
        monkeypatch.setattr(loading, "PORTION", 20)

        def peak(size: int) -> int:
            rows = [question(number) for number in range(1, size + 1)]
            rows += [answer(size + number, number, "x " * 400, Score=3) for number in range(1, size + 1)]
            path = posts(tmp_path / str(size), *rows)
            del rows
            tracemalloc.start()
            parts = [len(part.entries) for _, part in loading.load_parts(path, "Posts.xml", "s", lambda _: None)]
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert sum(parts) == size
            return used

        peak(20)  # tables are read once
        few, many = peak(40), peak(400)
        assert many < 1.3 * few


BODY = "Boiling fails with\n\n```\n" + TRACE[11:-13].format(1) + "\n```\n\nin version 2."
REASON = "The error is raised because nobody filled the kettle."
REMEDY = "Call this first:\n\n```python\nkettle.fill()\n```"


def export(folder: Path, issues: list, name: str = "issues.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(issues, indent=1), encoding="utf-8")
    return path


def rest(number: int, **more: object) -> dict:
    """An issue as the REST interface gives it: its comments are elsewhere."""
    page = f"https://github.com/tea/teapot/issues/{number}"
    return {
        "url": page.replace("github.com", "api.github.com/repos"),
        "html_url": page,
        "number": number,
        "title": f"Kettle {number} won't boil",
        "user": {"login": "oona"},
        "labels": [{"name": "Bug"}],
        "comments": 2,
        "created_at": "2025-03-04T05:06:07Z",
        "body": BODY,
        **more,
    }


class TestGitHubIssues:
    def test_the_comment_of_somebody_of_the_project_tells_cause_and_fix(self, tmp_path):
        said = [
            {"user": {"login": "pip"}, "author_association": "NONE", "body": "The error is due to the moon, I guess."},
            {"user": {"login": "bo"}, "author_association": "OWNER", "body": f"{REASON}\n\n{REMEDY}"},
        ]
        issue = rest(7) | {"comments": said}
        (entry,) = read(export(tmp_path, [rest(6, pull_request={}), issue, {"title": 1, "body": None}]))
        assert entry.errors[0].exception == "teapot.EmptyKettle"
        assert REASON.rstrip(".") in causes(entry)
        assert "moon" not in causes(entry)
        assert entry.fixes[0].code == ("kettle.fill()",)
        assert entry.url == "https://github.com/tea/teapot/issues/7"
        assert (entry.title, entry.published, entry.tags) == ("Kettle 7 won't boil", "2025-03-04", ("bug",))
        first, last = entry.causes[0].lines
        lines = (tmp_path / "issues.json").read_text().splitlines()[first - 1 : last]
        assert json.loads("\n".join(lines).rstrip(","))["number"] == 7

    def test_comments_may_lie_in_a_file_of_their_own(self, tmp_path):
        path = export(tmp_path, [rest(7), rest(8)])
        said = {"issue_url": "https://api.github.com/repos/tea/teapot/issues/8", "user": {"login": "bo"}}
        before = loading.digest(path)
        comments = export(tmp_path, [said | {"author_association": "MEMBER", "body": REASON}], "issues-comments.json")
        assert ["nobody filled" in causes(entry) for entry in read(path)] == [False, True]
        assert dumps.kind_of(comments) is None
        assert loading.digest(path) != before

    def test_what_the_gh_command_prints_is_read_too(self, tmp_path):
        bot = {"author": {"login": "stale[bot]"}, "authorAssociation": "NONE", "body": REASON.replace("nobody", "it")}
        thumbs = [{"content": "THUMBS_UP", "users": {"totalCount": 4}}]
        liked = {"author": {"login": "bo"}, "authorAssociation": "NONE", "body": REASON, "reactionGroups": thumbs}
        other = {"author": {"login": "pip"}, "authorAssociation": "NONE", "body": f"It is caused by salt. {REMEDY}"}
        issue = {
            "author": {"login": "oona"},
            "body": BODY,
            "comments": [other, liked, bot],
            "createdAt": "2025-03-04T05:06:07Z",
            "number": 7,
            "title": "Kettle won't boil",
            "url": "https://github.com/tea/teapot/issues/7",
        }
        (entry,) = read(export(tmp_path, [issue]))
        assert entry.url == "https://github.com/tea/teapot/issues/7"
        assert "nobody filled" in causes(entry)
        assert "salt" not in causes(entry)

    @pytest.mark.parametrize("text", ['[{"title": "x", "body": "y"}', '[{"title": "x", "body": ' + "[" * 200_000])
    def test_a_damaged_export_gives_nothing(self, tmp_path, text):
        path = tmp_path / "issues.json"
        path.write_text(text)
        with pytest.raises(DumpDamaged):
            read(path)

    @pytest.mark.parametrize(
        "odd",
        [
            {"comments": [1, None, {"body": 3}, {"user": "x", "body": "ok"}], "labels": [None, "a", {"name": 2}]},
            {"number": "7", "html_url": 5, "labels": "x", "user": [], "created_at": {}},
            {"comments": [{"body": "x", "user": {"login": "a"}, "reactions": {"+1": "many"}}]},
        ],
    )
    def test_odd_values_break_nothing(self, tmp_path, odd):
        assert len(read(export(tmp_path, [rest(7) | odd]))) == 1


WIKI = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Tea</sitename><base>https://wiki.example.org/wiki/Main_Page</base></siteinfo>
{}
</mediawiki>
"""
WIKITEXT = """{{Outdated}}
The '''kettle''' stops with an error.<ref>Seen by [[User:Oona]].</ref>
[[File:kettle.png|thumb|A kettle]]

== Error ==
<pre>
teapot.EmptyKettle: no water in kettle &#39;k1&#39;
</pre>
== Cause ==
The error is raised because nobody called [[Kettle#fill|it]], <code>fill()</code>, see [https://example.org the log].

{| class="wikitable"
| a || noise
|}
'''Solution:'''

* Fill it first:
<syntaxhighlight lang="python">
kettle = Kettle()

if kettle:
    kettle.fill()
</syntaxhighlight>
[[Category:Kettles]]"""


def wiki(folder: Path, *pages: str) -> Path:
    path = folder / "export.xml"
    path.write_text(WIKI.format("\n".join(pages)), encoding="utf-8")
    return path


def page(title: str, *texts: str, ns: int = 0) -> str:
    revisions = "".join(
        f"<revision><timestamp>2025-03-0{number}T00:00:00Z</timestamp>"
        f"<text bytes='1' xml:space='preserve'>{escape(text)}</text></revision>"
        for number, text in enumerate(texts, 1)
    )
    return f"<page><title>{title}</title><ns>{ns}</ns><id>1</id>{revisions}</page>"


class TestMediaWiki:
    def test_a_page_is_read_as_its_last_revision_says(self, tmp_path):
        talk = page("Talk:Kettle", WIKITEXT, ns=1)
        path = wiki(tmp_path, talk, page("Empty kettle", WIKITEXT.replace("nobody", "somebody"), WIKITEXT))
        (entry,) = read(path)
        assert entry.errors[0].exception == "teapot.EmptyKettle"
        assert "because nobody called it, `fill()`, see the log." in causes(entry)
        assert entry.fixes[0].code == ("kettle = Kettle()\n\nif kettle:\n    kettle.fill()",)
        assert entry.url == "https://wiki.example.org/wiki/Empty_kettle"
        assert (entry.title, entry.updated, entry.tags) == ("Empty kettle", "2025-03-02", ("kettles",))
        line = path.read_text().splitlines()[entry.causes[0].lines[0] - 1]
        assert line.startswith("The error is raised because nobody")
        assert "noise" not in str(entry)
        assert "Outdated" not in str(entry)

    @given(st.text(alphabet="=*# {}[]|<>/precode'\n:!-", max_size=120))
    def test_no_markup_breaks_the_reader(self, text):
        for block in wikitext.blocks_of(text):
            assert block.text.strip()
            assert all(0 <= start <= end <= len(block.text) for start, end in block.code_spans)


class TestIndexing:
    def test_a_dump_is_kept_in_parts_and_read_again_when_it_changes(self, tmp_path, monkeypatch):
        monkeypatch.setattr(loading, "PORTION", 2)
        settings = small.settings(tmp_path)
        folder = tmp_path / "articles" / "tea.example.com"
        both = [(question(n), answer(n + 50, n, "nobody filled it", Score=1)) for n in range(1, 6)]
        posts(folder, *(text for pair in both for text in pair))
        told: list[str] = []
        report = pipeline.index(settings, progress=lambda done, of, name: told.append(name))
        assert [Path(one).name for one in report.added] == ["Posts.xml"]
        assert report.entries == 5
        assert any(name.endswith("Posts.xml") for name in told)
        again = pipeline.index(settings)
        assert ([Path(one).name for one in again.unchanged], again.generation) == (["Posts.xml"], report.generation)

        posts(folder, *(text for pair in both[:2] for text in pair))
        fewer = pipeline.index(settings)
        assert ([Path(one).name for one in fewer.changed], fewer.removed, fewer.entries) == (["Posts.xml"], [], 2)
        opened = open_knowledge_base(settings)
        matches = opened.matcher.lookup("teapot.EmptyKettle: no water in kettle 'k9'").answer.matches
        assert matches[0].entry.url.startswith("https://tea.example.com/q/")
        opened.close()

    def test_a_damaged_dump_is_rejected_and_what_was_known_stays(self, tmp_path):
        settings = small.settings(tmp_path)
        path = posts(tmp_path / "articles", question(1), answer(2, 1, "nobody filled it", Score=1))
        pipeline.index(settings)
        path.write_text(path.read_text().replace("</posts>", ""))
        report = pipeline.index(settings)
        assert "KB603" in report.rejected[0][1]
        assert report.entries == 1

    def test_one_page_that_cannot_be_read_is_noted_and_the_rest_goes_on(self, tmp_path):
        settings = small.settings(tmp_path)
        rows = [question(1), answer(2, 1, "nobody filled it", Score=1)]
        rows += [question(3, "an error" + "<div>" * 5000), answer(4, 3, "of depth", Score=1)]
        posts(tmp_path / "articles", *rows)
        report = pipeline.index(settings)
        assert (report.rejected, report.entries) == ([], 1)
        assert "Posts.xml#3:0: KB603" in report.notices[0]

    def test_a_dump_that_vanished_is_pruned_whole(self, tmp_path):
        settings = small.settings(tmp_path)
        small.write(tmp_path / "articles", {"tea/kettle.md": small.article()})
        path = posts(tmp_path / "articles", question(1), answer(2, 1, "nobody filled it", Score=1))
        assert pipeline.index(settings).entries == 2
        path.unlink()
        report = pipeline.index(settings, prune=True)
        assert [Path(one).name for one in report.removed] == ["Posts.xml"]
        assert report.entries == 1

    def test_files_that_are_no_dumps_are_no_articles(self, tmp_path):
        settings = small.settings(tmp_path)
        small.write(tmp_path / "articles", {"pom.xml": "<project/>", "a.json": '[{"title": 1}]', "b.json": "{}"})
        report = pipeline.index(settings)
        assert (report.added, report.rejected) == ([], [])


def test_the_command_shows_a_line_for_each_question(tmp_path):
    path = posts(tmp_path, question(1), answer(2, 1, "nobody filled it", Score=1), question(3))
    result = CliRunner().invoke(kb, ["extract", "--json", str(path)])
    assert result.exit_code == 0
    (body,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert body["file"].endswith("Posts.xml#1")


class TestSpool:
    def test_it_gives_back_what_it_was_given_as_often_as_asked(self):
        kept: Spool[str] = Spool()
        for value in ("a", "b", "c"):
            kept.append(value)
        assert next(iter(kept)) == "a"
        kept.append("d")
        kept.cut(3)
        kept.append("e")
        assert list(kept) == list(kept) == ["a", "b", "c", "e"]
        kept.close()
