"""Pictures of the frozen moment: three sizes, both languages, and without colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import frozen
import pytest
from textual.pilot import Pilot

from eventa_cockpit import theme
from eventa_cockpit.app import CockpitApp
from eventa_cockpit.domain.confirmation import Confirmation, ConfirmationKind
from eventa_cockpit.locale import use_language
from eventa_cockpit.screens.run_step import RunStep
from eventa_cockpit.widgets.output import OutputView

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}
Compare = Callable[..., bool]


async def settled(pilot: Pilot[int]) -> None:
    """The desk is open, and the output of the running step is indexed and painted."""
    app = pilot.app
    assert isinstance(app, CockpitApp)
    for _turn in range(500):
        await pilot.pause(0.02)
        has_output = bool(app.screen.query(OutputView)) and app.screen.query_one(OutputView).state.lines >= 5
        if app.desk.library is not None and (app.desk.session is None or has_output):
            break
    await pilot.pause()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", SIZES)
def test_the_main_screen(snap_compare: Compare, tmp_path: Path, size: str, language: str) -> None:
    use_language(language)
    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES[size], run_before=settled)


@pytest.mark.parametrize("size", SIZES)
def test_without_colour_everything_is_still_said(
    snap_compare: Compare, tmp_path: Path, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES[size], run_before=settled)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_watching_before_there_is_an_incident(snap_compare: Compare, tmp_path: Path, language: str) -> None:
    use_language(language)
    app = CockpitApp(frozen.desk(tmp_path, has_incident=False))
    assert snap_compare(app, terminal_size=SIZES["120x40"], run_before=settled)


def test_a_terminal_that_is_too_small_gets_one_sentence(snap_compare: Compare, tmp_path: Path) -> None:
    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=(30, 8))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_help_of_the_checklist(snap_compare: Compare, tmp_path: Path, language: str) -> None:
    use_language(language)

    async def ask(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("question_mark")

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES["120x40"], run_before=ask)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_the_dialog_before_a_change_in_production(
    snap_compare: Compare, tmp_path: Path, size: str, language: str
) -> None:
    use_language(language)

    async def look(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.app.push_screen(RunStep(frozen.proposal(), Confirmation(ConfirmationKind.TYPED, "prod"), []))
        await pilot.press("p", "r")

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES[size], run_before=look)


def test_the_light_theme(snap_compare: Compare, tmp_path: Path) -> None:
    async def change(pilot: Pilot[int]) -> None:
        await settled(pilot)
        pilot.app.theme = theme.LIGHT
        await pilot.pause()

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES["120x40"], run_before=change)


VIEWS = {
    "alerts-filtered": ("1", "1", "slash", *"lat"),
    "database": ("2", "2", "O"),
    "errors": ("3", "3"),
    "rollouts": ("6", "6"),
    "timeline": ("7", "7"),
    "logs": ("8",),
    "changes": ("9", "9"),
    "on-call": ("0",),
    "slo": ("B",),
    "upstreams": ("U", "U"),
    "details": ("U", "U", "v"),
    "chart": ("2", "2", "enter"),
}
"""What is pressed to see a pane alone, and what can be opened from it."""


@pytest.mark.parametrize(("size", "language"), [("80x24", "ja"), ("120x40", "en")])
@pytest.mark.parametrize("view", VIEWS)
def test_the_full_view_of_a_pane(snap_compare: Compare, tmp_path: Path, view: str, size: str, language: str) -> None:
    use_language(language)

    async def look(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(*(("z",) if size == "80x24" else ()), *VIEWS[view])
        await pilot.pause()

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES[size], run_before=look)


def test_a_chart_on_a_large_screen_without_colour(
    snap_compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def look(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("2", "enter")
        await pilot.pause()

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES["200x60"], run_before=look)
