"""From the text of a Markdown file to runbooks. Pure and total: any text gives some contents and never an error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType

from eventa_cockpit.cleaning import clean
from eventa_cockpit.domain.runbook import EscalationRule, PhaseKind, Problem, Runbook
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.contents import FileContents, Remark
from eventa_cockpit.runbook.facts import facts_of, introduction, schedule_of
from eventa_cockpit.runbook.frontmatter import FrontMatter, read_front_matter, split_front_matter
from eventa_cockpit.runbook.markdown import Block, Fence, Listing, blocks_of
from eventa_cockpit.runbook.phases import clean_title, phase_kind, speaks_of_escalation
from eventa_cockpit.runbook.phasing import PhaseDraft, groups_of, is_empty, numbered_phases, signals_of, split_by_items
from eventa_cockpit.runbook.policy import policy_rules, without_policy
from eventa_cockpit.runbook.reference import objectives_of, on_call_of, references_of
from eventa_cockpit.runbook.sections import Section, section_tree
from eventa_cockpit.runbook.steps import Collected, collect, text_of


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
        for group in groups_of(section.blocks):
            if is_policy or group.kind is PhaseKind.ESCALATE:
                yield from policy_rules(group.blocks)
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
        return any(draft.found.steps for draft in self._phases(section, PhaseKind.PROCEDURE))

    def _kinds_in(self, section: Section) -> set[PhaseKind]:
        bold = {group.kind for group in groups_of(section.blocks) if group.kind is not None}
        return bold | {kind for child in section.children if (kind := phase_kind(child.title)) is not None}

    def _own_phases(self, section: Section, kind: PhaseKind | None) -> list[PhaseDraft]:
        drafts = []
        for group in groups_of(section.blocks):
            title = group.title or clean_title(section.title)
            is_policy = speaks_of_escalation(title) or PhaseKind.ESCALATE in {group.kind, kind}
            blocks = without_policy(group.blocks) if is_policy else group.blocks
            found = collect(blocks, title or self._fallback_title())
            drafts.append(PhaseDraft(group.kind or kind, title, group.line or section.line, found))
        return [part for draft in drafts for part in split_by_items(draft)]

    def _phases(self, section: Section, kind: PhaseKind) -> list[PhaseDraft]:
        """The section and everything under it, each heading a phase of its own."""
        own = self._own_phases(section, kind)
        if section.children and own and is_empty(own[0]):
            own = own[1:]
        below = [draft for child in section.children for draft in self._phases(child, phase_kind(child.title) or kind)]
        return own + below

    def _fallback_title(self) -> str:
        return self.front.title or PurePath(self.file).stem

    def _runbook(self, section: Section, shape: _Shape) -> Runbook:
        lead, *bold = shape.own or [PhaseDraft(None, "", 1, Collected())]
        opening = introduction(groups_of(section.blocks)[0].blocks)
        facts, texts = facts_of(opening)
        opened = {text_of(block) for block in opening}
        lead.found.texts = [text for text in lead.found.texts if text not in opened]
        drafts = [lead] if lead.found.steps else []
        drafts += bold
        drafts += [draft for child in section.children for draft in shape.phases_of(child)]
        for draft in drafts:
            self.remarks.extend(draft.found.remarks)
        title = self._title(section)
        plain = [text for draft in drafts if not draft.found.steps and draft.kind is None for text in draft.found.texts]
        return Runbook(
            id=slug(title),
            title=title,
            file=self.file,
            line=section.line,
            text=clean("\n".join(text for text in (*texts, *plain) if text)),
            facts=MappingProxyType(facts),
            schedule=schedule_of(facts),
            signals=tuple(signal for draft in drafts for signal in signals_of(draft)),
            phases=tuple(numbered_phases(drafts, self.front.parameters.get("*", {}))),
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

    own: list[PhaseDraft]
    phased: list[tuple[Section, list[PhaseDraft]]] = field(default_factory=list)
    """Children whose heading is in the lexicon."""
    separate: list[Section] = field(default_factory=list)
    """Children with phases of their own: runbooks in any case."""
    others: list[Section] = field(default_factory=list)
    other_phases: list[tuple[Section, list[PhaseDraft]]] = field(default_factory=list)

    @property
    def is_runbook(self) -> bool:
        own_steps = any(draft.found.steps for draft in self.own)
        phase_steps = any(draft.found.steps for _, drafts in self.phased for draft in drafts)
        other_steps = any(draft.found.steps for _, drafts in self.other_phases for draft in drafts)
        has_phases = bool(self.phased) or any(draft.kind is not None for draft in self.own)
        return own_steps or phase_steps or (has_phases and other_steps)

    def phases_of(self, child: Section) -> list[PhaseDraft]:
        """The child's phases; a child that is only text is text of the runbook."""
        for section, drafts in self.phased:
            if section is child:
                return drafts
        for section, drafts in self.other_phases:
            if section is child:
                if any(draft.found.steps for draft in drafts):
                    return drafts
                texts = [text for draft in drafts for text in (draft.title, *draft.found.texts)]
                return [PhaseDraft(None, child.title, child.line, Collected(texts=texts))]
        return []


def slug(title: str) -> str:
    """A title as an identifier, in its own script: `決済サービス障害時`, `high-cpu`."""
    normal = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[^\w]+", "-", normal).strip("-_") or "runbook"
