"""From the text of a Markdown file to runbooks. Pure and total: any text gives some contents and never an error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType

from eventa_cockpit.cleaning import clean
from eventa_cockpit.domain.runbook import (
    EscalationRule,
    Parameter,
    Phase,
    PhaseKind,
    Problem,
    Runbook,
    Schedule,
    Signal,
    Step,
)
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.contents import FileContents, Remark
from eventa_cockpit.runbook.escalation import escalation_rule
from eventa_cockpit.runbook.frontmatter import FrontMatter, read_front_matter, split_front_matter
from eventa_cockpit.runbook.markdown import Block, Fence, Line, Listing, Paragraph, blocks_of
from eventa_cockpit.runbook.phases import clean_title, phase_in_item, phase_kind, speaks_of_escalation
from eventa_cockpit.runbook.reference import objectives_of, on_call_of, references_of
from eventa_cockpit.runbook.schedule import is_frequency_key, parse_schedule
from eventa_cockpit.runbook.sections import Section, section_tree
from eventa_cockpit.runbook.steps import Collected, Draft, collect, item_title, text_of
from eventa_cockpit.runbook.thresholds import thresholds_in


def parse_text(text: str, file: str) -> FileContents:
    """Contents of a file named `file`; nothing is read from the disk."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    yaml_text, body = split_front_matter(text)
    front, problems = read_front_matter(yaml_text, file)
    root = section_tree(blocks_of(body))
    reading = _Reading(file, front)
    runbooks = tuple(reading.runbooks(root))
    sections = tuple(root.all())
    return FileContents(
        runbooks=runbooks,
        escalation=tuple(dict.fromkeys(reading.rules(root))),
        on_call=on_call_of(sections),
        references=references_of(sections),
        objectives=objectives_of(sections),
        problems=(*problems, *(_unclosed(fence, file) for section in sections for fence in _fences(section.blocks))),
        remarks=tuple(reading.remarks),
    )


def _unclosed(fence: Fence, file: str) -> Problem:
    message = _("The code fence that opens here is never closed, so its commands cannot be run; add a closing fence.")
    return Problem(file, fence.line, message)


def _fences(blocks: Iterable[Block]) -> Iterator[Fence]:
    pending = list(blocks)
    while pending:
        block = pending.pop()
        if isinstance(block, Fence) and not block.is_closed:
            yield block
        elif isinstance(block, Listing):
            pending.extend(inner for item in block.items for inner in item.blocks)


@dataclass(slots=True)
class _PhaseDraft:
    kind: PhaseKind | None
    """None for the part before any phase, which becomes a procedure when it has steps."""
    title: str
    line: int
    found: Collected


