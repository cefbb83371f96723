"""`python -m bench BENCHMARK`: accuracy, families, latency, cold, clients, http, page, extraction, reader or
calibrate; all but the last two by default."""

from __future__ import annotations

import argparse
import importlib

DEFAULT = ("accuracy", "families", "latency", "cold", "clients", "http", "page", "extraction")
COMMANDS = (*DEFAULT, "reader", "calibrate")


def main(arguments: list[str] | None = None) -> None:
    """Runs one benchmark with its flags, or all of them as they are by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="BENCHMARK")
    runs = {}
    for name in COMMANDS:
        module = importlib.import_module(f"bench.{name}")
        summary = (module.__doc__ or "").partition("\n")[0]
        module.add_arguments(commands.add_parser(name, help=summary, description=summary))
        runs[name] = module.run
    options = parser.parse_args(arguments)
    for name in [options.command] if options.command else DEFAULT:
        runs[name](options if options.command else parser.parse_args([name]))


if __name__ == "__main__":
    main()
