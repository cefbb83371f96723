"""What each sentence and each piece of code about an error tells: cause, fix, reproduction, or nothing of these.

Headings decide where they say something. Elsewhere the sentences' own cues count, and where those are silent the
order: what failed and why stands before what mends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer import cues
from indexer.document import Block
from indexer.printed import command_of, shows_frames
from indexer.readers import codelines
from indexer.sections import DROPPED, Piece, sentences

_SHORT = 5
"""Words of a sentence that only goes with the one before it (`I did not.`)."""
_STRONG = 3
_ADVICE = 2
"""Weight of advice that counts beneath the label of an error, once the error itself is told."""
_BROKEN = re.compile(r"⛔|❌|\b(?:wrong|broken|bad|fails|raises|throws|before)\b|(?:#|//) ?(?:error|boom)", re.I)
_MENDED = re.compile(r"✅|\b(?:works|fixed|good|correct|right|after|ok)\b", re.I)
_COMMENT = re.compile(r"(?:#|//|--|/\*)[^\n]{0,120}")
_ONE_WORD = re.compile(r"[A-Za-zÀ-ÿ_.@-]{1,30}")
_FILE_NAME = re.compile(r"[\w./\\-]+\.\w{1,6}:?")


@dataclass(frozen=True, slots=True)
class Told:
    """Something about an error: its role (`cause`, `fix`, `reproduction`), the words or the code, where it stands.
    `opens` tells that a new fix begins here."""

    role: str
    text: str
    block: Block
    code: bool = False
    opens: bool = False


def tell(pieces: Sequence[Piece], errors_at: set[int], mentioned_at: set[int], start: int, end: int) -> Iterator[Told]:
    """What the pieces from `start` to `end` tell about the error that is printed in the pieces `errors_at`, or named in
    the pieces `mentioned_at`, a program's comment or a sentence."""
    reader = _Reader(pieces, errors_at, mentioned_at)
    for at in range(start, end):
        yield from reader.take(at)
    if not reader.mended:
        yield from reader.set_aside


