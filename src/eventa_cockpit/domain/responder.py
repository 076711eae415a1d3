"""Responders: who is at a keyboard, and in which session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Responder:
    """A person in one cockpit session."""

    name: str
    """Claimed name; only `uid` is vouched for by the kernel."""
    uid: int
    host: str
    session: str
    """Unique id of this cockpit session, part of its journal file's name."""
