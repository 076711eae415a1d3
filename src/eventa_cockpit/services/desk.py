"""One responder's desk: what is watched, which runbooks there are, and the session once there is an incident.

Making a desk is cheap; what is dear to import or to read comes with `open`, in a thread, behind the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.environment import Environment

if TYPE_CHECKING:
    from eventa_cockpit.domain.alert import Alert, AlertList
    from eventa_cockpit.domain.incident import Incident
    from eventa_cockpit.domain.matching import Match, Offer
    from eventa_cockpit.domain.preflight import Preflight
    from eventa_cockpit.domain.runbook import Library, Runbook
    from eventa_cockpit.runner.indexing import Indexer
    from eventa_cockpit.runner.output import OutputLog
    from eventa_cockpit.services.incidents import Incidents, IncidentSummary
    from eventa_cockpit.services.keeping import BoardKeeper
    from eventa_cockpit.services.paging import Pager, Paging
    from eventa_cockpit.services.preflight.remembering import Preflights
    from eventa_cockpit.services.session import Session
    from eventa_cockpit.services.silencing import Silences, Silencing
    from eventa_cockpit.services.steering import Steering

LOOKED_UP = 30
"""Alerts, the most urgent first, for which a runbook is looked up unasked."""
FOLLOW_S = 0.5
"""How often runs and other sessions are looked at."""
TEND_S = 2.0
"""How often deadlines and waiting messages are looked at."""

Clock = Callable[[], datetime]
Listener = Callable[[], None]


class Contents(NamedTuple):
    """What lies on an open desk."""

    library: Library
    poller: BoardKeeper
    incidents: Incidents
    close: Listener = lambda: None
    steer: Callable[[Session], Steering] | None = None
    """Puts together what a session can do about its incident besides its steps."""
    logout_warning: Callable[[], str] = lambda: ""
    """What to tell before a step starts that a log-out would end; empty where all is well."""
    pager: Pager | None = None
    """What pages are answered with; None where no paging service is configured."""
    preflights: Preflights | None = None
    """None where no runbook is looked at before its first step."""
    silences: Mapping[str, Silences] = MappingProxyType({})
    """Key of a feed → where its alerts are silenced."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """What the screen needs, in one place. Create and use it on one event loop."""

    def __init__(
        self,
        environment: Environment,
        service: str,
        zone: tzinfo,
        expected: Board,
        fetch: Callable[[], Contents],
        *,
        clock: Clock = utc_now,
    ) -> None:
        """`expected` has an empty feed for every upstream that will be watched; `fetch` may block."""
        self.environment = environment
        self.service = service
        self.zone = zone
        self.board = expected
        self.clock = clock
        self.session: Session | None = None
        """None until there is an incident."""
        self.steering: Steering | None = None
        """What can be done about the incident besides its steps."""
        self.untended = ""
        """Why the deadlines and messages are not looked after just now; empty when they are."""
        self._fetch = fetch
        self._contents: Contents | None = None
        self._paging: Paging | None = None
        self._has_opened = asyncio.Event()
        self._indexer: Indexer | None = None
        self._log: OutputLog | None = None
        self._listeners: list[Listener] = []
        self._examined = ""
        """The runbook whose preflight was begun last by itself."""
        self._offered_for: tuple[Board | None, Library | None] = (None, None)
        self._offers: Mapping[str, Offer | None] = MappingProxyType({})

    @property
    def library(self) -> Library | None:
        """All runbooks; None until the desk is open."""
        return self._contents.library if self._contents is not None else None

    @property
    def logout_warning(self) -> str:
        return self._contents.logout_warning() if self._contents is not None else ""

    @property
    def paging(self) -> Paging | None:
        """What can be done to pages; None where nothing can, or while the desk is not open yet."""
        if self._paging is None and self._contents is not None and self._contents.pager is not None:
            from eventa_cockpit.services.paging import Paging

            self._paging = Paging(self._contents.pager, lambda: self.session)
        return self._paging

    def subscribe(self, listener: Listener) -> None:
        """Calls `listener` on the event loop after each change of the board or the incident."""
        self._listeners.append(listener)

    async def open(self) -> None:
        """Fetch what lies on it, and go on where the newest open incident of this environment stands."""
        try:
            contents = self._contents = await asyncio.to_thread(self._fetch)
            self.board = contents.poller.board
            contents.poller.subscribe(self._on_board)
            if contents.preflights is not None:
                contents.preflights.subscribe(self._tell)
            self._tell()
            session = await contents.incidents.resume()
            if session is not None:
                self._take(session)
        finally:
            self._has_opened.set()

    async def runbooks(self) -> Library | None:
        """All runbooks, once it is settled whether an incident goes on; None when they could not be read."""
        await self._has_opened.wait()
        return self.library

    async def watch(self) -> None:
        """Keep the board up to date until cancelled."""
        await self._opened.poller.run()

    async def follow(self) -> None:
        """Keep looking at runs and other sessions until cancelled."""
        while True:
            await asyncio.sleep(FOLLOW_S)
            if self.session is not None:
                await self.session.refresh()

    async def tend(self) -> None:
        """Keep looking after deadlines and messages until cancelled."""
        while True:
            await asyncio.sleep(TEND_S)
            if self.steering is None:
                continue
            untended = await self.steering.tend()
            if untended != self.untended:
                self.untended = untended
                self._tell()

    def refresh(self) -> None:
        """Ask all upstreams for newer data."""
        if self._contents is not None:
            self._contents.poller.refresh()

    def matches(self, alerts: AlertList | None) -> tuple[Match, ...]:
        """Runbooks that answer what is firing or measured, best first, each with its reasons."""
        if alerts is None or self.library is None:
            return ()
        from eventa_cockpit.domain.matching import match

        return match(alerts, self.library, self.board, self.clock())

    def offers(self) -> Mapping[str, Offer | None]:
        """Fingerprint of the most urgent firing alerts → the best runbook, or that none answers it.

        One that is not among them was not looked up: each costs most of a millisecond at every change of the board.
        """
        board, library = self._offered_for
        if board is not self.board or library is not self.library:
            self._offered_for = (self.board, self.library)
            self._offers = MappingProxyType(self._found_offers())
        return self._offers

    def _found_offers(self) -> dict[str, Offer | None]:
        feed, library = self.board.alerts, self.library
        if feed is None or feed.value is None or library is None:
            return {}
        from eventa_cockpit.domain.alert import AlertList, AlertState
        from eventa_cockpit.domain.matching import Offer

        urgent = [alert for alert in feed.value.alerts[:LOOKED_UP] if alert.state is AlertState.FIRING]
        found: dict[str, Offer | None] = {alert.fingerprint: None for alert in urgent}
        for entry in self.matches(AlertList(tuple(urgent))):
            runbook = library.runbook(entry.runbook_id)
            if runbook is not None and entry.fingerprint and found[entry.fingerprint] is None:
                found[entry.fingerprint] = Offer(runbook.title, entry)
        return found

    def best_runbook(self, alert: Alert) -> Runbook | None:
        from eventa_cockpit.domain.alert import AlertList

        matches = (each for each in self.matches(AlertList((alert,))) if each.fingerprint == alert.fingerprint)
        found = next(matches, None)
        return self._opened.library.runbook(found.runbook_id) if found is not None else None

    def examine(self, runbook: Runbook | None, *, anew: bool = False) -> None:
        """Begin a runbook's preflight, unless a young one is remembered; it fills in by and by."""
        preflights = self._contents.preflights if self._contents is not None else None
        if preflights is not None and runbook is not None:
            given = self.session.incident.parameters if self.session is not None else {}
            preflights.begin(runbook, given, anew=anew)

    def preflight(self, runbook: str) -> Preflight | None:
        """What its preflight has found so far; None before it was begun."""
        preflights = self._contents.preflights if self._contents is not None else None
        return preflights.report(runbook) if preflights is not None else None

    async def begin(self, runbook: Runbook, alert: Alert | None) -> Session:
        """The session of the incident; declares one when there is none. Raises JournalError."""
        return await self._session_for(_title(runbook, alert), alert)

    async def _session_for(self, title: str, alert: Alert | None) -> Session:
        await self._has_opened.wait()  # until then, one that is open may still be found
        if self.session is None or not self.session.incident.is_open:
            self._take(await self._opened.incidents.declare(title, alert=alert))
        assert self.session is not None
        return self.session

    async def silencing(self, alert: Alert) -> Silencing:
        """What silences alerts, in the session of the incident; declares one when there is none.

        Raises JournalError.
        """
        from eventa_cockpit.services.silencing import Silencing

        session = await self._session_for(alert.summary or alert.name, alert)
        return Silencing(session, self._opened.silences, clock=self.clock)

    def can_silence(self, alert: Alert) -> bool:
        """Whether the upstream that told of it takes silences from us."""
        return self._contents is not None and alert.source in self._contents.silences

    async def declare(self, title: str, alert: Alert | None = None) -> Session:
        """A new incident by hand, whatever else is open; this desk turns to it. Raises JournalError."""
        await self._has_opened.wait()
        self._take(await self._opened.incidents.declare(title, alert=alert))
        assert self.session is not None
        return self.session

    async def turn_to(self, incident: str) -> None:
        """Join another incident of this environment. Raises ConfigError and JournalError."""
        self._take(await self._opened.incidents.open(incident))

    def incidents(self) -> tuple[IncidentSummary, ...]:
        """All incidents, the newest first. Blocks; raises JournalError."""
        return self._opened.incidents.list()

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
        if self._contents is not None:
            if self._contents.preflights is not None:
                self._contents.preflights.close()
            self._contents.close()

    @property
    def _opened(self) -> Contents:
        assert self._contents is not None, "the desk is used before it is open"
        return self._contents

    def _take(self, session: Session) -> None:
        if self.session is not None:
            self.session.close()
        self.session = session
        self.steering = self._opened.steer(session) if self._opened.steer is not None else None
        session.subscribe(self._on_incident)
        self._on_incident(session.incident)

    def _on_incident(self, incident: Incident) -> None:
        if incident.active_runbook != self._examined and self.library is not None:
            self._examined = incident.active_runbook
            self.examine(self.library.runbook(incident.active_runbook))
        self._tell()

    def _on_board(self, board: Board) -> None:
        self.board = board
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _title(runbook: Runbook, alert: Alert | None) -> str:
    """What an incident is called until somebody finds better words: what hurts, else what is being done."""
    return (alert.summary or alert.name) if alert is not None else runbook.title
