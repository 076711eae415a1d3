"""What a responder is warned of before a step runs, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventa_cockpit.locale import _, mark

if TYPE_CHECKING:
    from eventa_cockpit.domain.runbook import Step

_ODD: dict[str, str] = {
    "control": mark("control characters, which can hide what is there"),
    "direction": mark(
        "characters that change the direction of reading, so that it runs in another order than it reads"
    ),
    "invisible": mark("invisible characters"),
    "unassigned": mark("characters that mean nothing"),
    "mixed-scripts": mark("letters of another script that look like Latin ones, in “{word}”"),
    "full-width": mark("full-width letters, which the shell does not take for ordinary ones, in “{word}”"),
}


def about_text(oddities: Sequence[str]) -> list[str]:
    """One sentence a reason why a text may not be what it looks like; see `cleaning.suspicious`."""
    return [
        _("This text may not be what it looks like: it has {what}.").format(what=_described(entry))
        for entry in oddities
    ]


def _described(oddity: str) -> str:
    reason, _colon, word = oddity.partition(":")
    return _(_ODD[reason]).format(word=word)


def about_blocker(step: Step | None) -> list[str]:
    """Of a step that went wrong before this one."""
    if step is None:
        return []
    sentence = _("{step} went wrong and is not settled. Running this one goes past it, and the record says so.")
    return [sentence.format(step=f"{step.number} {step.title}")]


def about_lost_run(advice: str) -> list[str]:
    """Of the newest run, if it did not end by itself."""
    return [_("Its last run did not come to its end. {advice}").format(advice=advice)] if advice else []
