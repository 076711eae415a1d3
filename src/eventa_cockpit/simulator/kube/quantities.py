"""Kubernetes' quantities: `250m` of a core, `128Mi` of memory."""

from __future__ import annotations

import re

UNITS = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40,
}  # fmt: skip
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)")


def quantity(text: object) -> float:
    """The number that is meant; raises ValueError."""
    found = _QUANTITY.fullmatch(str(text))
    if found is None or found[2] not in UNITS:
        raise ValueError(f"unable to parse quantity {text}")
    return float(found[1]) * UNITS[found[2]]
