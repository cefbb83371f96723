import os
import re
from pathlib import Path

import pytest

from kb.errors import SettingError
from kb.settings import TABLE, load, shipped_articles

DOCS = Path(__file__).parent.parent / "docs"


def test_each_place_overrides_the_one_before(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('port = 9001\nmax_paste_bytes = 4096\nhost = "0.0.0.0"\n')
    environ = {"KB_CONFIG": str(config), "KB_PORT": "9002", "KB_DATA_DIR": str(tmp_path)}
    found = load({"host": "::1", "port": None}, environ)
    assert (found.max_paste_bytes, found.port, found.host) == (4096, 9002, "::1")
    assert found.database_url == f"sqlite:///{(tmp_path / 'kb.sqlite3').as_posix()}"


def test_article_sources_are_a_path_list(tmp_path):
    environ = {"KB_ARTICLES_DIR": os.pathsep.join(["shipped", "/srv/team"]), "KB_DATA_DIR": str(tmp_path)}
    assert load({}, environ).articles_dir == ("shipped", "/srv/team")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"KB_PORT": "eighty"}, "port is 'eighty' (from KB_PORT)"),
        ({"KB_PORT": "70000"}, "from 0 to 65535"),
        ({"KB_MAX_PASTE_BYTES": "1"}, "of at least 1024"),
        ({"KB_CONFIG": "/nowhere/config.toml"}, "no config file at"),
    ],
)
def test_a_value_that_cant_be_used_says_where_it_came_from(environ, said, tmp_path):
    with pytest.raises(SettingError, match=re.escape(said)):
        load({}, {"KB_DATA_DIR": str(tmp_path), **environ})


@pytest.mark.parametrize("content", ["prot = 1\n", "port = \n", "\x00"])
def test_a_config_file_that_cant_be_used_is_named(tmp_path, content):
    config = tmp_path / "config.toml"
    config.write_text(content)
    with pytest.raises(SettingError, match=re.escape(str(config))):
        load({}, {"KB_CONFIG": str(config)})


def test_a_config_file_may_begin_with_the_mark_that_windows_writes(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("port = 9003\n", encoding="utf-8-sig")
    assert load({}, {"KB_CONFIG": str(config)}).port == 9003


def test_our_own_articles_lie_beside_the_package():
    assert (shipped_articles() / "sqlalchemy" / "detached-instance-refresh.md").is_file()


def test_every_setting_is_documented():
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    for row in TABLE:
        assert f"`{row.name}`" in page
        assert f"`{row.variable}`" in page
