"""What an error is, what is known about it, and which entry answers a paste.

Nothing in here knows the web, the command line or the format of articles.
"""

__version__ = "0.1.0"
