"""The terminal that the screen would be drawn on, and what happens to runs when the responder logs out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from eventa_cockpit import terminal
from eventa_cockpit.domain.finding import Finding, ok, warning
from eventa_cockpit.locale import _

TRY_S = 3.0
LINGER = Path("/var/lib/systemd/linger")


def examine_terminal() -> Iterator[Finding]:
    area, term = "terminal", os.environ.get("TERM", "")
    if term in {"", "dumb", "unknown"}:
        yield warning(area, "TERM", f'"{term}"', _("Say what your terminal is: TERM=xterm-256color cockpit"))
    else:
        yield ok(area, "TERM", term)
    given = terminal.given_environment()
    name = terminal.locale_of(given)
    if not terminal.speaks_utf8(given):
        yield warning(area, "locale", name, _("Start it with one that is UTF-8: LC_ALL=C.UTF-8 cockpit"))
    else:
        yield ok(area, "locale", name or _("none is set; UTF-8 is taken for granted"))
    yield _colours(area, term)
    if sys.stdout.isatty():
        yield _size(area)
    if os.environ.get("TMUX"):
        yield _clipboard(area)


def _colours(area: str, term: str) -> Finding:
    if os.environ.get("NO_COLOR"):
        return ok(area, "colours", _("none, for NO_COLOR is set; words and glyphs say the same"))
    if os.environ.get("COLORTERM", "") in {"truecolor", "24bit"}:
        return ok(area, "colours", _("16 million"))
    if "256color" in term:
        return ok(area, "colours", _("256; COLORTERM=truecolor gives more, if the terminal can"))
    return ok(area, "colours", _("16"))


def _size(area: str) -> Finding:
    columns, rows = terminal.size()
    text = f"{columns}x{rows}"
    if columns < terminal.SMALLEST[0] or rows < terminal.SMALLEST[1]:
        least = "x".join(map(str, terminal.SMALLEST))
        return warning(area, "size", text, _("Make the window larger: {least} at least.").format(least=least))
    return ok(area, "size", text)


def _clipboard(area: str) -> Finding:
    """Under tmux a copy reaches the outer terminal only if tmux passes it on."""
    setting = _output("tmux", "show-options", "-gv", "set-clipboard")
    if setting == "off":
        return warning(
            area,
            "clipboard",
            _("tmux keeps copies to itself"),
            _("Let it pass them on: tmux set -g set-clipboard on"),
        )
    return ok(area, "clipboard", _("through tmux ({setting})").format(setting=setting or "?"))


def examine_login() -> Iterator[Finding]:
    """Whether logging out would end the runs: systemd's KillUserProcesses, unless the user lingers."""
    kills = _output("loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value")
    if kills is None or not _kills_user_processes():
        return
    if kills == "yes" or (LINGER / os.environ.get("USER", "")).is_file():
        yield ok("terminal", "logout", _("runs outlive it (linger)"))
    else:
        yield warning(
            "terminal",
            "logout",
            _("systemd ends all runs when you log out (KillUserProcesses)"),
            _("Let them outlive it: loginctl enable-linger"),
        )


def _kills_user_processes() -> bool:
    answer = _output(
        "busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager", "KillUserProcesses",
    )  # fmt: skip
    return answer == "b true"


def _output(*arguments: str) -> str | None:
    """What a small program prints; None when it is not there or fails."""
    if shutil.which(arguments[0]) is None:
        return None
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=TRY_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
