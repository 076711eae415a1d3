"""Headings and what stands under them, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from eventa_cockpit.runbook.markdown import Block, Heading


@dataclass(slots=True, eq=False)
class Section:
    """A heading, the blocks up to the next one, and the sections below it."""

    level: int
    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    def all(self) -> Iterator[Section]:
        yield self
        for child in self.children:
            yield from child.all()


def section_tree(blocks: Sequence[Block]) -> Section:
    """The whole text under one untitled root. What precedes a first level-1 heading belongs to that heading."""
    root = Section(0, "", 1)
    path = [root]
    for block in blocks:
        if not isinstance(block, Heading):
            path[-1].blocks.append(block)
            continue
        section = Section(block.level, block.text, block.line)
        while path[-1].level >= block.level:
            path.pop()
        path[-1].children.append(section)
        path.append(section)
    if root.blocks and root.children and root.children[0].level == 1:
        root.children[0].blocks[:0] = root.blocks
        root.blocks = []
    return root
