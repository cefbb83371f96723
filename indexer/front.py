"""The front matter of an authored article: its keys, and YAML read so that every problem has its line.

YAML guesses types, and guesses wrong for versions (`1.10` is 1.1, `3.10` is 3.1) and words (`no` is
false). So nothing is converted: a value that YAML doesn't read as text is refused where text is wanted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from indexer import yaml_nodes
from indexer.problems import Problem, printable, problem

_PYTHON = re.compile(r"[23]\.\d{1,2}(\.\d{1,3})?")
_TYPES = {int: "a number", float: "a number", bool: "true or false", type(None): "nothing"}


def _requirement(text: str) -> str:
    """A requirement as PEP 508 writes it; never an address, since environments are built from the index only."""
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        raise PydanticCustomError("requirement", "`{text}` is no requirement", {"text": text}) from None
    if parsed.url:
        raise PydanticCustomError("requirement", "`{text}` is an address", {"text": text})
    return text


def _package(text: str) -> str:
    if Requirement(text).name.lower() == "python":
        raise PydanticCustomError("requirement", "`{text}` belongs under the key `python`", {"text": text})
    return text


def _python(text: str) -> str:
    if not _PYTHON.fullmatch(text):
        raise PydanticCustomError("value", "`{text}` is no version such as 3.12", {"text": text})
    return text


def _sets(value: Any) -> Any:
    """One list of requirements is one set of them."""
    return [value] if isinstance(value, list) and value and not isinstance(value[0], list) else value


Text = Annotated[StrictStr, Field(min_length=1, max_length=2000)]
Specifier = Annotated[Text, AfterValidator(_requirement)]
Package = Annotated[Specifier, AfterValidator(_package)]
PythonVersion = Annotated[Text, AfterValidator(_python)]


class FrontError(BaseModel):
    """One wording: the exception as printed, the message template, the versions that print it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exception: Text
    message: Annotated[StrictStr, Field(max_length=2000)]
    versions: Specifier | None = None


class FrontMatter(BaseModel):
    """The keys of an article. `requires` holds sets of requirements: the examples are run under each set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    library: Text
    errors: tuple[FrontError, ...] = ()
    applies_to: tuple[Specifier, ...] = ()
    requires: Annotated[tuple[tuple[Package, ...], ...], BeforeValidator(_sets)] = ()
    python: tuple[PythonVersion, ...] = ()
    services: tuple[Literal["postgresql", "mariadb", "redis"], ...] = ()
    runnable: StrictBool = True
    why: Text | None = None
    general: StrictBool = False
    table: dict[Text, dict[Text, Text]] = Field(default_factory=dict)
    codes: tuple[Text, ...] = ()
    references: tuple[Text, ...] = ()
    see_also: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    status: Literal["published", "draft", "retired"] = "published"
    moved_to: Text | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> FrontMatter:
        if not self.errors and self.status != "retired":
            raise PydanticCustomError("missing_key", "errors")
        if not self.runnable and not self.why:
            raise PydanticCustomError("missing_key", "why")
        if self.moved_to and self.status != "retired":
            raise PydanticCustomError("value", "`moved_to` is for `status: retired`")
        return self


Lines = dict[str, int]
"""Where a value stands: `see_also.1` → its line."""


def read_front(path: str, text: str, first_line: int) -> tuple[FrontMatter | None, Lines, list[Problem]]:
    """The front matter's YAML as a value, or None and why not. `first_line` is the line of its first one."""
    try:
        node = yaml_nodes.compose(text)
        values = yaml_nodes.value(node) if node else None
    except yaml_nodes.AliasFound as found:
        return None, {}, [problem("KB108", path, first_line + found.line)]
    except yaml_nodes.Unreadable as error:
        return None, {}, [problem("KB102", path, first_line + error.line, reason=error.reason)]
    if not isinstance(node, yaml.MappingNode):
        return None, {}, [problem("KB102", path, first_line, reason="it is no mapping of keys")]
    problems = [problem("KB107", path, first_line + line, key=key) for key, line in _repeated(node)]
    try:
        front = FrontMatter.model_validate(values)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            problems.append(_explained(item, path, first_line + _line(node, item["loc"])))
        return None, {}, problems
    return front, dict(_lines(node, "", first_line)), problems


def _repeated(node: yaml.Node) -> list[tuple[str, int]]:
    """Keys that stand twice in one mapping: YAML itself silently keeps the last."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                found.append((str(key.value), key.start_mark.line))
            seen.add(key.value if isinstance(key.value, str) else None)
            found += _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found += _repeated(item)
    return found


def _lines(node: yaml.Node, place: str, first_line: int) -> Iterator[tuple[str, int]]:
    """Every place in the YAML, such as `errors.0.message`, with its line."""
    if isinstance(node, yaml.MappingNode):
        steps = [(str(key.value), key.start_mark.line, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        steps = [(str(number), item.start_mark.line, item) for number, item in enumerate(node.value)]
    else:
        return
    for step, line, value in steps:
        yield place + step, first_line + line
        yield from _lines(value, f"{place}{step}.", first_line)


def _line(node: yaml.Node, place: tuple[int | str, ...]) -> int:
    """The line, from 0, of the value at that place, as near as the YAML goes."""
    line = node.start_mark.line
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return int(line)


def _explained(item: ErrorDetails, path: str, line: int) -> Problem:
    """One of pydantic's findings in an author's words."""
    place = [str(step) for step in item["loc"] if isinstance(step, str)]
    key = ".".join(place) or "front matter"
    kind = item["type"]
    if kind == "extra_forbidden":
        known = list((FrontError if len(place) > 1 else FrontMatter).model_fields)
        near = difflib.get_close_matches(place[-1], known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"keys are {', '.join(known)}"
        return problem("KB103", path, line, key=key, known=hint)
    if kind == "missing":
        return problem("KB104", path, line, key=key)
    if kind == "missing_key":
        return problem("KB104", path, line, key=item["msg"])
    if kind == "requirement":
        return problem("KB109", path, line, key=key, reason=item["msg"])
    if kind == "string_type" and not isinstance(item["input"], (list, dict)):
        given = _TYPES.get(type(item["input"]), f"a {type(item['input']).__name__}")
        return problem("KB105", path, line, key=key, type=given)
    reason = item["msg"].replace("valid tuple", "list").replace("valid dictionary", "mapping")
    return problem("KB106", path, line, key=key, reason=printable(reason))
