"""The scene: everything that the panes show, at one moment, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.header import Situation
from eventa_cockpit.widgets.view.progress import Checklist

if TYPE_CHECKING:
    from eventa_cockpit.domain.deadline import Deadline
    from eventa_cockpit.domain.event import Event
    from eventa_cockpit.domain.incident import Incident
    from eventa_cockpit.domain.matching import Offer
    from eventa_cockpit.domain.preflight import Preflight
    from eventa_cockpit.domain.run import RunStatus
    from eventa_cockpit.domain.runbook import Library
    from eventa_cockpit.widgets.view.leading import Lead

_FED_BY: Mapping[Pane, tuple[str, ...]] = {
    Pane.LOGS: ("logs",),
    Pane.ON_CALL: ("on_call", "pages"),
    Pane.SLO: ("slo", "metrics"),
}
"""Panes of which a team may have none → the feeds that fill them."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of watching and acting."""

    environment: Environment
    service: str
    zone: tzinfo
    now: datetime
    board: Board = field(default_factory=Board)
    library: Library | None = None
    """None until it has been read."""
    offers: Mapping[str, Offer | None] = field(default_factory=lambda: MappingProxyType({}))
    """Alert fingerprint → the runbook that answers it best, and why."""
    incident: str = ""
    title: str = ""
    began_at: datetime | None = None
    is_in_control: bool = False
    checklist: Checklist = field(default_factory=Checklist)
    events: tuple[Event, ...] = ()
    lead: Lead | None = None
    """What there is to say of an open incident besides its steps."""
    preflight: Preflight | None = None
    """Of the runbook in front, as far as it is known."""

    @property
    def absent(self) -> frozenset[Pane]:
        """Panes that nothing is configured for, so that nobody needs to look at them."""
        return frozenset(pane for pane, keys in _FED_BY.items() if not any(key in self.board.feeds for key in keys))

    def step_title(self, runbook_id: str, step_id: str) -> str:
        """Number and title of a step, or its ids where the runbook is not in the library any more."""
        runbook = self.library.runbook(runbook_id) if self.library is not None else None
        step = runbook.step(step_id) if runbook is not None else None
        return f"{step.number} {step.title}" if step is not None else f"{runbook_id} {step_id}"

    def situation(self) -> Situation:
        """What the header says of it."""
        following = self.checklist.next_step
        runbook = self.checklist.runbook
        return Situation(
            environment=self.environment,
            service=self.service,
            zone=self.zone,
            now=self.now,
            is_in_control=self.is_in_control,
            incident=self.incident,
            title=self.title or (_("untitled") if self.incident else ""),
            began_at=self.began_at,
            runbook=runbook.title if runbook is not None else "",
            next_step=f"{following.number} {following.title}" if following is not None else "",
            is_stopped=self.checklist.is_stopped,
            progress=self.checklist.progress,
            board=self.board,
            lead=self.lead,
        )


def with_incident(scene: Scene, incident: Incident, runs: Mapping[str, RunStatus], *, is_in_control: bool) -> Scene:
    """The scene with everything that the incident says; `runs` is what was last seen of the live ones."""
    runbook = scene.library.runbook(incident.active_runbook) if scene.library is not None else None
    records = {step: record for (book, step), record in incident.steps.items() if book == incident.active_runbook}
    return replace(
        scene,
        incident=incident.id,
        title=incident.title,
        began_at=incident.began_at,
        is_in_control=is_in_control,
        checklist=Checklist(runbook, MappingProxyType(records), runs),
        events=incident.timeline,
    )


def with_lead(scene: Scene, incident: Incident, deadlines: tuple[Deadline, ...], untended: str) -> Scene:
    """The scene with who leads, what runs out and what is owed; nothing of that once the incident is closed."""
    from eventa_cockpit.widgets.view.leading import lead_of

    lead = lead_of(incident, deadlines, scene.now, untended) if incident.is_open else None
    return replace(scene, lead=lead)
