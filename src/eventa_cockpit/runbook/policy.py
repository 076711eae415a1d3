"""The escalation policy among the blocks of a section: a list of delays is timers, never steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eventa_cockpit.domain.runbook import EscalationRule
from eventa_cockpit.runbook.escalation import escalation_rule
from eventa_cockpit.runbook.markdown import Block, Listing
from eventa_cockpit.runbook.steps import item_title


def policy_rules(blocks: Iterable[Block]) -> Iterator[EscalationRule]:
    for block in blocks:
        if isinstance(block, Listing) and _is_policy(block):
            rules = (escalation_rule(item_title(item)) for item in block.items)
            yield from (rule for rule in rules if rule is not None)


def without_policy(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if not (isinstance(block, Listing) and _is_policy(block)))


def _is_policy(listing: Listing) -> bool:
    """At least half of the items set a timer."""
    timers = sum(escalation_rule(item_title(item)) is not None for item in listing.items)
    return timers > 0 and timers * 2 >= len(listing.items)
