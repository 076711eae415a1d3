"""The start that everybody waits for, `cockpit` with nothing but its own options: no parser is imported for that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eventa_cockpit.cli.chosen import Options
from eventa_cockpit.cli.failing import guarded
from eventa_cockpit.locale import use_language

LANGUAGES = ("auto", "en", "ja")


def options_of(arguments: Sequence[str]) -> Options | None:
    """The options of a plain start; None for anything that the parser has to look at, mistakes included."""
    found = {"--config": "", "--env": "", "--language": ""}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name not in found or (not equals and not rest):
            return None
        value = value if equals else rest.pop(0)
        if not value or value.startswith("-"):
            return None
        found[name] = value
    if found["--language"] and found["--language"] not in LANGUAGES:
        return None
    return Options(Path(found["--config"]) if found["--config"] else None, found["--env"], found["--language"])


def start(options: Options) -> int:
    """Open the screen; returns the exit status."""
    return guarded(lambda: _open(options))


def _open(options: Options) -> int:
    use_language(options.language or "auto")
    from eventa_cockpit.cli.opening import open_screen

    return open_screen(options.config())
