"""The knowledge base for every editor that speaks the Language Server Protocol: errors in logs and tracebacks are
marked where they stand, with the fix in the hover and in the code actions.

Documents are looked up as they are opened and, when typing rests, as they change. Python source is left alone: an error
message in a string is no error. Nothing leaves the machine; the protocol is pygls's, an extra of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

import kb
from kb.errors import KBError
from kb.matcher import Matcher
from web.entry_markdown import entry_markdown
from web.positions import Positions

SHOW = "kb.showEntry"
"""The command behind a code action. Its argument is an entry's id, its result the entry as Markdown."""
REST = 0.3
"""Seconds without a key after which a changed document is looked up."""
LEFT_ALONE = frozenset(("python", "markdown", "html"))
"""Languages whose files tell of errors without having one."""
MOST_SHOWN = 3
"""Entries that are offered for an error."""


@dataclass(frozen=True)
class Found:
    """An error in a document: where it stands, and what was answered."""

    range: types.Range
    answer: Mapping[str, Any]

    @property
    def matches(self) -> Sequence[Mapping[str, Any]]:
        """The entries to offer: the one that is trusted, or those that come near."""
        matches: Sequence[Mapping[str, Any]] = self.answer["matches"]
        return matches[:1] if self.answer["verdict"] == "match" else matches[:MOST_SHOWN]


class Server(LanguageServer):
    """Keeps what was found in each open document."""

    def __init__(self, matcher: Matcher, longest: int) -> None:
        super().__init__("tracekb", kb.__version__)
        self._matcher = matcher
        self._longest = longest
        self.found: dict[str, list[Found]] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def look_up(self, uri: str) -> None:
        """Looks a document up and publishes what was found. A knowledge base that can't answer takes one message."""
        self._waiting.pop(uri, None)
        document = self.workspace.get_text_document(uri)
        if document.language_id in LEFT_ALONE:
            return
        try:
            self.found[uri] = self._errors(document.source, self.workspace.position_encoding)
        except KBError as problem:
            self.found[uri] = []
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"kb: {problem}"))
        diagnostics = [_diagnostic(found) for found in self.found[uri]]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, document.version))

    def look_up_later(self, uri: str) -> None:
        """Looks a document up when typing rests."""
        if waiting := self._waiting.pop(uri, None):
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().call_later(REST, self.look_up, uri)

    def forget(self, uri: str) -> None:
        """Lets go of a closed document."""
        if waiting := self._waiting.pop(uri, None):
            waiting.cancel()
        self.found.pop(uri, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def entry(self, entry_id: str) -> str:
        """An entry as Markdown. Raises KBError where the knowledge base can't be read, KeyError where there's none."""
        entry = self._matcher.entry_dict(self._matcher.resolve(entry_id))
        if entry is None:
            raise KeyError(entry_id)
        return entry_markdown(entry)

    def touched(self, uri: str, wanted: types.Range) -> list[Found]:
        """What was found on the lines of a range."""
        return [
            found
            for found in self.found.get(uri, ())
            if found.range.start.line <= wanted.end.line and wanted.start.line <= found.range.end.line
        ]

    def _errors(self, text: str, encoding: types.PositionEncodingKind | str | None) -> list[Found]:
        # What ended a long log stands at its end.
        cut = max(0, len(text) - self._longest)
        body = self._matcher.lookup(text[cut:]).to_dict()
        positions = Positions.of(text, encoding)
        found = []
        for answer in (body, *body["also"]):
            explained = answer["read"]["explained"]
            if explained is None or answer["verdict"] == "none":
                continue
            start, end = answer["read"]["exceptions"][explained]["span"]
            found.append(Found(positions.range(cut + start, cut + end), answer))
        return found


def server(matcher: Matcher, longest: int) -> Server:
    """A server that answers from the matcher; of a document over `longest` characters the end is read."""
    ls = Server(matcher, longest)

    @ls.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        ls.look_up(params.text_document.uri)

    @ls.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        ls.look_up_later(params.text_document.uri)

    @ls.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        ls.forget(params.text_document.uri)

    @ls.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        here = types.Range(params.position, params.position)
        found = next(iter(ls.touched(params.text_document.uri, here)), None)
        if found is None:
            return None
        sure = found.answer["verdict"] == "match"
        said = entry_markdown(found.matches[0]) if sure else _near(found)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, said), found.range)

    @ls.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return [
            types.CodeAction(
                title=f"kb: {match['title']}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[_diagnostic(found)],
                command=types.Command(title="Show the entry", command=SHOW, arguments=[match["id"]]),
            )
            for found in ls.touched(params.text_document.uri, params.range)
            for match in found.matches
        ]

    @ls.command(SHOW)
    def show(entry_id: str) -> str | None:
        try:
            return ls.entry(entry_id)
        except (KBError, KeyError) as problem:
            ls.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"kb: no entry: {problem}"))
            return None

    return ls


def _diagnostic(found: Found) -> types.Diagnostic:
    sure = found.answer["verdict"] == "match"
    first = found.matches[0]
    likely = next((cause["title"] for cause in first["causes"] if cause["likely"]), None)
    message = first["title"] + (f". Likely: {likely}" if likely else "") if sure else _near(found)
    return types.Diagnostic(
        found.range,
        message,
        types.DiagnosticSeverity.Information if sure else types.DiagnosticSeverity.Hint,
        first["id"],
        source="kb",
    )


def _near(found: Found) -> str:
    return f"Not sure. Near: {'; '.join(match['title'] for match in found.matches)}"
