"""The `kb` of this working tree, for editors, shells and programs that start it by themselves."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.start import main; main()"]
"""Works in any folder, and leaves the environment of what it starts as it is: there's no PYTHONPATH to inherit."""
NO_COMMAND = ["/no/such/kb"]


def knowledge_in(folder: Path) -> dict[str, str]:
    """The environment variables that name a knowledge base as `tests.small` makes it in a folder."""
    return {"KB_DATA_DIR": str(folder / "data"), "KB_ARTICLES_DIR": str(folder / "articles")}


def put_on_path(folder: Path, **others: str) -> str:
    """A PATH with a folder of programs before those of the system: `kb`, and others by name, as a line of shell."""
    folder.mkdir()
    python, flag, program = COMMAND
    for name, does in {"kb": f'"{python}" {flag} "{program}" "$@"', **others}.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\nexec {does}\n", encoding="utf-8")
        script.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"
