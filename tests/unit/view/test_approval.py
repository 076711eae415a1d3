"""What stays in sight of a dialog before a step runs, whatever the size of the terminal and of the text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.snapshot.frozen import proposal

from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.widgets.view.approval import LEAST, Arrangement, Proposal, arranged
from eventa_cockpit.widgets.view.lines import Role, Span

LONG = Span("\n".join(f"echo {number}" for number in range(200)), Role.COMMAND)


@pytest.fixture
def long_proposal() -> Proposal:
    return replace(proposal(), spans=[LONG], environment=Environment("prod", is_production=True))


def text(lines: Arrangement, *parts: str) -> str:
    return "\n".join(line.text for part in parts for line in getattr(lines, part))


def test_a_long_command_scrolls_and_everything_else_stays(long_proposal: Proposal) -> None:
    rows = arranged(long_proposal, 68, 15)

    pinned = text(rows, "above", "below")
    assert all(word in pinned for word in ("where", "risk", "undo", "at most", "expects"))
    assert "echo" not in pinned
    assert len(rows.above) + rows.room + len(rows.below) == 15
    assert rows.room >= LEAST


@pytest.mark.parametrize("height", range(9, 15))
def test_where_the_risk_and_the_way_back_are_the_last_to_scroll(long_proposal: Proposal, height: int) -> None:
    rows = arranged(long_proposal, 68, height)

    assert all(word in text(rows, "above", "below") for word in ("PROD", "where", "risk", "undo"))
    assert rows.room >= LEAST


@pytest.mark.parametrize("height", range(-3, 40))
@pytest.mark.parametrize("width", [34, 68, 106])
def test_nothing_is_lost_and_the_rows_are_no_more_than_asked(long_proposal: Proposal, width: int, height: int) -> None:
    warned = replace(long_proposal, warnings=["Look twice."], blocked="You only watch.", changes=["-a", "+b"])
    rows = arranged(warned, width, height)
    shown = text(rows, "above", "scrolled", "below")

    assert all(word in shown for word in ("Look twice.", "You only watch.", "+b", "echo 199", "where", "expects"))
    assert len(rows.above) + min(rows.room, len(rows.scrolled)) + len(rows.below) <= max(height, 1)
