"""The phases of one section while they are being put together, and their final numbering."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eventa_cockpit.cleaning import clean
from eventa_cockpit.domain.runbook import Parameter, Phase, PhaseKind, Signal, Step
from eventa_cockpit.runbook.markdown import Block, Listing, Paragraph
from eventa_cockpit.runbook.phases import clean_title, phase_in_item, phase_kind
from eventa_cockpit.runbook.steps import Collected, item_title, text_of
from eventa_cockpit.runbook.thresholds import thresholds_in


@dataclass(slots=True)
class PhaseDraft:
    """A phase whose steps are not numbered yet."""

    kind: PhaseKind | None
    """None for the part before any phase, which becomes a procedure when it has steps."""
    title: str
    line: int
    found: Collected


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks under one bold phase line, or before the first."""

    kind: PhaseKind | None
    title: str
    line: int
    blocks: tuple[Block, ...]


def groups_of(blocks: Sequence[Block]) -> list[Group]:
    """The blocks by the bold phase lines among them; the first group is what stands before any."""
    groups: list[Group] = []
    kind: PhaseKind | None = None
    title, line = "", 0
    current: list[Block] = []
    for block in blocks:
        opened = _bold_phase(block)
        if opened is None:
            current.append(block)
            continue
        groups.append(Group(kind, title, line, tuple(current)))
        kind, title, rest = opened
        line = block.line
        current = [rest] if rest is not None else []
    groups.append(Group(kind, title, line, tuple(current)))
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


def split_by_items(draft: PhaseDraft) -> list[PhaseDraft]:
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
            parts.append(PhaseDraft(kind, title, step.line, Collected()))
        step.title = rest or step.title
        parts[-1].found.steps.append(step)
    return parts


def is_empty(draft: PhaseDraft) -> bool:
    return not (draft.found.steps or draft.found.bullets or any(draft.found.texts))


def numbered_phases(drafts: Iterable[PhaseDraft], shared: Mapping[str, str]) -> Iterator[Phase]:
    """Phases with their steps' identifiers: `mitigate.2`, and `mitigate-2.1` in a second phase of the kind.

    `shared` are the defaults that the file gives for all environments.
    """
    seen: dict[PhaseKind, int] = {}
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


def signals_of(draft: PhaseDraft) -> Iterator[Signal]:
    """The bullets of a detect phase."""
    if draft.kind is not PhaseKind.DETECT:
        return
    for item in draft.found.bullets:
        text = item_title(item)
        if text:
            yield Signal(text, next(iter(thresholds_in(text)), None))
