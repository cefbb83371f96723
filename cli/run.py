"""`kb run`: the program as Python runs it, and the fix below its traceback when it dies."""

from __future__ import annotations

import click

from cli import child, completion


@click.command(
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
    options_metavar="[OPTIONS]",
)
@click.option("--interpreter", metavar="PYTHON", help="The Python to run it; else the active environment's.")
@click.option("--limit", type=click.IntRange(1, 50), default=3, show_default=True, help="Most entries to show.")
@click.argument(
    "program",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    metavar="SCRIPT or -m MODULE [ARGS]...",
    shell_complete=completion.files,
)
@click.pass_context
def run(ctx: click.Context, interpreter: str | None, limit: int, program: tuple[str, ...]) -> int:
    """Run a program; when it dies of an exception, show the best fixes below its own output.

    The program runs in the Python that you'd have run it with, and behaves as it does there: its output, exit status
    and signals are its own. Options of Python itself, such as -X dev, may stand before SCRIPT.
    """
    flags = ctx.parent.params if ctx.parent else {}
    return child.run(program, interpreter, limit, flags)
