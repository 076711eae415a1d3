"""Words on screen: every sentence goes through here, in the language that was chosen at start."""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "cockpit"
FOLDER = Path(__file__).parent
LANGUAGES = ("en", "ja")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def preferred_language() -> str:
    """`ja` or `en` by the locale's variables, in POSIX order; English for anything else."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"


def use_language(language: str = "auto") -> str:
    """Choose the language of all sentences from now on; `auto` asks the locale. Returns the one chosen."""
    global _catalogue, _language
    _language = preferred_language() if language == "auto" else language
    _catalogue = gettext.translation(DOMAIN, FOLDER, [_language], fallback=True)
    return _language


def current_language() -> str:
    return _language


def _(message: str) -> str:
    """The message in the chosen language. Fill values with `.format(…)` afterwards, never before."""
    return _catalogue.gettext(message) if message else ""


@cache
def _catalogue_of(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


def in_language(language: str, message: str) -> str:
    """A marked message in a given language, for texts that others will read."""
    return _catalogue_of(language).gettext(message) if message else ""


def mark(message: str) -> str:
    """Marks a message for the catalogue where it is not translated yet: in a table, for use with `_` later."""
    return message
