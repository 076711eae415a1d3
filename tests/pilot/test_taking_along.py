"""Copying and saving on a screen that shows an output."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pilot.outputs import indexed, until
from textual.app import App, ComposeResult

from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.screens.taking_along import TakingAlong
from eventa_cockpit.widgets.output_reader import OutputReader

TEXT = b"one\n\x1b[31mtwo\x1b[0m\nthree\n"


class OutputScreen(TakingAlong):
    def __init__(self, log: OutputLog) -> None:
        super().__init__()
        self.log_file = log
        self.notices: list[tuple[str, bool]] = []

    def compose(self) -> ComposeResult:
        yield OutputReader()

    def on_mount(self) -> None:
        reader = self.query_one(OutputReader)
        reader.show(self.log_file)
        reader.view.focus()

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        self.notices.append((sentence, is_error))


class OutputApp(App[None]):
    def __init__(self, screen: OutputScreen) -> None:
        super().__init__()
        self.shown = screen

    def on_mount(self) -> None:
        self.push_screen(self.shown)


@pytest.fixture
def shown(tmp_path: Path) -> OutputScreen:
    (tmp_path / "flood-1").mkdir()
    return OutputScreen(indexed(tmp_path / "flood-1" / "output.log", TEXT))


async def test_y_puts_what_is_visible_on_the_clipboard(shown: OutputScreen) -> None:
    app = OutputApp(shown)
    async with app.run_test() as pilot:
        await until(pilot, lambda: shown.query(OutputReader) and shown.query_one(OutputReader).view.state.lines == 3)
        await pilot.press("y")
        await until(pilot, lambda: shown.notices)
        assert shown.notices == [("Copied 3 lines.", False)]
        assert app.clipboard == "one\ntwo\nthree"


async def test_inside_tmux_the_text_goes_through_it_or_is_said_to_be_refused(
    shown: OutputScreen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMUX", f"{tmp_path}/no-such-socket,1,0")
    app = OutputApp(shown)
    async with app.run_test() as pilot:
        await pilot.press("y")
        await until(pilot, lambda: shown.notices)
        assert shown.notices == [("tmux did not take the text: it needs tmux 3.2 or newer.", True)]


async def test_s_saves_all_of_it_as_it_was_written(
    shown: OutputScreen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with OutputApp(shown).run_test() as pilot:
        await pilot.press("S")
        await until(pilot, lambda: shown.notices)
        assert shown.notices == [(f"Saved 23 B to {tmp_path}/flood-1.log.", False)]
        assert (tmp_path / "flood-1.log").read_bytes() == TEXT


async def test_a_folder_that_cannot_be_written_is_a_sentence(
    shown: OutputScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/proc")  # where nobody makes a file, not even root
    async with OutputApp(shown).run_test() as pilot:
        await pilot.press("S")
        await until(pilot, lambda: shown.notices)
        sentence, is_error = shown.notices[0]
        assert is_error
        assert sentence.startswith("The output was not saved to /proc/flood-1.log: ")
