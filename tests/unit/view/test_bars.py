"""The tabs of a small screen."""

from __future__ import annotations

import pytest

from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import use_language
from eventa_cockpit.widgets.view import bars
from eventa_cockpit.widgets.view.lines import Role, span, width_of

NOTES = {pane: span("1/9", Role.MUTED) for pane in (Pane.ALERTS, Pane.DATABASE, Pane.ERRORS, Pane.CHECKLIST, Pane.SLO)}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("front", Pane)
@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_tabs_fit_and_name_the_pane_in_front(front: Pane, width: int, language: str) -> None:
    use_language(language)
    line = bars.tabs(front, tuple(Pane), NOTES, width)
    assert width_of(line.left) <= width
    assert f"[{front.key} " in line.text
    assert all(pane.key in line.text for pane in Pane)


def test_panes_that_have_something_to_say_keep_their_names_longest() -> None:
    text = bars.tabs(Pane.OUTPUT, tuple(Pane), {Pane.SLO: span("✗", Role.CRITICAL)}, 60).text
    assert "B SLO ✗" in text
    assert "Feeds" not in text
