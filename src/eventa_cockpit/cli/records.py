"""The record as the commands read it: without joining an incident, and without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eventa_cockpit.config import Config, state_folder
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventa_cockpit.domain.event import Event
    from eventa_cockpit.domain.incident import Incident
    from eventa_cockpit.domain.runbook import Library
    from eventa_cockpit.journal.store import Store


def history(config: Config) -> Store:
    """Where incidents are recorded."""
    from eventa_cockpit.services.storing import store_for

    return store_for(config, state_folder(config))


def incident_of(config: Config, name: str) -> tuple[Incident, Library]:
    """One incident as it stands on record, and the runbooks. Raises ConfigError when there is no such incident."""
    from eventa_cockpit.domain.incident import fold
    from eventa_cockpit.services.incidents import new_responder
    from eventa_cockpit.services.opening import library_of

    store = history(config)
    if name not in store.names():
        raise ConfigError(_("There is no incident {incident} in {folder}.").format(incident=name, folder=store.place))
    journal = store.journal(name, new_responder(config.responder))
    try:
        return fold(journal.read()), library_of(config, state_folder(config))
    finally:
        journal.close()


def zone_of(config: Config) -> ZoneInfo:
    return ZoneInfo(config.timezone)


def sayer(library: Library) -> Callable[[Event], str]:
    """Says an event as the timeline does, steps by their titles."""
    from eventa_cockpit.widgets.view.timeline import sentence

    def title(runbook_id: str, step_id: str) -> str:
        runbook = library.runbook(runbook_id)
        step = runbook.step(step_id) if runbook is not None else None
        return f"{step.number} {step.title}" if step is not None else f"{runbook_id} {step_id}"

    return lambda event: sentence(event, title)[0]
