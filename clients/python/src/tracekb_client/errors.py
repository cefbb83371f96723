"""What can go wrong between a program and its knowledge base."""

from __future__ import annotations


class Unavailable(Exception):
    """No knowledge base answers. The message is one line: what, and what to do."""


class Refused(Unavailable):
    """The knowledge base is there and won't answer this one request."""
