"""Ten thousand alerts: the alerts pane against a stock Textual DataTable of the same rows, in one run.

Shown: from the start of the program to the first alert on the terminal. Changed: one in a hundred is another one, until
painted. Filtered: one more letter, until painted.

Run: python bench/alerts.py [RUNS]
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import random
import signal
import statistics
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

COUNT, CHANGED = 10_000, 100
SIZE = (120, 40)
WORD = "ticket"
FIRST = b"ALERT-00000"
SERVICES = ("payment", "database", "frontend", "search", "ticket", "決済", "認証")
NOW = datetime(2026, 11, 23, 18, 21, 44, tzinfo=UTC)
LIMITS = {"shown": 250, "changed": 30, "filtered": 35}
"""Milliseconds on a quiet machine of this class."""


def alert(number: int, version: int = 0) -> Any:
    from eventa_cockpit.domain.alert import Alert, AlertState, Severity

    service = SERVICES[number % len(SERVICES)]
    return Alert(
        fingerprint=f"{number:05}",
        name=f"ALERT-{number:05}",
        severity=(Severity.CRITICAL, Severity.WARNING, Severity.INFO)[number * 3 // COUNT],
        state=AlertState.FIRING,
        since=NOW - timedelta(seconds=COUNT - number),
        summary=f"P95 レイテンシ > {300 + number % 50} ms v{version} seq={number * 7919 % 100003}",
        labels=MappingProxyType({"alertname": f"ALERT-{number:05}", "service": f"{service}-{number % 97}"}),
    )


def cells(found: Any) -> tuple[str, str, str, str]:
    return found.name, str(found.severity), found.labels["service"], found.summary


def changed(alerts: Sequence[Any], version: int) -> list[Any]:
    chosen = set(random.Random(version).sample(range(COUNT), CHANGED))
    return [alert(number, version) if number in chosen else found for number, found in enumerate(alerts)]


class Cockpit:
    """The cockpit's own pane, in the cockpit."""

    def __init__(self, alerts: Sequence[Any]) -> None:
        from eventa_cockpit.app import CockpitApp
        from eventa_cockpit.domain.environment import Environment
        from eventa_cockpit.services.desk import Contents, Desk

        self.board = board(alerts)
        self._subscriber: Callable[[Any], None] = lambda _board: None
        contents = Contents(cast("Any", None), cast("Any", self), cast("Any", self))
        environment = Environment("prod", is_production=True)
        self.app: Any = CockpitApp(Desk(environment, "eventa", UTC, self.board, lambda: contents, clock=lambda: NOW))

    def subscribe(self, subscriber: Callable[[Any], None]) -> None:
        self._subscriber = subscriber

    async def resume(self) -> None:
        """No incident is open."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def prepare(self, pilot: Any) -> None:
        await pilot.pause(0.5)
        await pilot.press("1")
        self.app.screen.alerts_pane.fill(True)
        await pilot.pause(0.2)

    def change(self, alerts: Sequence[Any]) -> None:
        self._subscriber(board(alerts))

    def filter(self, text: str) -> None:
        self.app.screen.alerts_pane.set_filter(text, is_typing=True)


def board(alerts: Sequence[Any]) -> Any:
    from eventa_cockpit.domain.alert import AlertList
    from eventa_cockpit.domain.board import Board, Feed

    feed = Feed("alerts", timedelta(minutes=5), AlertList(tuple(alerts)), NOW, vendor="Alertmanager")
    return Board(MappingProxyType({"alerts": feed}))


class Stock:
    """A DataTable, as its documentation uses it."""

    def __init__(self, alerts: Sequence[Any]) -> None:
        from textual.app import App
        from textual.widgets import DataTable

        self.alerts = list(alerts)
        outer = self

        class Table(App[None]):
            def compose(self) -> Any:
                yield DataTable()

            def on_mount(self) -> None:
                table = self.query_one(DataTable)
                outer.columns = table.add_columns("id", "severity", "service", "text")
                outer.fill(outer.alerts)

        self.app: Any = Table()
        self.table: Callable[[], Any] = lambda: self.app.query_one(DataTable)
        self.columns: Any = ()

    def fill(self, alerts: Sequence[Any]) -> None:
        table = self.table()
        table.clear()
        for found in alerts:
            table.add_row(*cells(found), key=found.fingerprint)

    async def prepare(self, pilot: Any) -> None:
        await pilot.pause(0.5)

    def change(self, alerts: Sequence[Any]) -> None:
        table = self.table()
        for before, after in zip(self.alerts, alerts, strict=True):
            if before is not after:
                table.update_cell(after.fingerprint, self.columns[3], after.summary)
        self.alerts = list(alerts)

    def filter(self, text: str) -> None:
        self.fill([found for found in self.alerts if text in " ".join(cells(found)).lower()])


KINDS: dict[str, Callable[[Sequence[Any]], Any]] = {"cockpit": Cockpit, "stock": Stock}


async def painted(app: Any, work: Callable[[], None]) -> float:
    """Milliseconds until what the work changed is on the screen."""
    done = asyncio.Event()
    began = time.perf_counter()
    work()
    app.screen.call_after_refresh(done.set)
    await done.wait()
    return (time.perf_counter() - began) * 1e3


async def measured(kind: str, runs: int) -> dict[str, float]:
    alerts: Sequence[Any] = [alert(number) for number in range(COUNT)]
    one = KINDS[kind](alerts)
    times: dict[str, list[float]] = {"changed": [], "filtered": []}
    async with one.app.run_test(size=SIZE) as pilot:
        await one.prepare(pilot)
        for run in range(1, runs + 1):
            alerts = changed(alerts, run)
            times["changed"].append(await painted(one.app, lambda found=alerts: one.change(found)))  # type: ignore[misc]
            for length in range(1, len(WORD) + 1):
                took = await painted(one.app, lambda text=WORD[:length]: one.filter(text))  # type: ignore[misc]
                times["filtered"].append(took)
            one.filter("")
            await pilot.pause()
    return {name: statistics.median(found) for name, found in times.items()}


def shown(kind: str) -> float:
    """Milliseconds from the fork until the first alert could be read from the terminal."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        os.execv(sys.executable, [sys.executable, str(Path(__file__).resolve()), "--show", kind])
    written = b""
    while FIRST not in written:
        written += os.read(terminal, 1 << 16)
    took = (time.perf_counter() - began) * 1e3
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return took


def making() -> float:
    """Milliseconds that making ten thousand alerts costs either program at its start: nobody's table."""
    began = time.perf_counter()
    for number in range(COUNT):
        alert(number)
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    if sys.argv[1:2] == ["--show"]:
        KINDS[sys.argv[2]]([alert(number) for number in range(COUNT)]).app.run()
        return
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", EVENTA_COCKPIT_STATE="/nonexistent")
    starts = {kind: [shown(kind) for _run in range(runs)] for kind in KINDS for _warm in [shown(kind)]}
    figures = {
        kind: {"shown": statistics.median(starts[kind]) - making(), **asyncio.run(measured(kind, runs))}
        for kind in KINDS
    }
    for name, limit in LIMITS.items():
        ours, stock = figures["cockpit"][name], figures["stock"][name]
        print(f"{name}: {ours:.0f} ms, a DataTable {stock:.0f} ms: {ours / stock:.2f} of it (limit {limit} ms)")
    ratios = ", ".join(f"{name} {figures['cockpit'][name] / figures['stock'][name]:.2f}" for name in LIMITS)
    print(f"{COUNT:,} alerts, as a share of a stock DataTable's time: {ratios}")


if __name__ == "__main__":
    main()
