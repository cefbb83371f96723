"""Text out of HTML: tags and entities go, every character keeps its place.

A parser would lose the places, so tags are recognised here, and only those of HTML: `<module>`, `<stdin>` and
`<User 3>` are part of what Python prints. In a page, line ends count only inside `<pre>` and the like.
"""

from __future__ import annotations

import html
import re

from kb.patterns import late
from kb.tracebacks import shapes
from kb.tracebacks.lines import Line, glue, substitute

_INLINE = (
    "span|a|b|i|em|strong|font|code|tt|samp|kbd|small|u|s|cite|label|input|button|img|var|sup|sub|mark|time|svg|path"
)
_BLOCK = (
    "br|p|div|pre|tr|td|th|table|tbody|thead|li|ul|ol|dl|dt|dd|h[1-6]|html|body|head|title|meta|link|script|style|noscript"
    "|textarea|form|blockquote|section|article|header|footer|main|hr|summary|details|nav|aside|figure|option|select"
)
TAG = late(
    rf"<(?P<close>/?)(?P<tag>{_INLINE}|{_BLOCK})(?:\s[^<>]{{0,2000}})?/?>|<!--|-->|<!DOCTYPE[^<>]{{0,200}}>", re.I
)
_IS_BLOCK = late(rf"(?:{_BLOCK})\Z", re.I)
_ENTITY = late(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_PAGE = late(r"<(?:html|body|h[1-6]|li|!DOCTYPE)\b", re.I)
_CLOSING = late(rf"</(?:{_INLINE}|{_BLOCK})>", re.I)
_VERBATIM = {"pre", "textarea"}
_SILENT = {"script", "style", "title"}
_SHOWN = {"&nbsp;": " ", "&#160;": " ", "&#xa0;": " "}


def applies(text: str) -> bool:
    """Whether there are entities or closing tags."""
    return ("&" in text and bool(_ENTITY.search(text))) or ("</" in text and bool(_CLOSING.search(text)))


def clean(lines: list[Line]) -> list[Line]:
    """The text of the markup; twice where it was escaped twice."""
    tagged = any("</" in line.text and _CLOSING.search(line.text) for line in lines)
    if tagged:
        lines = _strip(lines)
    lines = [_unescape(line) for line in lines]
    if not tagged and any(_CLOSING.search(line.text) for line in lines if "</" in line.text):
        lines = _strip(lines)
    return [_unescape(line) for line in lines]


def _unescape(line: Line) -> Line:
    if "&" not in line.text:
        return line
    return substitute(line, _ENTITY, lambda match: _SHOWN.get(match.group()) or html.unescape(match.group()))


def _strip(lines: list[Line]) -> list[Line]:
    frames = [bool(shapes.FRAME.match(line.text)) for line in lines]
    begun = any(
        line.text.lstrip()[:1] == "<" and TAG.match(line.text.lstrip()) and not source
        for line, source in zip(lines, [False, *frames], strict=False)
    )
    if not begun and any(frames):
        # Frames stand on lines of their own and no line begins as markup does: it is of a program that writes HTML.
        return [_without_last_tags(line) if "<" in line.text else line for line in lines]
    page = any(_PAGE.search(line.text) for line in lines if "<" in line.text)
    result: list[Line] = []
    current: list[Line] = []
    verbatim = 0
    silent = ""
    for line in lines:
        at = 0
        for match in TAG.finditer(line.text):
            if not silent:
                current.append(line.cut(at, match.start()))
            at = match.end()
            tag, close = (match["tag"] or "").lower(), bool(match["close"])
            if silent or tag in _SILENT:
                silent = "" if close and tag == silent else silent or ("" if close else tag)
                continue
            if tag in _VERBATIM or not tag:
                opened = match.group() == "<!--" if not tag else not close
                verbatim = max(0, verbatim + (1 if opened else -1))
            if not tag or _IS_BLOCK.match(tag):
                _flush(current, result)
        if not silent:
            current.append(line.cut(at))
            if not page or verbatim:
                _flush(current, result)
    _flush(current, result)
    return result


def _without_last_tags(line: Line) -> Line:
    """The line without the tags that it ends with, `</pre>` behind a traceback's last line."""
    end = len(line.text)
    for tag in reversed(list(TAG.finditer(line.text))):
        if not line.text[tag.end() : end].strip():
            end = tag.start()
    return line.cut(0, end)


def _flush(current: list[Line], result: list[Line]) -> None:
    """End the line: its pieces as one; those of a page's running text are parted by blanks already."""
    pieces = [piece for piece in current if piece.text]
    current.clear()
    if pieces:
        result.append(_spaced(pieces))
    elif not result or result[-1].text:
        result.append(Line("", result[-1].end if result else 0))


def _spaced(pieces: list[Line]) -> Line:
    """Pieces of one line stand side by side; a line end of running text counts as one blank."""
    parts: list[Line] = [pieces[0]]
    for piece in pieces[1:]:
        before = parts[-1]
        stripped = piece.cut(piece.indent) if before.text[-1:].isspace() else piece
        parts.append(stripped if stripped.text else piece.cut(0, 0))
    return glue([part for part in parts if part.text] or pieces[:1])
