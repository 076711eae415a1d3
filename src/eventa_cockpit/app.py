"""The full-screen cockpit, put together: composition only."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App

from eventa_cockpit import cover, leaving, theme
from eventa_cockpit.config import Config, choose, state_folder
from eventa_cockpit.screens.cockpit import CockpitScreen
from eventa_cockpit.services.setting import desk_for
from eventa_cockpit.widgets.safe_filter import SAFE_FILTER

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen

    from eventa_cockpit.services.desk import Desk

MODE = "cockpit"


def _actions() -> type[Provider]:
    from eventa_cockpit.screens.palette import Actions  # with Textual's palette, which the first paint does not need

    return Actions


class CockpitApp(App[int]):
    """One desk on one terminal."""

    TITLE = "eventa-cockpit"
    DEFAULT_MODE = MODE
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    INHERIT_BINDINGS = False
    AUTO_FOCUS = None  # screens say themselves; the search for a first widget costs a style update
    COMMANDS: ClassVar[set[Any]] = {_actions}
    CSS_PATH = CockpitScreen.css_file()  # read with the first parse; a screen that brings its own costs a second one
    CSS = "CommandPalette { background: $background 60%; }"

    def __init__(
        self, desk: Desk, *, main_screen: type[CockpitScreen] = CockpitScreen, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.desk = desk
        self._main = main_screen
        self.failure: Exception | None = None
        """What ended the app, if something went wrong in it."""
        for each in theme.textual_themes():
            self.register_theme(each)
        self.set_reactive(CockpitApp.theme, theme.DARK)  # without a watcher that would parse all styles once more
        self.stylesheet.set_variables(self.get_css_variables())
        self.add_mode(MODE, self._main_screen)

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's own, and the last net under everything that is drawn."""
        return [*super().get_line_filters(), SAFE_FILTER]

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Ends without Textual's own report: it shows local variables, and those may hold a secret."""
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        """From here on, an end from outside is an orderly one. Earlier nobody knows whether there is a terminal."""
        if not self.is_headless:
            leaving.on_signals(self.exit)
            self.set_interval(leaving.LOOK_S, self._look_at_terminal)

    def _look_at_terminal(self) -> None:
        if leaving.is_terminal_gone():
            leaving.begin(signal.SIGHUP, self.exit)

    def on_ready(self) -> None:
        """The first paint is out: what was loaded stays, and is never looked at by the collector again."""
        cover.hand_over()
        gc.freeze()
        gc.enable()

    def _main_screen(self) -> Screen[None]:
        screen = self._main(self.desk)
        # Its styles are part of the first parse; Textual would parse everything again for a screen that lags behind.
        screen._css_update_count = self._css_update_count  # noqa: SLF001
        return screen


def run(config: Config, *, environment: str | None = None) -> int:
    """Open the cockpit on the configured environment and return its exit status once it is left."""
    gc.disable()  # until the first paint: a collection in the middle of it costs more than it frees
    chosen = choose(config, environment) if environment else config
    desk = desk_for(chosen, state_folder(chosen))
    app = CockpitApp(desk)
    try:
        status = app.run() or 0
        if app.failure is not None:
            raise app.failure
        return status
    finally:
        desk.close()
