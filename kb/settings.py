"""Every setting, in one table: name, default, help. Nothing else reads the environment.

A value comes from, each overriding the one before: the default, the config file, a `KB_*` environment
variable, a flag of the command line. The config file is `config.toml` in the user's config folder for
`tracekb` (or where `KB_CONFIG` points), with the setting's name as its key: `max_paste_bytes = 2097152`.
`docs/settings.md` shows the table; a test holds the two together.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import SettingError

SHIPPED = "shipped"
"""Stands in a list of article sources for the articles that came with the program."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table. `name` is the attribute and the config key; `KB_` + upper case the variable."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable, such as `KB_MAX_PASTE_BYTES`."""
        return "KB_" + self.name.upper()


TABLE = (
    Setting("data_dir", "", "folder for all that is kept; empty: the user's data folder"),
    Setting(
        "articles_dir", SHIPPED, "article sources, a path list (`:` or, on Windows, `;` between); `shipped` is our own"
    ),
    Setting("database_url", "", "SQLAlchemy URL of the store; empty: SQLite in the data folder"),
    Setting("engine_url", "", "full-text engine, `whoosh:///folder` or `memory:`; empty: Whoosh in the data folder"),
    Setting("max_paste_bytes", "1048576", "longest paste that is read, in bytes of its UTF-8 form"),
    Setting("public_url", "", "address under which people reach the server; makes links absolute"),
    Setting("host", "127.0.0.1", "address that `kb serve` listens on"),
    Setting("port", "8765", "port that `kb serve` listens on"),
    Setting("workers", "2", "processes that `kb serve` starts"),
    Setting("wanted", "asked", "unanswered errors that the server keeps: `off`, those `asked` for, or `all`"),
    Setting("recent_answers", "64", "MiB of answers that a worker has ready for requests that come again; 0: none"),
    Setting("rate_limit", "", "requests a client may send, `120/minute`; empty: as many as it likes"),
    Setting("cors_origins", "", "other sites whose pages may call the API, separated by blanks; `*`: all"),
    Setting("trusted_proxies", "0", "how many proxies in a row stand before the server and set X-Forwarded-*"),
    Setting("log_level", "warning", "from which level on the server logs; `info`: each request"),
    Setting("log_format", "text", "lines of the server's log: `text` or `json`"),
    Setting("pythons", "", "interpreters that `kb verify` may use, a path list; empty: those found on the path"),
)


_RATE = re.compile(r"(?:[1-9]\d{0,8} ?/ ?(?:second|minute|hour|day))?")
_ORIGINS = re.compile(r"(?:\*|(?:https?://[^\s/,]+(?:\s+|$))*)")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run, checked. Build it with `load`."""

    data_dir: Path
    articles_dir: tuple[str, ...]
    database_url: str
    engine_url: str
    max_paste_bytes: int
    public_url: str
    host: str
    port: int
    workers: int
    wanted: str
    recent_answers: int
    rate_limit: str
    cors_origins: tuple[str, ...]
    trusted_proxies: int
    log_level: str
    log_format: str
    pythons: tuple[str, ...]


def load(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the defaults, the config file, the environment and `flags` (None values are skipped).

    Raises SettingError, naming the setting and where its value came from.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, tuple[str, str]] = {row.name: (row.default, "the default") for row in TABLE}
    values |= _from_file(environ)
    for row in TABLE:
        if environ.get(row.variable):
            values[row.name] = environ[row.variable], row.variable
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = str(value), f"--{name.replace('_', '-')}"
    for name, (text, origin) in values.items():
        if "\0" in text:
            raise SettingError(f"{name} holds a NUL character (from {origin})", "take it out")
    data_dir = Path(values["data_dir"][0]).expanduser() if values["data_dir"][0] else _user_folder("data")
    data_dir = data_dir.absolute()
    return Settings(
        data_dir=data_dir,
        articles_dir=_paths(values["articles_dir"][0]),
        database_url=values["database_url"][0] or f"sqlite:///{(data_dir / 'kb.sqlite3').as_posix()}",
        engine_url=values["engine_url"][0] or f"whoosh:///{(data_dir / 'index').as_posix().lstrip('/')}",
        max_paste_bytes=_number("max_paste_bytes", values, least=1024),
        public_url=values["public_url"][0].rstrip("/"),
        host=values["host"][0],
        port=_number("port", values, least=0, most=65535),
        workers=_number("workers", values, least=1, most=64),
        wanted=_one_of("wanted", values, ("off", "asked", "all")),
        recent_answers=_number("recent_answers", values, least=0, most=65536),
        rate_limit=_matching("rate_limit", values, _RATE, "give a number a time, such as 120/minute").replace(" ", ""),
        cors_origins=tuple(
            _matching("cors_origins", values, _ORIGINS, "give origins, such as https://wiki.example.org").split()
        ),
        trusted_proxies=_number("trusted_proxies", values, least=0, most=16),
        log_level=_one_of("log_level", values, ("debug", "info", "warning", "error")),
        log_format=_one_of("log_format", values, ("text", "json")),
        pythons=_paths(values["pythons"][0]),
    )


def shipped_articles() -> Path:
    """The folder of the articles that came with the program: beside the `kb` package.

    Not `importlib.resources`: a namespace called `articles` would merge with anybody's folder of that name.
    """
    return Path(__file__).resolve().parent.parent / "articles"


def _paths(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(os.pathsep) if part)


def _one_of(name: str, values: Mapping[str, tuple[str, str]], known: tuple[str, ...]) -> str:
    text, origin = values[name]
    if text not in known:
        raise SettingError(f"{name} is {text!r} (from {origin})", f"give one of {', '.join(known)}")
    return text


def _matching(name: str, values: Mapping[str, tuple[str, str]], pattern: re.Pattern[str], hint: str) -> str:
    text, origin = values[name][0].strip(), values[name][1]
    if not pattern.fullmatch(text):
        raise SettingError(f"{name} is {text!r} (from {origin})", hint)
    return text


def _number(name: str, values: Mapping[str, tuple[str, str]], least: int, most: int | None = None) -> int:
    text, origin = values[name]
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        span = f"from {least} to {most}" if most is not None else f"of at least {least}"
        raise SettingError(f"{name} is {text!r} (from {origin})", f"give a whole number {span}")
    return number


def _user_folder(kind: str) -> Path:
    import platformdirs

    find = platformdirs.user_data_dir if kind == "data" else platformdirs.user_config_dir
    return Path(find("tracekb", appauthor=False))


def _from_file(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    named = environ.get("KB_CONFIG")
    path = Path(named).expanduser() if named else _user_folder("config") / "config.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if named:
            raise SettingError(f"no config file at {path}", "KB_CONFIG must name a file that exists") from None
        return {}
    except (OSError, ValueError) as problem:
        raise SettingError(f"{path}: {problem}", "mend the config file or move it away") from problem
    known = {row.name for row in TABLE}
    if unknown := sorted(set(content) - known):
        raise SettingError(f"{path}: unknown setting {unknown[0]!r}", f"known are {', '.join(sorted(known))}")
    return {
        name: (os.pathsep.join(map(str, value)) if isinstance(value, list) else str(value), str(path))
        for name, value in content.items()
    }
