"""Each paste beside what it says: `<name>.txt` is what somebody pasted, `<name>.json` is the reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.models import Reading
from kb.tracebacks import read

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "tracebacks").glob("*.txt"))


def paste(path: Path) -> str:
    # Not read_text(): it would turn the line ends of Windows into ours.
    return path.read_bytes().decode("utf-8")


def shown(reading: Reading) -> dict[str, object]:
    return {
        "dialect": reading.dialect,
        "python": reading.python,
        "errors": [
            [
                {
                    "relation": tb.relation,
                    "type": tb.type,
                    "message": tb.message,
                    "frames": [[f.filename, f.lineno, f.name, f.line, f.in_app] for f in tb.frames],
                }
                for tb in chain
            ]
            for chain in reading.errors
        ],
    }


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_paste_is_read_as_written_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert shown(read(paste(path))) == expected


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_spans_show_what_was_understood(path: Path) -> None:
    text = paste(path)
    for chain in read(text).errors:
        assert sum(tb.relation == "raised" for tb in chain) == 1
        for tb in chain:
            start, end = tb.span
            assert 0 <= start <= end <= len(text)
            if tb.name and path.stem not in {"syntax-error-cut", "wrapped-at-60"}:
                assert tb.name in text[start:end]
            assert len(tb.origins) == len(tb.message)
            assert list(tb.origins) == sorted(tb.origins)
            for frame in tb.frames:
                assert 0 <= frame.span[0] < frame.span[1] <= len(text)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_character_of_a_message_knows_where_it_stood(path: Path) -> None:
    text = paste(path)
    for chain in read(text).errors:
        for tb in chain:
            for char, origin in zip(tb.message, tb.origins, strict=True):
                # What an escape stood for is found at the escape.
                assert text[origin] == char or text[origin] in "\\&\r\n" or char.isspace()
