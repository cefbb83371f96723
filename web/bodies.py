"""Request bodies: read with a bound, also where no length was announced, and checked.

A server that answers before it has read what the client is still sending makes the connection break under the
client's hands, and the answer is lost. So a body that is too long is read on, and thrown away, up to a second bound.
"""

from __future__ import annotations

import io
import json
from codecs import BOM_UTF8
from typing import Any, NoReturn, TypeVar

from flask import abort, current_app, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, UnsupportedMediaType

from kb.tracebacks.decode import decode, repair
from web.problems import BadFields

ESCAPED = 6
"""JSON may write each byte of a text as six (`\\u0041`), so a body is that much longer than what it says."""
SLACK = 64 * 1024
DRAIN = 64 * 1024 * 1024
"""Bytes of a body that is too long that are still read, so that the client gets to see the answer."""
_PIECE = 64 * 1024
_BODY = "kb.body"

Model = TypeVar("Model", bound=BaseModel)


def read_bounded() -> None:
    """Before each request: take the body in, so that all that follows works on memory. 413 where it is too long."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without compression.")
    most = current_app.extensions["settings"].max_paste_bytes * ESCAPED + SLACK
    if (request.content_length or 0) > most + DRAIN:
        too_large()
    body, taken = _read(most)
    if taken > most:
        too_large()
    environ = request.environ
    environ[_BODY] = body
    environ["wsgi.input"] = io.BytesIO(body)  # for forms, which Werkzeug reads
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    request.__dict__.pop("stream", None)  # cached by Werkzeug; the next reader gets the bytes in memory


def _read(most: int) -> tuple[bytes, int]:
    """The body, cut after `most` bytes, and how many bytes came; beyond `most + DRAIN` none are read."""
    length = request.content_length
    if length is not None and length <= most:  # the usual case; Werkzeug's guards would cost as much as parsing it
        return _exactly(length), length
    stream, taken, pieces = request.stream, 0, []
    while piece := stream.read(_PIECE):
        taken += len(piece)
        if taken <= most:
            pieces.append(piece)
        elif taken > most + DRAIN:
            break
    return b"".join(pieces), taken


def _exactly(length: int) -> bytes:
    source = request.environ["wsgi.input"]
    body: bytes = source.read(length)
    while len(body) < length:
        more = source.read(length - len(body))
        if not more:
            raise ClientDisconnected
        body += more
    return body


def data() -> bytes:
    """The body, which `read_bounded` took in."""
    return bytes(request.environ.get(_BODY, b""))


def paste(text: str) -> str:
    """The paste itself, if it isn't longer than the setting allows; the limit counts its UTF-8 bytes."""
    most = current_app.extensions["settings"].max_paste_bytes
    if len(text) > most or (len(text) * 4 > most and len(text.encode("utf-8", "replace")) > most):
        too_large()
    return text


def too_large() -> NoReturn:
    """Answer 413, saying what the limit is."""
    most = current_app.extensions["settings"].max_paste_bytes
    raise RequestEntityTooLarge(
        f"A paste may hold {most:,} bytes. Send its beginning and its end: the error stands there."
    )


def plain() -> str:
    """A `text/plain` body as text, whatever its encoding."""
    return decode(data())


def parsed(model: type[Model]) -> Model:
    """A JSON body as `model`. 415 for another media type, 400 for what is no JSON, 422 for wrong values."""
    if not request.is_json:
        raise UnsupportedMediaType("Send application/json.")
    try:
        value = _repaired(json.loads(_text(data()), parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        abort(400, f"The body is no JSON: {_where(error)}.")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise BadFields.from_pydantic(error) from None


def _text(data: bytes) -> str:
    try:
        return data.removeprefix(BOM_UTF8).decode()  # Windows' tools put the mark before JSON, too
    except UnicodeDecodeError:
        return decode(data)


def _where(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number can't be read"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are Python's own; JSON has neither


def _repaired(value: Any) -> Any:
    """The value with lone surrogates, which JSON can escape but no text can hold, replaced."""
    if isinstance(value, str):
        return repair(value)
    if isinstance(value, list):
        return [_repaired(item) for item in value]
    if isinstance(value, dict):
        return {_repaired(key): _repaired(item) for key, item in value.items()}
    return value
