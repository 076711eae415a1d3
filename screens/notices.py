"""Errors as sentences."""

from __future__ import annotations

from eventa_cockpit.errors import CockpitError
from eventa_cockpit.locale import _


def sentence_of(error: BaseException) -> str:
    """Our own errors are sentences already; anything else names itself and says that nothing else is affected."""
    if isinstance(error, CockpitError):
        return str(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _("That did not work ({what}). Everything else goes on.").format(what=what)
