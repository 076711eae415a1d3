"""Hostile output on a real screen: what reaches the driver is text and colour, nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pilot.outputs import indexed, until
from textual.app import App, ComposeResult
from textual.filter import LineFilter

from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.widgets.output_reader import OutputReader
from eventa_cockpit.widgets.safe_filter import SAFE_FILTER

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

PAYLOADS = {
    "clipboard": b"\x1b]52;c;cm0gLXJmIC8=\x07",
    "clipboard, unended": b"\x1b]52;c;cm0gLXJmIC8=",
    "title": b"\x1b]0;pwned\x07",
    "link": b"\x1b]8;;javascript:alert(1)\x1b\\click\x1b]8;;\x1b\\",
    "device control": b"\x1bP+q544e\x1b\\",
    "application command": b"\x1b_Gf=24;AAAA\x1b\\",
    "8-bit sequences": "\x9b31m\x9d52;c;AAAA\x9c".encode(),
    "raw 8-bit bytes": b"\x9b31m\x90\x9c",
    "clear screen": b"\x1b[2J\x1b[H\x1bc",
    "alternate screen": b"\x1b[?1049l\x1b[?1000h",
    "keyboard report": b"\x1b[5n\x1b[c\x1b[>0q",
    "override": "rm \u202efr- \u2066x".encode(),
    "zero width": "pay\u200bpal \ufeff\u2060".encode(),
    "control pictures": bytes(range(9)) + b"\x0b\x0c\x0e\x7f",
    "markup": b"[/] [@click=app.quit()]x[/] [b]y[/b] [ERROR]",
    "overwriting": b"rm -rf /\rls      \b\b\b\x1b[1A",
    "half characters": b"\xed\xa0\x80\xf4\x90\x80\x80\xff",
    "combining": b"Z" + "\u0335\u0321".encode() * 200,
}


class HostileApp(App[None]):
    def __init__(self, log: OutputLog) -> None:
        super().__init__()
        self.log_file = log

    def compose(self) -> ComposeResult:
        yield OutputReader()

    def on_mount(self) -> None:
        self.query_one(OutputReader).show(self.log_file)

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), SAFE_FILTER]

    def painted(self) -> str:
        """Exactly what the driver is given for each row."""
        return "".join(strip.render(self.console) for strip in self.screen._compositor.render_strips())


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_only_text_and_colour_reach_the_terminal(tmp_path: Path, payload: bytes) -> None:
    log = indexed(tmp_path / "output.log", b"before\n" + payload + b"\n\x1b[31m" + payload + b"\x1b[0m tail\nafter\n")
    app = HostileApp(log)
    async with app.run_test(size=(60, 12)) as pilot:
        reader = app.query_one(OutputReader)
        await until(pilot, lambda: "after" in app.painted())
        for key in ("", "w"):
            reader.view.focus()
            await pilot.press(*key)
            await pilot.pause()
            painted = app.painted()
            assert "before" in painted
            assert not HARMFUL.search(COLOUR.sub("", painted))
            assert "\x1b]8" not in painted
        reader.view.search_for(payload.decode("utf-8", "replace").split("\r", maxsplit=1)[0])
        await until(pilot, lambda: not reader.view.state.search.is_under_way)
        assert not HARMFUL.search(COLOUR.sub("", app.painted()))


async def test_binary_rubbish_is_shown_and_scrolled_without_harm(tmp_path: Path) -> None:
    rubbish = bytes((number * 7 + number // 251) % 256 for number in range(200_000))
    app = HostileApp(indexed(tmp_path / "output.log", rubbish))
    async with app.run_test(size=(60, 20)) as pilot:
        view = app.query_one(OutputReader).view
        view.focus()
        for key in ("g", "pagedown", "w", "pagedown", "l", "G", "pageup", "k"):
            await pilot.press(key)
            await pilot.pause()
            assert not HARMFUL.search(COLOUR.sub("", app.painted()))
