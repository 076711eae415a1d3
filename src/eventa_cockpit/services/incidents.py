"""All incidents of a state folder: found, declared, and opened as a session."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from eventa_cockpit.config import Config
from eventa_cockpit.domain.alert import Alert
from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.event import IncidentDeclared
from eventa_cockpit.domain.incident import fold
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.journal.protocol import Journal
from eventa_cockpit.journal.store import FileStore, Store
from eventa_cockpit.locale import _
from eventa_cockpit.services.plan import Hindrance, unhindered
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.starting import Launcher
from eventa_cockpit.services.storing import INCIDENTS
from eventa_cockpit.services.trust import Vetting

RUNS = "runs"


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """One incident in a list."""

    id: str
    title: str
    environment: str
    declared_at: datetime
    declared_by: str
    is_open: bool
    is_drill: bool
    alert_fingerprint: str = ""
    """The alert that led to it, or empty."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def new_responder(name: str = "") -> Responder:
    """Whoever runs this process, in a new session; without a name, the login name."""
    uid = os.getuid()
    return Responder(name or _login_name(uid), uid, socket.gethostname(), secrets.token_hex(8))


def _login_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's uid without an entry
        return os.environ.get("USER") or str(uid)


class Incidents:
    """The incidents of one state folder, as seen from one environment."""

    def __init__(
        self,
        state: Path,
        config: Config,
        launcher: Launcher,
        responder: Responder,
        *,
        clock: Callable[[], datetime] = _utc_now,
        board: Callable[[], Board] = Board,
        vetting: Vetting | None = None,
        hindrance: Hindrance = unhindered,
        note: str = "",
        store: Store | None = None,
    ) -> None:
        """`config.environment` is the one that is open; sessions act on no other.

        `board`, `vetting` and `hindrance`: see `Session`. `note` is the first word in every new incident. `store`
        keeps the record; without one it is in files of the state folder, where runs are in any case.
        """
        self._folder = state / INCIDENTS
        self._store = store or FileStore(self._folder)
        self._config = config
        self._launcher = launcher
        self._responder = responder
        self._clock = clock
        self._board = board
        self._vetting = vetting
        self._hindrance = hindrance
        self._note = note

    @property
    def environment(self) -> str:
        """Name of the one that is open."""
        return self._config.environment

    def list(self) -> tuple[IncidentSummary, ...]:
        """All incidents of all environments, the newest first. Blocks; raises JournalError."""
        return list_incidents(self._store)

    async def resume(self) -> Session | None:
        """Join the newest open incident of this environment; None when there is none. Raises JournalError."""
        for summary in await asyncio.to_thread(self.list):
            if summary.is_open and summary.environment == self._config.environment:
                return await self.open(summary.id)
        return None

    async def open(self, incident: str) -> Session:
        """Join an incident of this environment. Raises ConfigError when there is no such one, and JournalError."""
        summary = next((entry for entry in await asyncio.to_thread(self.list) if entry.id == incident), None)
        if summary is None:
            raise ConfigError(
                _("There is no incident {incident} in {folder}.").format(incident=incident, folder=self._store.place)
            )
        if summary.environment != self._config.environment:
            raise ConfigError(
                _("{incident} is about {environment}. Open it with: cockpit --env {environment}").format(
                    incident=incident, environment=summary.environment
                )
            )
        session = self._session(self._store.journal(incident, self._responder))
        await session.join()
        await session.refresh()
        return session

    async def follow(self, incident: str) -> Session:
        """See what goes on in an incident without saying so. Raises JournalError."""
        session = self._session(self._store.journal(incident, self._responder))
        await session.refresh()
        return session

    async def declare_unanswered(self, alert: Alert, suffix: str) -> Session:
        """Declare what nobody else did. All who do so for the same alert and `suffix` declare the same incident."""
        day = alert.since.astimezone(ZoneInfo(self._config.timezone)).date()
        name = f"INC-{day:%Y%m%d}-{suffix}"
        await asyncio.to_thread(self._store.begin, name)
        session = self._session(self._store.journal(name, self._responder))
        await session.refresh()
        if session.incident.declared_at is None:
            await session.record(self._declaration(alert.summary or alert.name, alert), key="declared")
        return session

    async def declare(self, title: str, *, alert: Alert | None = None) -> Session:
        """Begin a new incident, for an alert or by hand, and join it. Raises JournalError; then there is none."""
        journal = await asyncio.to_thread(self._declare, self._declaration(title, alert))
        session = self._session(journal)
        await session.join()
        if self._note:
            await session.add_note(self._note)
        return session

    def _declaration(self, title: str, alert: Alert | None) -> IncidentDeclared:
        environment = self._config.chosen.described_as(self._config.environment)
        return IncidentDeclared(
            title,
            environment.name,
            self._config.service,
            alert.fingerprint if alert else "",
            alert.since if alert else None,
            is_drill=environment.is_drill,
        )

    def _declare(self, fact: IncidentDeclared) -> Journal:
        day = self._clock().astimezone(ZoneInfo(self._config.timezone)).date()
        journal = self._store.journal(self._store.create(f"INC-{day:%Y%m%d}-"), self._responder)
        journal.append(fact)
        return journal

    def _session(self, journal: Journal) -> Session:
        environment = self._config.chosen.described_as(self._config.environment)
        runs = self._folder / journal.incident / RUNS
        return Session(
            journal,
            self._launcher,
            runs,
            environment,
            self._config.chosen,
            board=self._board,
            clock=self._clock,
            vetting=self._vetting,
            hindrance=self._hindrance,
        )


def list_incidents(store: Store) -> tuple[IncidentSummary, ...]:
    """All incidents of a store, the newest first. Raises JournalError when it cannot be read."""
    found = [summary for name in store.names() if (summary := _summary(store, name)) is not None]
    return tuple(sorted(found, key=lambda summary: (summary.declared_at, summary.id), reverse=True))


def _summary(store: Store, name: str) -> IncidentSummary | None:
    """None for one in which nothing was ever declared: its cockpit died before the first word."""
    incident = fold(store.outline(name))
    if incident.declared_at is None:
        return None
    return IncidentSummary(
        name,
        incident.title,
        incident.environment,
        incident.declared_at,
        incident.declared_by,
        incident.is_open,
        incident.is_drill,
        incident.alert_fingerprint,
    )
