"""The faults that plug-ins are tested with as well, under the name that our own tests know."""

from __future__ import annotations

from eventa_cockpit.testing.misbehaving import EXPIRED, FAULTS, JSON, Fault, behaviour, dripping

__all__ = ["EXPIRED", "FAULTS", "JSON", "Fault", "behaviour", "dripping"]
