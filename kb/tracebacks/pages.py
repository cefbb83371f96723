"""Errors told as fields: debug pages of Django, editors' dialogs, objects of JSON logs, `<class 'KeyError'>`."""

from __future__ import annotations

from kb.patterns import late
from kb.tracebacks import messages, python, shapes, words
from kb.tracebacks.found import Found, traceback
from kb.tracebacks.lines import Line

_DJANGO = late(rf"\s*(?P<type>{shapes.NAME}) at /\S*\s*$")
_TYPE = late(
    r"\s*(?:Exception|Error|exception|error)[ _.-]?(?:Type|type|Class|class)"
    rf"\s*[:=]\s*(?:<(?:class|type) ')?(?P<type>{shapes.NAME})"
)
_VALUE = late(
    r"\s*(?:Exception|Error|exception|error)[ _.-]?"
    r"(?:Value|value|Message|message|Contents|contents|Details?|msg)\s*[:=]\s?(?P<value>.*)"
)
_CLASS = late(rf"\s*<(?:class|type|exception) '(?P<type>{shapes.NAME})'>\s*[:,]?\s?(?P<message>.*)")
_OCCURRED = late(rf"\s*Exception has occurred: (?P<type>{shapes.NAME})(?P<rest>.*)")
_END = late(r"\s*(?:Request |Exception |Django Version|Python |Raised during|\d+\.\d+(?:\.\d+)?\s*$|-- \|)")
_KEY = late(
    r"[\"']?(?P<key>error_type|exc_type|exception_type|errorType|exception\.type|exc\.type|error\.type|ename|exception_class|type|name|exception"
    r"|error_message|errorMessage|exc_message|exception\.message|error\.message|evalue|message|msg|error|value|detail|reason|title)[\"']?"
    r"\s{0,4}[:=]\s{0,4}(?:(?P<quote>[\"'])|(?P<word>[\w.]{2,200}+)(?!\())"
)
_TYPE_KEYS = {
    "error_type", "exc_type", "exception_type", "errorType", "exception.type", "exc.type", "error.type", "ename",
    "exception_class", "type", "name", "exception", "error", "detail",
}  # fmt: skip
_MESSAGE_KEYS = {"error_message", "errorMessage", "exc_message", "exception.message", "error.message", "evalue"}
_LOOK_AHEAD = 12


def read_django(lines: list[Line], at: int) -> Found | None:
    """The head of Django's debug page: `KeyError at /notes/` and the message below."""
    match = _DJANGO.match(lines[at].text)
    if not match or not (words.is_exception(match["type"]) or words.may_be_exception(match["type"])):
        return None
    end = first = _next(lines, at + 1)
    while end < len(lines) and lines[end].text.strip() and not _END.match(lines[end].text) and end - first < 20:
        end += 1
    shown = lines[at].cut(match.start("type"), match.end("type"))
    tb = traceback(match["type"], lines[first:end], [shown])
    return Found(max(end, at + 1), "django", (tb,), bare=True, start=at)


def read_fields(lines: list[Line], at: int) -> Found | None:
    """`Exception Type: KeyError`, and `Exception Value: 'a'` near it."""
    match = _TYPE.match(lines[at].text)
    if not match:
        return None
    for number in range(at + 1, min(at + _LOOK_AHEAD, len(lines))):
        value = _VALUE.match(lines[number].text)
        if value:
            name = match["type"]
            message = lines[number].cut(value.start("value"))
            end = number + 1
            if not message.text.strip():
                end = _next(lines, end)
                message = lines[end] if end < len(lines) else message
                end += 1
            shown = lines[at].cut(match.start("type"), match.end("type"))
            return Found(min(end, len(lines)), "fields", (traceback(name, [message], [shown]),), bare=True, start=at)
    return None


def read_class(lines: list[Line], at: int) -> Found | None:
    """A class as `print` shows it, `<class 'KeyError'>`, with the message beside or below it."""
    match = _CLASS.match(lines[at].text)
    if not match or not (words.is_exception(match["type"]) or words.may_be_exception(match["type"])):
        return None
    shown = lines[at]
    if match["message"].strip():
        return Found(
            at + 1,
            "fields",
            (traceback(match["type"], [shown.cut(match.start("message"))], [shown]),),
            bare=True,
            start=at,
        )
    first = _next(lines, at + 1)
    if first >= len(lines) or messages.ends(lines[first].text, 0):
        return None
    end = messages.take(lines, first + 1, 0)
    return Found(end, "fields", (traceback(match["type"], lines[first:end], [shown]),), bare=True, start=at)


def read_occurred(lines: list[Line], at: int) -> Found | None:
    """What Visual Studio Code shows where a program stopped."""
    match = _OCCURRED.match(lines[at].text)
    if not match:
        return None
    first = end = _next(lines, at + 1)
    while end < len(lines) and lines[end].text.strip() and not shapes.FRAME.match(lines[end].text) and end - first < 40:
        end += 1
    frames, behind = python.read_frames(lines, end)
    if frames:
        found = python.read_exception(lines, behind, frames, at)
        if found:
            found.dialect = "vscode"
            return found
    shown = lines[at].cut(match.start("type"), match.end("type"))
    tb = traceback(match["type"], lines[first:end], [shown], frames)
    return Found(max(behind, at + 1), "vscode", (tb,), start=at)


def read_object(lines: list[Line], at: int) -> Found | None:
    """An object or a log line whose fields name the error: `error='no such user' error_type=LookupError`."""
    name: Line | None = None
    told: list[tuple[bool, Line]] = []
    end = at
    for number in range(at, min(at + _LOOK_AHEAD, len(lines))):
        line = lines[number]
        fields = list(_fields(line))
        if not fields and number > at and line.text.strip():
            break
        for key, value in fields:
            if key in _TYPE_KEYS and words.is_exception(value.text):
                name = name or value
            elif (" " in value.text or key in _MESSAGE_KEYS) and not shapes.HEADER.search(value.text):
                told.append((not key.lower().startswith(("err", "exc", "eval")), value))
        end = number + 1
    if name is None:
        return None
    return Found(
        end,
        "fields",
        (traceback(name.text, [value for _, value in sorted(told, key=lambda item: item[0])[:1]], [name]),),
        bare=True,
        start=at,
    )


def _fields(line: Line) -> list[tuple[str, Line]]:
    """The values behind known keys, without their quotes."""
    found: list[tuple[str, Line]] = []
    at = 0
    while len(found) < 20 and (match := _KEY.search(line.text, at)):
        if match["word"]:
            found.append((match["key"], line.cut(match.start("word"), match.end("word"))))
            at = match.end()
        else:
            close = line.text.find(match["quote"], match.end())
            while close > 0 and line.text[close - 1] == "\\":
                close = line.text.find(match["quote"], close + 1)
            close = len(line.text) if close < 0 else close
            found.append((match["key"], line.cut(match.end(), close)))
            at = close + 1
    return found


def _next(lines: list[Line], at: int) -> int:
    while at < len(lines) and not lines[at].text.strip():
        at += 1
    return at
