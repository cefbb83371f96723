"""Articles → entries → store and engine."""
