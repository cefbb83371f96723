"""`kb serve`: the web server, or one JSON request a line on standard input."""

from __future__ import annotations

import click

from cli.session import Session


@click.command()
@click.option("--host", help="Address to listen on (KB_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (KB_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes to start (KB_WORKERS).")
@click.option("--stdio", is_flag=True, help="Answer JSON requests, one a line, instead of HTTP.")
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None, workers: int | None, stdio: bool) -> int:
    """Serve the page and the API, or (--stdio) an editor's child process."""
    if stdio:
        from cli.stdio import answer_lines

        return answer_lines(session)
    from web.server import serve as run

    session.fill()  # here and not in the workers: the web application never fills or migrates
    run(session.settings_with(host=host, port=port, workers=workers))
    return 0
