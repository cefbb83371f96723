"""The benchmarks: `python -m bench`. Every figure stands beside that of a named alternative from the same run."""
