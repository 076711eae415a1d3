"""Pictures of the frozen moment: three sizes, both languages, and without colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import frozen
import pytest
from textual.pilot import Pilot

from eventa_cockpit.app import CockpitApp
from eventa_cockpit.locale import use_language

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}
Compare = Callable[..., bool]


async def settled(pilot: Pilot[int]) -> None:
    """The incident is resumed, the output indexed and painted."""
    for _turn in range(100):
        await pilot.pause(0.02)
        screen = pilot.app.screen
        if screen.query("OutputView") and screen.query_one("OutputView").state.lines >= 5:  # type: ignore[attr-defined]
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
    assert snap_compare(app, terminal_size=SIZES["120x40"])


def test_a_terminal_that_is_too_small_gets_one_sentence(snap_compare: Compare, tmp_path: Path) -> None:
    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=(30, 8))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_help_of_the_checklist(snap_compare: Compare, tmp_path: Path, language: str) -> None:
    use_language(language)

    async def ask(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("question_mark")

    assert snap_compare(CockpitApp(frozen.desk(tmp_path)), terminal_size=SIZES["120x40"], run_before=ask)
