"""Bytes → text: a byte order mark, what the page itself declares, UTF-8, else what the bytes look like."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})|<\?xml[^>]{0,100}encoding=[\"']([\w-]{2,30})", re.I
)
_SAMPLE = 64_000


def decoded(data: bytes) -> str | None:
    """The text of a file, line ends as `\\n`; None for what is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lines(data.decode(encoding, "replace"))
    if b"\0" in data[:8000]:
        return None
    try:
        return _lines(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if (declared := _DECLARED.search(data[:4000])) and (text := _as_declared(data, declared)) is not None:
        return _lines(text)
    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        return None
    return _lines(data.decode(best.encoding, "replace"))


def _as_declared(data: bytes, declared: re.Match[bytes]) -> str | None:
    name = (declared[1] or declared[2]).decode("ascii")
    try:
        return data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
