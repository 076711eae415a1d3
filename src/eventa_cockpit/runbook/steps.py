"""Steps from blocks: ordered items, task items, bullets that hold a shell fence, and shell fences that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from eventa_cockpit.cleaning import clean
from eventa_cockpit.domain.runbook import Annotation, Command, Step
from eventa_cockpit.runbook.annotations import NO_ANNOTATION, merged, of_comment
from eventa_cockpit.runbook.commands import is_shell_fence, read_fence
from eventa_cockpit.runbook.contents import Remark
from eventa_cockpit.runbook.fences import is_output, language_of
from eventa_cockpit.runbook.markdown import Block, Comment, Fence, Heading, Item, Listing, Paragraph, Table, Verbatim


@dataclass(slots=True)
class Draft:
    """A step while its parts are still coming in."""

    title: str
    line: int
    texts: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    substeps: list[Draft] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    annotation: Annotation = NO_ANNOTATION

    def finish(self, step_id: str, number: str) -> Step:
        return Step(
            id=step_id,
            number=number,
            title=self.title,
            line=self.line,
            text=clean("\n".join(text for text in self.texts if text)),
            commands=tuple(self.commands),
            substeps=tuple(
                substep.finish(f"{step_id}.{count}", f"{number}.{count}")
                for count, substep in enumerate(self.substeps, 1)
            ),
            annotation=self.annotation,
            links=tuple(dict.fromkeys(self.links)),
        )

    def expect(self, text: str) -> None:
        """Output that should be seen: of the last command, or plain text when there is none to go with."""
        if not self.commands:
            self.texts.append(text)
            return
        last = self.commands[-1]
        text = clean(text)
        seen = text if last.expected_output is None else f"{last.expected_output}\n{text}"
        self.commands[-1] = replace(last, expected_output=seen)


@dataclass(slots=True)
class Collected:
    """What the blocks of one part of a runbook hold."""

    steps: list[Draft] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    bullets: list[Item] = field(default_factory=list)
    """Bullets that are no steps: the signals of a detect phase."""
    remarks: list[Remark] = field(default_factory=list)


_OUTPUT_LABEL = re.compile(r"(?:output|result|response|出力|結果|表示|応答|レスポンス|実行例)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[。．！？])|(?<=[.!?])\s+(?=[A-Z])")


def collect(blocks: Iterable[Block], heading: str) -> Collected:
    """Steps and text of the blocks; `heading` titles a step that has no words of its own."""
    collector = _Collector(heading)
    for block in blocks:
        collector.take(block)
    collector.finish()
    return collector.found


def item_title(item: Item) -> str:
    """The words of the item's first paragraph."""
    first = item.blocks[0] if item.blocks else None
    return first.text.strip() if isinstance(first, Paragraph) else ""


