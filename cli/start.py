"""The console script's first step. `kb run` stands between people and their program each time they start it, and
mustn't wait for what only the other commands need."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command that the arguments name; ends the process with its status."""
    if len(sys.argv) > 2 and sys.argv[1] == "run" and _is_program(sys.argv[2]):
        from cli.child import run

        sys.exit(run(sys.argv[2:]))
    from cli.main import main as command

    command()


def _is_program(argument: str) -> bool:
    """Whether what follows `run` is the program at once, and no option of ours."""
    return not argument.startswith("-") or argument in ("-m", "-c", "-")


if __name__ == "__main__":
    main()
