"""What a file says around its runbooks: who is on call, where things are, and the service level it holds itself to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eventa_cockpit.domain.runbook import OnCallEntry, ServiceObjectives
from eventa_cockpit.runbook.escalation import on_call_entry
from eventa_cockpit.runbook.markdown import Listing, Paragraph, Table
from eventa_cockpit.runbook.phases import speaks_of_on_call
from eventa_cockpit.runbook.sections import Section
from eventa_cockpit.runbook.steps import item_title
from eventa_cockpit.runbook.thresholds import error_budget_in, thresholds_in

_REFERENCE_WORDS = (
    "参照",
    "参考",
    "リンク",
    "関連情報",
    "reference",
    "link",
    "resource",
    "dashboard",
    "where things are",
)
_OBJECTIVE_WORDS = ("slo", "サービスレベル", "service level", "error budget", "errorbudget", "エラーバジェット")


def on_call_of(sections: Sequence[Section]) -> tuple[OnCallEntry, ...]:
    """Bullets or table rows under a heading that speaks of being on call."""
    entries: list[OnCallEntry] = []
    for section in sections:
        if not speaks_of_on_call(section.title):
            continue
        for block in section.blocks:
            if isinstance(block, Listing) and not block.is_ordered:
                found = (on_call_entry(item_title(item)) for item in block.items)
                entries += [entry for entry in found if entry is not None]
            elif isinstance(block, Table):
                entries += [OnCallEntry(row[0], row[1]) for row in block.rows if len(row) > 1 and row[0] and row[1]]
    return tuple(entries)


def references_of(sections: Sequence[Section]) -> tuple[tuple[str, str], ...]:
    """Rows of two-column tables under a heading that speaks of references."""
    return tuple(
        (row[0], row[1])
        for section in sections
        if any(word in section.title.casefold() for word in _REFERENCE_WORDS)
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        if len(row) > 1 and row[0]
    )


def objectives_of(sections: Sequence[Section]) -> ServiceObjectives:
    """Thresholds and the budget from the lines that speak of the service level."""
    texts = [text for section in sections for text in _lines(section) if _speaks_of_objectives(text)]
    budgets = (error_budget_in(text) for text in texts)
    return ServiceObjectives(
        thresholds=tuple(dict.fromkeys(threshold for text in texts for threshold in thresholds_in(text))),
        error_budget=next((budget for budget in budgets if budget is not None), None),
    )


def _speaks_of_objectives(text: str) -> bool:
    words = text.casefold()
    return any(word in words for word in _OBJECTIVE_WORDS)


def _lines(section: Section) -> Iterator[str]:
    """Plain paragraphs, bullets and table rows; steps are not looked into."""
    under = section.title if _speaks_of_objectives(section.title) else ""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield f"{under} {block.text}".strip() if under else block.text
        elif isinstance(block, Table):
            yield from (" ".join(row) for row in block.rows)
        elif isinstance(block, Listing) and not block.is_ordered:
            yield from (item_title(item) for item in block.items)