class _Reader:
    """Goes through the pieces of one error. `flow` is what a sentence without any cue is taken for."""

    def __init__(self, pieces: Sequence[Piece], errors_at: set[int], mentioned_at: set[int]) -> None:
        self.pieces = pieces
        self.errors_at = errors_at
        self.mentioned_at = mentioned_at
        self.flow = "context"
        self.leads: str | None = None
        self.opens = False
        self.cause_told = False
        self.fix_told = False
        self.headed = False
        self.mended = False
        self.set_aside: list[Told] = []
        """What only looks, beneath a heading that promises a fix: all the fix there is where nothing else is told."""
        self.level = 0

    def take(self, at: int) -> Iterator[Told]:
        piece = self.pieces[at]
        block = piece.block
        if piece.is_heading:
            self.leads, self.opens = None, True
            if piece.role in ("cause", "fix", "both"):
                self.flow = "cause" if piece.role == "both" else piece.role
            elif (piece.named and piece.block.level > 1) or at in self.errors_at:
                self.flow, self.headed = "cause", True
            elif self.flow == "fix" and piece.role is None and self._leaves_the_error(piece):
                self.flow = "over"
            return
        if at in self.errors_at:
            if self.flow == "context":
                self.flow = "cause"
                self.level = self._level_above(at)
            yield from self._failing(piece)
            self.leads = None
            return
        if block.kind in ("code", "output"):
            yield from self._code(piece)
            if at in self.mentioned_at and self.flow == "context":
                self.flow = "cause"
                self.level = self._level_above(at)
            return
        if block.kind in ("prose", "item"):
            if at in self.mentioned_at and self.flow == "context":
                self.flow = "cause"
                self.level = self._level_above(at)
            yield from self._prose(piece)

    def _failing(self, piece: Piece) -> Iterator[Told]:
        """What was typed before the error came; or the program that names it in a comment."""
        commands = [found for line in piece.block.text.split("\n") if (found := command_of(line))]
        if commands:
            yield Told("reproduction", "\n".join(commands), piece.block, code=True)

    def _code(self, piece: Piece) -> Iterator[Told]:
        block, role = piece.block, piece.role
        if block.kind == "output" or role in DROPPED or shows_frames(block.text):
            return
        lead, self.leads = self.leads, None
        if lead == "diagnosis" and role == "fix":
            self.set_aside.append(Told("fix", block.text, block, code=True))
        if lead in ("avoid", "diagnosis", "output"):
            return
        if role in (None, "error", "both") or (role == "cause" and lead == "fix"):
            role = lead or _by_comments(block.text) or self._by_order(block)
            if role == "fix" and self.flow == "context":
                return
            if role == "over" or (self.flow == "over" and piece.role is None):
                return
        if (role != "fix" or lead is None) and role != "reproduction" and looks_only(block.text):
            return
        if parts := _halves(block.text):
            self.flow, self.mended = "fix", True
            yield from (Told(part, text, block, code=True) for part, text in parts)
            return
        if role == "fix":
            self.flow, self.mended = "fix", True
        yield Told("fix" if role == "fix" else "reproduction", block.text, block, code=True)

    def _by_order(self, block: Block) -> str:
        typed_language = block.language in codelines.SHELLS
        typed = typed_language or codelines.are_commands(block.text)
        if self.flow == "cause" and typed and (self.headed or (self.cause_told and not typed_language)):
            return "fix"
        return self.flow if self.flow in ("fix", "over") else "reproduction"

    def _level_above(self, at: int) -> int:
        return next((piece.block.level for piece in reversed(self.pieces[:at]) if piece.is_heading), 0)

    def _leaves_the_error(self, piece: Piece) -> bool:
        """Whether a heading begins something else, once the fix was told: one of the rank of the error's own heading
        that doesn't sound like another fix."""
        return 0 < piece.block.level <= max(self.level, 2) and cues.sentence_role(piece.block.text) != "fix"

    def _prose(self, piece: Piece) -> Iterator[Told]:
        block, role = piece.block, piece.role
        if role in DROPPED or _ONE_WORD.fullmatch(block.text) or _FILE_NAME.fullmatch(block.text):
            return
        if role is None and _is_stray(block):
            return
        in_question = block.post is not None and block.post.kind == "question"
        previous: str | None = None
        kept: list[tuple[str, str]] = []
        self.leads = None
        for sentence in sentences(block.text):
            own = cues.sentence_role(sentence)
            if own in ("error", "reproduction", "fix", "diagnosis", "avoid", "output"):
                self.leads = own
            taken = self._sentence(sentence, own, role, previous)
            previous = own or (previous if len(sentence.split()) <= _SHORT else None)
            if in_question and not (own == "fix" and cues.tells_success(sentence)):
                continue
            if taken is None and in_question:
                taken = "fix"
            if taken is None and own == "diagnosis" and role == "fix":
                self.set_aside.append(Told("fix", sentence, block, opens=True))
            if taken in ("cause", "fix"):
                kept.append((taken, sentence))
                if role == "both" or (taken == "fix" and role != "cause"):
                    self.flow = taken
                self.cause_told = self.cause_told or taken == "cause"
                self.fix_told = self.fix_told or taken == "fix"
                self.mended = self.mended or taken == "fix"
        opens, self.opens = self.opens, False
        for part, text in _runs(kept):
            yield Told(part, text, block, opens=opens or part == "fix")

    def _sentence(self, sentence: str, own: str | None, role: str | None, previous: str | None) -> str | None:
        """The role of one sentence: its section's, unless it speaks against it; else its own; else by order."""
        if own in ("avoid", "output") or (own is None and previous == "avoid" and len(sentence.split()) <= _SHORT):
            return None
        if role in ("cause", "fix"):
            if own == "error" and sentence.rstrip().endswith((":", "：")):
                return None
            if role == "cause" and own == "fix" and self.cause_told and cues.weights(sentence)["fix"] >= 3:
                return "fix"
            if role == "fix" and own == "cause" and not self.cause_told and self.flow != "over" and not self.fix_told:
                return "cause"
            return None if own == "diagnosis" and role == "fix" else role
        if role == "both" and own in ("cause", "fix"):
            return own
        if role in ("error", "reproduction"):
            least = _ADVICE if own == "fix" and role == "error" else _STRONG
            strong = own in ("cause", "fix") and cues.weights(sentence)[own] >= least
            return own if strong and (own == "cause" or self.flow != "context") else None
        if own in ("error", "reproduction", "diagnosis"):
            return None
        if own == "fix":
            return "fix" if self.flow not in ("context", "over") else None
        if own == "cause":
            if self.flow == "over":
                return None
            strong = self.flow != "context" or cues.weights(sentence)["cause"] >= 3
            return "cause" if strong and self.flow != "fix" else ("fix" if self.flow == "fix" else None)
        if sentence.rstrip().endswith(("?", "？")) or _is_filler(sentence):
            return None
        if sentence.rstrip().endswith((":", "：")):
            self.leads = self.leads or ("fix" if self.flow == "fix" or self.cause_told else None)
            return "fix" if self.leads == "fix" and self.flow != "context" else None
        if previous == "cause" and self.flow == "context":
            return "cause"
        return self.flow if self.flow in ("cause", "fix") else None


