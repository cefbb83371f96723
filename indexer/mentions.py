"""Where a printed error ends and a sentence about it goes on: `KeyError: 'a' is raised when …`."""

from __future__ import annotations

import re

_SAYS = re.compile(
    r"\s(?:is (?:a|an|one|raised|thrown|caused)|means|typically|usually|almost always"
    r"|(?:occurs|happens|appears|arises) (?:when|if|because|in)|indicates|signals)\s"
)
_GOES_ON = re.compile(
    r"\s(?:is (?:a|an|one|raised|thrown|caused)|means?|typically|usually|often|almost|occurs|happens|appears|arises"
    r"|indicates|signals|tells|despite|because|when|while|if|but|and)\s|\s[-–—]\s|[.;!?](?:\s|$)|[”»]|`"
    r"|(?<=[!-~])\s?[\u3040-\u30ff\u3400-\u9fff，。]"
)


def is_said_of(message: str) -> bool:
    """Whether what stands behind the class is a sentence about the error, with the message at its beginning."""
    return _SAYS.search(message) is not None


def without_comment(message: str) -> str:
    """The message at the beginning of what a sentence says."""
    found = _GOES_ON.search(message, 1)
    return message[: found.start()].strip() if found else message.strip()