class _Collector:
    def __init__(self, heading: str) -> None:
        self.found = Collected()
        self._heading = heading
        self._before: Block | None = None
        """The block just before, for what belongs together."""
        self._title: Paragraph | None = None
        """A paragraph that may turn out to be the title of the fence under it."""
        self._last: Draft | None = None
        self._bullet: Item | None = None
        """The last item of the list just before, while it is no step."""

    def take(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._keep_title_as_text()
                self._title = block
            case Listing():
                self._keep_title_as_text()
                self._list(block)
            case Fence():
                self._fence(block)
            case Comment():
                self._comment(block)
                return
            case Heading() | Table() | Verbatim():
                self._keep_title_as_text()
                self.found.texts.append(text_of(block))
        self._before = block

    def finish(self) -> None:
        self._keep_title_as_text()

    def _keep_title_as_text(self) -> None:
        if self._title is not None:
            self.found.texts.append(self._title.text)
        self._title = None

    def _list(self, listing: Listing) -> None:
        self._bullet = None
        for item in listing.items:
            if listing.is_ordered or item.is_task or holds_steps(item):
                self._last = step_of_item(item, self._heading, self.found.remarks)
                self.found.steps.append(self._last)
                self._bullet = None
            else:
                self.found.bullets.append(item)
                self._bullet = item

    def _fence(self, fence: Fence) -> None:
        if not is_shell_fence(fence):
            self._other_fence(fence)
            return
        if (isinstance(self._before, Fence) and self._last is not None) or (
            isinstance(self._before, Listing) and self._bullet is None and self._last is not None
        ):
            step = self._last
        elif isinstance(self._before, Listing) and self._bullet is not None:
            step = step_of_item(self._bullet, self._heading, self.found.remarks)
            self.found.bullets.remove(self._bullet)
            self.found.steps.append(step)
        else:
            step = self._step_of_fence(fence)
            self.found.steps.append(step)
        self._last, self._title, self._bullet = step, None, None
        add_fence(step, fence, self.found.remarks)

    def _step_of_fence(self, fence: Fence) -> Draft:
        """Titled by the paragraph before it, else by the heading."""
        if self._title is None:
            return Draft(self._heading, fence.line)
        title, rest = _title_of_paragraph(self._title.text)
        return Draft(title, self._title.line, [rest] if rest else [], links=list(self._title.links))

    def _other_fence(self, fence: Fence) -> None:
        label = self._title.text if self._title is not None else ""
        is_labelled = len(label) <= 60 and _OUTPUT_LABEL.search(label) is not None
        follows = isinstance(self._before, Fence) or is_labelled
        shows = is_output(language_of(fence.info)) or (not language_of(fence.info) and follows)
        if self._last is not None and self._last.commands and follows and shows:
            self._last.expect(fence.content.rstrip())
            self._title = None
            return
        self._keep_title_as_text()
        owner = self._last.texts if self._last is not None and isinstance(self._before, Fence) else self.found.texts
        owner.append(fence.content.rstrip())

    def _comment(self, comment: Comment) -> None:
        annotation = of_comment(comment.text)
        if annotation is not None and self._last is not None:
            self._last.annotation = merged(self._last.annotation, annotation)


def _title_of_paragraph(text: str) -> tuple[str, str]:
    """The sentence that leads over to the fence, and the whole paragraph when it says more than that."""
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    title = sentences[-1] if text.rstrip().endswith((":", "：")) else sentences[0]
    title = title.rstrip(" :：")
    return title, "" if len(sentences) == 1 else text


def holds_steps(item: Item) -> bool:
    """A bullet is a step when a shell fence, an ordered list or a task is in it, however deep."""
    pending: list[Block] = list(item.blocks)
    while pending:
        block = pending.pop()
        if isinstance(block, Fence) and is_shell_fence(block):
            return True
        if isinstance(block, Listing):
            if block.is_ordered or any(entry.is_task for entry in block.items):
                return True
            pending.extend(inner for entry in block.items for inner in entry.blocks)
    return False


def step_of_item(item: Item, heading: str, remarks: list[Remark]) -> Draft:
    """The item with everything in it."""
    title = item_title(item)
    if not title:
        remarks.append(Remark(item.line, "untitled"))
    step = Draft(title or heading, item.line)
    blocks = item.blocks
    if isinstance(blocks[0] if blocks else None, Paragraph):
        first = blocks[0]
        assert isinstance(first, Paragraph)
        step.links.extend(first.links)
        step.links.extend(_bare_links(first.text))
        blocks = blocks[1:]
    previous: Block | None = None
    for block in blocks:
        _add_to_item(step, block, previous, remarks)
        previous = block
    return step


def _add_to_item(step: Draft, block: Block, previous: Block | None, remarks: list[Remark]) -> None:
    match block:
        case Fence() if is_shell_fence(block):
            add_fence(step.substeps[-1] if isinstance(previous, Listing) and step.substeps else step, block, remarks)
        case Fence():
            labelled = isinstance(previous, Paragraph) and _OUTPUT_LABEL.search(previous.text) is not None
            shows = is_output(language_of(block.info)) or not language_of(block.info)
            if step.commands and shows and (isinstance(previous, Fence) or labelled):
                step.expect(block.content.rstrip())
            else:
                step.texts.append(block.content.rstrip())
        case Listing():
            for item in block.items:
                if block.is_ordered or item.is_task or holds_steps(item):
                    step.substeps.append(step_of_item(item, step.title, remarks))
                else:
                    step.texts.append(text_of(Listing((item,), item.line, is_ordered=False)))
        case Comment():
            annotation = of_comment(block.text)
            if annotation is not None:
                step.annotation = merged(step.annotation, annotation)
        case _:
            step.texts.append(text_of(block))
            step.links.extend(block.links if isinstance(block, Paragraph) else ())


def add_fence(step: Draft, fence: Fence, remarks: list[Remark]) -> None:
    """The fence's command goes to the step; a fence without one is kept as text."""
    command, split = read_fence(fence)
    if split.refused:
        remarks.append(Remark(fence.line, "unclosed" if split.refused == "unclosed" else "refused", split.refused))
    if command is not None:
        step.commands.append(command)
    elif split.sample:
        step.texts.append(split.sample)


_LINK = re.compile(r"https?://[^\s<>()（）「」、。\"']+")


def _bare_links(text: str) -> list[str]:
    return [found.rstrip(".,;:") for found in _LINK.findall(text)]


def text_of(block: Block) -> str:
    """The block as plain text, for reading beside the steps."""
    match block:
        case Paragraph() | Heading() | Verbatim():
            return block.text
        case Fence():
            return block.content.rstrip()
        case Table():
            return "\n".join(" | ".join(row) for row in (block.header, *block.rows))
        case Listing():
            return "\n".join(_lines_of_list(block))
        case Comment():
            return ""


def _lines_of_list(listing: Listing) -> Sequence[str]:
    lines: list[str] = []
    for number, item in enumerate(listing.items, 1):
        mark = f"{number}." if listing.is_ordered else "-"
        text = "\n".join(text_of(block) for block in item.blocks).strip("\n")
        indented = text.replace("\n", "\n  ")
        lines.append(f"{mark} {indented}".rstrip())
    return lines
