"""`cockpit watch`: the poller without a screen, for a service manager. One line for each change of state."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventa_cockpit.config import Config
    from eventa_cockpit.domain.alert import Alert
    from eventa_cockpit.domain.board import Asker, Board
    from eventa_cockpit.services.keeping import BoardKeeper
    from eventa_cockpit.services.notifying import Manager
    from eventa_cockpit.services.tending import Tender

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FOREVER_S = 86_400.0
LOOK_S = 1.0
"""How often it is looked at what has grown stale by age alone."""


@click.command()
@pass_options
def watch(options: Options) -> int:
    """Poll the upstreams for all cockpits and tend open incidents until SIGTERM, without a screen or terminal."""
    from eventa_cockpit.config import prepare_state
    from eventa_cockpit.services.incidents import new_responder
    from eventa_cockpit.services.notifying import Manager
    from eventa_cockpit.services.sharing.joining import keeper_for

    config = options.config()
    keeper = keeper_for(config, prepare_state(config), new_responder(config.responder).name)
    if not keeper.board.feeds:
        raise ConfigError(
            _("There is nothing to watch: no upstream is configured for {environment}.").format(
                environment=config.environment
            )
        )
    watchman = Watchman(config)
    asyncio.run(_watch(keeper, watchman, tender_for(config, keeper, watchman.say), Manager()))
    return 0


def tender_for(config: Config, keeper: BoardKeeper, say: Callable[[str], None]) -> Tender:
    """Looks after the incidents of the environment that is watched."""
    from eventa_cockpit.config import prepare_state
    from eventa_cockpit.runner.launching import Runner
    from eventa_cockpit.services.incidents import Incidents, new_responder
    from eventa_cockpit.services.opening import library_of
    from eventa_cockpit.services.steering import steering_for
    from eventa_cockpit.services.storing import store_for
    from eventa_cockpit.services.tending import WATCH, Tender, unanswered

    state = prepare_state(config)
    library, zone = library_of(config, state), ZoneInfo(config.timezone)
    board = lambda: keeper.board  # noqa: E731
    incidents = Incidents(state, config, Runner(), new_responder(WATCH), board=board, store=store_for(config, state))

    def waiting() -> Iterator[Alert]:
        if config.chosen.declare_unanswered:
            yield from unanswered(keeper.board, library.escalation, datetime.now(UTC))

    return Tender(
        incidents,
        lambda session: steering_for(session, config.chosen, library, zone, board),
        say,
        unanswered=waiting,
    )


class Watchman:
    """Says what changes, and nothing twice."""

    def __init__(self, config: Config) -> None:
        self._name = f"{config.service} {config.environment}"
        self._zone = ZoneInfo(config.timezone)
        self._has_clock = "JOURNAL_STREAM" not in os.environ
        """The journal writes the time beside each line by itself."""
        self._states: dict[str, Any] = {}
        self._asker: Asker | None = None

    def begin(self) -> None:
        self.say(_("Watching {name}.").format(name=self._name))

    def end(self, name: str) -> None:
        self.say(_("Ended by {signal}.").format(signal=name))

    def look(self, board: Board) -> str:
        """Say what is new; returns all of it in a few words."""
        from eventa_cockpit.widgets.view.in_words import feed_line, in_brief, state_of
        from eventa_cockpit.widgets.view.upstreams import asked_by

        now = datetime.now(UTC)
        if board.asked_by is not None and board.asked_by != self._asker:
            self._asker = board.asked_by
            self.say(asked_by(board.asked_by))
        for key, feed in board.feeds.items():
            state = state_of(feed, now)
            if state is not None and self._states.get(key) != state:
                self._states[key] = state
                self.say(feed_line(feed, now, self._zone))
        return in_brief(board, now)

    def say(self, text: str) -> None:
        """One line."""
        clock = f"{datetime.now(self._zone):%Y-%m-%d %H:%M:%S} " if self._has_clock else ""
        click.echo(clean_line(clock + text))


async def _watch(keeper: BoardKeeper, watchman: Watchman, tender: Tender, manager: Manager) -> None:
    watchman.begin()
    work = (keeper.run(), _look(keeper, watchman, manager), tender.run(), _beat(manager))
    tasks = [asyncio.create_task(each) for each in work]
    ending = asyncio.create_task(_ended())
    try:
        await asyncio.wait([ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        manager.stopping()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()
    watchman.end(ending.result().name)


async def _ended() -> signal.Signals:
    """The signal that ends us."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[signal.Signals] = loop.create_future()

    def end(number: signal.Signals) -> None:
        if not ended.done():
            ended.set_result(number)

    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    return await ended


async def _look(keeper: BoardKeeper, watchman: Watchman, manager: Manager) -> None:
    news = asyncio.Event()
    keeper.subscribe(lambda _board: news.set())
    brief, is_ready = "", False
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await news.wait()
        news.clear()
        was, brief = brief, watchman.look(keeper.board)
        if not is_ready and (keeper.board.asked_by is not None or not keeper.board.is_awaited):
            is_ready = True
            manager.ready()
        if was != brief:
            manager.status(brief)


async def _beat(manager: Manager) -> None:
    """From the event loop itself: a watch that hangs is one that the manager should start anew."""
    while True:
        await asyncio.sleep(manager.beat_s or FOREVER_S)
        manager.alive()
