"""Evidence blocks: a YAML list of `- kind: "glob"`, each saying what a paste of this cause shows.

A glob knows `*` only; evidence of the kind `package` is a requirement such as `sqlalchemy<2` in place of a glob."""

from __future__ import annotations

from typing import Any, get_args

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from indexer import yaml_nodes
from indexer.article import CodeBlock
from kb.models import EvidenceKind, EvidenceRule

Findings = list[tuple[str, int, dict[str, Any]]]
"""Problem codes with the line they mean and their values."""

KINDS: tuple[str, ...] = get_args(EvidenceKind)
_LONGEST_PATTERN = 300


def read_evidence(
    block: CodeBlock, slots: frozenset[str]
) -> tuple[tuple[EvidenceRule, ...], tuple[int, ...], Findings]:
    """The rules of a block, the line of each, and what is wrong with them. `slots` are the article's."""
    try:
        root = yaml_nodes.compose(block.code)
    except yaml_nodes.Unreadable as error:
        return (), (), [("KB211", block.line + 1 + error.line, {"reason": error.reason})]
    if not isinstance(root, yaml.SequenceNode):
        return (), (), [("KB211", block.line + 1, {"reason": "it is no list"})]
    rules: list[EvidenceRule] = []
    lines: list[int] = []
    findings: Findings = []
    for item in root.value:
        line = block.line + 1 + item.start_mark.line
        pair = item.value[0] if isinstance(item, yaml.MappingNode) and len(item.value) == 1 else None
        if pair is None or not all(isinstance(node, yaml.ScalarNode) and node.value for node in pair):
            findings.append(("KB211", line, {"reason": "an item is one kind and one glob"}))
            continue
        kind, pattern = pair[0].value, pair[1].value
        slot = kind.removeprefix("slot:") if kind.startswith("slot:") else None
        if slot is not None and slot not in slots:
            findings.append(("KB213", line, {"slot": slot}))
        elif slot is None and kind not in KINDS:
            findings.append(("KB212", line, {"kind": kind, "known": f"{', '.join(KINDS)} and slot:NAME"}))
        elif kind == "package" and not _is_requirement(pattern):
            findings.append(("KB109", line, {"key": "package", "reason": f"`{pattern}` is no requirement"}))
        elif len(pattern) > _LONGEST_PATTERN:
            findings.append(("KB211", line, {"reason": f"a glob is at most {_LONGEST_PATTERN} characters"}))
        else:
            rules.append(EvidenceRule(kind, pattern))
            lines.append(line)
    return tuple(rules), tuple(lines), findings


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True
