"""Facts: the `**key**: value` lines that introduce a runbook, and the schedule that one of them gives."""

from __future__ import annotations

from collections.abc import Sequence

from eventa_cockpit.domain.runbook import Schedule
from eventa_cockpit.runbook.markdown import Block, Fence, Line, Listing, Paragraph
from eventa_cockpit.runbook.schedule import is_frequency_key, parse_schedule
from eventa_cockpit.runbook.steps import text_of


def introduction(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks before the first step list or fence."""
    for number, block in enumerate(blocks):
        is_plain_list = isinstance(block, Listing) and not block.is_ordered
        if isinstance(block, (Listing, Fence)) and not is_plain_list:
            return blocks[:number]
    return blocks


def facts_of(blocks: Sequence[Block]) -> tuple[dict[str, str], list[str]]:
    """The `**key**: value` lines, and all other text."""
    facts: dict[str, str] = {}
    texts: list[str] = []
    for block in blocks:
        lines: list[Line] = []
        if isinstance(block, Paragraph):
            lines = list(block.lines)
        elif isinstance(block, Listing) and not block.is_ordered:
            lines = [
                item.blocks[0].lines[0] for item in block.items if item.blocks and isinstance(item.blocks[0], Paragraph)
            ]
        pairs = [_fact(line) for line in lines]
        facts.update(pair for pair in pairs if pair is not None)
        if not pairs or not all(pairs):
            texts.append(text_of(block))
    return facts, texts


def _fact(line: Line) -> tuple[str, str] | None:
    key, rest = line.bold.strip(), line.rest.strip()
    if not key:
        return None
    if key.endswith((":", "：")):
        key = key.rstrip(":： ")
    elif rest.startswith((":", "：")):
        rest = rest[1:].strip()
    else:
        return None
    return (key, rest) if rest and key else None


def schedule_of(facts: dict[str, str]) -> Schedule | None:
    return next((parse_schedule(value) for key, value in facts.items() if is_frequency_key(key)), None)
