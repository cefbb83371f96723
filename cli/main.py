"""`kb`: the command's door. Commands are imported when they are called, to keep the cold start short."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import Any

import click

from cli.session import Session
from kb import __version__
from kb.errors import KBError

COMMANDS = {
    "lookup": "cli.lookup",
    "search": "cli.entries",
    "show": "cli.entries",
    "stats": "cli.entries",
    "wanted": "cli.wanted",
    "extract": "cli.articles",
    "index": "cli.articles",
    "lint": "cli.articles",
    "new": "cli.articles",
    "harvest": "cli.harvest",
    "verify": "cli.verify",
    "run": "cli.run",
    "serve": "cli.serve",
    "mcp": "cli.mcp",
    "lsp": "cli.lsp",
    "completion": "cli.completion",
}
"""Command → the module that holds it, under its own name."""


class LazyGroup(click.Group):
    """A group whose commands are imported at their first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Click itself would turn a broken pipe into status 1, which says "no answer" here."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()  # what can't be written shows here, and not when Python shuts down
        except BrokenPipeError as problem:
            raise ReaderGone from problem
        return status


class ReaderGone(Exception):
    """Who read our output went away (`kb search x | head`): not worth a word."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kb")
@click.option("--data-dir", metavar="FOLDER", help="Folder for all that is kept (KB_DATA_DIR).")
@click.option(
    "--articles-dir", metavar="PATHS", help="Article sources, a path list; `shipped` is our own (KB_ARTICLES_DIR)."
)
@click.option("--database-url", metavar="URL", help="The store (KB_DATABASE_URL).")
@click.option("--engine-url", metavar="URL", help="The full-text engine (KB_ENGINE_URL).")
@click.pass_context
def kb(ctx: click.Context, /, **flags: Any) -> None:
    """Paste a Python traceback, get the right fix: ranked, proven and explained."""
    ctx.obj = Session(flags)
    ctx.call_on_close(ctx.obj.close)


def main() -> None:
    """The console script. Exit status: 0 an answer, 1 none, 2 a wrong call, 3 no knowledge base."""
    _fill_in_streams()
    try:
        status = kb.main(prog_name="kb", standalone_mode=False)
    except KBError as problem:
        _complain(str(problem))
        status = problem.exit_status
    except click.exceptions.NoArgsIsHelpError as problem:
        problem.show()
        status = problem.exit_code
    except click.UsageError as problem:
        where = problem.ctx.command_path if problem.ctx else "kb"
        _complain(f"{problem.format_message().removesuffix('.')}; see `{where} --help`")
        status = problem.exit_code
    except click.ClickException as problem:
        _complain(problem.format_message())
        status = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        status = 130
    except ReaderGone:
        _silence_output()
        status = 141
    except OSError as problem:
        # Output to a full disk, a folder that may not be looked into: what no command has a better word for.
        _silence_output()
        _complain(
            f"{problem.filename or 'input or output'}: {problem.strerror or problem}; check the disk and who may use it"
        )
        status = KBError.exit_status
    sys.exit(status if isinstance(status, int) else 0)


def _complain(text: str) -> None:
    line = " ".join(text.split())
    with suppress(OSError):
        print(f"kb: {line}", file=sys.stderr)


def _silence_output() -> None:
    """What is still waiting to be written goes nowhere, or Python would complain about it when it shuts down."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fill_in_streams() -> None:
    """Python starts without a stream that its caller closed (`kb lookup <&-`): an empty one stands in."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


if __name__ == "__main__":
    main()
