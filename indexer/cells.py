"""The error that a row of a table is about."""

from __future__ import annotations

from indexer import cues
from indexer.document import Block, Cell
from indexer.naming import QUOTED
from indexer.printed import Printed, printed_line
from indexer.sections import Piece


def error_cell(piece: Piece) -> Printed | None:
    """The error that a row is about: of its cells that print one, the one whose column says so, else the first."""
    number = error_cell_index(piece.block)
    if number is None:
        return None
    cell = piece.block.cells[number]
    return _cell_error(cell) or Printed(None, cell.text.strip(' "“”„«»'), 0, 1, 1)


def error_cell_index(block: Block) -> int | None:
    """Which cell of a row prints its error; None where none of the first ones does."""
    for number, cell in enumerate(block.cells[:2]):
        if cues.heading_role(cell.heading) not in ("cause", "fix") and _cell_error(cell):
            return number
    return _told_by_columns(block)


def _told_by_columns(block: Block) -> int | None:
    """Which cell of a row is the error though nothing known is printed in it: the one whose column says that errors
    stand there as code, in a table whose other columns tell causes or fixes."""
    roles = [cues.heading_role(cell.heading) if cell.heading else None for cell in block.cells]
    if "error" not in roles or not {"cause", "fix"} & set(roles):
        return None
    number = roles.index("error")
    cell = block.cells[number]
    code = sum(end - start for start, end in cell.code_spans)
    quoted = QUOTED.fullmatch(cell.text.strip())
    return number if quoted or code > 0.6 * len(cell.text) > 0 else None


def _cell_error(cell: Cell) -> Printed | None:
    for phrase in (cell.text, *cell.codes, *QUOTED.findall(cell.text)):
        if error := printed_line(phrase):
            return error
    return None
