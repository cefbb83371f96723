"""The places in one Python file where an exception gets its message: `raise` statements, and the `__init__` and
`__str__` of exception classes.

The file is parsed and never run. Names are followed as far as the file says: imports, its own classes, and texts
assigned before, in the same function or at the top of the module.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from indexer.harvest_words import words
from indexer.wordings import MOST_TEXTS, Hole, Text, hole, joined, template, texts
from kb.classes import is_builtin

_EXCEPTION_NAME = re.compile(r"(?:Error|Exception|Warning|Exit|Interrupt)$")
_SAYS_SOMETHING = re.compile(r"[^\W_]")
_OS_ERRORS = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, OSError)
)
Texts = dict[str, tuple[Text, ...]]


class Site(NamedTuple):
    """One message of one exception: its name as a traceback prints it (empty where the file doesn't tell), the
    message as a template, and the line."""

    exception: str
    template: str
    line: int


@dataclass
class FileSites:
    """What one file holds: its sites in the order of lines, and the qualified names of its exception classes."""

    sites: list[Site] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)


def read_sites(source: bytes, module: str, *, is_package: bool = False) -> FileSites:
    """The sites of a file's source; none where it can't be parsed. `module` is its dotted name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody else's code
            tree = ast.parse(source)
        reader = _Reader(module, is_package)
        reader.read(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return FileSites()
    sites = sorted(dict.fromkeys(reader.sites), key=lambda site: site.line)
    return FileSites(sites, [name for name in reader.exceptions if name])


class _Reader:
    """Walks the statements of a module, with the texts that names hold at each."""

    def __init__(self, module: str, is_package: bool) -> None:
        self.module = module
        self.package = module if is_package else module.rpartition(".")[0]
        self.names: dict[str, str] = {}
        self.exceptions: dict[str, None] = {}
        self.sites: list[Site] = []
        self._scope: list[str] = []
        self._class = ""  # the exception class whose body this is
        self._function = ""

    def read(self, tree: ast.Module) -> None:
        """Collects all sites of the module."""
        for statement in tree.body:  # a function may use what is defined below it
            if isinstance(statement, ast.ClassDef):
                self.names[statement.name] = f"{self.module}.{statement.name}"
        self._statements(tree.body, {})

    # --- statements ---

    def _statements(self, body: Sequence[ast.stmt], known: Texts) -> None:
        for statement in body:
            self._statement(statement, known)

    def _statement(self, node: ast.stmt, known: Texts) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name.partition(".")[0]
                    self.names[alias.asname or top] = alias.name if alias.asname else top
            case ast.ImportFrom():
                self._import_from(node)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                outer, self._function = self._function, name
                with self._inside(f"{name}.<locals>"):
                    self._statements(node.body, dict(known))
                self._function = outer
            case ast.ClassDef():
                self._class_body(node, known)
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=value):
                self._assign(target, texts(value, known), known)
            case ast.AnnAssign(target=ast.Name() | ast.Attribute() as target, value=ast.expr() as value):
                self._assign(target, texts(value, known), known)
            case ast.AugAssign(target=ast.Name() as target, op=ast.Add(), value=value):
                before = known.get(target.id, ())
                self._assign(target, joined(before, texts(value, known) or ((hole(value),),)), known)
            case ast.Raise(exc=ast.expr() as raised):
                self._raised(raised, known)
            case ast.Expr(value=ast.Call() as call) if self._class and self._function == "__init__":
                self._initialised(call, known)
            case ast.Return(value=ast.expr() as value) if self._class and self._function == "__str__":
                self._say(self._class, texts(value, known), node.lineno)
            case _:
                self._blocks(node, known)

    def _blocks(self, node: ast.stmt, known: Texts) -> None:
        """The blocks of a compound statement; afterwards a name may hold what any of them left in it."""
        ends = [known]
        for block in _blocks_of(node):
            inner = dict(known)
            self._statements(block, inner)
            if not isinstance(block[-1], ast.Raise | ast.Return | ast.Continue | ast.Break):
                ends.append(inner)
        for name in {name for end in ends for name in end}:
            every = dict.fromkeys(text for end in reversed(ends) for text in end.get(name, ()))
            known[name] = tuple(islice(every, MOST_TEXTS))

    def _class_body(self, node: ast.ClassDef, known: Texts) -> None:
        qualified = ".".join([self.module, *self._scope, node.name])
        self.names[node.name] = qualified
        outer = self._class, self._function
        self._class, self._function = "", ""
        if any(self._is_exception(self._qualified(base)) for base in node.bases):
            self._class = qualified
            self.exceptions[qualified] = None
        with self._inside(node.name):
            self._statements(node.body, dict(known))
        self._class, self._function = outer

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        self._scope.append(name)
        yield
        self._scope.pop()

    def _assign(self, target: ast.expr, found: tuple[Text, ...], known: Texts) -> None:
        name = ast.unparse(target)
        if found:
            known[name] = found
        else:
            known.pop(name, None)

    def _import_from(self, node: ast.ImportFrom) -> None:
        base = node.module or ""
        if node.level:
            parts = self.package.split(".")
            base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
        for alias in node.names:
            self.names[alias.asname or alias.name] = f"{base}.{alias.name}"

    # --- exceptions ---

    def _qualified(self, node: ast.expr) -> str:
        """The name of a class as a traceback prints it; the last part alone where it isn't known from where it
        comes, empty for what is no class."""
        if isinstance(node, ast.Name):
            found = self.names.get(node.id, node.id)
        elif isinstance(node, ast.Attribute):
            base = node
            while isinstance(base.value, ast.Attribute):
                base = base.value
            root = base.value
            known = self.names.get(root.id) if isinstance(root, ast.Name) else None
            found = f"{known}{ast.unparse(node)[len(root.id) :]}" if known and isinstance(root, ast.Name) else node.attr
        else:
            return ""
        last = found.rpartition(".")[2].lstrip("_")
        return found.removeprefix("builtins.") if last[:1].isupper() or is_builtin(found) or "." in found else ""

    def _is_exception(self, name: str) -> bool:
        return name in self.exceptions or is_builtin(name) or bool(_EXCEPTION_NAME.search(name))

    def _raised(self, node: ast.expr, known: Texts) -> None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "with_traceback":
            node = node.func.value
        if not isinstance(node, ast.Call):
            return
        exception = self._qualified(node.func)
        args: list[ast.expr] = list(node.args)
        if is_builtin(exception) and len(args) > 1 and exception != "SyntaxError":
            # Several arguments are printed as a tuple, but for those of OSError.
            if exception in _OS_ERRORS:
                said = texts(args[1], known)
                numbered: Text = ("[Errno ", Hole("errno", ""), "] ")
                behind: Text = (": '", Hole("filename", ""), "'") if len(args) > 2 else ()
                self._say(exception, tuple((*numbered, *text, *behind) for text in said), node.lineno)
            return
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        for argument in [*args, *(named[name] for name in words("message_keywords") if name in named)]:
            found = texts(argument, known)
            if found:
                if exception == "KeyError":
                    found = tuple(("'", *text, "'") for text in found)  # prints the repr of its argument
                self._say(exception, found, node.lineno)
                return

    def _initialised(self, call: ast.Call, known: Texts) -> None:
        """`super().__init__("…")`, or `Base.__init__(self, "…")`, in an exception class."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "__init__":
            return
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            found = texts(argument, known)
            if found:
                self._say(self._class, found, call.lineno)
                return

    def _say(self, exception: str, found: Iterable[Text], line: int) -> None:
        for text in found:
            if any(isinstance(piece, str) and _SAYS_SOMETHING.search(piece) for piece in text):
                self.sites.append(Site(exception, template(text), line))


def _blocks_of(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
