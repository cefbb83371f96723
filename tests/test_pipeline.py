"""Files into the knowledge base: incremental, whole or not at all, each source by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.readers import LONGEST_PAGE
from kb.errors import CallError, StoreBroken
from kb.opening import open_knowledge_base
from kb.store import Store
from tests import small
from tests.our_command import knowledge_in

FILES = {"tea/kettle.md": small.article(), "tea/cup.md": small.article("Cup broken", message="cup {cup} is broken")}


def found(settings, paste=small.PASTE):
    opened = open_knowledge_base(settings)
    try:
        return [match.entry.id for match in opened.matcher.lookup(paste).answer.matches]
    finally:
        opened.close()


def names(paths):
    return [Path(one).name for one in paths]


def test_only_what_changed_is_read_again(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", FILES)
    first = pipeline.index(settings)
    assert sorted(names(first.added)) == ["cup.md", "kettle.md"]
    assert pipeline.index(settings).unchanged != []

    small.write(folder, {"tea/kettle.md": small.article("Kettle is dry")})
    second = pipeline.index(settings)
    assert (names(second.changed), names(second.unchanged), second.added) == (["kettle.md"], ["cup.md"], [])
    assert second.generation == first.generation + 1
    opened = open_knowledge_base(settings)
    assert opened.matcher.lookup(small.PASTE).answer.matches[0].entry.title == "Kettle is dry"
    assert [item["id"] for item in opened.matcher.search("dry").items] == ["tea/kettle"]
    assert opened.matcher.search("without").total == 0  # the old title's words are gone from the engine
    opened.close()


def test_a_run_that_changes_nothing_makes_no_generation(tmp_path):
    settings = small.settings(tmp_path)
    small.write(tmp_path / "articles", FILES)
    first = pipeline.index(settings)
    assert pipeline.refresh(settings) is None
    assert pipeline.index(settings).generation == first.generation


def test_a_reader_sees_a_new_generation_without_being_told(tmp_path):
    opened = small.base(tmp_path, FILES)
    assert opened.matcher.search("pot").total == 0
    small.write(tmp_path / "articles", {"tea/pot.md": small.article("Pot lost", message="pot {pot} is lost")})
    pipeline.index(small.settings(tmp_path))
    assert [item["id"] for item in opened.matcher.search("pot").items][:1] == ["tea/pot"]
    assert opened.matcher.suggest("pot")[0]["id"] == "tea/pot"
    opened.close()


def test_what_vanished_stays_until_it_is_pruned(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", FILES)
    pipeline.index(settings)
    (folder / "tea/kettle.md").unlink()
    pipeline.index(settings)
    assert found(settings) == ["tea/kettle"]
    assert names(pipeline.index(settings, prune=True).removed) == ["kettle.md"]
    assert "tea/kettle" not in found(settings)


def test_pruning_touches_the_named_source_only(tmp_path):
    settings = small.settings(tmp_path)
    small.write(tmp_path / "articles", {"tea/kettle.md": FILES["tea/kettle.md"]})
    other = small.write(tmp_path / "other", {"tea/cup.md": FILES["tea/cup.md"], "tea/pot.md": small.article("Pot")})
    pipeline.index(settings, [str(other)])
    pipeline.index(settings)
    (tmp_path / "articles/tea/kettle.md").unlink()
    (other / "tea/cup.md").unlink()
    assert names(pipeline.index(settings, [str(other)], prune=True).removed) == ["cup.md"]
    assert "tea/kettle" in found(settings)


def test_a_registered_folder_is_refreshed_with_the_others(tmp_path):
    settings = small.settings(tmp_path)
    other = small.write(tmp_path / "other", {"tea/kettle.md": small.article()})
    pipeline.index(settings, [str(other)])
    small.write(other, {"tea/kettle.md": small.article("Kettle, again")})
    report = pipeline.refresh(settings)
    assert report is not None
    assert names(report.changed) == ["kettle.md"]


def test_the_later_source_overrides_and_gives_back(tmp_path):
    ours = small.write(tmp_path / "ours", {"tea/kettle.md": small.article("Ours")})
    team = small.write(tmp_path / "team", {"tea/kettle.md": small.article("The team's")})
    both = small.settings(tmp_path, articles_dir=os.pathsep.join([str(ours), str(team)]))
    pipeline.index(both)
    opened = open_knowledge_base(both)
    assert opened.matcher.entry("tea/kettle").title == "The team's"
    token = opened.store.vote("tea/kettle", "fill-the-kettle-first", True, "0" * 16)
    pipeline.index(replace(both, articles_dir=(str(ours),)))
    assert opened.matcher.entry("tea/kettle").title == "Ours"
    assert [item["title"] for item in opened.matcher.search("kettle").items] == ["Ours"]
    assert opened.store.unvote(token)  # votes outlive every rebuild
    opened.close()


def test_a_bad_article_is_left_out_with_its_reason_and_the_rest_goes_on(tmp_path):
    settings = small.settings(tmp_path)
    small.write(tmp_path / "articles", {**FILES, "tea/bad.md": small.article().replace("title:", "titel:")})
    report = pipeline.index(settings)
    [(path, reason)] = report.rejected
    assert Path(path).name == "bad.md"
    assert "titel" in reason
    assert report.entries == 2


def test_pages_that_cannot_be_read_are_rejected_with_their_reason(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", {"tea/deep.html": "<div>" * 5000})
    (folder / "tea/picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20)
    (folder / "tea/long.txt").write_bytes(b"x" * (LONGEST_PAGE + 1))
    rejected = {Path(path).name: reason.split()[2] for path, reason in pipeline.index(settings).rejected}
    assert rejected == {"deep.html": "KB603", "picture.txt": "KB602", "long.txt": "KB601"}


def test_what_is_wrong_with_a_page_that_is_read_is_noted(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", {"wall.txt": "Just a moment...\n\nChecking your browser.\n"})
    listing = "# Cups\n\n```\nKeyError: 'cup'\n```\n\nThe shelf is empty.\n\n```python\nprint(\ncup = 1\n```\n"
    with zipfile.ZipFile(folder / "wiki.zip", "w") as archive:
        archive.writestr("cups.md", listing)
        archive.writestr("../tea.md", listing)
    report = pipeline.index(settings)
    assert report.rejected == []
    assert len(report.added) == 2
    notes = "\n".join(report.notices)
    assert "wiki.zip/cups.md:9: KB604" in notes
    assert "KB606 `../tea.md`" in notes
    assert "wall.txt:0: KB605" in notes
    assert pipeline.index(settings).notices == []  # told once: the files are as they were


def test_an_article_that_got_worse_keeps_its_last_good_form(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", FILES)
    pipeline.index(settings)
    (folder / "tea/kettle.md").write_bytes(b"---\nerrors: [\xff\n---\n")
    assert pipeline.index(settings).rejected
    assert found(settings) == ["tea/kettle"]


def test_a_source_that_is_not_there_loses_nothing(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", FILES)
    pipeline.index(settings)
    folder.rename(tmp_path / "unmounted")
    report = pipeline.index(settings, prune=True)
    assert report.notices
    assert found(settings) == ["tea/kettle"]


def test_a_registered_source_that_is_gone_is_dropped_where_it_is_named(tmp_path):
    settings = small.settings(tmp_path)
    small.write(tmp_path / "articles", {"tea/kettle.md": FILES["tea/kettle.md"]})
    other = small.write(tmp_path / "other", {"tea/cup.md": FILES["tea/cup.md"]})
    pipeline.index(settings, [str(other)])
    pipeline.index(settings)
    other.rename(tmp_path / "elsewhere")
    (note,) = pipeline.index(settings, prune=True).notices
    assert f"kb index --prune {other}" in note
    assert found(settings, "cup") == ["tea/cup"]
    assert pipeline.index(settings, [str(other)], prune=True).removed == [str(other)]
    assert (found(settings, "cup"), found(settings)) == ([], ["tea/kettle"])
    assert not pipeline.index(settings).notices


def test_a_path_that_doesnt_exist_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match="nowhere"):
        pipeline.index(small.settings(tmp_path), [str(tmp_path / "nowhere")])


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    settings = small.settings(tmp_path)
    settings.data_dir.mkdir()
    database = settings.data_dir / "kb.sqlite3"
    database.write_bytes(b"my diary, not yours " * 100)
    with pytest.raises(StoreBroken, match=r"kb\.sqlite3"):
        pipeline.index(settings)
    assert database.read_bytes().startswith(b"my diary")


@pytest.mark.parametrize(
    ("lost", "again"), [("folders", pipeline.refresh), ("files", pipeline.refresh), ("files", pipeline.index)]
)
def test_a_lost_index_is_made_again(tmp_path, lost, again):
    settings = small.settings(tmp_path)
    small.write(tmp_path / "articles", FILES)
    pipeline.index(settings)
    for folder in (settings.data_dir / "index").iterdir():
        shutil.rmtree(folder)
        if lost == "files":
            folder.mkdir()
    again(settings)
    opened = open_knowledge_base(settings)
    assert opened.matcher.search("without").items[0]["id"] == "tea/kettle"
    opened.close()


def test_two_runs_at_once_both_succeed(tmp_path):
    small.write(tmp_path / "articles", FILES)
    environ = {**os.environ, **knowledge_in(tmp_path)}
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "cli.main", "index", "--rebuild"], env=environ, stdout=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert found(small.settings(tmp_path)) == ["tea/kettle"]


def test_readers_never_see_half_a_generation(tmp_path):
    """Each generation holds twelve entries of one title; a reader that saw two titles saw a mixture."""

    def texts(title):
        return {f"tea/k{n}.md": small.article(title, message=f"kettle number {n} lost {{it}}") for n in range(12)}

    opened = small.base(tmp_path, texts("first"))
    settings = small.settings(tmp_path)
    mixtures, stop = [], threading.Event()

    def watch():
        while not stop.is_set():
            seen = {head.title for head in opened.matcher.knowledge().heads.values()}
            if len(seen) != 1:
                mixtures.append(seen)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for title in ("second", "third", "fourth"):
        small.write(tmp_path / "articles", texts(title))
        pipeline.index(settings)
    stop.set()
    watcher.join()
    assert not mixtures
    opened.close()


@pytest.mark.parametrize("delay", [0.35, 0.5, 0.7])
def test_a_run_that_is_killed_leaves_the_old_or_the_new_whole(tmp_path, delay):
    opened = small.base(tmp_path, FILES)
    before = opened.store.generation().number
    opened.close()
    many = {f"tea/k{n}.md": small.article(f"New {n}", message=f"kettle number {n} lost {{it}}") for n in range(150)}
    small.write(tmp_path / "articles", many)
    environ = {**os.environ, **knowledge_in(tmp_path)}
    run = subprocess.Popen([sys.executable, "-m", "cli.main", "index"], env=environ, stdout=subprocess.DEVNULL)
    time.sleep(delay)
    run.send_signal(signal.SIGKILL)
    run.wait()
    settings = small.settings(tmp_path)
    with Store.open(settings.database_url) as store:
        assert len(list(store.headers())) == (2 if store.generation().number == before else 152)
    assert found(settings) == ["tea/kettle"]
    assert pipeline.index(settings).entries == 152  # and the next run simply does it
    opened = open_knowledge_base(settings)
    assert opened.matcher.search("number 149").items[0]["id"] == "tea/k149"
    opened.close()


def test_an_edited_file_that_was_registered_by_itself_is_noticed(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "alone", FILES)
    pipeline.index(settings, [str(folder / "tea/kettle.md")])
    assert pipeline.refresh(settings) is None
    (folder / "tea/kettle.md").write_text(small.article("Kettle without any water at all"), encoding="utf-8")
    assert pipeline.refresh(settings).changed


@pytest.mark.skipif(os.name != "posix", reason="no symbolic links for everybody")
def test_what_is_no_file_is_left_alone(tmp_path):
    settings = small.settings(tmp_path)
    folder = small.write(tmp_path / "articles", FILES)
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "around").symlink_to(".")
    (folder / "endless.md").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.md")
    (folder / "folder.md").mkdir()
    assert names(pipeline.index(settings).added) == ["cup.md", "kettle.md"]
    assert pipeline.refresh(settings) is None
