"""Which texts can an expression of Python source be? Literal pieces, and holes for what is only known when it runs.

Read off the syntax tree and never evaluated: literals, f-strings, `%`, `.format`, `+`, wrappers such as `dedent` and
`gettext`, both branches of a conditional, and names whose texts are known.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple, TypeAlias

from indexer.harvest_words import words

MOST_TEXTS = 6
"""Texts that one expression may have: a chain of conditionals multiplies them."""

DEEPEST = 40
"""Nested expressions that are followed; the parser allows thousands."""

_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[#0\- +]{0,5}(?:\*|\d{1,9})?(?:\.(?:\*|\d{1,9}))?(?P<kind>[diouxXeEfFgGcrsa%])"
)
_NO_NAME = re.compile(r"\W+", re.ASCII)


class Hole(NamedTuple):
    """What stands for a value. `source` tells equal expressions from others that are called alike."""

    name: str
    source: str


Text: TypeAlias = tuple[str | Hole, ...]
Known: TypeAlias = Mapping[str, tuple[Text, ...]]


def texts(node: ast.expr, known: Known, depth: int = 0) -> tuple[Text, ...]:
    """The texts that an expression can be, without repeats; none where no part of it is literal.

    `known` holds the texts of names (`message`) and of attributes of the instance (`self.message`).
    """
    if depth > DEEPEST:
        return ()
    found: Iterable[Text] = ()
    match node:
        case ast.Constant(value=str(value)):
            found = ((value,),)
        case ast.JoinedStr(values=values):
            found = (tuple(_interpolated(value) for value in values),)
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            found = (_percent(text, right) for text in texts(left, known, depth + 1))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            lefts, rights = texts(left, known, depth + 1), texts(right, known, depth + 1)
            if lefts or rights:
                found = joined(lefts or ((hole(left),),), rights or ((hole(right),),))
        case ast.Call(func=ast.Attribute(value=value, attr="format"), args=args, keywords=keywords):
            named = {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
            found = (_formatted(text, args, named) for text in texts(value, known, depth + 1))
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in words("trimmers"):
            found = texts(value, known, depth + 1)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in words("wrappers"):
            found = texts(first, known, depth + 1)
        case ast.Name() | ast.Attribute():
            found = known.get(ast.unparse(node), ()) if isinstance(node, ast.Name) or _own(node) else ()
        case ast.IfExp(body=body, orelse=orelse):
            found = (*texts(body, known, depth + 1), *texts(orelse, known, depth + 1))
        case ast.BoolOp(values=values):
            found = (text for value in values for text in texts(value, known, depth + 1))
        case ast.NamedExpr(value=value):
            found = texts(value, known, depth + 1)
    return tuple(islice(dict.fromkeys(found), MOST_TEXTS))


def joined(lefts: Sequence[Text], rights: Sequence[Text]) -> tuple[Text, ...]:
    """Each of the first with each of the second behind it."""
    return tuple(islice(((*left, *right) for left, right in product(lefts, rights)), MOST_TEXTS))


def hole(node: ast.expr, written: str = "") -> str | Hole:
    """What stands for an expression in a text: its value where that is literal, else a hole named after it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return str(node.value)
    return Hole(_called(node), ast.unparse(node) + written)


def template(text: Text) -> str:
    """The text as a message template: holes as slots, literal braces doubled.

    Equal expressions share a slot, different ones of one name are numbered; a slot beside a slot is a part of it.
    """
    pieces: list[str] = []
    names: dict[tuple[str, str], str] = {}
    after_slot = False
    for piece in text:
        if isinstance(piece, str):
            pieces.append(piece.replace("{", "{{").replace("}", "}}"))
            after_slot = after_slot and not piece
        elif not after_slot:
            same = sum(known == piece.name for known, _ in names)
            name = names.setdefault(piece, f"{piece.name}_{same + 1}" if same else piece.name)
            pieces.append(f"{{{name}}}")
            after_slot = True
    return "".join(pieces).strip()


def _own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _interpolated(node: ast.expr) -> str | Hole:
    if isinstance(node, ast.FormattedValue):
        return hole(node.value, f"!{node.conversion}")
    return hole(node)


def _percent(text: Text, right: ast.expr) -> Text:
    """The text with its `%s` filled."""
    by_name = {}
    if isinstance(right, ast.Dict):
        pairs = zip(right.keys, right.values, strict=True)
        by_name = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    waiting = list(right.elts) if isinstance(right, ast.Tuple) else [right]
    filled: list[str | Hole] = []
    for piece in text:
        if not isinstance(piece, str):
            filled.append(piece)
            continue
        end = 0
        for found in _PERCENT.finditer(piece):
            filled.append(piece[end : found.start()])
            end = found.end()
            if found["kind"] == "%":
                filled.append("%")
            elif found["name"] is not None:
                value = by_name.get(found["name"])
                filled.append(hole(value) if isinstance(value, ast.Constant) else _slot(found["name"]))
            else:
                filled.append(hole(waiting.pop(0), found["kind"]) if waiting else _slot("value"))
        filled.append(piece[end:])
    return tuple(filled)


def _formatted(text: Text, args: Sequence[ast.expr], named: Mapping[str, ast.expr]) -> Text:
    """The text with its `{}` filled, as `str.format` does."""
    filled: list[str | Hole] = []
    count = 0
    for piece in text:
        if not isinstance(piece, str):
            filled.append(piece)
            continue
        try:
            fields = list(string.Formatter().parse(piece))
        except ValueError:
            return text
        for literal, field, _, conversion in fields:
            filled.append(literal)
            if field is None:
                continue
            base, rest = re.match(r"([^.\[]*)(.*)", field, re.DOTALL).groups()  # type: ignore[union-attr]  # always fits
            if not base:
                base, count = str(count), count + 1
            place = int(base) if base.isdecimal() and len(base) < 4 else -1
            value = args[place] if 0 <= place < len(args) else named.get(base)
            if value is None or rest:
                filled.append(_slot(rest.rpartition(".")[2] or (base if place < 0 else "value"), field))
            else:
                filled.append(hole(value, conversion or "") if place >= 0 else _slot(base, ast.unparse(value)))
    return tuple(filled)


def _slot(name: str, source: str = "") -> Hole:
    return Hole(_clean(name), source or name)


def _called(node: ast.expr) -> str:
    """What a reader would call the value of an expression."""
    match node:
        case ast.Name(id=name):
            return _clean(name)
        case ast.Attribute(attr="__class__"):
            return "type"
        case ast.Attribute(value=value, attr="__name__" | "__qualname__"):
            return _called(value)
        case ast.Attribute(attr=name):
            return _clean(name)
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in words("transparent"):
            return _called(first)
        case ast.Call(func=ast.Attribute(attr="join"), args=[first]):
            return _called(first)
        case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.Await(value=inner) | ast.Starred(value=inner):
            return _called(inner)
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner) | ast.SetComp(elt=inner) | ast.BinOp(left=inner):
            return _called(inner)
        case _:
            return "value"


def _clean(name: str) -> str:
    name = _NO_NAME.sub("_", name.lower()).strip("_")[:40]
    return name if name[:1].isalpha() else "value"
