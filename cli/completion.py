"""`kb completion`: what the shell completes after Tab; files, and the values that only the knowledge base knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from kb.errors import KBError

if TYPE_CHECKING:
    from kb.knowledge import Knowledge

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
MOST = 200
"""Values that are offered at most: a shell asks whether to show a hundred, nobody reads more."""
WHERE = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/kb.fish"}


@click.command()
@click.argument("shell", type=click.Choice(list(WHERE)))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, files, libraries and entries.

    Put `eval "$(kb completion bash)"` into ~/.bashrc, the same with zsh into ~/.zshrc, or write the output for fish
    to ~/.config/fish/completions/kb.fish.
    """
    from cli.main import kb

    found = get_completion_class(shell)
    assert found is not None  # Choice allows no other
    # Not source(): for bash it runs the bash of the path to see how old it is.
    script = found(kb, {}, "kb", "_KB_COMPLETE")
    click.echo(script.source_template % script.source_vars())


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leaves it to the shell to complete the name of a file, which it doesn't by itself for a command with a script."""
    return [CompletionItem(incomplete, type="file")]


def _from_knowledge(values: Callable[[Knowledge], Iterable[str]]) -> Complete:
    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from cli.session import Session

        session = Session(ctx.find_root().params)
        try:
            # As it is: completing is no time to index articles.
            known = values(session.knowledge_base(refresh=False).matcher.knowledge())
            found = sorted({value for value in known if value.lower().startswith(incomplete.lower())})
        except KBError:
            return []
        finally:
            session.close()
        return [CompletionItem(value) for value in found[:MOST]]

    return complete


entries = _from_knowledge(lambda known: (name for name, head in known.heads.items() if head.status == "published"))
"""Completes ids of entries."""
libraries = _from_knowledge(lambda known: (head.library for head in known.heads.values()))
"""Completes names of libraries."""
exceptions = _from_knowledge(lambda known: (name for head in known.heads.values() for name in head.exceptions))
"""Completes names of exceptions."""