@dataclass(slots=True)
class _Reading:
    """One file being read: sections become runbooks and phases."""

    file: str
    front: FrontMatter
    remarks: list[Remark] = field(default_factory=list)

    def runbooks(self, section: Section) -> Iterator[Runbook]:
        """The section's own runbook, if its steps or its phases make it one, then those below it."""
        shape = self._shape(section)
        if shape.is_runbook:
            yield self._runbook(section, shape)
            rest = shape.separate
        else:
            rest = [child for child in section.children if child in shape.separate or child in shape.others]
        for child in rest:
            yield from self.runbooks(child)

    def rules(self, section: Section, *, inherited: bool = False) -> Iterator[EscalationRule]:
        is_policy = inherited or speaks_of_escalation(section.title)
        for group in _groups(section.blocks):
            if is_policy or group.kind is PhaseKind.ESCALATE:
                yield from _policy_rules(group.blocks)
        for child in section.children:
            yield from self.rules(child, inherited=is_policy)

    def _shape(self, section: Section) -> _Shape:
        shape = _Shape(own=self._own_phases(section, None))
        for child in section.children:
            kind = phase_kind(child.title)
            if kind is not None and not self._is_container(child):
                shape.phased.append((child, self._phases(child, kind)))
            elif self._has_phases(child):
                shape.separate.append(child)
            else:
                shape.others.append(child)
                shape.other_phases.append((child, self._phases(child, PhaseKind.PROCEDURE)))
        return shape

    def _is_container(self, section: Section) -> bool:
        """`手順` over several procedures, each with phases of its own, is no phase."""
        return any(len(self._kinds_in(child)) > 1 for child in section.children if phase_kind(child.title) is None)

    def _has_phases(self, section: Section) -> bool:
        kinds = self._kinds_in(section)
        if not kinds:
            return any(self._has_phases(child) for child in section.children)
        return any(_steps(draft) for draft in self._phases(section, PhaseKind.PROCEDURE))

    def _kinds_in(self, section: Section) -> set[PhaseKind]:
        bold = {group.kind for group in _groups(section.blocks) if group.kind is not None}
        return bold | {kind for child in section.children if (kind := phase_kind(child.title)) is not None}

    def _own_phases(self, section: Section, kind: PhaseKind | None) -> list[_PhaseDraft]:
        drafts = []
        for group in _groups(section.blocks):
            title = group.title or clean_title(section.title)
            is_policy = speaks_of_escalation(title) or PhaseKind.ESCALATE in {group.kind, kind}
            blocks = _without_policy(group.blocks) if is_policy else group.blocks
            found = collect(blocks, title or self._fallback_title())
            drafts.append(_PhaseDraft(group.kind or kind, title, group.line or section.line, found))
        return [part for draft in drafts for part in _split_by_items(draft)]

    def _phases(self, section: Section, kind: PhaseKind) -> list[_PhaseDraft]:
        """The section and everything under it, each heading a phase of its own."""
        own = self._own_phases(section, kind)
        if section.children and own and _is_empty(own[0]):
            own = own[1:]
        below = [draft for child in section.children for draft in self._phases(child, phase_kind(child.title) or kind)]
        return own + below

    def _fallback_title(self) -> str:
        return self.front.title or PurePath(self.file).stem

    def _runbook(self, section: Section, shape: _Shape) -> Runbook:
        lead, *bold = shape.own or [_PhaseDraft(None, "", 1, Collected())]
        facts, texts = _facts(_introduction(section))
        schedule = _schedule(facts)
        drafts = [lead] if lead.found.steps else []
        drafts += bold
        drafts += [draft for child in section.children for draft in shape.phases_of(child)]
        for draft in drafts:
            self.remarks.extend(draft.found.remarks)
        title = self._title(section)
        plain = [text for draft in drafts if not _steps(draft) and draft.kind is None for text in draft.found.texts]
        return Runbook(
            id=slug(title),
            title=title,
            file=self.file,
            line=section.line,
            text=clean("\n".join(text for text in (*texts, *plain) if text)),
            facts=MappingProxyType(facts),
            schedule=schedule,
            signals=tuple(signal for draft in drafts for signal in _signals(draft)),
            phases=tuple(_numbered(drafts, self.front)),
            alerts=self.front.alerts,
            parameters=self.front.parameters,
            dashboards=self.front.dashboards,
            owner=self.front.owner,
            reviewed=self.front.reviewed,
        )

    def _title(self, section: Section) -> str:
        if section.title:
            return clean_title(section.title) or section.title
        first = section.children[0] if section.children else None
        if first is not None and phase_kind(first.title) is None:
            return clean_title(first.title) or self._fallback_title()
        return self._fallback_title()


@dataclass(slots=True)
class _Shape:
    """What a section and its children hold, before it is decided which of them are runbooks."""

    own: list[_PhaseDraft]
    phased: list[tuple[Section, list[_PhaseDraft]]] = field(default_factory=list)
    """Children whose heading is in the lexicon."""
    separate: list[Section] = field(default_factory=list)
    """Children with phases of their own: runbooks in any case."""
    others: list[Section] = field(default_factory=list)
    other_phases: list[tuple[Section, list[_PhaseDraft]]] = field(default_factory=list)

    @property
    def is_runbook(self) -> bool:
        own_steps = any(_steps(draft) for draft in self.own)
        phase_steps = any(_steps(draft) for _, drafts in self.phased for draft in drafts)
        other_steps = any(_steps(draft) for _, drafts in self.other_phases for draft in drafts)
        has_phases = bool(self.phased) or any(draft.kind is not None for draft in self.own)
        return own_steps or phase_steps or (has_phases and other_steps)

    def phases_of(self, child: Section) -> list[_PhaseDraft]:
        """The child's phases; a child that is only text is text of the runbook."""
        for section, drafts in self.phased:
            if section is child:
                return drafts
        for section, drafts in self.other_phases:
            if section is child:
                if any(_steps(draft) for draft in drafts):
                    return drafts
                texts = [text for draft in drafts for text in (draft.title, *draft.found.texts)]
                return [_PhaseDraft(None, child.title, child.line, Collected(texts=texts))]
        return []


@dataclass(frozen=True, slots=True)
class _Group:
    """Blocks under one bold phase line, or before the first."""

    kind: PhaseKind | None
    title: str
    line: int
    blocks: tuple[Block, ...]


def _groups(blocks: Sequence[Block]) -> list[_Group]:
    groups: list[_Group] = []
    kind: PhaseKind | None = None
    title, line = "", 0
    current: list[Block] = []
    for block in blocks:
        opened = _bold_phase(block)
        if opened is None:
            current.append(block)
            continue
        groups.append(_Group(kind, title, line, tuple(current)))
        kind, title, rest = opened
        line = block.line
        current = [rest] if rest is not None else []
    groups.append(_Group(kind, title, line, tuple(current)))
    return groups