def _is_filler(sentence: str) -> bool:
    """Whether a sentence without any cue is too short to tell anything (`That's all.`)."""
    return len(sentence.split()) <= 3 and sentence.isascii() and sentence.endswith((".", "!"))


def _is_stray(block: Block) -> bool:
    """Whether a paragraph is a few words without a verdict, such as a count (`Seen 40 times`)."""
    few = len(block.text.split()) <= 3 and block.text.isascii() and not block.text.endswith(":")
    return block.kind == "prose" and few and not cues.weights(block.text)


def _runs(kept: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Neighbouring sentences of one role, as one text."""
    at = 0
    while at < len(kept):
        end = at
        while end < len(kept) and kept[end][0] == kept[at][0]:
            end += 1
        yield kept[at][0], " ".join(text for _, text in kept[at:end])
        at = end


def _by_comments(code: str) -> str | None:
    """What the comments in a program say of it: the broken one or the mended one."""
    comments = " ".join(_COMMENT.findall(code))
    if _MENDED.search(comments) and not _BROKEN.search(comments):
        return "fix"
    if _BROKEN.search(comments) and not _MENDED.search(comments):
        return "reproduction"
    return None


def _halves(code: str) -> list[tuple[str, str]]:
    """A block that shows the broken and the mended version, cut at the comments that say which is which; else empty."""
    parts: list[tuple[str, list[str]]] = [("reproduction", [])]
    for line in code.split("\n"):
        comment = _COMMENT.fullmatch(line.strip())
        role = _by_comments(line) if comment else None
        if role and role != parts[-1][0]:
            parts.append((role, []))
        elif role and not "".join(parts[-1][1]).strip():
            parts[-1] = (role, parts[-1][1])
        parts[-1][1].append(line)
    told = [(role, "\n".join(lines).strip("\n").rstrip()) for role, lines in parts if "".join(lines).strip()]
    return told if {role for role, _ in told} == {"fix", "reproduction"} else []


def looks_only(code: str) -> bool:
    """Whether a block only looks (`systemctl status`, `kubectl describe`): diagnosis, which mends nothing."""
    lines = [line.strip() for line in code.split("\n") if line.strip()]
    typed = [found for line in lines if (found := command_of(line))]
    commands = typed or [line for line in lines if not line.startswith("#")]
    return bool(commands) and all(_reads_only(command) for command in commands)


def _reads_only(command: str) -> bool:
    words = [word for word in command.split() if not word.startswith("-") and "=" not in word]
    words = words[1:] if words[:1] == ["sudo"] else words
    if not words or ">" in command.replace("->", ""):
        return False
    tools = cues.words("read_only.txt")
    return words[0] in tools or " ".join(words[:2]) in tools or " ".join(words[:3]) in tools
