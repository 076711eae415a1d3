"""One responder's desk: what is watched, which runbooks there are, and the session once there is an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from eventa_cockpit.domain.alert import Alert, AlertList
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.matching import Match, match
from eventa_cockpit.domain.runbook import Library, Runbook
from eventa_cockpit.services.board import BoardService

if TYPE_CHECKING:
    from eventa_cockpit.runner.indexing import Indexer
    from eventa_cockpit.runner.output import OutputLog
    from eventa_cockpit.services.incidents import Incidents
    from eventa_cockpit.services.session import Session

FOLLOW_S = 0.5
"""How often runs and other sessions are looked at."""

Clock = Callable[[], datetime]
Listener = Callable[[], None]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """What the screen needs, in one place. Create and use it on one event loop."""

    def __init__(
        self,
        environment: Environment,
        service: str,
        zone: tzinfo,
        library: Library,
        board: BoardService,
        incidents: Incidents,
        *,
        clock: Clock = utc_now,
        on_close: Listener = lambda: None,
    ) -> None:
        self.environment = environment
        self.service = service
        self.zone = zone
        self.library = library
        self.board = board
        self.clock = clock
        self.session: Session | None = None
        """None until there is an incident."""
        self._incidents = incidents
        self._on_close = on_close
        self._indexer: Indexer | None = None
        self._log: OutputLog | None = None
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Calls `listener` on the event loop after each change of the incident."""
        self._listeners.append(listener)

    def matches(self, alerts: AlertList | None) -> tuple[Match, ...]:
        """Runbooks that answer what is firing, best first."""
        return match(alerts, self.library) if alerts is not None else ()

    def best_runbook(self, alert: Alert) -> Runbook | None:
        found = next(iter(match(AlertList((alert,)), self.library)), None)
        return self.library.runbook(found.runbook_id) if found is not None else None

    async def resume(self) -> None:
        """Go on where the newest open incident of this environment stands; without one, just watch."""
        session = await self._incidents.resume()
        if session is not None:
            self._take(session)

    async def begin(self, runbook: Runbook, alert: Alert | None) -> Session:
        """The session of the incident; declares one when there is none. Raises JournalError."""
        if self.session is None or not self.session.incident.is_open:
            self._take(await self._incidents.declare(_title(runbook, alert), alert=alert))
        assert self.session is not None
        return self.session

    async def follow(self) -> None:
        """Keep looking at runs and other sessions until cancelled."""
        while True:
            await asyncio.sleep(FOLLOW_S)
            if self.session is not None:
                await self.session.refresh()

    def output(self, run_id: str) -> OutputLog | None:
        """The output of a run, indexed from now on in the background."""
        from eventa_cockpit.runner.indexing import Indexer
        from eventa_cockpit.runner.output import OutputLog

        if self.session is None:
            return None
        if self._indexer is None:
            self._indexer = Indexer()
        if self._log is not None:
            self._indexer.unwatch(self._log)
        self._log = OutputLog.of_run(self.session.run_folder(run_id))
        self._indexer.watch(self._log)
        return self._log

    def close(self) -> None:
        """Let go of everything; runs go on."""
        if self._indexer is not None:
            self._indexer.close()
        if self.session is not None:
            self.session.close()
        self._on_close()

    def _take(self, session: Session) -> None:
        self.session = session
        session.subscribe(self._tell)
        self._tell(session.incident)

    def _tell(self, _incident: Incident) -> None:
        for listener in self._listeners:
            listener()


def _title(runbook: Runbook, alert: Alert | None) -> str:
    """What an incident is called until somebody finds better words: what hurts, else what is being done."""
    return (alert.summary or alert.name) if alert is not None else runbook.title
