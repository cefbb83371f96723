"""Which posts of a thread count: the question for the error, the answer that helped for cause and fix.

What helped is, in this order: what the page marks as accepted; what a maintainer says; what the asker thanks for;
the highest score above nought; the only answer there is. Everybody else's guesses are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from indexer.cues import plain_sentence, rows, weights
from indexer.document import STANDINGS, Block, Post


def settled(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of the page itself, of the question, and of the posts that helped; the latter marked as accepted."""
    posts: dict[int, list[Block]] = {}
    order: dict[int, Post] = {}
    for block in blocks:
        if block.post is not None:
            posts.setdefault(block.post.number, []).append(block)
            order.setdefault(block.post.number, block.post)
    if len(posts) < 2:
        return list(blocks)
    asker, asking = _asker(posts, order)
    helped = set(_helpful(posts, order, asker, asking))
    own = _own_answers(posts, order, asker, alone=not helped)
    helped |= own
    last = max(helped, default=0)
    asking |= {post.number for post in order.values() if asker and post.author == asker and post.number < last}
    asking -= own
    kept = []
    for block in blocks:
        post = block.post
        if post is None or post.number in asking:
            kept.append(replace(block, post=replace(post, kind="question")) if post else block)
        elif post.number in helped:
            kept.append(replace(block, post=replace(post, kind="answer", accepted=True)))
    return kept


def _asker(posts: dict[int, list[Block]], order: dict[int, Post]) -> tuple[str, set[int]]:
    """Who asks, and in which posts: what the page marks as the question, else the first post that shows code."""
    marked = [post for post in order.values() if post.kind == "question"]
    shown = [post for post in order.values() if any(block.kind == "code" for block in posts[post.number])]
    if not marked and next(iter(order.values())).kind == "answer":
        return "", set()  # the page itself asks
    first = next(iter(marked or shown or order.values()))
    return first.author, {post.number for post in marked} | {first.number}


def _helpful(posts: dict[int, list[Block]], order: dict[int, Post], asker: str, asking: set[int]) -> Iterator[int]:
    others = [post for post in order.values() if post.number not in asking and post.kind != "remark"]
    answers = [post for post in others if not asker or post.author != asker]
    if marked := [post for post in others if post.accepted]:
        yield from (post.number for post in marked)
        return
    if staff := [post for post in answers if post.role.startswith(STANDINGS)]:
        yield from (post.number for post in staff)
        return
    if thanked := _thanked(posts, others, asker):
        yield from thanked
        return
    scored = [post for post in answers if post.score is not None]
    if scored and (best := max(scored, key=lambda post: post.score or 0)) and (best.score or 0) > 0:
        yield best.number
        return
    telling = [post for post in answers if post.score is None and _tells(posts[post.number])]
    if len(telling) == 1 or (telling and all(post.author == telling[0].author and post.author for post in telling)):
        yield from (post.number for post in telling)
    elif telling:
        coded = [post for post in telling if any(block.kind == "code" for block in posts[post.number])]
        yield (coded or telling)[0].number


def _own_answers(posts: dict[int, list[Block]], order: dict[int, Post], asker: str, *, alone: bool) -> set[int]:
    """The later posts in which the asker tells what mended it; where nobody else helped, less has to be said."""
    later = [post.number for post in order.values() if asker and post.author == asker][1:]
    least = 2 if alone else 3
    return {
        number
        for number in later
        if weights(" ".join(block.text for block in posts[number] if block.kind != "code")).get("fix", 0) >= least
        and not _says("refusal", posts[number])
    }


def _thanked(posts: dict[int, list[Block]], others: Sequence[Post], asker: str) -> list[int]:
    """The posts that the asker thanks for: all of the last other speaker's since somebody else spoke of it."""
    if not asker:
        return []
    for place in range(len(others) - 1, 0, -1):
        post = others[place]
        if post.author != asker or not _says("thanks", posts[post.number]) or _says("refusal", posts[post.number]):
            continue
        before = [one for one in others[:place] if one.author != asker]
        if not before:
            continue
        helper = before[-1].author
        start = max((i for i, one in enumerate(others[:place]) if one.author not in (asker, helper)), default=-1)
        run = [one for one in others[start + 1 : place] if one.author == helper]
        telling = [one.number for one in run if _tells(posts[one.number])]
        if telling:
            return telling
    return []


def _tells(blocks: Sequence[Block]) -> bool:
    """Whether a post says more than that its author has the same problem."""
    if any(block.kind == "code" for block in blocks):
        return True
    text = " ".join(block.text for block in blocks)
    if text.rstrip().endswith("?"):
        return False
    return len(text.split()) >= 12 or bool({"cause", "fix"} & set(weights(text)))


def _says(kind: str, blocks: Sequence[Block]) -> bool:
    text = plain_sentence(" ".join(block.text for block in blocks if block.kind != "code"))
    return len(text) <= 240 and any(phrase in text for phrase in _phrases(kind))


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    return tuple(row["phrase"] for row in rows("thanks.tsv") if row["kind"] == kind)
