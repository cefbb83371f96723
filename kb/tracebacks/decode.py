"""Bytes of unknown encoding to text, and broken text to text that can be handled.

Pastes come out of files, pipes and request bodies: UTF-8 mostly, UTF-16 from PowerShell's `>`, cp1252 from older
Windows programs. Nothing here raises: what can't be decoded is replaced.
"""

from __future__ import annotations

import codecs

from kb.patterns import late

_MARKS = (
    # The marks of UTF-32 begin with those of UTF-16, so they are tried first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_UTF8 = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""What `surrogateescape` makes of a byte that is no UTF-8 → the byte's character in cp1252."""
_BROKEN = late("[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """The text of `data`: by its byte order mark, else UTF-8, with those bytes that aren't read as cp1252 (a log has
    lines of several programs, and may be cut inside a character); what no encoding knows becomes U+FFFD."""
    mark = mark_of(data)
    for known, encoding in _MARKS:
        if mark == known:
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape").translate(_NO_UTF8)


def mark_of(data: bytes) -> bytes:
    """The byte order mark that `data` begins with; empty where there is none."""
    return next((mark for mark, _ in _MARKS if data.startswith(mark)), b"")


def repair(text: str) -> str:
    """`text` with lone surrogates replaced by U+FFFD and NULs by U+2060, a mark without width that is no part of a word
    (cleaning drops it): as many code points as before, and encodable."""
    if text.isascii() and "\x00" not in text:
        return text
    return _BROKEN.sub("\ufffd", text.replace("\x00", "\u2060"))
