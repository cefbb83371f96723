"""A panel on the Werkzeug debugger's page: `DebugPanel(DebuggedApplication(app))`.

Only a page of status 500 that has the debugger in it is read; all other replies pass through as they come.
"""

from __future__ import annotations

from html import unescape
from typing import Any, Callable, Iterable, Iterator

from tracekb_client.known import known
from tracekb_client.panels import panel
from tracekb_client.settings import current

MARK = b"__debugger__"
TRACEBACK = b'<h2 class="traceback">'
"""What the panel goes above: below, nobody sees it under a long traceback. Else it goes to the page's end."""
LARGEST = 8 * 1024 * 1024


class DebugPanel:
    """WSGI middleware around a debugger."""

    def __init__(self, app: Callable[..., Iterable[bytes]], wait: float = 3.0) -> None:
        self._app = app
        self._wait = wait

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers a request."""
        reply = _Reply(start_response)
        chunks = self._app(environ, reply.start)
        if reply.passed:
            return chunks  # a server may know its own file wrapper again
        return self._rest(reply, chunks)

    def _rest(self, reply: _Reply, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The body of a reply that hadn't begun when the application returned, or that is held back."""
        try:
            for chunk in chunks:
                if reply.held is None:
                    yield chunk
                else:
                    reply.body.append(chunk)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if reply.held is not None:
            page = b"".join(reply.body)
            shown = self._with_panel(page)
            status, headers, more = reply.held
            if shown is not page:
                headers = [pair for pair in headers if pair[0].lower() not in ("content-length", "etag")]
                headers.append(("Content-Length", str(len(shown))))
            reply.begin(status, headers, *more)
            yield shown

    def _with_panel(self, page: bytes) -> bytes:
        try:
            place = page.find(TRACEBACK)
            end = place if place >= 0 else page.rfind(b"</body>")
            if MARK not in page or end < 0 or len(page) > LARGEST or current().off:
                return page
            answer = known.wait(known.case_of_text(_traceback(page.decode("utf-8", "replace"))), self._wait)
            html = panel(answer) if answer is not None else ""
            return page[:end] + html.encode() + page[end:] if html else page
        except Exception:
            return page


class _Reply:
    """What the application began to answer."""

    def __init__(self, start_response: Callable[..., Any]) -> None:
        self.begin = start_response
        self.held: tuple[str, list[tuple[str, str]], tuple[Any, ...]] | None = None
        self.passed = False
        self.body: list[bytes] = []

    def start(self, status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], Any]:
        """In place of start_response: holds an error page back, lets everything else through."""
        kinds = [value for name, value in headers if name.lower() == "content-type"]
        if status.startswith("500") and any(value.startswith("text/html") for value in kinds):
            self.held = status, headers, more
            return self.body.append
        self.held, self.passed = None, True
        begun: Callable[[bytes], Any] = self.begin(status, headers, *more)
        return begun


def _traceback(page: str) -> str:
    """The traceback as text, which the page offers for copying."""
    area = page.find("<textarea")
    begin, end = page.find(">", area) + 1, page.find("</textarea>", area)
    return unescape(page[begin:end]) if 0 <= area < end else ""
