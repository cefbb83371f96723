"""`kb mcp`: the knowledge base for agents, on standard input and output."""

from __future__ import annotations

import click

from cli.session import Session
from kb.errors import CallError


@click.command()
@click.pass_obj
def mcp(session: Session) -> int:
    """Serve agents: the Model Context Protocol on standard input and output (pip install 'tracekb[mcp]')."""
    try:
        from web.mcp import server
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] != "mcp":
            raise
        raise CallError("the mcp package isn't installed", "pip install 'tracekb[mcp]'") from problem
    server(session.matcher, session.settings.max_paste_bytes).run()
    return 0
