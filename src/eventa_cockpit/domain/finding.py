"""One line of what the doctor, or the preflight of a runbook, has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """The cockpit works, with less than it could have."""
    MISSING = "missing"
    """Something that was configured, or that every run needs, is not there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and how to mend it."""

    area: str
    """`configuration`, `state`, `runbooks`, `tools`, `secrets`, `upstreams`, `terminal`."""
    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""
    """A sentence that says what to do; empty when there is nothing to do."""


def ok(area: str, subject: str, text: str) -> Finding:
    return Finding(area, subject, Verdict.OK, text)


def warning(area: str, subject: str, text: str, remedy: str) -> Finding:
    return Finding(area, subject, Verdict.WARNING, text, remedy)


def missing(area: str, subject: str, text: str, remedy: str) -> Finding:
    return Finding(area, subject, Verdict.MISSING, text, remedy)
