"""The fix as a panel for debug pages and notebooks. Everything in it is escaped."""

from __future__ import annotations

from html import escape

from tracekb_client.answer import Answer, first_code, one_line

_BOX = (
    "margin:1em 0;padding:.8em 1em;border:1px solid #2e7d32;border-left-width:6px;background:#f1f8f2;color:#1b1b1b;"
    "font:14px/1.5 system-ui,sans-serif;text-align:left"
)
_CODE = "margin:.6em 0;padding:.6em;background:#fff;color:#1b1b1b;border:1px solid #cfd8cf;overflow:auto"


def panel(answer: Answer) -> str:
    """HTML of a match; empty without one."""
    if not answer:
        return ""
    parts = [f'<div id="tracekb" role="note" style="{_BOX}"><strong>Known fix: {escape(answer.title)}</strong>']
    if answer.cause:
        parts.append(f"<div>Cause: {escape(one_line(answer.cause.get('title')))}</div>")
    if answer.fix:
        parts.append(f"<div>Fix: {escape(one_line(answer.fix.get('title')))}</div>")
        parts.append(f'<div style="white-space:pre-line">{escape(answer.prose(answer.fix))}</div>')
        code = "\n".join(first_code(answer.fix))
        parts.append(f'<pre style="{_CODE}">{escape(code)}</pre>' if code else "")
    if answer.url:
        parts.append(f'<a href="{escape(answer.url)}" rel="noreferrer">{escape(answer.url)}</a>')
    else:
        parts.append(f"<code>{escape(answer.where(answer.best))}</code>")
    return "".join(parts) + "</div>"
