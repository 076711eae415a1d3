"""The configuration with everything in it, so that no new table is forgotten by a test about all of them."""

from __future__ import annotations

import tomllib

import msgspec

from eventa_cockpit.config.reference import commented_file
from eventa_cockpit.config.shapes import Config


def everything() -> Config:
    """The configuration with every table that the cockpit knows."""
    lines = [line[1:] if line.startswith("#") and line[1:2] != " " else line for line in commented_file().splitlines()]
    data = tomllib.loads("\n".join(lines))
    data.pop("trusted_signers"), data.pop("state")
    return msgspec.convert(data, Config)
