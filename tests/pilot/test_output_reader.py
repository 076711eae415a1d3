"""The line that says where one is, and the line to search with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.pilot.outputs import indexed, until
from textual.app import App, ComposeResult

from eventa_cockpit.domain.lines import LineFault
from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.widgets.output import OutputState
from eventa_cockpit.widgets.output_reader import OutputReader, sentence
from eventa_cockpit.widgets.output_search import Search


class ReaderApp(App[None]):
    def __init__(self, log: OutputLog) -> None:
        super().__init__()
        self.log_file = log

    def compose(self) -> ComposeResult:
        yield OutputReader()

    def on_mount(self) -> None:
        reader = self.query_one(OutputReader)
        reader.show(self.log_file)
        reader.view.focus()

    def rows(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


async def test_slash_asks_and_enter_searches(tmp_path: Path) -> None:
    log = indexed(tmp_path / "output.log", b"fine\n" * 30 + b"[P1] Needle\n" + b"fine\n" * 30 + b"needle\n")
    app = ReaderApp(log)
    async with app.run_test(size=(70, 12)) as pilot:
        await until(pilot, lambda: app.rows()[-1] == "62 lines · 319 B")
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: app.rows()[-1].startswith("match 2 of 2 on line 62"))
        await pilot.press("n")
        await until(pilot, lambda: app.rows()[-1].startswith("match 1 of 2 on line 31, from the other end"))
        assert "[P1] Needle" in app.rows()[3]
        await pilot.press("slash", *"nowhere", "escape")
        await until(pilot, lambda: app.rows()[-1].startswith("match 1 of 2"))
        await pilot.press("slash", *"[/nowhere]", "enter")
        await until(pilot, lambda: app.rows()[-1].startswith("[/nowhere] is not there"))
        await pilot.press("e")
        await until(pilot, lambda: app.rows()[-1].startswith("no line reports an error"))


async def test_a_file_that_is_tampered_with_is_said(tmp_path: Path) -> None:
    log = indexed(tmp_path / "output.log", b"one\ntwo\n", is_final=False)
    app = ReaderApp(log)
    async with app.run_test(size=(100, 6)) as pilot:
        await until(pilot, lambda: app.rows()[1] == "two")
        os.truncate(log.path, 4)
        while log.poll():
            pass
        await until(pilot, lambda: app.rows()[-1].startswith("The output's file was cut short by somebody"))
        await until(pilot, lambda: app.rows()[:2] == ["one", ""])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (OutputState(lines=1_234_567, size=1_500_000_000), "1,234,567 lines · 1.5 GB · following"),
        (OutputState(lines=2, size=999, is_complete=True), "2 lines · 999 B"),
        (OutputState(search=Search.of("x"), is_following=False), "x is not there · 0 lines · 0 B"),
        (
            OutputState(search=Search("x", line=4), fault=LineFault.MISSING, is_following=False),
            "There is no output: its file is missing or cannot be read. · match on line 5 · 0 lines · 0 B",
        ),
        (OutputState(search=Search(is_for_errors=True, line=1), is_following=False), "error on line 2 · 0 lines · 0 B"),
    ],
)
def test_the_status_line_says_the_unusual_first(state: OutputState, words: str) -> None:
    assert sentence(state) == words
