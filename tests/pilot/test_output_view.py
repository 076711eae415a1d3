"""Keys on a real output view over a real file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.pilot.outputs import indexed, until
from textual.app import App, ComposeResult

from eventa_cockpit.runner.output import OutputLog
from eventa_cockpit.runner.supervisor.arrivals import ENTRY
from eventa_cockpit.widgets.output import OutputView

WIDTH, HEIGHT = 40, 10


class OutputApp(App[None]):
    """Nothing but one output."""

    def __init__(self, log: OutputLog | None) -> None:
        super().__init__()
        self.log_file = log
        self.requests: list[object] = []

    def compose(self) -> ComposeResult:
        yield OutputView()

    def on_mount(self) -> None:
        self.view.show(self.log_file)
        self.view.focus()

    def on_output_view_copy_requested(self, message: OutputView.CopyRequested) -> None:
        self.requests.append(message.text)

    def on_output_view_save_requested(self, message: OutputView.SaveRequested) -> None:
        self.requests.append(message)

    def on_output_view_search_requested(self, message: OutputView.SearchRequested) -> None:
        self.requests.append(message)

    @property
    def view(self) -> OutputView:
        return self.query_one(OutputView)

    def rows(self) -> list[str]:
        """What is on the screen, without the scroll bar."""
        return [strip.text[: WIDTH - 1].rstrip() for strip in self.screen._compositor.render_strips()]


@pytest.fixture
def numbered(tmp_path: Path) -> OutputLog:
    """A hundred lines: `line 0` to `line 99`."""
    return indexed(tmp_path / "output.log", b"".join(b"line %d\n" % number for number in range(100)))


async def test_the_end_is_shown_and_keys_move(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until(pilot, lambda: app.rows()[-1] == "line 99")
        assert app.view.state.is_following
        for key, top in [
            ("k", 89),
            ("k", 88),
            ("j", 89),
            ("g", 0),
            ("pagedown", 9),
            ("down", 10),
            ("pageup", 1),
            ("up", 0),
            ("end", 90),
            ("home", 0),
        ]:
            await pilot.press(key)
            await until(pilot, lambda top=top: app.rows()[0] == f"line {top}")
            assert app.view.state.is_following == (top == 90)
        assert round(app.view.vertical_scrollbar.position) == 0


async def test_what_arrives_is_followed_only_at_the_end(tmp_path: Path) -> None:
    log = indexed(tmp_path / "output.log", b"line\n" * 50, is_final=False)
    app = OutputApp(log)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        with log.path.open("ab", buffering=0) as file:
            file.write(b"new\n")
            log.poll()
            await until(pilot, lambda: app.rows()[-1] == "new")
            await pilot.press("k")
            assert not app.view.state.is_following
            file.write(b"newer\n" * 20)
            log.poll()
            await until(pilot, lambda: app.view.state.lines == 71)
            assert "newer" not in app.rows()
            await pilot.press("f")
            await until(pilot, lambda: app.rows()[-1] == "newer")


async def test_the_end_of_a_file_is_there_before_it_is_indexed(tmp_path: Path) -> None:
    (tmp_path / "output.log").write_bytes(b"line\n" * 200_000 + b"the end\n")
    app = OutputApp(OutputLog(tmp_path / "output.log"))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until(pilot, lambda: app.rows()[-1] == "the end")
        assert app.view.state.lines == 0


async def test_a_search_goes_to_its_match_and_counts(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("slash")
        assert isinstance(app.requests[-1], OutputView.SearchRequested)
        await pilot.press("g")
        app.view.search_for("LINE 1")
        await until(pilot, lambda: app.view.state.search.is_vain)
        app.view.search_for("line 1")
        await until(pilot, lambda: app.view.state.search.count == 11)
        assert (app.view.state.search.line, app.view.state.search.number) == (1, 1)
        await pilot.press("n")
        await until(pilot, lambda: app.view.state.search.number == 2)
        assert app.view.state.search.line == 10
        assert "line 10" in app.rows()
        assert not app.view.state.is_following
        await pilot.press("N", "N")
        await until(pilot, lambda: app.view.state.search.number == 11)
        assert app.view.state.search.has_wrapped


async def test_matches_stand_out_also_without_colour(tmp_path: Path) -> None:
    app = OutputApp(indexed(tmp_path / "output.log", "決済 ERROR 決済 error\n".encode()))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.search_for("error")
        await until(pilot, lambda: app.view.state.search.count == 2)
        styles = {segment.text: segment.style for segment in app.view.render_line(0)}
        assert styles["ERROR"].bold
        assert styles["error"].bold
        assert not styles["決済 "].bold


async def test_the_first_error_is_one_key_away(tmp_path: Path) -> None:
    text = b"fine\n" * 40 + "決済に失敗しました\n".encode() + b"fine\n" * 40 + b"fatal: no\n" + b"0 errors\n" * 40
    app = OutputApp(indexed(tmp_path / "output.log", text))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        for line in (40, 81, 40):
            await pilot.press("e")
            await until(pilot, lambda line=line: app.view.state.search.line == line)
            await until(pilot, lambda: any("失敗" in row or "fatal" in row for row in app.rows()))
        assert app.view.state.search.has_wrapped


async def test_long_lines_wrap_or_scroll_sideways(tmp_path: Path) -> None:
    long = "".join(f"[{number:06d}]" for number in range(20))
    app = OutputApp(indexed(tmp_path / "output.log", f"first\n{long}\nlast\n".encode()))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until(pilot, lambda: app.rows()[1].startswith("[000000]"))
        await pilot.press("l")
        await until(pilot, lambda: app.rows()[1].startswith("[000001]"))
        await pilot.press("h", "h")
        await until(pilot, lambda: app.rows()[1].startswith("[000000]"))
        await pilot.press("w")
        await until(pilot, lambda: app.rows()[6] == "last")
        assert "".join(app.rows()[1:6]) == long


async def test_wrapped_output_scrolls_row_by_row(tmp_path: Path) -> None:
    text = "".join(f"{number}:" + "あ" * 60 + "\n" for number in range(8))
    app = OutputApp(indexed(tmp_path / "output.log", text.encode()))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("w")
        await until(pilot, lambda: app.rows()[8].startswith("7:") is False and app.rows()[6].startswith("7:"))
        seen = [app.rows()[0]]
        for _ in range(22):
            await pilot.press("k")
            seen.append(app.rows()[0])
        await until(pilot, lambda: app.rows()[0].startswith("0:"))
        assert len({row for row in seen if ":" in row}) >= 6
        await pilot.press("G")
        await until(pilot, lambda: app.rows()[6].startswith("7:"))
        assert app.view.state.is_following


async def test_what_is_visible_can_be_copied_and_all_of_it_saved(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("g", "y", "S")
        assert app.requests[0] == "\n".join(f"line {number}" for number in range(HEIGHT))
        assert isinstance(app.requests[1], OutputView.SaveRequested)


async def test_the_mouse_selects_text_of_the_lines(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("g")
        await until(pilot, lambda: app.rows()[0] == "line 0")
        await pilot.mouse_down(offset=(2, 1))
        await pilot.hover(offset=(3, 3))
        await pilot.mouse_up(offset=(3, 3))
        await pilot.press("y")
        assert str(app.requests[-1]).startswith("ne 1\nline 2\nli")


async def test_a_complete_output_paints_nothing_any_more(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until(pilot, lambda: app.view.state.is_complete)
        await until(pilot, lambda: not app.view._frames._active.is_set())


async def test_another_output_can_be_shown_or_none(numbered: OutputLog, tmp_path: Path) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.show(indexed(tmp_path / "other.log", b"another\n"))
        await until(pilot, lambda: app.rows()[0] == "another")
        app.view.show(None)
        await until(pilot, lambda: app.rows()[0] == "")
        await pilot.press("g", "k", "j", "G", "n", "N", "e", "y", "w", "f", "l", "h")


async def test_a_very_small_and_a_growing_window_are_no_problem(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.resize_terminal(2, 1)
        await pilot.press("w", "k", "j")
        await pilot.resize_terminal(WIDTH, 30)
        await pilot.press("w", "G")
        await until(pilot, lambda: app.rows()[-1] == "line 99" and app.rows()[0] == "line 70")


async def test_a_line_of_ten_megabytes_shows_that_it_goes_on(tmp_path: Path) -> None:
    app = OutputApp(indexed(tmp_path / "output.log", b"x" * 10_000_000 + b"\nlast\n"))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("w")
        await until(pilot, lambda: app.rows()[-1] == "last")
        assert app.rows()[-2].endswith("x…")
        await pilot.press("w", "g", "l", "h", "G")
        await until(pilot, lambda: app.rows()[1] == "last")


async def test_an_endless_progress_bar_shows_where_it_is(tmp_path: Path) -> None:
    bar = b"".join(b"\r\x1b[32m%6d of 900000\x1b[0m" % number for number in range(200_000))
    app = OutputApp(indexed(tmp_path / "output.log", b"start\n" + bar, is_final=False))
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await until(pilot, lambda: app.rows()[1] == "199999 of 900000")


def write_times(log: OutputLog, *entries: tuple[int, datetime]) -> None:
    data = b"".join(ENTRY.pack(offset, moment.timestamp(), 0.0) for offset, moment in entries)
    log.path.with_name("output.times").write_bytes(data)


MIDNIGHT = datetime(2026, 11, 24, tzinfo=ZoneInfo("Asia/Tokyo"))


async def test_a_key_shows_and_hides_when_each_line_arrived(tmp_path: Path) -> None:
    log = indexed(tmp_path / "output.log", b"one\n" + b"wide " * 10 + b"\nthree\n")
    write_times(log, (0, MIDNIGHT + timedelta(hours=9)), (4, MIDNIGHT + timedelta(hours=9, seconds=61)))
    app = OutputApp(log)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.zone = ZoneInfo("Asia/Tokyo")
        await until(pilot, lambda: app.rows()[0] == "one")
        await pilot.press("w", "T")
        await until(
            pilot,
            lambda: app.rows()[:4] == [
                "09:00:00 one",
                "09:01:01 wide wide wide wide wide wide",
                "         wide wide wide wide",
                "09:01:01 three",
            ],
        )  # fmt: skip
        await pilot.press("T")
        await until(pilot, lambda: app.rows()[0] == "one")


async def test_times_over_midnight_have_their_date(tmp_path: Path) -> None:
    log = indexed(tmp_path / "output.log", b"one\ntwo\nthree\n")
    write_times(log, (0, MIDNIGHT - timedelta(seconds=1)), (8, MIDNIGHT))
    app = OutputApp(log)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.view.zone = ZoneInfo("Asia/Tokyo")
        await pilot.press("T")
        expected = ["11-23 23:59:59 one", "11-23 23:59:59 two", "11-24 00:00:00 three"]
        await until(pilot, lambda: app.rows()[:3] == expected)


async def test_a_time_that_nobody_noted_says_so(numbered: OutputLog) -> None:
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("T")
        await until(pilot, lambda: app.rows()[-1] == "--:--:-- line 99")


async def test_times_do_not_get_into_what_is_copied_or_searched(numbered: OutputLog) -> None:
    write_times(numbered, (0, MIDNIGHT))
    app = OutputApp(numbered)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("T", "g")
        await until(pilot, lambda: app.rows()[0].endswith(" line 0"))
        await pilot.press("y")
        await until(pilot, lambda: bool(app.requests))
        assert str(app.requests[0]).splitlines()[0] == "line 0"


async def test_a_window_too_narrow_for_times_keeps_the_lines(numbered: OutputLog) -> None:
    write_times(numbered, (0, MIDNIGHT))
    app = OutputApp(numbered)
    async with app.run_test(size=(24, HEIGHT)) as pilot:
        await pilot.press("T")
        await until(pilot, lambda: app.view.state.is_timed)
        assert app.rows()[-1].startswith("line 99")
