"""`kb lsp`: the knowledge base for editors that speak the Language Server Protocol."""

from __future__ import annotations

import click

from cli.session import Session
from kb.errors import CallError


@click.command()
@click.pass_obj
def lsp(session: Session) -> int:
    """Serve editors: the Language Server Protocol on standard input and output (pip install 'tracekb[lsp]')."""
    try:
        from web.language_server import server
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise CallError("the pygls package isn't installed", "pip install 'tracekb[lsp]'") from problem
    server(session.matcher, session.settings.max_paste_bytes).start_io()
    return 0