def _bold_phase(block: Block) -> tuple[PhaseKind, str, Paragraph | None] | None:
    """A paragraph that opens with a line of nothing but bold words from the lexicon."""
    if not isinstance(block, Paragraph):
        return None
    first, *others = block.lines
    if not first.bold or first.rest.strip(" \t\u3000:：*"):
        return None
    kind = phase_kind(first.bold)
    if kind is None:
        return None
    rest = Paragraph(tuple(others), block.line + 1, block.links) if others else None
    return kind, clean_title(first.bold), rest


def _split_by_items(draft: _PhaseDraft) -> list[_PhaseDraft]:
    """Steps that name their own phase, `[検出と分析] …`, go to a phase of that name."""
    parts = [draft]
    steps, draft.found.steps = draft.found.steps, []
    for step in steps:
        named = phase_in_item(step.title)
        if named is None:
            parts[-1].found.steps.append(step)
            continue
        kind, title, rest = named
        if parts[-1].title != title or parts[-1] is draft:
            parts.append(_PhaseDraft(kind, title, step.line, Collected()))
        step.title = rest or step.title
        parts[-1].found.steps.append(step)
    return parts


def _steps(draft: _PhaseDraft) -> list[Draft]:
    return draft.found.steps


def _is_empty(draft: _PhaseDraft) -> bool:
    return not (draft.found.steps or draft.found.bullets or any(draft.found.texts))


def _numbered(drafts: Iterable[_PhaseDraft], front: FrontMatter) -> Iterator[Phase]:
    """Phases with their steps' identifiers: `mitigate.2`, and `mitigate-2.1` in a second phase of the kind."""
    seen: dict[PhaseKind, int] = {}
    shared = front.parameters.get("*", {})
    for draft in drafts:
        if draft.kind is None and not draft.found.steps:
            continue
        kind = draft.kind or PhaseKind.PROCEDURE
        seen[kind] = seen.get(kind, 0) + 1
        prefix = kind.value if seen[kind] == 1 else f"{kind.value}-{seen[kind]}"
        steps = [step.finish(f"{prefix}.{number}", str(number)) for number, step in enumerate(draft.found.steps, 1)]
        bullets = () if kind is PhaseKind.DETECT else tuple(draft.found.bullets)
        texts = [*draft.found.texts, text_of(Listing(bullets, draft.line, is_ordered=False))]
        yield Phase(
            kind=kind,
            title=draft.title,
            line=draft.line,
            text=clean("\n".join(text for text in texts if text)),
            steps=tuple(_with_defaults(step, shared) for step in steps) if shared else tuple(steps),
        )


def _with_defaults(step: Step, shared: Mapping[str, str]) -> Step:
    commands = tuple(
        replace(command, parameters=tuple(_with_default(entry, shared) for entry in command.parameters))
        for command in step.commands
    )
    return replace(step, commands=commands, substeps=tuple(_with_defaults(entry, shared) for entry in step.substeps))


def _with_default(parameter: Parameter, shared: Mapping[str, str]) -> Parameter:
    if parameter.default is not None or parameter.is_secret or parameter.name not in shared:
        return parameter
    return replace(parameter, default=shared[parameter.name])


def _signals(draft: _PhaseDraft) -> Iterator[Signal]:
    if draft.kind is not PhaseKind.DETECT:
        return
    for item in draft.found.bullets:
        text = item_title(item)
        if text:
            yield Signal(text, next(iter(thresholds_in(text)), None))


def _introduction(section: Section) -> Sequence[Block]:
    """The blocks before the first phase, step list or fence."""
    blocks = _groups(section.blocks)[0].blocks
    for number, block in enumerate(blocks):
        is_plain_list = isinstance(block, Listing) and not block.is_ordered
        if isinstance(block, (Listing, Fence)) and not is_plain_list:
            return blocks[:number]
    return blocks


def _facts(blocks: Sequence[Block]) -> tuple[dict[str, str], list[str]]:
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


def _schedule(facts: dict[str, str]) -> Schedule | None:
    return next((parse_schedule(value) for key, value in facts.items() if is_frequency_key(key)), None)


def _policy_rules(blocks: Iterable[Block]) -> Iterator[EscalationRule]:
    for block in blocks:
        if isinstance(block, Listing) and _is_policy(block):
            rules = (escalation_rule(item_title(item)) for item in block.items)
            yield from (rule for rule in rules if rule is not None)


def _without_policy(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if not (isinstance(block, Listing) and _is_policy(block)))


def _is_policy(listing: Listing) -> bool:
    """At least half of the items set a timer."""
    timers = sum(escalation_rule(item_title(item)) is not None for item in listing.items)
    return timers > 0 and timers * 2 >= len(listing.items)


def slug(title: str) -> str:
    """A title as an identifier, in its own script: `決済サービス障害時`, `high-cpu`."""
    normal = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[^\w]+", "-", normal).strip("-_") or "runbook"
