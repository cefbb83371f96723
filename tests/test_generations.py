"""Full-text engines by their addresses, and the folders of their generations."""

import os
import shutil
from pathlib import Path

import pytest

from kb.engines import EngineDocument, generations, open_engine
from kb.errors import EngineUnavailable, SettingError
from tests.engine_support import DOCUMENTS, ids


class TestUrls:
    @pytest.mark.parametrize("url", ["", "elastic://host/", "whoosh:", "whoosh:///", "Whoosh"])
    def test_one_that_names_no_engine(self, url: str) -> None:
        with pytest.raises(SettingError, match="engine_url"):
            open_engine(url)

    def test_memory_has_no_folders(self) -> None:
        assert generations.folder_for("memory:", 3) is None
        assert generations.prepare("memory:") is None
        generations.prune("memory:", 3)
        assert generations.open_generation("memory:", 3).count() == 0

    def test_a_windows_drive(self) -> None:
        assert generations.folder_for("whoosh:///C:/data/index", 3) == Path("C:/data/index/3")


class TestGenerations:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"whoosh://{tmp_path}/data/index"

    def build(self, url: str, number: int, *documents: EngineDocument, base: int | None = None) -> None:
        temporary = generations.prepare(url, base)
        assert temporary is not None
        engine = open_engine(generations.url_of(url, temporary), create=True)
        engine.add(documents)
        engine.commit()
        engine.close()
        generations.install(temporary, number)

    def found(self, url: str, number: int) -> int:
        engine = generations.open_generation(url, number)
        try:
            return engine.count()
        finally:
            engine.close()

    def test_each_has_its_own_folder(self, url: str) -> None:
        self.build(url, 1, DOCUMENTS[0])
        self.build(url, 2, DOCUMENTS[1], base=1)
        self.build(url, 3, DOCUMENTS[1])
        assert [self.found(url, number) for number in (1, 2, 3)] == [1, 2, 1]
        with pytest.raises(EngineUnavailable):
            generations.open_generation(url, 4)

    def test_a_base_that_is_gone_gives_an_empty_one(self, url: str) -> None:
        self.build(url, 2, DOCUMENTS[1], base=1)
        assert self.found(url, 2) == 1

    def test_leftovers_of_killed_runs(self, url: str, tmp_path: Path) -> None:
        self.build(url, 1, DOCUMENTS[0])
        left = generations.prepare(url, 1)
        self.build(url, 2, *DOCUMENTS)  # installed, then killed before the store named it
        assert left is not None
        assert not left.exists()
        self.build(url, 2, DOCUMENTS[0], base=1)
        assert self.found(url, 2) == 1
        assert sorted(folder.name for folder in (tmp_path / "data/index").iterdir()) == ["1", "2"]

    def test_readers_of_the_generation_before_may_stay(self, url: str, tmp_path: Path) -> None:
        for number in (1, 2, 3):
            self.build(url, number, *DOCUMENTS)
        reader = generations.open_generation(url, 2)
        (tmp_path / "data/index/notes.txt").touch()
        generations.prune(url, 3)
        assert ids(reader, "refused") == ["wire/refused"]
        reader.close()
        assert sorted(one.name for one in (tmp_path / "data/index").iterdir()) == ["2", "3", "notes.txt"]

    def test_a_place_that_cannot_be_written(self, url: str, tmp_path: Path) -> None:
        (tmp_path / "data").touch()
        with pytest.raises(EngineUnavailable, match="can't be written"):
            generations.prepare(url)

    @pytest.mark.skipif(os.name != "posix", reason="file modes")
    def test_others_may_read_what_one_has_indexed(self, url: str, tmp_path: Path) -> None:
        self.build(url, 1)
        assert (tmp_path / "data/index/1").stat().st_mode == (tmp_path / "data/index").stat().st_mode

    def test_an_open_index_survives_its_removal_where_the_system_lets_it(self, url: str, tmp_path: Path) -> None:
        self.build(url, 1, *DOCUMENTS)
        reader = generations.open_generation(url, 1)
        assert ids(reader, "book")
        shutil.rmtree(tmp_path / "data/index/1", ignore_errors=True)
        assert ids(reader, "refused") == ["wire/refused"]
        reader.close()
