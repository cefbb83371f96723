"""The ``kb`` command: the one place that knows all the other packages."""
