"""Text to HTML that is safe to show: Markdown, Python code, and templates with their slots.

Articles and pastes are both hostile: raw HTML stays text, links go to the web or to our own pages only, images are
not loaded. Colours are CSS classes, because the page forbids inline styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from markupsafe import Markup, escape
from pygments import highlight
from pygments.filter import Filter
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Text, _TokenType
from pygments.util import ClassNotFound

LONGEST_COLOURED = 50_000
"""Characters of code beyond which it is shown plain."""
_SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,40})\}")
COLOURS = 6
"""Slots are told apart by as many colours; further ones begin again."""
_VALUE = re.compile("\ufdd0([\ufdd2-\ufdd7])([^\ufdd0-\ufdd7]*)\ufdd1")
_FOUND = re.compile("\ufdd8([^\ufdd8\ufdd9]+)\ufdd9")
_UNDERSCORES = re.compile("__+")
_MARKS = re.compile("[\ufdd0-\ufdd7]")
_COLOURED = {
    *("k", "kn", "kc", "kd", "kr", "ow", "nf", "nc", "nd", "nn", "fm", "ne"),
    *("s", "s1", "s2", "sa", "sd", "se", "si", "sb", "sr"),
    *("mi", "mf", "mh", "mo", "mb", "bp", "c", "c1", "cm", "ch"),
}
"""Pygments' names of what the style sheet colours. Everything else, most of a program, goes without an element."""
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="c-")


class _OnlyColoured(Filter):
    """Makes plain text of tokens that would look like it."""

    def filter(self, lexer: Lexer | None, stream: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
        for kind, text in stream:
            yield (kind if STANDARD_TYPES.get(kind) in _COLOURED else Text), text


def _colour(code: str, language: str, _attributes: str = "") -> str:
    if len(code) > LONGEST_COLOURED:
        return str(escape(code))
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return str(escape(code))
    lexer.add_filter(_OnlyColoured())
    return highlight(code, lexer, _FORMATTER)


def _web_or_own(url: str) -> bool:
    """Whether a link may be followed: to http and https, and to paths on this server."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} or not (parts.scheme or parts.netloc)


def _emphasised(state: StateInline, silent: bool) -> bool:
    """Emphasis as Markdown has it, but for two underscores: they belong to a name, `__init__`."""
    run = _UNDERSCORES.match(state.src, state.pos)
    if run is None:
        return emphasis.tokenize(state, silent)
    if not silent:
        state.pending += run[0]
    state.pos = run.end()
    return True


def _show_slots(state: StateCore) -> None:
    """Let `{name}` in prose look like the place holder it is."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        for token in block.children:
            if token.type != "text" or "{" not in token.content:
                children.append(token)
                continue
            for index, piece in enumerate(_SLOT.split(token.content)):
                if piece:
                    children.append(Token("slot" if index % 2 else "text", "", 0, content=piece))
        block.children = children


def _slot(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f'<var class="slot">{escape(tokens[index].content)}</var>'


def mark_value(number: int, value: str) -> str:
    """A filled-in value such that `markdown`, `inline` and `heading` colour it as the slot of that number."""
    return f"\ufdd0{chr(0xFDD2 + number % COLOURS)}{value}\ufdd1"


def _code_inline(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Inline code, in which the values of slots stand as `mark_value` wrote them."""
    content = tokens[index].content
    pieces = _VALUE.split(content)
    html = "".join(
        str(escape(piece)) + (f'<var class="slot s{ord(number) - 0xFDD2}">{escape(value)}</var>' if number else "")
        for piece, number, value in zip(pieces[::3], [*pieces[1::3], ""], [*pieces[2::3], ""], strict=True)
    )
    return f'<code class="filled">{html}</code>' if _VALUE.fullmatch(content) else f"<code>{html}</code>"


def _image(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return str(escape(tokens[index].content))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False, "highlight": _colour})
    parser.inline.ruler.at("emphasis", _emphasised)
    parser.validateLink = _web_or_own  # type: ignore[method-assign]
    parser.core.ruler.push("slots", _show_slots)
    parser.add_render_rule("slot", _slot)
    parser.add_render_rule("code_inline", _code_inline)
    parser.add_render_rule("image", _image)
    return parser


_MARKDOWN = _parser()
_TAGS = {
    *("a", "p", "br", "hr", "em", "strong", "s", "code", "pre", "span", "var", "ul", "ol", "li", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "span": {"class"}, "code": {"class"}, "var": {"class"}, "ol": {"start"}}


def _clean(html: str) -> Markup:
    """A second pair of eyes: whatever the renderer might let through, only these tags and attributes get out."""
    cleaned = nh3.clean(
        _MARKS.sub("", html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(cleaned)  # noqa: S704 (cleaned in the line before)


@lru_cache(maxsize=2048)
def markdown(text: str) -> Markup:
    """Blocks of Markdown."""
    return _clean(_MARKDOWN.render(text))


@lru_cache(maxsize=2048)
def inline(text: str) -> Markup:
    """One line of Markdown, for titles."""
    return _clean(_MARKDOWN.renderInline(" ".join(text.split())))


def heading(text: str, found: Iterable[Sequence[int]] = ()) -> Markup:
    """One line of Markdown that begins with a capital, unless it begins with a name or with code; the spans `found`
    of it are highlighted."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if first.strip(",;:").replace("'", "").isalpha() and first.islower():
        text = text[0].upper() + text[1:]
    at, pieces = 0, []
    for start, end in found:
        # A highlight ends where code or emphasis does, and begins again behind it: elements can't overlap.
        inner = re.sub("([`*]+)", "\ufdd9\\1\ufdd8", text[start:end])
        pieces += [text[at:start], f"\ufdd8{inner}\ufdd9"]
        at = end
    if not pieces:
        return inline(text)
    html = str(inline("".join([*pieces, text[at:]])))
    return Markup(_FOUND.sub(r"<mark>\1</mark>", html))  # noqa: S704 (cleaned by inline; the mark is ours)


@lru_cache(maxsize=1024)
def code(text: str, language: str = "python") -> Markup:
    """Code with its colours, to be put into `<pre><code>`."""
    return Markup(_colour(text.rstrip("\n"), language).removesuffix("\n"))  # noqa: S704 (Pygments escapes)


def template(text: str, numbers: Mapping[str, int] | None = None, values: Mapping[str, str] | None = None) -> Markup:
    """A message template with its slots marked; `numbers` gives each slot name its colour, `values` what to show
    in its place."""
    pieces = []
    for index, piece in enumerate(_SLOT.split(text)):
        if index % 2:
            colour, shown = (numbers or {}).get(piece, 0) % COLOURS, (values or {}).get(piece, piece)
            pieces.append(Markup('<var class="slot s{}">{}</var>').format(colour, shown))
        else:
            pieces.append(escape(piece))
    return Markup("").join(pieces)


def plain(text: str) -> str:
    """Markdown as words only, a slot as its name: for a page's title, for feeds, and for those who listen to it."""
    return " ".join(re.sub(r"[`*]", "", re.sub(r"\{([A-Za-z_]\w*)\}", r"\1", _MARKS.sub("", text))).split())
