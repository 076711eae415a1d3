"""Opens the screen, if this terminal can show it."""

from __future__ import annotations

import os
from importlib import import_module

from eventa_cockpit import terminal
from eventa_cockpit.config import Config, prepare_state
from eventa_cockpit.errors import CockpitError
from eventa_cockpit.locale import _, mark, use_language

FRAMES = "TEXTUAL_FPS"
SENTENCES = {
    terminal.NOT_A_TERMINAL: mark(
        "The screen needs a terminal, and input, output or error output is none. Start it in a terminal without "
        "redirection (with ssh: ssh -t HOST cockpit), or use a command that prints: cockpit --help"
    ),
    terminal.DUMB: mark(
        'The screen cannot be drawn on TERM="{term}". Say what your terminal is: TERM=xterm-256color cockpit'
    ),
    terminal.NOT_UTF8: mark(
        'The locale "{locale}" is not UTF-8, so Japanese text would break. Start it with one that is: '
        "LC_ALL=C.UTF-8 cockpit"
    ),
    terminal.TOO_SMALL: mark(
        "This terminal has {columns}x{rows} cells; the cockpit needs {least_columns}x{least_rows} at least. "
        "Make the window larger and start again."
    ),
}


def open_screen(config: Config) -> int:
    """Open the cockpit and return its exit status. Raises CockpitError when it cannot be opened here."""
    check_terminal()
    prepare_state(config)
    quicken()
    from eventa_cockpit.app import run

    return run(config)


def quicken() -> None:
    """Let a key be painted at most a 120th of a second after the picture before it; output has its own, slower pace.

    Textual reads the variable when it is imported; no step's command is to inherit it.
    """
    if FRAMES not in os.environ:
        os.environ[FRAMES] = "120"
        import_module("textual.constants")
        del os.environ[FRAMES]


def check_terminal() -> None:
    obstacle = terminal.obstacle()
    if obstacle == terminal.NOT_UTF8:
        use_language("en")  # the one sentence that must not be in Japanese
    if obstacle:
        raise CockpitError(sentence_about(obstacle))


def sentence_about(obstacle: str) -> str:
    """What stands in the way, and what to do."""
    columns, rows = terminal.size()
    least_columns, least_rows = terminal.SMALLEST
    return _(SENTENCES[obstacle]).format(
        term=os.environ.get("TERM", ""),
        locale=terminal.locale_of(terminal.given_environment()),
        columns=columns,
        rows=rows,
        least_columns=least_columns,
        least_rows=least_rows,
    )
